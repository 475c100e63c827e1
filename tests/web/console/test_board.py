"""A reader who hears only what is new shows the same as one who reads everything."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from web.console.board import INSIDE, Board, Part

#: line ends of every kind, and what would begin another event
WORDS = st.lists(
    st.sampled_from(["a", "水", "\n", "\r", "\r\n", "\n\n", "event: gone", "data: x", "\u2028"]), max_size=6
)


class Reader:
    """A browser: parts by name, and the id of the last event."""

    def __init__(self, board: Board) -> None:
        self.parts = parts_of(str(board.whole))
        self.mark = board.mark
        self.heard = b""

    def hear(self, board: Board) -> None:
        """What has come is put in place of the old; a list that comes whole drops what stood in it."""
        self.heard = board.news(self.mark)
        if not self.heard:
            return
        *lines, end, last = self.heard.decode().split("\n")
        assert (end, last) == ("", ""), "one event, ended"
        assert "" not in lines
        assert lines[:2] == [f"id: {board.mark}", "event: parts"]
        assert all(line.startswith("data: ") for line in lines[2:])
        html = "\n".join(line.removeprefix("data: ") for line in lines[2:])
        if "<section>" in html:
            self.parts = {name: part for name, part in self.parts.items() if not name.startswith("in-")}
        self.parts |= parts_of(html)
        self.mark = board.mark


def parts_of(html: str) -> dict[str, str]:
    """Of a page or an event: what stands in a part comes with it."""
    plain = html.replace("\r\n", "\n").replace("\r", "\n")
    return dict(re.findall(r'<p id="([a-z-]+)">(.*?)</p>', plain, re.DOTALL))


def made(turn: list[tuple[str, list[str]]]) -> list[Part]:
    """Three parts of a page, and in the last one as many as this turn has."""
    own = [Part(name=name, html=f'<p id="{name}">{"".join(words)}</p>') for name, words in turn[:2]]
    inside = [
        Part(name=f"in-{name}", html=f'<p id="in-{name}">{"".join(words)}</p>', within="list")
        for name, words in turn[2:]
    ]
    return [*own, Part(name="list", html=f"<section>{INSIDE}</section>"), *inside]


TURN = st.tuples(WORDS, WORDS, st.lists(st.tuples(st.sampled_from("abc"), WORDS), unique_by=lambda one: one[0])).map(
    lambda drawn: [("as-of", drawn[0]), ("waiting", drawn[1]), *drawn[2]]
)


@given(st.lists(TURN, min_size=1, max_size=8), st.data())
def test_news_add_up_to_the_whole(turns: list[list[tuple[str, list[str]]]], data: st.DataObject) -> None:
    board = Board()
    board.put(made(turns[0]))
    early, late = Reader(board), Reader(board)
    for turn in turns[1:]:
        board.put(made(turn))
        early.hear(board)
    if data.draw(st.booleans()):
        late.mark = data.draw(st.sampled_from(["", "x-1", "\u0663", "99999-99999", "-", board.mark + "0" * 20]))
    late.hear(board)
    assert early.parts == late.parts == parts_of(str(board.whole))
    early.hear(board)
    assert early.heard == b""


def test_what_has_not_changed_is_not_brought_again() -> None:
    board = Board()
    inside = Part(name="c", html="<p>in</p>", within="b")
    board.put([Part(name="a", html="<p>1</p>"), Part(name="b", html=f"<p>2{INSIDE}</p>"), inside])
    mark = board.mark
    board.put([Part(name="a", html="<p>1</p>"), Part(name="b", html=f"<p>2{INSIDE}</p>"), inside])
    assert board.mark == mark
    board.put([Part(name="a", html="<p>1</p>"), Part(name="b", html=f"<p>2{INSIDE}</p>"), replace(inside, html="new")])
    assert board.news(mark).endswith(b"event: parts\ndata: new\n\n"), "neither what stands beside it nor around it"
    assert board.news(mark) is board.news(mark), "written once for all readers"
