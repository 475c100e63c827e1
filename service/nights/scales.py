"""Codes and words of the weather warnings by grade, as their telegrams write them (Ｒ０６, table 3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.vocabulary import NONE, Hazard
from feeds.jma.compose import Item

_TIERS = {
    "L5": "特別警報",
    "L4": "危険警報",
    "L3": "警報",
    "L2": "注意報",
    "emergency": "特別警報",
    "warning": "警報",
    "advisory": "注意報",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One telegram type: its hazard and its Kind/Code by grade, the weakest first."""

    type: str
    hazard: Hazard
    codes: Mapping[str, str]
    #: only places by the sea
    coastal: bool = False
    #: further hazards of the same telegrams
    beside: "tuple[Scale, ...]" = ()

    def grade(self, share: float) -> str:
        """The grade at a strength between 0 and 1; `none` where it is weak."""
        step = int(share * (len(self.codes) + 1))
        return [NONE, *self.codes][min(step, len(self.codes))]

    def item(self, before: str, now: str) -> Item | None:
        """What the telegram says of a place, by the grade there before and now; None where all is calm."""
        if now == NONE:
            return None if before == NONE else Item(code=self.codes[before], status="解除", last=self.codes[before])
        if before == NONE:
            return Item(code=self.codes[now])
        last, grades = self.codes[before], list(self.codes)
        if before == now:
            return Item(code=last, status="継続", last=last)
        lower = grades.index(now) < grades.index(before)
        status = f"{_TIERS[before]}から{_TIERS[now]}" if lower else "発表"
        return Item(code=self.codes[now], status=status, last=last)


RAIN = Scale(type="VPWW55", hazard=Hazard.HEAVY_RAIN, codes={"L2": "10", "L3": "03", "L4": "43", "L5": "33"})
SLIDES = Scale(type="VPWW56", hazard=Hazard.LANDSLIDE, codes={"L2": "29", "L3": "09", "L4": "49", "L5": "39"})
SURGE = Scale(
    type="VPWW57", hazard=Hazard.STORM_SURGE, codes={"L2": "19", "L3": "08", "L4": "48", "L5": "38"}, coastal=True
)
STORM = Scale(type="VPWW58", hazard=Hazard.STORM, codes={"advisory": "15", "warning": "05", "emergency": "35"})
WAVES = Scale(
    type="VPWW59", hazard=Hazard.WAVE, codes={"advisory": "16", "warning": "07", "emergency": "37"}, coastal=True
)
SNOW = Scale(type="VPWW60", hazard=Hazard.HEAVY_SNOW, codes={"advisory": "12", "warning": "06", "emergency": "36"})
FOG = Scale(type="VPWW61", hazard=Hazard.FOG, codes={"advisory": "20"})
THUNDER = Scale(type="VPWW61", hazard=Hazard.THUNDER, codes={"advisory": "14"}, beside=(FOG,))

SCALES = (RAIN, SLIDES, SURGE, STORM, WAVES, SNOW, THUNDER)
