"""SQL as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import sql
from storage.errors import StorageError

_PIECES = st.sampled_from(
    [
        "SELECT",
        " ",
        "'a;b'",
        "'it''s'",
        '"a;""b"',
        "-- c; :x '\n",
        "/* ; ' :y */",
        ":name",
        "::text",
        "%",
        "1",
        ",",
        "-",
    ]
)


@given(st.lists(_PIECES).map(" ".join))
def test_tokens_lose_nothing(text: str) -> None:
    assert "".join(sql.tokens(text)) == text


@given(st.lists(st.lists(_PIECES.filter(lambda piece: piece != " ")), max_size=6))
def test_a_script_splits_where_it_was_joined(parts: list[list[str]]) -> None:
    scripts = [" ".join(part) for part in parts]
    joined = sql.statements("\n;\n".join(scripts))
    assert joined == [statement for script in scripts for statement in sql.statements(script)]


def test_comments_go_and_strings_stay() -> None:
    script = "CREATE TABLE a (x TEXT); -- one; two\nINSERT INTO a VALUES ('-- ; /*'); /* ; */ ;"
    assert sql.statements(script) == ["CREATE TABLE a (x TEXT)", "INSERT INTO a VALUES ('-- ; /*')"]


def test_an_open_quote_says_where() -> None:
    with pytest.raises(StorageError, match="character 7"):
        sql.statements("SELECT 'a")


def test_parameters_become_percent_style() -> None:
    text = "SELECT :a, ':b', \":c\", x::text, 5 % 2 -- :d 10%\n WHERE y = :long_name2"
    assert sql.percent_style(text) == (
        "SELECT %(a)s, ':b', \":c\", x::text, 5 %% 2 -- :d 10%%\n WHERE y = %(long_name2)s"
    )


def test_only_bare_words_are_replaced() -> None:
    text = "x TEXT, y CONTEXT, 'TEXT', \"TEXT\", -- TEXT\n z text"
    assert sql.replace_words(text, lambda word: "WORD" if word == "TEXT" else word) == text.replace("TEXT", "WORD", 1)
