"""Headers in English and Japanese, and what no file may carry."""

import pytest

from subscribers import columns
from subscribers.columns import Field, Header
from subscribers.refusal import Refused

GOOD = ("phone", "language", "municipality")


def header(*cells: str) -> Header:
    read = columns.read(cells)
    assert not isinstance(read, Refused), read
    return read


def reason(*cells: str) -> str:
    read = columns.read(cells)
    assert isinstance(read, Refused)
    return read.reason


@pytest.mark.parametrize("field", Field)
def test_every_field_is_read_by_its_own_name_in_any_writing(field: Field) -> None:
    for cell in (field, field.upper(), field.replace("_", " ").title(), f" {field} *"):
        others = [name for name in GOOD if name != field]
        assert header(*others, cell).at[field] == len(others)


def test_japanese_headings_in_any_order() -> None:
    read = header("警戒レベル", "市区町村", "言語", "携帯電話番号", "防災学習", "グループ", "その他の市区町村")
    assert read.at == {
        Field.MIN_LEVEL: 0,
        Field.MUNICIPALITY: 1,
        Field.LANGUAGE: 2,
        Field.PHONE: 3,
        Field.LESSONS: 4,
        Field.GROUPS: 5,
        Field.PLACES: 6,
    }


@pytest.mark.parametrize(
    "cell", ["電話番号（必須）", "電話番号 [本人]", "Phone (Japan)", "ｐｈｏｎｅ", "Phone\nnumber"]
)
def test_remarks_and_width_do_not_matter(cell: str) -> None:
    assert header(cell, "language", "city").at[Field.PHONE] == 0


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        *[(cell, "a name") for cell in ("name", "Full Name", "fullName", "first_name", "Surname", "NAMES")],
        *[
            (cell, "a name")
            for cell in ("氏名", "名前", "お名前", "姓", "名", "フリガナ", "ﾌﾘｶﾞﾅ", "氏　名", "世帯主名")
        ],
        *[(cell, "a birth date") for cell in ("birthday", "Date of Birth", "DOB", "生年月日", "誕生日")],
        *[(cell, "a nationality") for cell in ("nationality", "Country", "Citizenship", "国籍", "国籍・地域", "国")],
        *[
            (cell, "a residence card")
            for cell in ("residence card", "Zairyu card no", "在留カード番号", "マイナンバー")
        ],
        *[(cell, "a visa") for cell in ("visa", "visa type", "status", "在留資格", "在留期限", "ビザ")],
        *[(cell, "an employer") for cell in ("employer", "Company", "勤務先", "会社", "所属機関", "就労先")],
        *[
            (cell, "a name")
            for cell in ("n a m e", "na-me", "N_A_M_E", "First", "世帯主", "保護者", "ニックネーム", "ご芳名")
        ],
        *[(cell, "a birth date") for cell in ("D.O.B.", "b-day", "生年")],
        *[(cell, "a residence card or another personal") for cell in ("My Number", "MyNumber", "my_number")],
        ("v i s a", "a visa"),
        ("passport no", "a nationality"),
        ("status of residence", "a"),
        *[(cell, "an age") for cell in ("age", "Age (years)", "年齢", "年令", "満年齢", "年　齢", "나이", "Tuổi")],
        *[(cell, "an address") for cell in ("address", "Home Address", "住所", "住　所", "現住所", "Địa chỉ", "番地")],
        *[
            (cell, "an e-mail")
            for cell in ("e-mail", "Email", "E‐mail", "mail address", "メール", "ﾒｰﾙｱﾄﾞﾚｽ", "ＬＩＮＥ ＩＤ", "WeChat")
        ],
        *[(cell, "a sex") for cell in ("sex", "Gender", "性別", "giới tính")],
        *[(cell, "another detail") for cell in ("religion", "家族構成", "障害の有無", "年収", "Bank account", "病歴")],
    ],
)
def test_forbidden_columns_refuse_the_file_with_the_reason(cell: str, what: str) -> None:
    told = reason(*GOOD, cell)
    assert f"looks like {what}" in told
    assert "Delete the column" in told


@pytest.mark.parametrize(
    "cell", ["備考", "No.", "番号", "学校", "remarks", "", "2026", "Gruppe", "agency", "agreed", "オンライン", "Essex"]
)
def test_other_columns_are_left_out_and_said(cell: str) -> None:
    assert header(*GOOD, cell).ignored == ((cell,) if cell else ())


@pytest.mark.parametrize("missing", GOOD)
def test_a_required_column_that_lacks_is_named(missing: str) -> None:
    assert f"no column for the {missing}" in reason(*(cell for cell in GOOD if cell != missing))


def test_an_empty_first_row_is_refused() -> None:
    assert "row 1" in reason()
    assert "row 1" in reason("", "")


def test_postal_codes_alone_are_enough() -> None:
    header = columns.read(["phone", "language", "郵便番号"])
    assert isinstance(header, columns.Header)
    assert header.at[Field.POSTAL_CODE] == 2


def test_two_columns_for_one_field_are_refused() -> None:
    assert "two columns for phone: “phone” and “電話番号”" in reason(*GOOD, "電話番号")


@pytest.mark.parametrize(("cell", "field"), [("leson", "lessons"), ("grupos", "groups"), ("min-levle", "min_level")])
def test_a_misspelt_column_is_not_lost_in_silence(cell: str, field: str) -> None:
    assert f"looks like {field} misspelt" in reason(*GOOD, cell)


def test_a_second_phone_column_is_just_not_read() -> None:
    assert header(*GOOD, "phone2").ignored == ("phone2",)


@pytest.mark.parametrize(
    "heading",
    [
        "Họ tên",
        "QUỐC TỊCH",
        "Ngày sinh",
        "이름",
        "국적",
        "नाम",
        "ชื่อ",
        "สัญชาติ",
        "Нэр",
        "නම",
        "နာမည်",
        "Nama",
        "Nacionalidad",
        "生日",
        *("Ho ten", "ngay sinh", "QUOC_TICH", "이름(한글)", "國籍", "ФИО"),
        *("ｼﾒｲ", "ナマエ", "セイ", "kana", "ステイタス", "技能実習", "アルバイト先", "監理団体", "居留证号", "人種"),
        *("Ethnicity", "race", "SSN", "Social Security", "M/F"),
    ],
)
def test_forbidden_columns_in_the_languages_of_the_people(heading: str) -> None:
    assert columns.why_forbidden(heading) is not None
