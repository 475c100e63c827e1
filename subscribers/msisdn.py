"""Japanese mobile numbers: as people and spreadsheets write them, in E.164, and masked.

Owns what counts as a number we can text. Refuses to guess digits that a spreadsheet has lost.
"""

import re
import unicodedata
from typing import Final, NewType

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from subscribers.refusal import Refused

#: A number in E.164 with its plus: "+819000001234".
Msisdn = NewType("Msisdn", str)

_MOBILE: Final = re.compile(r"[6789]0\d{8}", re.ASCII)
#: How nearly all lists write a number. Free-phone numbers begin with 0800.
_USUAL: Final = re.compile(r"(?:\+81[- ]?|0)([679]0|80(?=[- ]?[1-9]))[- ]?(\d{4})[- ]?(\d{4})", re.ASCII)
_WRITTEN: Final = re.compile(r"\+?[\d\s().-]+", re.ASCII)
#: 9.01E+10: what a spreadsheet shows, and saves, of a number in a narrow column.
_POWER: Final = re.compile(r"[+-]?\d+([.,]\d+)?[Ee][+-]?\d+", re.ASCII)
_WHOLE_FLOAT: Final = re.compile(r"\+?(\d+)\.0+", re.ASCII)
#: what a spreadsheet makes of 090-1-2: by its ISO form, and as it shows it
_DATE: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(T[\d:.]+)?|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}-[a-z]{3}(-\d{2,4})?|[a-z]{3}-\d{2}"
    r"|(\d{2,4}年)?\d{1,2}月(\d{1,2}日)?",
    re.ASCII | re.IGNORECASE,
)
_THOUSANDS: Final = re.compile(r"\d{1,3}(,\d{3})+", re.ASCII)
_BROKEN_FLOAT: Final = re.compile(r"\d{6,}\.\d+", re.ASCII)
_SEVERAL: Final = re.compile(r"[\r\n,;/、|]")
_LABEL: Final = re.compile(r"^(tel|phone|mobile|携帯|電話)\s*[:.]?\s*(?=[+0-9(])", re.IGNORECASE)
#: Japan's prefixes for calls abroad before our own country code.
_FROM_ABROAD: Final = re.compile(r"^(?:00|010)[\s-]*81(?=[\s()-]*\d)", re.ASCII)
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−ー─━〜~ｰ"), "-")
_EXPECTED: Final = "expected a Japanese mobile number such as 090-…, 080-…, 070-… or 060-… with 11 digits"
_EXPECTED_JA: Final = "090・080・070・060 で始まる11桁の日本の携帯電話番号を書いてください"
_AS_TEXT: Final = "format the column as text and enter the number again"
_AS_TEXT_JA: Final = "列の書式を「文字列」にして、番号を入れ直してください"
_KINDS: Final = {
    PhoneNumberType.TOLL_FREE: ("a free-phone number (0120 or 0800)", "フリーダイヤル（0120・0800）"),
    PhoneNumberType.FIXED_LINE: ("a landline", "固定電話"),
    PhoneNumberType.VOIP: ("an internet phone (050)", "IP電話（050）"),
    PhoneNumberType.PAGER: ("a number for machines or pagers (020)", "機器・ポケベル用の番号（020）"),
    PhoneNumberType.PREMIUM_RATE: ("a premium-rate number", "有料情報サービスの番号"),
    PhoneNumberType.UAN: ("a nationwide company number (0570)", "ナビダイヤルなどの企業番号（0570）"),
}


