"""SQL as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import lists, sql
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


def test_a_statement_is_cut_at_its_parameters_and_nowhere_else() -> None:
    text = "SELECT :a, ':b', \":c\", x::text, 5 % 2 -- :d 10%\n WHERE y = :a AND z = :long_name2"
    found = sql.split(text)
    assert found.names == ("a", "a", "long_name2")
    assert "".join(f"{before}:{name}" for before, name in zip(found.texts, found.names, strict=True)) == text
    assert sql.split("SELECT 1").end == "SELECT 1"


def test_lists_of_many_lengths_share_their_pieces() -> None:
    short, long = (sql.split(f"SELECT 1 IN ({lists.listed(range(count))[0]})") for count in (20, 30))
    assert all(one is other for one, other in zip(short.names, long.names, strict=False))
    assert all(one is other for one, other in zip(short.texts, long.texts, strict=False))


@pytest.mark.parametrize("tail", ["", " ON CONFLICT (a, b) DO NOTHING", " ON CONFLICT DO NOTHING"])
def test_a_plain_insert_has_parts_for_many_rows(tail: str) -> None:
    text = f"INSERT INTO t (a, b, c) VALUES (:a, 'x:y', NULL){tail}"
    parts = sql.many_rows(text)
    assert parts is not None
    assert (parts.row, parts.head + parts.row + parts.tail) == ("(:a, 'x:y', NULL)", text)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t (a) VALUES (:a) ON CONFLICT (a) DO UPDATE SET a = excluded.a",
        "INSERT INTO t (a) VALUES (:a) RETURNING a",
        "INSERT INTO t (a) VALUES ((SELECT max(a) FROM t))",
        "INSERT INTO t (a) VALUES (coalesce(:a, 1))",
        "INSERT INTO t (a) SELECT :a",
        "UPDATE t SET a = :a",
    ],
)
def test_what_depends_on_the_rows_before_it_goes_row_by_row(text: str) -> None:
    assert sql.many_rows(text) is None


def test_only_bare_words_are_replaced() -> None:
    text = "x TEXT, y CONTEXT, 'TEXT', \"TEXT\", -- TEXT\n z text"
    assert sql.replace_words(text, lambda word: "WORD" if word == "TEXT" else word) == text.replace("TEXT", "WORD", 1)
