"""The link of a text leads to the page that says the same, for that reader's place and language."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from alerts import codec, places
from alerts.vocabulary import Hazard, Kind
from delivery.telling import Telling
from delivery.writing import CatalogueWriter
from storage.database import Database
from templates_i18n import catalogue
from templates_i18n.render import Form
from tests.web.conftest import Open
from tests.web.residents import told
from tests.web.residents.told import KANAZAWA, TOYAMA, change
from tests.web.states import a_state

HOST = "https://sms.example"
CHANGES = {TOYAMA: change("none", "L3"), KANAZAWA: change("none", "L4")}


def written(alert_id: int | None, language: str, form: Form = Form.FULL, pages: str = HOST) -> list[str]:
    """The lines of the text for a reader in Toyama."""
    writer = CatalogueWriter(catalogue=catalogue.load(), places=places.load(), pages=pages)
    telling = Telling(kind=Kind.NEW, grade="L3", places=((TOYAMA, "L3"),), language=language, told={})
    changes = {place: codec.change_from_json(place, row) for place, row in CHANGES.items()}
    return writer.write(Hazard.HEAVY_RAIN, changes, telling, form, alert_id).text.split("\n")


@pytest.mark.parametrize("language", ["ja", "zh-Hans", "ja-Hira"])
async def test_the_link_of_a_text_opens_its_own_words(browse: Open, sqlite_db: Database, language: str) -> None:
    alert_id = sqlite_db.write_sync(told.alert, "heavy_rain", CHANGES)
    head, *_, link = written(alert_id, language)
    assert link == f"{HOST}/a/{alert_id}.{TOYAMA}.{language}"
    client = await browse(a_state(sqlite_db))
    page = await (await client.get(urlsplit(link).path)).text()
    assert f'<html lang="{language}">' in page
    assert head.rstrip("☔🏃 ") in page


@pytest.mark.parametrize(
    ("alert_id", "form", "pages"), [(1, Form.SHORT, HOST), (1, Form.FULL, ""), (None, Form.FULL, HOST)]
)
def test_no_link_in_shorter_forms_without_an_address_or_without_an_alert(
    alert_id: int | None, form: Form, pages: str
) -> None:
    assert not [line for line in written(alert_id, "en", form, pages) if "/a/" in line]


async def test_a_language_nobody_answers_for_is_told_in_two_others(browse: Open, sqlite_db: Database) -> None:
    words = catalogue.load()
    alert_id = sqlite_db.write_sync(told.alert, "heavy_rain", CHANGES)
    few = {tag: language for tag, language in words.by_tag.items() if tag in ("en", "ja-Hira")}
    client = await browse(a_state(sqlite_db, usable=lambda: replace(words, by_tag=few)))
    page = await (await client.get(f"/a/{alert_id}?l=my")).text()
    assert '<html lang="en">' in page
    assert 'lang="mul"' in page
