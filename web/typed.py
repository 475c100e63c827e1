"""What comes in the fields of a form or behind "?" in an address, made safe to keep and to show. Pure.

Neither a database nor a page takes every character: NUL ends a text in PostgreSQL, half a surrogate pair has no UTF-8,
and control characters show nothing. Where a line may break, tab and line breaks stay.
"""

import re
from typing import Final
from urllib.parse import parse_qsl

#: control characters but for tab, line feed and carriage return; halves of pairs; what no bytes decode to
_UNUSABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")


def clean(text: str) -> str:
    """The same without what cannot be kept."""
    return _UNUSABLE.sub("", text)


def pairs(body: bytes, most: int) -> list[tuple[str, str]]:
    """Names and values of a form as browsers write it (application/x-www-form-urlencoded), at most so many, as sent.

    Bytes that are no UTF-8 are U+FFFD, so that `clean` finds them.
    """
    found = b"&".join(body.split(b"&", most)[:most])
    return parse_qsl(found.decode("utf-8", "replace"), keep_blank_values=True)
