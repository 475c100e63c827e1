"""Cases for tests; nobody's."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from alerts import places
from alerts.vocabulary import Hazard
from cases import store
from cases.case import Content, LifeStage, Section, State
from cases.searching import Labels
from cases.store import Change
from storage.database import Database
from web.console.cases import labels

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
WAJIMA, KANAZAWA = "17204", "17201"
TEXTS = {
    Section.TITLE: "避難所で言葉が通じなかった",
    Section.HAPPENED: "大雨で夜中に避難所が開いた。技能実習生 12 人が来た。",
    Section.DONE: "寮に電話し、やさしい日本語のカードを見せた。",
    Section.HELPED: "Volunteers with a pictogram card. The trainees' leader translated.",
    Section.NOT_HELPED: "館内放送は日本語だけだった。",
    Section.QUESTIONS: "ハラールの食事はあるか。Can we go back to the dormitory?",
    Section.PROPOSAL: "受付に指差しカードを置く。",
}


def known() -> Labels:
    """The words of this installation."""
    return labels.load(places.load())


def content(**values: Any) -> Content:
    """A whole case; `texts` are laid over the usual ones."""
    texts = TEXTS | values.pop("texts", {})
    made = Content(
        hazard=Hazard.HEAVY_RAIN,
        happened_on=date(2026, 11, 22),
        places=(WAJIMA,),
        languages=("id", "vi"),
        stages=(LifeStage.NEW_ARRIVAL, LifeStage.WORK),
        texts=texts,
    )
    return replace(made, **values)


def add(db: Database, municipality: str = WAJIMA, *, published: bool = True, **values: Any) -> int:
    """A case in the database."""

    def work(connection: Any) -> int:
        made = store.add(connection, municipality, content(**values), known(), actor="user:aoi", now=NOW)
        if published:
            store.move(connection, Change(id=made, version=None, actor="user:aoi", now=NOW), State.PUBLISHED)
        return made

    return db.write_sync(work)
