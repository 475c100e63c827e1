"""What free words may not say: level 3 and above and official warnings have reviewed words (rule 8). Pure.

Looked for in Japanese, Easy Japanese and English, which every notice has; the others are held against these.
"""

import re
import unicodedata
from typing import Final

_SAID: Final = {
    "ja": (
        r"(?:レベル|[Ll][Vv])[\s:.-]*[3-5三四五]|避\s*難\s*(?:指\s*示|勧\s*告)|緊急\s*安全\s*確保|高齢者等\s*避難",
        r"津波\s*(?:警報|注意報)|特別\s*警報",
        r"噴火警報|緊急地震速報|全員\s*避難|避難\s*(?:せよ|しろ)|逃げろ",
    ),
    "ja-Hira": (
        r"[レれ][ベべ][ルる]\s*[3-5]|ひなん\s*しじ|ひなん\s*かんこく|きんきゅう\s*あんぜん",
        r"こうれいしゃ(?:\s*とう)?\s*ひなん|つなみ\s*(?:けいほう|ちゅういほう)|とくべつ\s*けいほう|ふんか\s*けいほう",
        r"にげろ|ぜんいん\s*ひなん|ひなん\s*(?:せよ|しろ)",
    ),
    "en": (
        r"\b(?:levels?|lv)[\s:.-]*(?:[3-5]|three|four|five)\b|\b(?-i:L)[3-5]\b",
        r"\bevacuation (?:order|advisory|instruction)",
        r"\border(?:ed)? to evacuate|\b(?:must|has to|have to) (?:all )?evacuate",
        r"\bevacuate (?:right )?(?:now|immediately|at once)",
        r"\btsunami (?:warning|advisory)|\b(?:emergency|eruption|early) warning",
    ),
}
_PATTERNS: Final = {tag: re.compile("|".join(said), re.IGNORECASE) for tag, said in _SAID.items()}


def commanded(text: str, tag: str) -> str:
    """The first words of a text that only reviewed words may say; '' where there are none."""
    pattern = _PATTERNS.get(tag)
    found = pattern.search(unicodedata.normalize("NFKC", text)) if pattern else None
    return found[0] if found else ""
