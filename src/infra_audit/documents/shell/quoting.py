"""Where the quotes of a script begin to stand the wrong way round.

A quote that is missing or too many turns all later strings inside out: what stood between two
strings becomes one, mostly over a line's end and torn at both sides. So each line is read as it is
and as if a string went over its beginning, and the line is sought behind which the other reading
fits the rest of the script so much better that one edit explains it.
"""

from itertools import accumulate
from typing import Final, NamedTuple

from ...source.regex import regex

_OUT: Final = ""
_QUOTES: Final = ("'", '"')
_STATES: Final = (_OUT, *_QUOTES, '"(', "\"('", '"("')
"""What is open where a line begins; `(` is a substitution, which matters inside of quotes only."""

_OVER: Final = {"'": 2, '"': 2, "(": 1}
"""What is open costs for each line's end that it goes over."""
_TORN: Final = 6
"""What it costs that a string over several lines begins or ends inside a word."""
_CLEAR: Final = 6
"""How much less the other reading has to cost."""
_LONGEST: Final = 2_000
"""Longer lines are taken to leave everything as it is."""

_SINGLE: Final = r"'[^']*+'"
_NESTED: Final = rf"\$\((?:[^()\"'\\]|\\.|{_SINGLE}|\"[^\"$]*+\")*+\)"
_CODE: Final = regex(
    rf"""\\.?|\$'(?:[^'\\]|\\.)*+'|{_SINGLE}|"(?:[^"\\$]|\\.|{_NESTED}|\$(?!\())*+"|(?:(?<=[\s;])|\A)\#.*|['"()]"""
)
_NEXT: Final = {
    "": _CODE,
    "(": _CODE,
    "'": regex("'"),
    '"': regex(rf"""\\.?|{_NESTED}|"|\$\("""),
}
_TELLS: Final = regex("['\"()]")
_BEGINS_TORN: Final = regex(r"[\w}.:/-]['\"](?:[\s;)\]]|\Z)")
_ENDS_TORN: Final = regex(r"[\w$/.-]")
_HEREDOC: Final = regex(r"<<(-?)[ \t]*(\\?\w+|'[^'\n]+'|\"[^\"\n]+\")")


class _Passage(NamedTuple):
    """What a line leads to when it is entered in some state."""

    exit: str
    inside: int
    """What its strings cost."""
    over: int
    """What the string costs that goes over its end."""


_Line = dict[str, _Passage]
_SILENT: Final[_Line] = {state: _Passage(state, 0, 0) for state in _STATES}
_PLAIN: Final[_Line] = {state: _Passage(state, 0, _OVER.get(state[-1:], 0)) for state in _STATES}


def turned(text: str) -> tuple[int, str] | None:
    """Where the line begins that has a quote too many or too few, and which; None if none has."""
    lines = text.split("\n")
    bodies = _bodies(lines)
    if _as_it_stands(lines, bodies) <= _CLEAR:
        return None
    read = [
        _SILENT if number in bodies or len(line) > _LONGEST else _read(line)
        for number, line in enumerate(lines)
    ]
    number, quote = _cheapest(read)
    if number < 0:
        return None
    return sum(len(line) + 1 for line in lines[:number]), quote


def _as_it_stands(lines: list[str], bodies: set[int]) -> int:
    """What the lines cost where no quote is changed, as far as it matters here."""
    state, cost = _OUT, 0
    for number, line in enumerate(lines):
        if number in bodies or len(line) > _LONGEST:
            continue
        passage = _passage(line, state) if _TELLS.search(line) else _PLAIN[state]
        state, cost = passage.exit, cost + passage.inside + passage.over
        if cost > _CLEAR:
            return cost
    return cost + (_TORN if state else 0)


def _cheapest(read: list[_Line]) -> tuple[int, str]:
    """The line at whose end the state is best changed, and by which quote; -1 for none."""
    ahead = _ahead(read)
    best, found = ahead[0][_OUT] - _CLEAR, (-1, "")
    state, cost = _OUT, 0
    for number, line in enumerate(read):
        passage = line[state]
        cost += passage.inside
        for other in _QUOTES if passage.exit == _OUT else _STATES:
            total = cost + _OVER.get(other[-1:], 0) + ahead[number + 1][other]
            if total < best and other != passage.exit:
                best, found = total, (number, (passage.exit or other).rstrip("(")[-1])
        state = passage.exit
        cost += passage.over
    return found


def _ahead(read: list[_Line]) -> list[dict[str, int]]:
    """For each line what it costs to go on from there, by the state in which it is entered."""
    end = {state: _TORN if state else 0 for state in _STATES}

    def before(later: dict[str, int], line: _Line) -> dict[str, int]:
        return {
            state: passage.inside + passage.over + later[passage.exit]
            for state, passage in line.items()
        }

    return list(accumulate(reversed(read), before, initial=end))[::-1]


def _read(line: str) -> _Line:
    """What a line leads to from each state."""
    if not _TELLS.search(line):
        return _PLAIN
    return {state: _passage(line, state) for state in _STATES}


def _passage(line: str, state: str) -> _Passage:
    inside = over = at = depth = 0
    entered = True
    while found := _NEXT[state[-1:]].search(line, at):
        mark, at = found[0], found.end()
        within = state[-1:]
        if mark == "$(":
            state = '"(' if state == '"' else state
            depth = 0
        elif mark == within:
            inside += _TORN if entered and _ENDS_TORN.match(line, at) else 0
            state, over, entered = state[:-1], 0, False
        elif mark in _QUOTES:
            state += mark
            over = _TORN if _BEGINS_TORN.match(line, max(at - 2, 0)) else 0
            entered = False
        elif mark == "(":
            depth += 1
        elif mark == ")" and within == "(":
            state = state if depth else state[:-1]
            depth = max(depth - 1, 0)
    return _Passage(state, inside, over + _OVER.get(state[-1:], 0))


def _bodies(lines: list[str]) -> set[int]:
    """The numbers of the lines of here-documents, as far as these end."""
    inside: set[int] = set()
    number = 0
    while number < len(lines):
        for found in _HEREDOC.finditer(lines[number]):
            delimiter = found[2].strip("'\"\\")
            for last in range(number + 1, len(lines)):
                line = lines[last].lstrip("\t") if found[1] else lines[last]
                if line == delimiter:
                    inside.update(range(number + 1, last + 1))
                    number = last
                    break
        number += 1
    return inside
