"""The signature of Standard Webhooks: that of their own example, and of nothing that was changed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.hooks import signature

#: the example of the specification
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
EXAMPLE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_specification() -> None:
    headers = signature.sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": EXAMPLE,
    }
    assert signature.is_signed(SECRET, headers, BODY, AT)


def test_one_of_several_signatures_is_enough() -> None:
    headers = signature.sign(SECRET, "m", AT, BODY)
    several = headers | {"webhook-signature": f"v2,x v1,AAAA {headers['webhook-signature']}"}
    assert signature.is_signed(SECRET, several, BODY, AT)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_is_old_or_early_is_refused(minutes: int) -> None:
    headers = signature.sign(SECRET, "m", AT, BODY)
    assert not signature.is_signed(SECRET, headers, BODY, AT + timedelta(minutes=minutes))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_bytes_that_are_no_text_are_not_signed(name: str) -> None:
    headers = signature.sign(SECRET, "m", AT, BODY) | {name: "\udcff"}
    assert not signature.is_signed(SECRET, headers, BODY, AT)


@given(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text(max_size=60))
def test_nothing_that_was_changed_is_signed(name: str, value: str) -> None:
    headers = signature.sign(SECRET, "m", AT, BODY)
    assert signature.is_signed(SECRET, headers | {name: value}, BODY, AT) == (
        headers[name] == value or (name == "webhook-signature" and headers[name] in value.split())
    )
    assert not signature.is_signed(SECRET, headers, BODY + b" ", AT)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_?"])
def test_what_is_no_secret(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        signature.key_of(secret)
