"""Which of our languages somebody means: by tag, English name, Japanese name, or its own name.

Owns the further spellings found in lists of cities. Refuses to choose between two writings of Chinese.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from subscribers.refusal import Refused, quoted

#: The languages of the service (design §5); a language without texts yet is accepted and served by others.
TAGS = (
    *("ja-Hira", "ja", "en", "zh-Hans", "zh-Hant", "ko", "vi", "fil", "pt"),
    *("es", "id", "ne", "my", "th", "km", "mn", "si", "bn"),
)
#: Further spellings. A spelling that stands under two tags is ambiguous.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "ja-Hira": ("やさしいにほんご", "優しい日本語", "日本語（やさしい）", "Plain Japanese", "Yasashii Nihongo")
    + ("ja-easy",),
    "ja": ("にほんご",),
    "en": ("えいご",),
    "zh-Hans": ("簡体字", "中国語簡体", "簡体字中国語", "中文简体", "Simplified Chinese", "zh-CN", "zh-SG")
    + ("zh", "Chinese", "Mandarin", "中国語", "中文"),
    "zh-Hant": ("繁体字", "中国語繁体", "繁体字中国語", "中文繁體", "Traditional Chinese", "zh-TW", "zh-HK")
    + ("zh-MO", "台湾語", "zh", "Chinese", "Mandarin", "中国語", "中文"),
    "ko": ("朝鮮語", "韓国・朝鮮語", "ハングル", "조선말"),
    "vi": ("ヴェトナム語", "Tieng Viet"),
    "fil": ("tl", "tl-PH", "Tagalog", "タガログ語", "フィリピン語", "Pilipino"),
    "pt": ("Brazilian Portuguese", "Portuguese (Brazil)", "ブラジル・ポルトガル語", "ポルトガル語（ブラジル）"),
    "id": ("in", "Bahasa"),
    "my": ("Myanmar", "ビルマ語", "မြန်မာ"),
    "th": ("ไทย",),
    "km": ("Cambodian", "カンボジア語", "ខ្មែរ"),
    "mn": ("Монгол хэл",),
    "si": ("Sinhalese", "シンハリ語"),
    "bn": ("Bangla", "バングラ語", "バングラデシュ語"),
}


class LanguageNames:
    """Finds a language by what somebody wrote."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        """`names`: tag -> its English, Japanese and own name."""
        self._tags = tuple(names)
        self._found: dict[str, set[str]] = {}
        for tag, spellings in names.items():
            for spelling in (tag, *spellings, *_ALSO.get(tag, ())):
                for key in _keys(spelling):
                    self._found.setdefault(key, set()).add(tag)

    def read(self, text: str) -> str | Refused:
        """The tag of the language, or why none could be told."""
        if not text.strip():
            return Refused(
                reason="empty; expected a language such as en, Vietnamese or ベトナム語",
                ja="空です。en、Vietnamese、ベトナム語のように言語を書いてください",
            )
        found = self._candidates(text)
        if len(found) == 1:
            return next(iter(found))
        if found:
            tags = sorted(found)
            return Refused(
                reason=f"{quoted(text)} can mean {' or '.join(tags)}; write one of them",
                ja=f"{quoted(text)} は {' とも '.join(tags)} とも読めます。どれか一つを書いてください",
            )
        return Refused(
            reason=f"{quoted(text)} is not a language of this service; expected one of " + ", ".join(self._tags),
            ja=f"{quoted(text)} はこのサービスの言語ではありません。次のどれかを書いてください："
            + "、".join(self._tags),
        )

    def _candidates(self, text: str) -> set[str]:
        if found := self._named(text):
            return found
        # A tag with a region, pt-BR or vi_VN: the language alone decides, where that is one of ours.
        language, mark, region = text.strip().replace("_", "-").partition("-")
        if mark and len(region) in (2, 3) and region.isascii() and region.isalnum():
            return {tag for tag in self._tags if tag == language.casefold()}
        # Two names of the same language: フィリピノ語（タガログ語）, Filipino/Tagalog.
        names = [self._named(part) for part in re.split(r"[()/・,、]", unicodedata.normalize("NFKC", text)) if part]
        return names[0] if names and all(name == names[0] for name in names) else set()

    def _named(self, text: str) -> set[str]:
        return next((found for key in _keys(text) if (found := self._found.get(key))), set())


def _keys(text: str) -> tuple[str, ...]:
    """A spelling without width, case, spaces and signs; for Latin letters also without accents."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(char for char in folded if unicodedata.category(char)[0] in "LMN")
    apart = unicodedata.normalize("NFD", kept)
    bare = "".join(char for char in apart if unicodedata.category(char) != "Mn")
    return (kept, bare) if bare.isascii() and bare != kept else (kept,)
