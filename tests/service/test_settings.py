"""What the settings refuse together: above all that live and test ever meet (design, rule 13)."""

import pytest

from service import settings
from service.settings import JMA_BASE_URL, TWILIO_BASE_URL, SettingsError

ACCOUNT = {
    "TOMOSHIBI_TRANSPORT": "twilio",
    "TOMOSHIBI_TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "TOMOSHIBI_TWILIO_AUTH_TOKEN": "token",
    "TOMOSHIBI_TWILIO_FROM": "+15005550006",
}
TEST_FEED, TEST_PROVIDER = "http://127.0.0.1:9001", "http://127.0.0.1:9002"


def load(tmp_path, **more):
    environment = ACCOUNT | {f"TOMOSHIBI_{name.upper()}": value for name, value in more.items()}
    return settings.load(environment, tmp_path)


def problems(tmp_path, **more):
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, **more)
    return refused.value.problems


def test_the_real_feed_goes_with_the_real_provider(tmp_path):
    assert load(tmp_path).sends_for_real


def test_a_test_feed_goes_with_a_test_provider_where_it_is_said(tmp_path):
    both = {"jma_base_url": TEST_FEED, "twilio_base_url": TEST_PROVIDER}
    assert load(tmp_path, **both, allow_test_feed="true").sends_for_real
    assert "ALLOW_TEST_FEED" in problems(tmp_path, **both)[0]


@pytest.mark.parametrize("allowed", ["true", "false"])
@pytest.mark.parametrize(
    ("feed", "provider"),
    [
        (TEST_FEED, TWILIO_BASE_URL),
        (TEST_FEED, "https://API.TWILIO.COM."),
        (TEST_FEED, "https://api.dublin.ie1.twilio.com"),
        (TEST_FEED, "https://api.twilio.com:443"),
        (JMA_BASE_URL, TEST_PROVIDER),
        ("http://www.data.jma.go.jp", TEST_PROVIDER),
        ("https://WWW.DATA.JMA.GO.JP:443", TEST_PROVIDER),
        ("https://www.jma.go.jp", TWILIO_BASE_URL),
        ("http://www.data.jma.go.jp", TWILIO_BASE_URL),
    ],
)
def test_live_and_test_never_meet(tmp_path, allowed, feed, provider):
    said = problems(tmp_path, jma_base_url=feed, twilio_base_url=provider, allow_test_feed=allowed)
    assert len(said) == 1 and "real provider only" in said[0]


def test_a_test_source_does_not_meet_the_real_provider(tmp_path):
    table = """[[cap_sources]]
name = "noto"
municipalities = ["17463"]
senders = ["bousai@town.example"]
url = "http://127.0.0.1:9003/feed.xml"
"""
    (tmp_path / settings.CONFIG_FILE).write_text(table, encoding="utf-8")
    assert "CAP_SOURCES: noto" in problems(tmp_path)[0]
    both = {"jma_base_url": TEST_FEED, "twilio_base_url": TEST_PROVIDER}
    assert load(tmp_path, **both, allow_test_feed="true").cap_sources


def test_nobody_reads_the_token_on_the_way(tmp_path):
    assert "https" in problems(tmp_path, twilio_base_url="http://api.twilio.com")[0]


@pytest.mark.parametrize("url", ["https://api.twilio.com@127.0.0.1", "ftp://api.twilio.com", "api.twilio.com", ""])
def test_an_address_is_an_address(tmp_path, url):
    assert "TWILIO_BASE_URL" in problems(tmp_path, twilio_base_url=url)[0]
    if url:
        assert "PUBLIC_URL" in problems(tmp_path, public_url=url)[0]


def test_all_that_the_account_lacks_is_said_at_once(tmp_path):
    said = problems(tmp_path, twilio_account_sid="", twilio_auth_token="", twilio_from="", public_url="nowhere")
    assert [line.split(":")[0].removeprefix("TOMOSHIBI_") for line in said] == [
        "PUBLIC_URL",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_MESSAGING_SERVICE_SID",
    ]


def test_senders_of_the_list_are_enough(tmp_path):
    chosen = load(tmp_path, twilio_from="", senders="+15005550006=10,+15005550001=20")
    assert chosen.rate() == 30


def test_the_simulated_network_takes_any_feed(tmp_path):
    assert not load(tmp_path, transport="simulated", jma_base_url=TEST_FEED).sends_for_real


SECOND = {
    "second_twilio_account_sid": "AC00000000000000000000000000000001",
    "second_twilio_auth_token": "other token",
    "second_twilio_from": "+15005550007",
}


def test_a_second_account_stands_beside_the_first(tmp_path):
    alone, both = load(tmp_path), load(tmp_path, **SECOND, second_share="20", second_send_rate="10", send_rate="80")
    assert (alone.has_second, alone.usual_shares()) == (False, {"A": 100})
    assert (both.usual_shares(), both.second_sender) == ({"A": 80, "B": 20}, "+15005550007")
    assert (alone.rate(), both.rate()) == (100, 50)
    assert load(tmp_path, **SECOND, second_share="0").rate() == 100


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"second_twilio_auth_token": ""}, "SECOND_TWILIO_AUTH_TOKEN: missing"),
        ({"second_twilio_from": ""}, "SECOND_TWILIO_MESSAGING_SERVICE_SID: missing"),
        ({"second_twilio_from": "+15005550006"}, "also a sender of the first account"),
        ({"second_twilio_account_sid": ACCOUNT["TOMOSHIBI_TWILIO_ACCOUNT_SID"]}, "the same account as the first"),
        ({"second_twilio_account_sid": ""}, "SECOND_TWILIO_ACCOUNT_SID: missing"),
        ({"transport": "simulated"}, "TRANSPORT=twilio"),
        ({"drill_sender": "+15005550007"}, "DRILL_SENDER: also sends warnings"),
        ({"second_twilio_base_url": TEST_PROVIDER}, "SECOND_TWILIO_BASE_URL is http://127.0.0.1:9002"),
        ({"second_twilio_base_url": "http://api.twilio.com"}, "SECOND_TWILIO_BASE_URL: expected https"),
        (
            {"jma_base_url": TEST_FEED, "twilio_base_url": TEST_PROVIDER, "allow_test_feed": "true"},
            "SECOND_TWILIO_BASE",
        ),
        ({"second_share": "101"}, "SECOND_SHARE"),
    ],
)
def test_what_a_second_account_cannot_be(tmp_path, change, says):
    said = problems(tmp_path, **(SECOND | change))
    assert len(said) == 1 and says in said[0]
