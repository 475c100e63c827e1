"""Which telegram is read by which reader, which is ignored, and which cannot be read. Nothing ever crashes."""

import ast
import dataclasses
import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
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
    found = reading.read(swap(retitled("地震の活動状況等に関する情報"), "通常", "訓練"), "VXSE56.xml")
    assert isinstance(found, reading.Ignored)
    assert (found.type, found.status, found.sent, found.info_type) == ("VXSE56", Status.EXERCISE, AT, InfoType.ISSUE)


def test_a_forecast_that_is_late_is_ignored_like_any_other() -> None:
    raw = swap(retitled("早期注意情報（明後日まで）"), "<InfoType>発表<", "<InfoType>遅延<")
    assert isinstance(reading.read(raw, "VPFD61.xml"), reading.Ignored)


@pytest.mark.parametrize(("name", "code"), [("20260603_0_VXKO56_300000.xml", "VXKO56"), ("vxko89.xml", "VXKO89")])
def test_river_floods_have_a_number_of_their_own(name: str, code: str) -> None:
    assert types.code_in(name) == code
    assert types.of(code) == types.table()["VXKOii"]
    found = reading.read(retitled("指定河川洪水予報"), name)
    assert isinstance(found, reading.Unreadable)
    assert (found.type, "Headline" in found.reason) == (code, True)


def test_a_further_number_of_an_ignored_type_keeps_its_number() -> None:
    found = reading.read(retitled("台風解析・予報情報（５日予報）（Ｈ３０）"), "VPTW63.xml")
    assert isinstance(found, reading.Ignored)
    assert found.type == "VPTW63"


@pytest.mark.parametrize("name", ["VZZZ99.xml", "telegram.xml"])
def test_a_type_no_table_knows_is_ignored_and_told(name: str) -> None:
    raw = swap(retitled("新しい情報"), "<InfoKind>地震情報<", "<InfoKind>新しい情報<")
    found = reading.read(raw, name)
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
        raw = path.read_bytes()
        found = telegrams.read(raw, path.name)
        assert found.type == path.parent.name, path
        assert found.notices == () or b"12345678901234567" in raw, path  # a station that only stands for one


def test_every_sample_of_another_type_is_ignored_without_a_notice() -> None:
    for path in samples.others():
        found = reading.read(path.read_bytes(), path.name)
        assert isinstance(found, reading.Ignored), path
        assert (found.type, found.notices) == (path.parent.name, ()), path


# full-width, spaces, and what nobody sees -----------------------------------------------------------

_WIDE = str.maketrans("0123456789+-", "０１２３４５６７８９＋－")


def wide(raw: bytes, *names: str) -> bytes:
    """The telegram with the text of these elements in full-width characters, with spaces and a zero-width one."""
    text = raw.decode()
    for name in names:
        text = re.sub(
            rf"<{name}>([^<]+)</{name}>",
            lambda found, name=name: f"<{name}>　\u200b{found.group(1).translate(_WIDE)} \n</{name}>",
            text,
        )
    assert text != raw.decode()
    return text.encode()


@pytest.mark.parametrize("code", [code for code in EXAMPLES if code != "VXSE52"])
def test_full_width_codes_and_spaces_say_the_same(code: str) -> None:
    plain = telegrams.report(EXAMPLES[code])
    odd = telegrams.report(wide(EXAMPLES[code], "Code", "MaxInt", "EventID", "Status", "InfoType"))
    assert dataclasses.replace(odd, digest=plain.digest) == plain


@pytest.mark.parametrize(("mark", "status"), [("　通　常　", Status.ACTUAL), ("訓 練", Status.EXERCISE)])
def test_a_status_stretched_with_spaces_is_the_same(mark: str, status: Status) -> None:
    assert telegrams.read(swap(QUAKE, "<Status>通常<", f"<Status>{mark}<")).status is status


def test_comments_and_cdata_in_a_code_are_no_part_of_it() -> None:
    raw = EXAMPLES["VPWW55"].replace(b"<Code>43</Code>", b"<Code><!-- x -->4<![CDATA[3]]></Code>")
    assert telegrams.grades(raw) == telegrams.grades(EXAMPLES["VPWW55"])


def test_another_prefix_for_the_same_namespaces_is_the_same_telegram() -> None:
    raw = QUAKE.decode().replace("<Head xmlns=", "<h:Head xmlns:h=").replace("</Head>", "</h:Head>")
    head = raw[raw.index("<h:Head") : raw.index("</h:Head>")]
    prefixed = re.sub(r"<(/?)(?!h:Head)(\w+)", r"<\1h:\2", head)
    assert telegrams.report(raw.replace(head, prefixed).encode()).areas == telegrams.report(QUAKE).areas


@pytest.mark.parametrize("path", sorted(Path("feeds/jma").glob("*.py")), ids=lambda path: path.name)
def test_readers_take_words_by_the_envelope_alone(path: Path) -> None:
    """So that whatever width JMA writes is the same to a reader that is written later."""
    if path.name == "envelope.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in ("text", "attrib", "findtext", "itertext", "tail"):
            of_envelope = isinstance(node.value, ast.Name) and node.value.id == "envelope"
            assert of_envelope, f"{path.name}:{node.lineno}: use envelope.text or envelope.attribute"


