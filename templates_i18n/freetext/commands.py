"""What free words may not say: level 3 and above and official warnings have reviewed words (rule 8). Pure.

Looked for in Japanese, Easy Japanese and English, which every notice has; the others are held against these.
"""

import re
import unicodedata
from typing import Final

_SAID: Final = {
    "ja": (
        r"レベル\s*[3-5三四五]|避難指示|避難勧告|緊急安全確保|高齢者等避難|津波(?:警報|注意報)|特別警報",
        r"噴火警報|緊急地震速報",
    ),
    "ja-Hira": (
        r"[レれ][ベべ][ルる]\s*[3-5]|ひなん\s*しじ|ひなん\s*かんこく|きんきゅう\s*あんぜん",
        r"こうれいしゃ(?:\s*とう)?\s*ひなん|つなみ\s*(?:けいほう|ちゅういほう)|とくべつ\s*けいほう|ふんか\s*けいほう",
    ),
    "en": (
        r"\blevels?\s*[3-5]\b|\bevacuation (?:order|advisory|instruction)|\border(?:ed)? to evacuate",
        r"\bevacuate (?:now|immediately|at once)|\btsunami (?:warning|advisory)|\b(?:emergency|eruption|early) warning",
    ),
}
_PATTERNS: Final = {tag: re.compile("|".join(said), re.IGNORECASE) for tag, said in _SAID.items()}


def commanded(text: str, tag: str) -> str:
    """The first words of a text that only reviewed words may say; '' where there are none."""
    pattern = _PATTERNS.get(tag)
    found = pattern.search(unicodedata.normalize("NFKC", text)) if pattern else None
    return found[0] if found else ""
