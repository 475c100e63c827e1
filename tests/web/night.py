"""A made-up night, filled into a database for the page tests and for the picture of the README."""

from alerts.places import PlaceTable
from storage.connection import Connection
from tests.web import rows
from tests.web.rows import ago

#: as people would read them; made up for the pages, not from the catalogue
TEXTS = {
    "ja-Hira": "おおつなみ けいほう：すぐ たかい ところへ にげて。\nわじまし　大津波警報\n きしょうちょう 11/23 11:56",
    "ja": "大津波警報：今すぐ高い所へ逃げてください。\n輪島市　大津波警報\n気象庁 11/23 11:56",
    "en": "MAJOR TSUNAMI WARNING: RUN to high ground NOW.\nWajima. Major Tsunami Warning\nJMA 11/23 11:56",
    "zh-Hans": "大海啸警报：立即跑到高处。\n轮岛市（輪島市）大津波警報\n日本气象厅 11/23 11:56",
    "vi": "CẢNH BÁO SÓNG THẦN LỚN: CHẠY lên chỗ cao NGAY.\nWajima (輪島市)\nJMA 11/23 11:56",
    "my": "အပြင်းစား ဆူနာမီ ဘေးအန္တရာယ် သတိပေးချက်: ယခုချက်ချင်း မြင့်ရာသို့ ပြေးပါ\nWajima (輪島市)\nJMA 11/23 11:56",
    "km": "ការព្រមានរលកយក្សស៊ូណាមិធំ៖ រត់ទៅទីខ្ពស់ឥឡូវនេះ\nWajima (輪島市)\nJMA 11/23 11:56",
    "ne": "ठूलो सुनामी चेतावनी: अहिले नै अग्लो ठाउँमा जानुहोस्\nWajima (輪島市)\nJMA 11/23 11:56",
    "pt": "ALERTA DE GRANDE TSUNAMI: CORRA para um lugar alto AGORA.\nWajima\nJMA 11/23 11:56",
}
_INTENSITY = {
    "17204": "7",
    "17205": "6+",
    "17463": "6+",
    "17461": "6+",
    "17407": "6-",
    "17384": "6-",
    "17202": "6-",
    "17206": "5+",
    "17201": "5+",
    "16202": "5+",
    "16205": "5+",
    "15222": "5+",
    "15202": "5-",
    "16201": "5-",
    "18201": "5-",
    "15100": "5-",
    "18210": "4",
    "20201": "4",
    "21217": "4",
    "15224": "4",
}
_REASON = "{}: send by the table of hazards"


def fill(db: Connection, places: PlaceTable) -> None:
    """An earthquake, a tsunami, heavy rain, a training telegram, broken ones, and a feed that cannot be seen."""
    for name in ("eqvol", "extra", "regular"):
        rows.a_feed(db, name)
    rows.a_feed(
        db,
        "other",
        last_success_at=ago(12),
        failing_since=ago(11),
        failures=9,
        last_error="HTTP 404 with text/html; expected XML",
    )
    _telegrams(db)
    _standing(db, places)
    _broadcasts(db)
    rows.counted(db)
    rows.a_notice(db, "blind", "other", "We cannot see the JMA feed other since 11:48 Japan time.", urgent=1)
    rows.a_notice(
        db, "unknown_code", "0299900", "The code 0299900 is not in the place tables.", times=3, last_at=ago(2)
    )
    rows.a_lesson(db)
    rows.a_lesson(db, lesson="quake_drop", place="17201", state="held", reason="tsunami warning in force")