# nothing known of any area -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("VXSE51", "<MaxInt>5+<", "<MaxInt>8<"),
        ("VXSE53", "<MaxInt>5+<", "<MaxInt>8<"),
        ("VTSE41", "<Code>53<", "<Code>58<"),
        ("VPWW56", "<Code>49<", "<Code>59<"),
    ],
)
def test_a_telegram_of_which_nothing_is_known_is_unreadable_until_our_tables_know_it(
    code: str, old: str, new: str
) -> None:
    raw = swap(EXAMPLES[code], old, new)
    if code == "VPWW56":  # the rest of the region is named too, without a warning
        raw = raw.replace("<Status>発表警報・注意報はなし<".encode(), "<Status>？<".encode())
    assert "nothing is known of any of its" in telegrams.unreadable(raw, f"{code}.xml")


def test_a_telegram_of_no_place_we_know_is_unreadable() -> None:
    raw = swap(EXAMPLES["VTSE41"], "<Code>360</Code>", "<Code>999</Code>")
    found = reading.placed(reading.read(raw, "VTSE41.xml"), places.load())
    assert isinstance(found, reading.Unreadable)
    assert "999" in found.reason
    whole = reading.read(EXAMPLES["VTSE41"], "VTSE41.xml")
    assert reading.placed(whole, places.load()) is whole


def test_a_withdrawal_has_no_areas_and_needs_no_place() -> None:
    found = reading.read(compose.withdrawal("VTSE41", EVENT, at=AT), "VTSE41.xml")
    assert reading.placed(found, places.load()) is found


# the type by what stands inside --------------------------------------------------------------------


def untitled(raw: bytes, title: str = "") -> bytes:
    """The telegram under another Control/Title."""
    return re.sub(b"(<Control>\\s*<Title>)[^<]*<", lambda found: found.group(1) + title.encode() + b"<", raw)


@pytest.mark.parametrize("title", ["", "新しい題"])
@pytest.mark.parametrize("code", EXAMPLES)
def test_the_body_tells_the_type_where_neither_name_nor_title_does(code: str, title: str) -> None:
    raw = untitled(EXAMPLES[code], title)
    assert raw != EXAMPLES[code]
    assert telegrams.read(raw, "telegram.xml").type == code


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_body_confirms_the_name_where_the_title_is_missing(code: str) -> None:
    assert telegrams.read(untitled(EXAMPLES[code]), f"{code}.xml").type == code
    other = "VXSE53" if code != "VXSE53" else "VXSE51"
    assert "which is it" in telegrams.unreadable(untitled(EXAMPLES[code]), f"{other}.xml")


def test_a_body_that_may_be_of_two_types_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = dataclasses.replace(types.table()["VXSE53"], code="VXSE99", title="？")
    both = {"VXSE53": types.table()["VXSE53"], "VXSE99": twin}
    monkeypatch.setattr(types, "table", lambda: both)
    assert "may be VXSE53, VXSE99" in telegrams.unreadable(untitled(QUAKE), "telegram.xml")


def test_every_sample_without_name_and_title_is_its_own_type_or_no_type_that_is_read() -> None:
    for path in samples.of():
        raw = path.read_bytes()
        if path.parent.name == "VTSE51" and "取消" in raw.decode():
            continue  # a 取消 of 津波情報 says no more: it may be VTSE51 or VTSE52, and neither holds a warning
        found = reading.read(untitled(raw), "telegram.xml")
        kind = types.of(path.parent.name)
        assert found.type == (kind.code if kind and kind.shape else ""), path
    for path in samples.others():
        assert not isinstance(reading.read(untitled(path.read_bytes()), "telegram.xml"), reading.Read), path


# absurd times --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1999-12-31T00:00:00Z", "2100-01-02T00:00:00Z"]
)
@pytest.mark.parametrize("code", EXAMPLES)
def test_an_absurd_year_is_unreadable(code: str, value: str) -> None:
    for name in ("DateTime", "ReportDateTime"):
        raw = re.sub(f"<{name}>[^<]*<".encode(), f"<{name}>{value}<".encode(), EXAMPLES[code])
        assert "expected a" in telegrams.unreadable(raw, f"{code}.xml")


@pytest.mark.parametrize(
    "value", ["9999-12-31T23:59:59+09:00", "0001-01-01T00:00:00+09:00", "soon", "2026-09-01T12:00:00"]
)
def test_an_absurd_time_that_only_adds_to_a_warning_is_left_out(value: str) -> None:
    raw = compose.tsunami_report(
        event_ids=[EVENT], at=AT, areas={"360": Sea(grade="53", height="5", arrival=telegrams.later(20))}
    )
    (area,) = telegrams.report(re.sub(b"<ArrivalTime>[^<]*<", f"<ArrivalTime>{value}<".encode(), raw)).areas
    assert (area.grade, area.facts.arrival) == ("major_warning", None)
    quake = telegrams.report(re.sub(b"<(OriginTime|TargetDateTime)>[^<]*<", rf"<\1>{value}<".encode(), QUAKE))
    assert quake.origin is None


@pytest.mark.parametrize(
    "value", ["2026-09-01T03:00:00Z", "2026-09-01T12:00+09:00", "2026-09-01T12:00:00+0900", "2026-08-31T22:00:00-05:00"]
)
def test_other_writings_of_the_same_moment_are_the_same(value: str) -> None:
    raw = re.sub(b"<ReportDateTime>[^<]*<", f"<ReportDateTime>{value}<".encode(), QUAKE)
    assert telegrams.report(raw).issued == AT.replace(second=0)
