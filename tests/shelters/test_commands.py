"""`shelters`: import, list, mark, choose, as the command line does them."""

import json
from pathlib import Path

import pytest

from service.commands import cli
from shelters.site import Danger
from tests.shelters.builders import STANDARD, WAJIMA, a_csv, a_row


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOMOSHIBI_DATABASE", str(tmp_path / "t.db"))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = cli.main(words)
    return code, capsys.readouterr().out


def a_file(at: Path, *rows: list[str]) -> str:
    path = at / "避難場所.csv"
    path.write_bytes(a_csv(*rows, encoding="cp932"))
    return str(path)


def test_a_list_is_imported_listed_marked_and_chosen(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = a_file(
        at, a_row(STANDARD, Danger.FLOOD, Danger.TSUNAMI), a_row(name="河井公園", address="輪島市2", latitude="37.399")
    )
    code, out = run(capsys, "shelters", "import", file, "--municipality", "172049", "--dry-run")
    assert (code, "2 would be added" in out) == (0, True)
    assert "texts of Flood: 輪島小学校" in out
    assert "洪水のSMS：輪島小学校" in out
    assert "津波のSMS：案内しない（津波が数分で来るおそれがある" in out
    assert "; another one is chosen, or nearer to the town hall: Heavy rain, Flood" in out
    code, out = run(capsys, "shelters", "list", "--json")
    assert json.loads(out) == {"municipalities": []}
    code, out = run(capsys, "shelters", "import", file, "--municipality", WAJIMA)
    assert code == 0
    assert "texts of Flood: 1 輪島小学校" in out
    assert "texts of Tsunami: no site: a tsunami may come and minutes count" in out
    assert "輪島小学校: named in texts: " in out
    assert run(capsys, "shelters", "choose", "1")[0] == 0
    code, out = run(capsys, "shelters", "list", "--municipality", WAJIMA, "--json")
    listed = json.loads(out)
    assert listed["named"] | {"flood": 1, "tsunami": 1, "volcano": None} == listed["named"]
    assert listed["sites"][0]["latin"] == "Wajima Elementary School"
    code, out = run(capsys, "shelters", "mark", "1", "full", "--json")
    assert (code, json.loads(out)["state"]) == (0, "full")
    code, out = run(capsys, "shelters", "list", "--municipality", WAJIMA)
    assert "1 full chosen 輪島小学校 / Wajima Elementary School [flood,tsunami]" in out
    assert "texts of Flood: 2 河井公園" in out
    assert "texts of Tsunami: no site: none is designated for it, or all are full" in out


def test_the_nearest_is_named_by_itself_only_once_that_is_said(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nearest = ("shelters", "nearest", "--municipality", WAJIMA)
    assert run(capsys, *nearest, "--yes")[0] == 2  # no list
    far = a_row(name="門前公園", address="輪島市門前町1", latitude="37.2901", longitude="136.7701")
    run(capsys, "shelters", "import", a_file(at, a_row(), far), "--municipality", WAJIMA)
    code, out = run(capsys, *nearest)
    assert code == 0
    assert "People who live far from it read it too" in out
    assert "遠くに住む人にも同じ場所が届きます" in out
    assert "texts of Flood: 1 輪島小学校 (the nearest, although other sites lie up to 16.3 km from it)" in out
    assert "Nothing is changed." in out
    flood = "texts of Flood: no site: the sites lie more than 3 km apart"
    assert flood in run(capsys, "shelters", "list", "--municipality", WAJIMA)[1]
    code, out = run(capsys, *nearest, "--walk", "800", "--yes", "--json")
    assert (code, json.loads(out)["nearest"]) == (0, {"walk_m": 800})
    _, out = run(capsys, "shelters", "list", "--municipality", WAJIMA)
    assert "only within 800 m of all" in out
    assert "輪島小学校: named in texts as the nearest, by your word: Heavy rain, Flood" in out
    assert run(capsys, *nearest, "--walk", "4000", "--yes")[0] == 2
    assert flood in run(capsys, *nearest, "--no")[1]
    assert json.loads(run(capsys, "shelters", "list", "--municipality", WAJIMA, "--json")[1])["nearest"] is None


def test_refused_rows_are_said_in_both_languages(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = a_file(at, a_row(), a_row(name="河井公園", latitude="136.9021", longitude="37.392"))
    code, out = run(capsys, "shelters", "import", file, "--municipality", WAJIMA)
    assert code == 1
    assert "row 3, latitude: latitude 136.902 and longitude 37.392 are swapped" in out
    assert "3 行目：緯度 136.902 と経度 37.392 が入れ替わっています" in out
    code, out = run(capsys, "shelters", "import", file, "--municipality", WAJIMA, "--json")
    assert json.loads(out)["refused"][0]["column"] == "latitude"


def test_a_refused_file_and_wrong_use(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = at / "broken.csv"
    broken.write_bytes(b"phone,language\n")
    code, out = run(capsys, "shelters", "import", str(broken), "--municipality", WAJIMA)
    assert code == 1
    assert "The file was refused" in out
    assert "ファイルを取り込めません" in out
    assert run(capsys, "shelters", "import", str(at / "none.csv"), "--municipality", WAJIMA)[0] == 2
    assert run(capsys, "shelters", "import", str(broken), "--municipality", "99999")[0] == 2
    assert run(capsys, "shelters", "mark", "7", "full")[0] == 2
    assert run(capsys, "shelters", "mark", "1", "burning")[0] == 2
