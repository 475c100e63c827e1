"""What can be compared between two texts without knowing their languages: numbers and links. Pure."""

import re
import unicodedata
from collections import Counter

_TOP = "jp|com|org|net|info|io|me|co|ly|gl|app|page|site|link|vn|cn|kr|tw|th|id|np|mm|kh|mn|lk|bd|br|pe|es|ph|us|uk"
#: in ASCII, as every link that an SMS can carry; the stop of a sentence does not belong to it
LINK = re.compile(
    rf"(?:(?:https?://|www\.)[!-~]+|(?<![A-Za-z0-9@.-])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:{_TOP})\b(?:/[!-~]*)?)"
    r"(?<![.,;:!?)'\"\]>])",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
#: 5,000 and 5.000 and 5 000
_THOUSANDS = re.compile(r"(?<![\d.,])(?<!\d )([1-9]\d{0,2})((?:[,. \u00a0\u202f]\d{3})+)(?![\d])")
#: a full hour is told with and without its minutes
_FULL_HOUR = re.compile(r"(?<!\d)(\d{1,2})(?:[:：.hH]|時)00(?!\d)分?")


def links(text: str) -> Counter[str]:
    """Links as they stand, how often."""
    return Counter(LINK.findall(text))


def numbers(text: str) -> Counter[str]:
    """Numbers outside links, in ASCII digits without leading zeros, how often."""
    plain = unicodedata.normalize("NFKC", LINK.sub(" ", text))
    plain = _FULL_HOUR.sub(r"\1 ", plain)
    plain = _THOUSANDS.sub(lambda found: found[1] + re.sub(r"\D", "", found[2]), plain)
    return Counter(str(int(found)) for found in _DIGITS.findall(plain))
