"""Sources of CAP messages in the settings: every mistake is named; secrets stay in."""

from pathlib import Path

import pytest

from delivery.hooks import signature
from service import settings
from service.settings import SettingsError

SECRET = signature.secret_of(b"a key for tests, of many bytes.....")
GOOD = f"""
[[cap_sources]]
name = "noto-town"
municipalities = ["17463"]
senders = ["bousai@town.example"]
secret = "{SECRET}"
language = "ja"
words = {{ event = {{ "全員避難" = "order" }} }}
"""


def load(folder: Path, text: str) -> settings.Settings:
    (folder / settings.CONFIG_FILE).write_text(text, encoding="utf-8")
    return settings.load({}, folder)


def test_a_source(tmp_path: Path) -> None:
    loaded = load(tmp_path, GOOD)
    [source] = loaded.cap_sources
    assert (source.name, source.municipalities, source.secret) == ("noto-town", {"17463"}, SECRET)
    assert source.meaning(("event", ""), "全員 避難") == "order"
    assert SECRET not in repr(loaded) + str(loaded.model_dump(mode="json"))


def test_a_secret_out_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n", encoding="utf-8")
    loaded = load(tmp_path, GOOD.replace(f'secret = "{SECRET}"', f'secret_file = "{tmp_path / "key"}"'))
    assert loaded.cap_sources[0].secret == SECRET


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ('name = "noto-town"', 'name = "Noto Town"', "name"),
        ('name = "noto-town"', "", "name"),
        ('["17463"]', "[]", "municipalities"),
        ('["17463"]', '["能登町"]', "municipalities"),
        ('senders = ["bousai@town.example"]', "", "senders"),
        (f'secret = "{SECRET}"', "", "either url"),
        (f'secret = "{SECRET}"', f'secret = "{SECRET}"\nurl = "https://town.example/feed"', "either url"),
        (f'secret = "{SECRET}"', 'secret = "short"', "whsec_"),
        (f'secret = "{SECRET}"', 'secret_file = "/nowhere/key"', "cannot be read"),
        (f'secret = "{SECRET}"', 'url = "http://town.example/feed"', "https"),
        ('language = "ja"', 'colour = "red"', "colour"),
        ('language = "ja"', 'cancel = "maybe"', "cancel"),
        ('language = "ja"', "poll_seconds = 0", "poll_seconds"),
        ('"order"', '"L4"', "expected one of elderly"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    assert right in GOOD
    with pytest.raises(SettingsError, match=says) as refused:
        load(tmp_path, GOOD.replace(right, wrong))
    assert SECRET not in str(refused.value)


def test_two_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="same name"):
        load(tmp_path, GOOD + GOOD)
