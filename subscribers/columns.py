"""The header of an import file: which column is which, and which a file must not have at all.

Owns the English and Japanese headings. Refuses files that carry what must never be stored (contract §4; design,
rule 10): to leave such a column out would be to have been given it.
"""

import difflib
import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from alerts.places.names import KATAKANA_TO_HIRAGANA
from subscribers.refusal import Refused, quoted


class Field(StrEnum):
    """The columns we read, by the names the interface gives them."""

    PHONE = "phone"
    LANGUAGE = "language"
    MUNICIPALITY = "municipality"
    POSTAL_CODE = "postal_code"
    PLACES = "places"
    GROUPS = "groups"
    LESSONS = "lessons"
    MIN_LEVEL = "min_level"


_HEADINGS: Final[Mapping[Field, str]] = {
    Field.PHONE: "phone|phone number|mobile|mobile phone|mobile number|mobile phone number|cell|cell phone|"
    "cell phone number|tel|telephone|telephone number|msisdn|"
    "電話|電話番号|携帯|携帯番号|携帯電話|携帯電話番号|連絡先電話番号|スマホ番号",
    Field.LANGUAGE: "language|lang|language name|language tag|preferred language|"
    "言語|言語名|使用言語|希望言語|配信言語|希望する言語|使用する言語|ことば",
    Field.MUNICIPALITY: "municipality|municipality code|municipality name|city|city code|city name|"
    "city of residence|place of residence|municipality of residence|"
    "市区町村|市区町村名|市区町村コード|市町村|市町村名|市町村コード|自治体|自治体名|自治体コード|"
    "団体コード|地方公共団体コード|全国地方公共団体コード|居住地|居住市区町村|お住まいの市区町村",
    Field.POSTAL_CODE: "postal code|postcode|post code|zip|zip code|郵便番号|〒",
    Field.PLACES: "places|other places|further places|additional places|further municipalities|"
    "other municipalities|場所|他の場所|ほかの場所|その他の場所|他の市区町村|ほかの市区町村|その他の市区町村|"
    "追加の場所|追加の市区町村",
    Field.GROUPS: "groups|group|group name|tags|グループ|グループ名|所属グループ|分類|タグ",
    Field.LESSONS: "lessons|lesson|防災学習|学習|レッスン|防災レッスン|学習配信|講座",
    Field.MIN_LEVEL: "min level|minimum level|lowest level|最低レベル|最小レベル|最低警戒レベル|警戒レベル|"
    "配信レベル|受信レベル",
}


class What(NamedTuple):
    """What a forbidden heading looks like, in both languages."""

    en: str
    ja: str


