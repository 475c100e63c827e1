"""Own texts on both engines: a person's words are never drafted over, and a signature is for what was seen."""

import threading

import pytest

from alerts import places
from delivery.owntexts import signing, texts
from delivery.owntexts.signing import Outcome, Seen
from delivery.owntexts.texts import Back, Drafted, New, Purpose
from storage import audit, database
from templates_i18n import catalogue
from templates_i18n.freetext.gates import Tables
from tests.delivery.builders import WAJIMA
from tests.web.rows import NOW

TABLES = Tables(catalogue=catalogue.load(), places=places.load())
SOURCE = "輪島市で断水しています。水を飲まないでください。"


def _begin(db, source: str = SOURCE, language: str = "ja") -> int:
    new = New(municipality=WAJIMA, purpose=Purpose.NOTICE, title="断水", source_language=language, source=source)
    return db.write_sync(signing.begin, new, "user:aoi", NOW)


def _text(db, identity: int) -> texts.OwnText:
    found = db.read_sync(texts.find, identity)
    assert found is not None
    return found


def _draft(db, identity: int, language: str, words: str, source: str = SOURCE) -> bool:
    made = Drafted(language=language, words=words, source=source, source_language="ja", by="Argos ja_en-1.1 (ab)")
    return db.write_sync(texts.put_draft, identity, made, NOW)


def _write(db, identity: int, language: str, words: str, by: str = "user:aoi") -> None:
    db.write_sync(signing.write, _text(db, identity), language, words, by, NOW)


def _sign(db, identity: int, language: str, *answered: str, mark: str = "", by: str = "user:bruno") -> Outcome:
    mark = mark or signing.seen(_text(db, identity), language)
    given = Seen(language=language, mark=mark, answered=frozenset(answered))
    return db.write_sync(signing.sign, identity, given, by, TABLES, NOW).outcome


GOOD = "No tap water in Wajima City. Do not drink the water."


def test_a_draft_is_marked_kept_and_signed_by_a_person(db):
    identity = _begin(db)
    assert _draft(db, identity, "en", GOOD)
    words = _text(db, identity).words["en"]
    assert (words.is_draft, words.signed, words.drafted_by) == (True, False, "Argos ja_en-1.1 (ab)")
    assert _text(db, identity).signed() == {}
    assert _sign(db, identity, "en") is Outcome.DONE
    words = _text(db, identity).words["en"]
    assert (words.signed_by, words.signed_at, words.is_draft) == ("user:bruno", NOW, False)
    actions = [(one.actor, one.action) for one in db.read_sync(audit.about, f"text:{identity}")]
    assert actions == [("user:aoi", "own text begun"), ("user:bruno", "own text signed")]


def test_a_persons_words_and_signed_words_are_not_drafted_over(db):
    identity = _begin(db)
    _draft(db, identity, "en", GOOD)
    assert _draft(db, identity, "en", "No water in Wajima City. Never drink the water.")
    _write(db, identity, "en", GOOD)
    assert not _draft(db, identity, "en", "Other words.")
    assert _text(db, identity).words["en"].words == GOOD
    assert _text(db, identity).words["en"].draft == "No water in Wajima City. Never drink the water."


def test_a_draft_of_an_older_source_is_not_taken(db):
    identity = _begin(db)
    _write(db, identity, "ja", "水が出ました。")
    assert not _draft(db, identity, "en", GOOD)
    assert "en" not in _text(db, identity).words


def test_a_signature_falls_with_the_words_and_with_the_source(db):
    identity = _begin(db)
    _write(db, identity, "en", GOOD)
    assert _sign(db, identity, "en") is Outcome.DONE
    _write(db, identity, "en", GOOD)
    assert _text(db, identity).words["en"].signed
    _write(db, identity, "en", GOOD.replace("tap ", ""))
    assert not _text(db, identity).words["en"].signed
    assert _sign(db, identity, "en") is Outcome.DONE
    assert _sign(db, identity, "ja") is Outcome.DONE
    _write(db, identity, "ja", f"{SOURCE}17時まで。")
    assert _text(db, identity).signed() == {}


