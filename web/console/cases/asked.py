"""What a reader looks for among the cases, from the address of the page; what cannot be read is left out. Pure."""

from collections.abc import Mapping
from urllib.parse import urlencode

from alerts.vocabulary import Hazard
from cases import searching, store
from cases.case import LifeStage, State
from cases.store import Search
from web.console import forms

_FIELDS = ("words", "hazard", "stage", "state")


def read(query: Mapping[str, str]) -> Search:
    """The search of an address; one more than a page, to know whether there is a next one."""
    skip = forms.number(query.get("skip", ""), 6)
    hazard, stage, state = (query.get(name, "") for name in _FIELDS[1:])
    return Search(
        words=query.get("words", "").strip()[: searching.LONGEST].replace("\x00", ""),
        hazard=hazard if hazard in set(Hazard) else "",
        stage=stage if stage in set(LifeStage) else "",
        state=state if state in (State.DRAFT, State.PUBLISHED) else "",
        skip=0 if skip is None else skip,
        limit=store.PAGE + 1,
    )


def address(path: str, query: Mapping[str, str], skip: int) -> str:
    """The same search, further on."""
    kept = {name: value for name in _FIELDS if (value := query.get(name, ""))}
    return f"{path}?{urlencode(kept | ({'skip': str(skip)} if skip else {}))}"