def parse(text: str) -> Msisdn | Refused:
    """The number somebody wrote, or why it is none; full-width, dashes, +81, 0081 and a lost zero are fine.

    The form decides, not the library's list of allotted blocks: that list is older than the newest phones.
    """
    if usual := _USUAL.fullmatch(text):
        # What the library would make of it, without its general search: a test holds the two against each other.
        return Msisdn(f"+81{usual[1]}{usual[2]}{usual[3]}")
    written = _plain(text)
    if refused := _why_unreadable(written):
        return refused
    try:
        number = phonenumbers.parse(_FROM_ABROAD.sub("+81", written), "JP")
    except phonenumbers.NumberParseException:
        return _expected("not a phone number", "電話番号ではありません")
    if refused := _why_not_mobile(number):
        return refused
    return Msisdn(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def mask(number: str) -> str:
    """The number as logs and pages may show it: "+81•••••1234"."""
    return f"{number[:3]}•••••{number[-4:]}" if len(number) >= 12 else "•••••"


def _plain(text: str) -> str:
    """Without width, invisible marks (contacts copied from a phone bring some), labels, a float's tail."""
    folded = unicodedata.normalize("NFKC", text)
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    stripped = _LABEL.sub("", visible.strip().lstrip("'").translate(_DASHES).strip())
    whole = _WHOLE_FLOAT.fullmatch(stripped)
    return whole[1] if whole else stripped


def _why_unreadable(written: str) -> Refused | None:
    if not written:
        return _expected("empty", "空です")
    return _what_a_spreadsheet_did(written) or _not_one_number(written)


def _what_a_spreadsheet_did(written: str) -> Refused | None:
    if _POWER.fullmatch(written):
        return Refused(
            reason=f"the spreadsheet has turned the number into a power of ten and lost digits; {_AS_TEXT}",
            ja=f"表計算ソフトが番号を指数（9.01E+10 など）に変え、桁が失われています。{_AS_TEXT_JA}",
        )
    if _DATE.fullmatch(written):
        return Refused(
            reason=f"the spreadsheet has turned the number into a date; format the column as text; {_EXPECTED}",
            ja=f"表計算ソフトが番号を日付に変えています。{_AS_TEXT_JA}",
        )
    if _THOUSANDS.fullmatch(written):
        return Refused(
            reason=f"a number with commas for thousands; {_AS_TEXT}",
            ja=f"桁区切りのカンマが入っています。{_AS_TEXT_JA}",
        )
    if written.startswith("#"):
        return Refused(
            reason=f"the spreadsheet has saved signs (such as ##### or #N/A) and not the number; {_AS_TEXT}",
            ja=f"番号ではなく、##### や #N/A などの記号が保存されています。{_AS_TEXT_JA}",
        )
    if _BROKEN_FLOAT.fullmatch(written):
        return Refused(reason=f"a number with a decimal point; {_AS_TEXT}", ja=f"小数点の付いた数です。{_AS_TEXT_JA}")
    return None


def _not_one_number(written: str) -> Refused | None:
    if _SEVERAL.search(written):
        return Refused(
            reason="more than one line or number in the cell; write one number per row",
            ja="一つのセルに複数の行か番号があります。1行に一つの番号を書いてください",
        )
    if written.startswith("="):
        return Refused(reason="a formula; paste the column as values", ja="数式です。列を値として貼り付けてください")
    if _WRITTEN.fullmatch(written):
        return None
    return _expected("letters or signs beside the number", "番号のほかに文字や記号があります")


def _why_not_mobile(number: PhoneNumber) -> Refused | None:
    if number.country_code != 81:
        code = number.country_code
        return _expected(f"a number of another country (+{code})", f"ほかの国の番号です（+{code}）")
    if kind := _KINDS.get(phonenumbers.number_type(number)):
        en, ja = kind
        return _expected(f"{en}, which cannot be warned by SMS", f"{ja}なので、SMS を送れません")
    national = phonenumbers.national_significant_number(number)
    if _MOBILE.fullmatch(national):
        return None
    if re.match(r"[6789]0", national):
        digits = len(national) + 1
        return _expected(f"{digits} digits with the leading zero", f"先頭の0を入れて {digits} 桁です")
    return _expected("not a mobile number", "携帯電話の番号ではありません")


def _expected(en: str, ja: str) -> Refused:
    return Refused(reason=f"{en}; {_EXPECTED}", ja=f"{ja}。{_EXPECTED_JA}")