def test_what_was_changed_since_it_was_seen_is_not_signed(db):
    identity = _begin(db)
    _write(db, identity, "en", GOOD)
    mark = signing.seen(_text(db, identity), "en")
    _write(db, identity, "en", GOOD.replace("tap ", ""))
    assert _sign(db, identity, "en", mark=mark) is Outcome.CHANGED
    mark = signing.seen(_text(db, identity), "en")
    _write(db, identity, "ja", f"{SOURCE}水は市役所にあります。")
    assert _sign(db, identity, "en", mark=mark) is Outcome.CHANGED
    assert _sign(db, identity, "vi", mark="x" * 32) is Outcome.GONE


@pytest.mark.parametrize("draft", ["No tap water in Wajima City until 5. Do not drink the water.", "wаter", "a" * 300])
def test_nobody_signs_what_a_gate_stops(db, draft):
    identity = _begin(db)
    _draft(db, identity, "en", draft)
    assert _sign(db, identity, "en", "numbers", "characters", "too_long") is Outcome.STOPPED


def test_what_a_gate_asks_is_answered_by_name(db):
    identity = _begin(db)
    _draft(db, identity, "en", "No tap water in Wajima City. Drink the water.")
    assert _sign(db, identity, "en") is Outcome.ASKED
    assert _sign(db, identity, "en", "place") is Outcome.ASKED
    assert _sign(db, identity, "en", "negation_lost") is Outcome.DONE
    assert _text(db, identity).words["en"].answered == ("negation_lost",)


def test_what_is_read_back_belongs_to_the_words_it_was_read_from(db):
    identity = _begin(db)
    _draft(db, identity, "en", GOOD)
    back = Back(of=GOOD, words="水がありません。", language="ja", by="Argos en_ja-1.1")
    db.write_sync(texts.put_back, identity, "en", back)
    assert _text(db, identity).words["en"].back == "水がありません。"
    _write(db, identity, "en", GOOD.replace("tap ", ""))
    assert _text(db, identity).words["en"].back == ""
    db.write_sync(texts.put_back, identity, "en", back)
    assert _text(db, identity).words["en"].back == ""


def test_the_list_is_of_ones_own_municipalities_and_without_what_was_thrown_away(db):
    first, second = _begin(db), _begin(db)
    assert [one.id for one in db.read_sync(texts.latest, [WAJIMA])] == [second, first]
    assert db.read_sync(texts.latest, ["17205"]) == []
    db.write_sync(signing.discard, _text(db, second), "user:aoi", NOW)
    assert [one.id for one in db.read_sync(texts.latest, [WAJIMA])] == [first]
    assert db.read_sync(texts.find, second) is None


def test_who_signs_waits_for_whoever_changes_the_source(postgresql_url):
    db, other = database.open(postgresql_url), database.open(postgresql_url)
    identity = _begin(db)
    _write(db, identity, "en", GOOD)
    text, mark = _text(db, identity), signing.seen(_text(db, identity), "en")
    inside, go_on = threading.Event(), threading.Event()

    def slowly(connection):
        signing.write(connection, text, "ja", "水が出ました。", "user:aoi", NOW)
        inside.set()
        assert go_on.wait(30)

    writing = threading.Thread(target=other.write_sync, args=(slowly,))
    writing.start()
    assert inside.wait(30)
    made = []
    signing_ = threading.Thread(target=lambda: made.append(_sign(db, identity, "en", mark=mark)))
    signing_.start()
    waiting = "SELECT 1 AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while signing_.is_alive() and not other.read_sync(lambda connection: connection.execute(waiting)):
        pass
    go_on.set()
    for thread in (writing, signing_):
        thread.join(30)
    assert made == [Outcome.CHANGED]
    for one in (db, other):
        one.close_sync()
