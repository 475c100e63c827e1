"""The time of Japan, which has had one zone and no summer time since 1951. Pure."""

from typing import Final
from zoneinfo import ZoneInfo

JST: Final = ZoneInfo("Asia/Tokyo")