def _telegrams(db: Connection) -> None:
    rows.a_telegram(db, "rain", "VPWW56", received_at=ago(40))
    rows.an_alert(
        db, "rain", "landslide", reason=_REASON.format("landslide L4"), places={str(n): "L4" for n in range(9)}
    )
    rows.an_alert(db, "rain", "heavy_rain", reason=_REASON.format("heavy_rain L3"), decision="send")
    rows.a_report(db, "rain", "landslide", sent=ago(41))
    rows.a_report(db, "rain", "heavy_rain", sent=ago(41))
    rows.a_telegram(db, "drill", "VXSE53", received_at=ago(30))
    rows.an_alert(
        db,
        "drill",
        status="Exercise",
        decision="record",
        reason="Exercise: only real telegrams can lead to a text",
        places={"13101": "7"},
    )
    rows.a_telegram(
        db, "broken", "VXSE53", state="quarantined", reason="not well-formed XML at line 12", received_at=ago(20)
    )
    rows.a_telegram(db, "late", "VPFD51", state="ignored", reason="a type that is not read", received_at=ago(12))
    rows.a_telegram(db, "first", "VXSE51", received_at=ago(5))
    rows.an_alert(db, "first", reason=_REASON.format("earthquake 6+"), places={str(n): "5-" for n in range(31)})
    rows.a_telegram(db, "quake", "VXSE53", received_at=ago(3))
    rows.an_alert(db, "quake", msg_type="Update", reason=_REASON.format("earthquake 7"), places=_INTENSITY)
    rows.a_report(db, "quake", sent=ago(3.2))
    rows.a_telegram(db, "wave", "VTSE41", received_at=ago(2.8))
    rows.an_alert(
        db, "wave", "tsunami", reason=_REASON.format("tsunami major_warning"), places={"17204": "major_warning"}
    )
    rows.a_report(db, "wave", "tsunami", sent=ago(3))


def _standing(db: Connection, places: PlaceTable) -> None:
    for code, intensity in _INTENSITY.items():
        rows.in_force(db, code, "earthquake", intensity, event="20261123115300", digest="quake", ends_at=ago(-170))
    for place in places.all():
        if "350" in place.tsunami_areas or "360" in place.tsunami_areas:
            facts = '{"height":5.0}' if "350" in place.tsunami_areas else '{"height":3.0}'
            grade = "major_warning" if "350" in place.tsunami_areas else "warning"
            rows.in_force(db, place.code, "tsunami", grade, digest="wave", facts=facts)
        elif place.tsunami_areas and place.prefecture in ("15", "18", "26"):
            rows.in_force(db, place.code, "tsunami", "advisory", digest="wave", facts='{"height":1.0}')
        if place.prefecture == "17" and not place.parent:
            rows.in_force(
                db, place.code, "landslide", "L4" if place.code > "17300" else "L3", digest="rain", since=ago(41)
            )
        if place.prefecture == "16":
            rows.in_force(db, place.code, "heavy_rain", "L3", digest="rain", since=ago(41))


def _broadcasts(db: Connection) -> None:
    rain = rows.a_broadcast(
        db,
        hazard="landslide",
        state="complete",
        reason=_REASON.format("landslide L4"),
        priority=20,
        seen_at=ago(40),
        planned=40,
        planned_segments=96,
        planned_at=ago(39.9),
        first_handover_at=ago(39.99),
        last_handover_at=ago(39.5),
        excluded={"below the person's threshold": 12, "has stopped": 1},
    )
    text = rows.a_text(db, rain)
    rows.messages(db, rain, text, {"delivered": 36, "sent": 2, "undelivered": 1, "expired": 1})
    quake = rows.a_broadcast(
        db,
        planned=120,
        planned_segments=280,
        planned_at=ago(2.9),
        first_handover_at=ago(2.99),
        last_handover_at=ago(1),
        excluded={"already told": 3},
    )
    text = rows.a_text(db, quake)
    rows.messages(db, quake, text, {"delivered": 70, "accepted": 20, "uncertain": 3, "failed": 2, "withdrawn": 25})
    wave = rows.a_broadcast(
        db,
        hazard="tsunami",
        reason=_REASON.format("tsunami major_warning"),
        priority=10,
        form="short",
        planned=130,
        planned_segments=300,
        seen_at=ago(2.8),
        first_handover_at=ago(2.79),
        last_handover_at=ago(0.1),
    )
    texts = [rows.a_text(db, wave, language, words, form="short") for language, words in TEXTS.items()]
    rows.messages(db, wave, texts[2], {"delivered": 30, "sent": 25, "queued": 75})
