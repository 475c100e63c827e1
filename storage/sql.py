"""SQL as text: statements of a script, named parameters. Owns every rewriting of SQL; runs none."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

from storage.errors import StorageError

_TOKEN = re.compile(
    r"""
    '(?:[^']|'')*'            # string
  | "(?:[^"]|"")*"            # quoted name
  | --[^\n]*                  # comment to the end of the line
  | /\*.*?\*/                 # comment in brackets
  | ::
  | :[A-Za-z_][A-Za-z_0-9]*   # named parameter
  | [A-Za-z_][A-Za-z_0-9]*
  | \s+
  | .
    """,
    re.VERBOSE | re.DOTALL,
)
#: A transaction belongs to the door, never to a store function.
_RESERVED = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "VACUUM", "ATTACH", "DETACH"})


def tokens(sql: str) -> Iterator[str]:
    """The words, strings, comments and signs of `sql`; joined they give `sql` again."""
    for match in _TOKEN.finditer(sql):
        token = match.group()
        if token in ("'", '"'):
            raise StorageError(f"SQL with an open quote at character {match.start()}: {sql[match.start() :][:40]!r}")
        yield token


def statements(script: str) -> list[str]:
    """The statements of a script, without comments; a semicolon in a string or a comment ends nothing."""
    found: list[str] = []
    current: list[str] = []
    for token in [*tokens(script), ";"]:
        if token != ";":
            current.append("" if _is_comment(token) else token)
        elif text := "".join(current).strip():
            found.append(text)
        if token == ";":
            current = []
    return found


def replace_words(sql: str, replace: Callable[[str], str]) -> str:
    """`sql` with every bare word replaced; strings, quoted names and comments stay as they are."""
    return "".join(replace(token) if _is_word(token) else token for token in tokens(sql))


@lru_cache(maxsize=1024)
def checked(sql: str) -> str:
    """`sql` itself, when it is one statement that leaves the transaction alone; StorageError otherwise."""
    parts = statements(sql)
    if len(parts) != 1:
        raise StorageError(f"expected one SQL statement, found {len(parts)}: {sql.strip()[:60]!r}")
    word = parts[0].split(None, 1)[0].upper()
    if word in _RESERVED:
        raise StorageError(f"{word} is not for store functions: the transaction belongs to storage")
    return sql


@lru_cache(maxsize=1024)
def percent_style(sql: str) -> str:
    """`:name` parameters as `%(name)s`, every other `%` doubled; strings and comments keep their colons."""
    return "".join(_percent_token(token) for token in tokens(_any_of_lists(checked(sql))))


@lru_cache(maxsize=1024)
def for_sqlite(sql: str) -> str:
    """A checked statement as SQLite reads it: `IN :name` looks into a list that comes as JSON."""
    return _replace_lists(checked(sql), lambda name: f"IN (SELECT value FROM json_each({name}))")  # noqa: S608 -- a mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A statement cut at its `:name` parameters: each text stands before the parameter of the same index."""

    texts: tuple[str, ...]
    names: tuple[str, ...]
    #: after the last parameter
    end: str


@lru_cache(maxsize=2048)
def split(sql: str) -> Split:
    """Where the parameters stand; strings and comments keep their colons.

    Lists of many lengths are kept: their pieces are the same few strings.
    """
    texts, names, current = [], [], ""
    for token in tokens(_any_of_lists(checked(sql))):
        if _is_parameter(token):
            texts.append(intern(current))
            names.append(intern(token[1:]))
            current = ""
        else:
            current += token
    return Split(texts=tuple(texts), names=tuple(names), end=current)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyRows:
    """`INSERT … VALUES (…) …` in its three parts; joined they give the statement."""

    head: str
    #: one row with its brackets
    row: str
    tail: str


_INSERT_HEAD = re.compile(r"\s*INSERT\s+INTO\s+\w+\s*\([\w\s,]*\)\s*VALUES\s*", re.IGNORECASE)
#: a value that is the same whichever rows stand before it in the statement
_PLAIN = r"(?::\w+|'[^']*'|-?\d+|NULL)"
_PLAIN_ROW = re.compile(rf"\(\s*{_PLAIN}(?:\s*,\s*{_PLAIN})*\s*\)", re.IGNORECASE)
_PLAIN_TAIL = re.compile(r"(?:\s*ON\s+CONFLICT\s*(?:\([\w\s,]*\)\s*)?DO\s+NOTHING)?\s*", re.IGNORECASE)


@lru_cache(maxsize=1024)
def many_rows(sql: str) -> ManyRows | None:
    """The parts of an INSERT that means the same for all rows at once as for one after the other; None for others."""
    text = checked(sql)
    start = _INSERT_HEAD.match(text)
    row = _PLAIN_ROW.match(text, start.end()) if start else None
    if start is None or row is None or not _PLAIN_TAIL.fullmatch(text, row.end()):
        return None
    return ManyRows(head=start.group(), row=row.group(), tail=text[row.end() :])


def _any_of_lists(sql: str) -> str:
    """As PostgreSQL reads it: one array, which it takes in much faster than as many values in brackets."""
    return _replace_lists(sql, lambda name: f"= ANY ({name})")


def _replace_lists(sql: str, replace: Callable[[str], str]) -> str:
    """`sql` with every `IN :name` replaced."""
    found: list[str] = []
    for token in tokens(sql):
        if _is_parameter(token) and len(found) > 1 and found[-2].upper() == "IN" and found[-1].isspace():
            found[-2:] = [replace(token)]
        else:
            found.append(token)
    return "".join(found)


def _percent_token(token: str) -> str:
    if _is_parameter(token):
        return f"%({token[1:]})s"
    return token.replace("%", "%%")


def _is_parameter(token: str) -> bool:
    return token[0] == ":" and len(token) > 1 and token != "::"


def _is_comment(token: str) -> bool:
    return token.startswith(("--", "/*"))


def _is_word(token: str) -> bool:
    return token[0].isalpha() or token[0] == "_"
