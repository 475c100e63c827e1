"""Which telegram is read by which reader, which is ignored, and which cannot be read. Nothing ever crashes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notices import NoticeKind
from alerts.vocabulary import InfoType, Status
from feeds.jma import compose, envelope, reading, types
from feeds.jma.compose import Item, Sea
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, EVENT, swap
from tests.service import samples

EXAMPLES = {
    "VXSE51": compose.first_intensity_report(event_id=EVENT, at=AT, areas={"390": "5+"}),
    "VXSE52": compose.epicentre_report(event_id=EVENT, at=AT),
    "VXSE53": compose.full_earthquake_report(event_id=EVENT, at=AT, cities={"1720400": "5+"}),
    "VTSE41": compose.tsunami_report(event_ids=[EVENT], at=AT, areas={"360": Sea(grade="53", height="5")}),
    "VPWW55": compose.rain_report(region="170000", at=AT, kinds={"1720400": Item(code="43")}),
    "VPWW56": compose.landslide_report(region="170000", at=AT, kinds={"1720400": Item(code="49")}),
}
QUAKE = EXAMPLES["VXSE53"]
OLD_TWINS = ["VPWW50", "VPWW53", "VPWW54", "VXWW50", "VPNO50", "VPOA50", "VPZJ50", "VPCJ50", "VPFJ50"]


def retitled(title: str) -> bytes:
    """The example of a full earthquake report under another Control/Title."""
    return swap(QUAKE, "<Title>震源・震度に関する情報</Title>", f"<Title>{title}</Title>")


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_telegram_is_read_by_its_title_where_the_name_has_no_type(code: str) -> None:
    assert telegrams.read(EXAMPLES[code], "telegram.xml").type == code


@pytest.mark.parametrize("code", EXAMPLES)
@pytest.mark.parametrize(
    "name",
    ["20240101114028_0_{}_010000.xml", "{}.xml", "noto_{}_max7.xml", "x{}", "20240101{}", "review12_{}.xml"],
)
def test_the_type_stands_anywhere_in_the_file_name_in_any_case(code: str, name: str) -> None:
    for written in (code, code.lower(), code.title()):
        assert telegrams.read(EXAMPLES[code], name.format(written)).type == code


@pytest.mark.parametrize("title", ["震源・震度に関する情報 ", "　震源・震度に関する情報"])
def test_spaces_around_the_title_do_not_matter(title: str) -> None:
    assert telegrams.read(retitled(title), "VXSE53.xml").type == "VXSE53"


@pytest.mark.parametrize("letter", ["a", "ａ"])
def test_the_letter_of_a_title_comes_in_both_widths(letter: str) -> None:
    raw = swap(EXAMPLES["VTSE41"], "予報a</Title>", f"予報{letter}</Title>")
    assert telegrams.read(raw).type == "VTSE41"
    assert telegrams.read(raw, "VTSE41").type == "VTSE41"


@pytest.mark.parametrize(
    ("name", "code"),
    [("VXSE51.xml", "VXSE53"), ("VXSE53.xml", "VXSE51"), ("VPWW56.xml", "VPWW55"), ("VPWW53.xml", "VPWW55")],
)
def test_a_name_that_contradicts_the_title_is_unreadable(name: str, code: str) -> None:
    assert "which is it" in telegrams.unreadable(EXAMPLES[code], name)


def test_a_name_of_a_read_type_over_an_unknown_title_is_unreadable() -> None:
    assert "which is it" in telegrams.unreadable(retitled("震源の話"), "VXSE53.xml")


@pytest.mark.parametrize("code", OLD_TWINS)
def test_old_twins_are_ignored(code: str) -> None:
    title = types.table()[code].title
    for name in (f"20260914_0_{code}_280000.xml", "telegram.xml"):
        found = reading.read(retitled(title), name)
        assert isinstance(found, reading.Ignored)
        assert (found.type, found.notices) == (code, ())
        assert "old twin" in found.reason


def test_a_type_not_read_is_ignored_with_its_status_and_time() -> None:
    found = reading.read(swap(retitled("津波情報ａ"), "通常", "訓練"), "VTSE51.xml")
    assert isinstance(found, reading.Ignored)
    assert (found.type, found.status, found.sent, found.info_type) == ("VTSE51", Status.EXERCISE, AT, InfoType.ISSUE)


def test_a_forecast_that_is_late_is_ignored_like_any_other() -> None:
    raw = swap(retitled("早期注意情報（明後日まで）"), "<InfoType>発表<", "<InfoType>遅延<")
    assert isinstance(reading.read(raw, "VPFD61.xml"), reading.Ignored)


@pytest.mark.parametrize(("name", "code"), [("20260603_0_VXKO56_300000.xml", "VXKO56"), ("vxko89.xml", "VXKO89")])
def test_river_floods_have_a_number_of_their_own(name: str, code: str) -> None:
    assert types.code_in(name) == code
    assert types.of(code) == types.table()["VXKOii"]
    assert isinstance(reading.read(retitled("指定河川洪水予報"), name), reading.Ignored)


def test_a_further_number_of_an_ignored_type_keeps_its_number() -> None:
    found = reading.read(retitled("台風解析・予報情報（５日予報）（Ｈ３０）"), "VPTW63.xml")
    assert isinstance(found, reading.Ignored)
    assert found.type == "VPTW63"


@pytest.mark.parametrize("name", ["VZZZ99.xml", "telegram.xml"])
def test_a_type_no_table_knows_is_ignored_and_told(name: str) -> None:
    found = reading.read(retitled("新しい情報"), name)
    assert isinstance(found, reading.Ignored)
    (notice,) = found.notices
    assert notice.kind is NoticeKind.UNKNOWN_CODE
    assert "新しい情報" in found.reason


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", ""),
        ("telegram.xml", ""),
        ("20240101114028_0_VTSE51_010000.xml", "VTSE51"),
        ("vfsvII.xml", "VFSVii"),
        ("VXSUii", "VXSUii"),
        ("xVXSE53x", "VXSE53"),
        ("preview12_vxse53", "VXSE53"),
        ("VXSE5.xml", ""),
        ("ＶＸＳＥ５３.xml", ""),
    ],
)
def test_types_in_file_names(name: str, code: str) -> None:
    assert types.code_in(name) == code


def test_the_digest_is_that_of_the_raw_bytes() -> None:
    assert telegrams.report(QUAKE).digest == hashlib.sha256(QUAKE).hexdigest()


@pytest.mark.parametrize("body", [b"<html><head></head></html>", b"\n <!DOCTYPE html>\n<p>404</p>", b"<HTML></HTML>"])
def test_the_page_of_a_missing_file_is_said_to_be_one(body: bytes) -> None:
    assert "HTML page" in telegrams.unreadable(body, "VXSE53.xml")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"\x00",
        b"not xml",
        b"{}",
        b"<Report/>",
        b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"/>',
        b'<Report xmlns="http://example.org/"><Control/><Head/><Body/></Report>',
        b'<?xml version="1.0" encoding="no-such-code"?><Report/>',
    ],
)
def test_what_is_no_telegram_is_unreadable(raw: bytes) -> None:
    assert telegrams.unreadable(raw)


def test_elements_of_a_foreign_namespace_are_not_taken_for_jmas() -> None:
    raw = swap(QUAKE, "http://xml.kishou.go.jp/jmaxml1/informationBasis1/", "http://example.org/")
    assert "Control, Head and Body" in telegrams.unreadable(raw)


def test_a_document_type_is_refused() -> None:
    raw = swap(QUAKE, "<Report ", '<!DOCTYPE Report [<!ENTITY a "6+">]><Report ')
    assert "entity" in telegrams.unreadable(raw)


def test_an_entity_is_refused() -> None:
    bomb = '<!DOCTYPE R [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]><Report '
    assert "entity" in telegrams.unreadable(swap(QUAKE, "<Report ", bomb))
    assert telegrams.unreadable(swap(QUAKE, "<MaxInt>5+<", "<MaxInt>&five;<"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_cannot_smuggle_an_entity_in(encoding: str) -> None:
    raw = swap(QUAKE, "<Report ", '<!DOCTYPE Report [<!ENTITY a "6+">]><Report ').decode()
    assert telegrams.unreadable(raw.replace("UTF-8", encoding).encode(encoding))
    assert telegrams.unreadable(QUAKE.decode().replace("UTF-8", encoding).encode(encoding))


def test_a_byte_order_mark_is_no_fault() -> None:
    assert telegrams.read(b"\xef\xbb\xbf" + QUAKE).type == "VXSE53"


def test_a_huge_telegram_is_refused_before_it_is_read() -> None:
    padded = QUAKE + b" " * envelope.MAX_BYTES
    assert "bytes" in telegrams.unreadable(padded)
    exact = QUAKE + b" " * (envelope.MAX_BYTES - len(QUAKE))
    assert telegrams.read(exact).type == "VXSE53"


def test_a_deep_telegram_does_no_harm() -> None:
    deep = "<a>" * 50_000 + "</a>" * 50_000
    assert telegrams.read(swap(QUAKE, "</Comments>", f"{deep}</Comments>")).type == "VXSE53"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<Status>通常<", "<Status>本番<", "Control/Status"),
        ("<Status>通常<", "<Status><", "Control/Status"),
        ("<InfoType>発表<", "<InfoType>更新<", "Head/InfoType"),
        ("<DateTime>2026-09-01T03:00:20Z<", "<DateTime>yesterday<", "Control/DateTime"),
        ("<DateTime>2026-09-01T03:00:20Z<", "<DateTime>2026-09-01T03:00:20<", "no zone"),
        ("<DateTime>2026-09-01T03:00:20Z<", "<DateTime>0001-01-01T00:00:00+09:00<", "Control/DateTime"),
        ("<ReportDateTime>2026-09-01T12:00:00+09:00<", "<ReportDateTime><", "Head/ReportDateTime"),
    ],
)
def test_a_spoiled_envelope_says_what_was_expected(old: str, new: str, said: str) -> None:
    assert said in telegrams.unreadable(swap(QUAKE, old, new))


@pytest.mark.parametrize(
    ("mark", "status"), [("通常", Status.ACTUAL), ("訓練", Status.EXERCISE), ("試験", Status.TEST)]
)
def test_each_status(mark: str, status: Status) -> None:
    found = telegrams.read(swap(QUAKE, "<Status>通常<", f"<Status>{mark}<"))
    assert found.status is found.reports[0].status is status


def test_an_unreadable_telegram_bears_its_type_even_without_a_name() -> None:
    found = reading.read(swap(EXAMPLES["VTSE41"], f"<EventID>{EVENT}<", "<EventID><"), "telegram.xml")
    assert isinstance(found, reading.Unreadable)
    assert found.type == "VTSE41"


def test_a_fault_of_ours_stops_only_its_own_telegram(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(code: str, telegram: envelope.Envelope, digest: str) -> object:
        raise KeyError(code)

    monkeypatch.setitem(reading._READERS, "earthquake", faulty)
    assert "our reader failed on it: KeyError" in telegrams.unreadable(QUAKE)
    assert telegrams.read(EXAMPLES["VTSE41"]).type == "VTSE41"


@given(code=st.sampled_from(sorted(EXAMPLES)), data=st.data())
def test_a_telegram_cut_off_anywhere_is_unreadable(code: str, data: st.DataObject) -> None:
    raw = EXAMPLES[code].rstrip()
    end = data.draw(st.integers(0, len(raw) - 1))
    assert isinstance(reading.read(raw[:end], f"{code}.xml"), reading.Unreadable)


@given(code=st.sampled_from(sorted(EXAMPLES)), data=st.data())
def test_a_telegram_with_any_bytes_changed_never_crashes(code: str, data: st.DataObject) -> None:
    raw = EXAMPLES[code]
    at = data.draw(st.integers(0, len(raw) - 1))
    piece = data.draw(st.binary(max_size=6))
    length = data.draw(st.integers(0, 40))
    reading.read(raw[:at] + piece + raw[at + length :], data.draw(st.sampled_from(["", f"{code}.xml"])))


@given(code=st.sampled_from(sorted(EXAMPLES)), data=st.data())
def test_a_telegram_without_one_of_its_lines_never_crashes(code: str, data: st.DataObject) -> None:
    lines = EXAMPLES[code].splitlines(keepends=True)
    gone = data.draw(st.integers(0, len(lines) - 1))
    reading.read(b"".join(lines[:gone] + lines[gone + 1 :]), "")


@given(raw=st.binary(max_size=200), name=st.text(max_size=30))
def test_any_bytes_under_any_name_never_crash(raw: bytes, name: str) -> None:
    assert isinstance(reading.read(raw, name), reading.Unreadable)


def test_every_sample_of_the_read_types_is_read_without_a_notice() -> None:
    for path in samples.of():
        found = telegrams.read(path.read_bytes(), path.name)
        assert (found.type, found.notices) == (path.parent.name, ()), path


def test_every_sample_of_another_type_is_ignored_without_a_notice() -> None:
    for path in samples.others():
        found = reading.read(path.read_bytes(), path.name)
        assert isinstance(found, reading.Ignored), path
        assert (found.type, found.notices) == (path.parent.name, ()), path