_A_NAME: Final = What("a name", "氏名")
_A_NATIONALITY: Final = What("a nationality", "国籍")
_AN_AGE: Final = What("an age", "年齢")
_AN_ADDRESS: Final = What(
    "an address (the municipality has a column of its own: 市区町村)", "住所（市区町村は別の列に）"
)
_MAIL: Final = What("an e-mail or another address on the net", "メールアドレスなどの連絡先")
_A_SEX: Final = What("a sex", "性別")
_ANOTHER: Final = What("another detail of a person's life", "そのほかの個人の情報")
#: What it looks like, beginnings of English words, parts of Japanese headings.
_FORBIDDEN: Final[tuple[tuple[What, str, str], ...]] = (
    (
        What("a birth date", "生年月日"),
        "birth|bday|dob|born",
        "生年|誕生|生まれ|出生",
    ),
    (
        _A_NATIONALITY,
        "nation|citizen|country|passport|ethnic",
        "国籍|國籍|国藉|出身|母国|国名|国家|國家|パスポート|旅券|护照|人種|民族",
    ),
    (
        What("a residence card or another personal number", "在留カードなどの個人番号"),
        "zairyu|residence|resident|card|mynumber|socialsecurity",
        "在留カード|在留番号|在留者番号|カード番号|マイナンバー|個人番号|住民票|住民コード|居留|外国人登録",
    ),
    (
        What("a visa or residence status", "在留資格・ビザ"),
        "visa|status|permit",
        "在留|資格|ステータス|ステイタス|ビザ|査証|签证|簽證|特別永住|永住|特定技能|技能実習|留学生",
    ),
    (
        What("an employer", "勤務先"),
        "employ|company|workplace|occupation|job",
        "勤務|勤め先|勤先|雇用|雇い主|会社|企業|職場|職業|就労|就業|就職|所属機関|事業所|派遣先|受入機関|受け入れ機関|監理団体|アルバイト|バイト先|パート先",
    ),
    (
        _A_NAME,
        "surname|forename|nickname|nome|nombre|initials|householder",
        "氏名|名前|芳名|敬称|ネーム|シメイ|ミョウジ|イニシャル|あだ名|呼び名|世帯主|なまえ|姓|苗字|名字|フリガナ|ふりがな|よみがな|ヨミガナ|読み仮名|ローマ字|者名|人名|主名",
    ),
    (
        _MAIL,
        "mail|email|wechat|weixin|whatsapp|facebook|messenger|instagram|telegram|kakaotalk|zalo|viber|skype",
        "メール|メルアド|メアド|アドレス|電子郵便|フェイスブック|インスタ|微信|SNS",
    ),
    (_AN_AGE, "", "年齢|年令|年代|満年|歳"),
    (_AN_ADDRESS, "address|street|apartment", "住所|番地|現住|居所|部屋|アパート|マンション|方書|本籍"),
    (_A_SEX, "gender", "性別|男女"),
    (
        _ANOTHER,
        "family|spouse|marital|marriage|household|religio|disab|disease|illness|health|income|salary|bank|insurance|blood"
        "|photo",
        "家族|続柄|配偶|婚姻|世帯|扶養|宗教|信仰|障害|障がい|病歴|持病|病気|健康|要介護|年収|収入|所得|給与|口座|保険|学歴|血液|顔写真",
    ),
)
#: what nobody else calls a column: a name, a birth date, a nationality in the languages of the people registered
_FORBIDDEN_ABROAD: Final = tuple(
    (what, words.split("|"))
    for what, words in (
        (
            _A_NAME,
            "họtên|họvàtên|tên|nama|namalengkap|pangalan|apelyido|이름|성명|성함|नाम|पूरानाम|थर|ชื่อ|ชื่อนามสกุล|ชื่อ-นามสกุล|นามสกุล|ឈ្មោះ|"
            "нэр|овогнэр|овог|имя|фамилия|фио|නම|නාමය|নাম|အမည်|နာမည်|sobrenome|apellido|apellidos",
        ),
        (
            What("a birth date", "生年月日"),
            "ngàysinh|tanggallahir|petsangkapanganakan|kaarawan|생년월일|생일|जन्ममिति|วันเกิด|ថ្ងៃខែឆ្នាំកំណើត|төрсөнөдөр|උපන්දිනය|জন্মতারিখ|"
            "မွေးသက္ကရာဇ်|မွေးနေ့|生日|datadenascimento|nascimento|fechadenacimiento|nacimiento",
        ),
        (
            _A_NATIONALITY,
            "quốctịch|kewarganegaraan|nasyonalidad|pagkamamamayan|국적|राष्ट्रियता|नागरिकता|สัญชาติ|សញ្ជាតិ|иргэншил|харьяалал|ජාතිකත්වය|"
            "জাতীয়তা|နိုင်ငံသား|護照|护照|nacionalidade|nacionalidad",
        ),
        (_AN_AGE, "tuổi|umur|usia|edad|idade|나이|연령|उमेर|อายุ|អាយុ|нас|වයස|বয়স|အသက်|年龄|年齡"),
        (
            _AN_ADDRESS,
            "địachỉ|alamat|tirahan|endereço|dirección|domicilio|주소|ठेगाना|ที่อยู่|អាសយដ្ឋាន|хаяг|ලිපිනය|ঠিকানা|လိပ်စာ|地址",
        ),
        (_MAIL, "이메일|อีเมล|имэйл|ইমেইল|इमेल|邮箱|电子邮件|電子郵件|line|lineid|ライン|ラインid|fb|sns"),
        (_A_SEX, "giớitính|jeniskelamin|kasarian|sexo|성별|लिङ्ग|เพศ|ភេទ|хүйс|ලිංගය|লিঙ্গ|性别"),
    )
)
_FORBIDDEN_WHOLE: Final = {
    "本名": _A_NAME,
    "通称": _A_NAME,
    "通称名": _A_NAME,
    "宛名": _A_NAME,
    "名": _A_NAME,
    "氏": _A_NAME,
    "かな": _A_NAME,
    "せい": _A_NAME,
    "めい": _A_NAME,
    "kana": _A_NAME,
    "国": _A_NATIONALITY,
    "保護者": _A_NAME,
    "代表者": _A_NAME,
    "担当者": _A_NAME,
    "first": _A_NAME,
    "last": _A_NAME,
    "given": _A_NAME,
    "middle": _A_NAME,
}
#: words that begin others: an agency is no age
_FORBIDDEN_WORDS: Final = {
    "age": _AN_AGE,
    "ages": _AN_AGE,
    "sex": _A_SEX,
    "mf": _A_SEX,
    "race": _A_NATIONALITY,
    "ssn": What("a residence card or another personal number", "在留カードなどの個人番号"),
}
_SIMILAR: Final = 0.82


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where each field stands in a row."""

    at: Mapping[Field, int]
    #: how many cells the header has
    width: int
    #: headings that are not read, and so not stored
    ignored: tuple[str, ...]


def read(cells: Sequence[str]) -> Header | Refused:
    """The header in row 1, or why the file is refused whole."""
    at: dict[Field, int] = {}
    ignored: list[str] = []
    for position, cell in enumerate(cells):
        field = _field(cell)
        if field is None:
            if refused := why_forbidden(cell):
                return refused
            ignored.append(cell)
        elif field in at:
            first, second = quoted(cells[at[field]]), quoted(cell)
            return Refused(
                reason=f"two columns for {field}: {first} and {second}; keep one",
                ja=f"{field} の列が二つあります（{first} と {second}）。一つにしてください",
            )
        else:
            at[field] = position
    if refused := _why_incomplete(at) or _why_misspelt(at, ignored):
        return refused
    return Header(at=at, width=_width(cells), ignored=tuple(cell for cell in ignored if cell))


def names_phone(cells: Sequence[str]) -> bool:
    """Whether this is the header of a list of residents."""
    return any(_field(cell) is Field.PHONE for cell in cells)


def why_forbidden(cell: str) -> Refused | None:
    """Why a file with this heading is refused; None if it may stand there."""
    what = None if _field(cell) else _looks_like(cell)
    if what is None:
        return None
    return Refused(
        reason=f"column {quoted(cell)} looks like {what.en}; this service never holds names, birth dates, "
        "nationalities, residence cards or status, visas, employers, addresses, e-mail or other details of a person: "
        "what is not stored cannot be asked for. "
        "Delete the column and import the file again",
        ja=f"列 {quoted(cell)} は{what.ja}のようです。氏名、生年月日、国籍、在留カード・在留資格、ビザ、勤務先、"
        "住所、メールアドレスなど個人の情報は保存しません（保存していないものは、だれにも求められません）。この列を消して、もう一度取り込んでください",
    )


def _field(cell: str) -> Field | None:
    whole = unicodedata.normalize("NFKC", cell)
    without_remark = re.sub(r"[(\[【<].*?[)\]】>]", "", whole)
    return _FIELDS.get(_folded(whole)) or _FIELDS.get(_folded(without_remark))


def _abroad(squeezed: str) -> What | None:
    bare = re.sub(r"[(\[【<].*?[)\]】>]", "", squeezed)
    typed = {unicodedata.normalize("NFC", text).casefold() for text in (squeezed, re.sub(r"[_・/.-]", "", bare))}
    return next((what for what, words in _abroad_as_typed() if typed & words), None)


@functools.cache
def _abroad_as_typed() -> tuple[tuple[What, frozenset[str]], ...]:
    return tuple((what, frozenset((*words, *map(_unaccented, words)))) for what, words in _FORBIDDEN_ABROAD)


def _unaccented(word: str) -> str:
    """As people type Latin letters on a keyboard without their marks; other scripts as they are."""
    plain = unicodedata.normalize("NFD", word.replace("đ", "d"))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return bare if bare.isascii() else word


def _hiragana(text: str) -> str:
    return text.translate(KATAKANA_TO_HIRAGANA)


def _looks_like(cell: str) -> What | None:
    plain = unicodedata.normalize("NFKC", cell)
    squeezed = "".join(plain.split())
    if what := _FORBIDDEN_WHOLE.get(_hiragana(squeezed).casefold()) or _abroad(squeezed):
        return what
    # fullName, FULL_NAME and full-name are the same words.
    words = re.findall(r"[a-zà-ÿ]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).casefold())
    # n a m e, D.O.B. and My Number are words too.
    words.append("".join(words))
    for what, beginnings, parts in _FORBIDDEN:
        if beginnings and any(word.startswith(tuple(beginnings.split("|"))) for word in words):
            return what
        if any(_hiragana(part) in _hiragana(squeezed) for part in parts.split("|")):
            return what
    if any(word.endswith(("name", "names")) for word in words):
        return _A_NAME
    return next((what for word, what in _FORBIDDEN_WORDS.items() if word in words), None)


def _why_incomplete(at: Mapping[Field, int]) -> Refused | None:
    for field, heading in ((Field.PHONE, "電話番号"), (Field.LANGUAGE, "言語")):
        if field not in at:
            return Refused(
                reason=f"row 1 has no column for the {field}; expected a heading such as {field} or {heading}",
                ja=f"1行目に{heading}の列がありません。{field} か{heading}のような見出しを書いてください",
            )
    if Field.MUNICIPALITY in at or Field.POSTAL_CODE in at:
        return None
    return Refused(
        reason="row 1 has no column for the municipality; expected a heading such as municipality or 市区町村, "
        "or postal_code or 郵便番号",
        ja="1行目に市区町村の列がありません。municipality か市区町村、または postal_code か郵便番号の見出しを"
        "書いてください",
    )


def _why_misspelt(at: Mapping[Field, int], ignored: Sequence[str]) -> Refused | None:
    """A column nobody reads would be lost in silence; one letter off is a slip, not another column."""
    for cell in ignored:
        for heading in difflib.get_close_matches(_folded(cell), _FIELDS, n=1, cutoff=_SIMILAR):
            if _FIELDS[heading] not in at:
                meant = _FIELDS[heading]
                return Refused(
                    reason=f"column {quoted(cell)} looks like {meant} misspelt; correct the heading in row 1",
                    ja=f"列 {quoted(cell)} は {meant} の書き間違いのようです。1行目の見出しを直してください",
                )
    return None


def _width(cells: Sequence[str]) -> int:
    return max((position + 1 for position, cell in enumerate(cells) if cell), default=0)


def _folded(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum() or char == "〒")


_FIELDS: Final[Mapping[str, Field]] = {
    _folded(heading): field for field, headings in _HEADINGS.items() for heading in headings.split("|")
}
