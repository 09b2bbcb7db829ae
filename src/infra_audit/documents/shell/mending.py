"""One edit that would let bash read on behind a fault: where its cause lies, as far as can be told.

bash names the place where nothing else is possible any more, often hundreds of lines behind the
word that is missing. How a script is laid out says more. What is given here has been tried: the
judge reads the edited script past the fault.
"""

import re
from collections.abc import Iterator
from typing import Final
from typing import Literal as Choice

import msgspec

from ...source.regex import regex
from . import blocks, quoting
from .blocks import Block, Fault, Heredoc, Inside, Trace

_LARGEST: Final = 100_000
"""The characters of the largest script that is looked into."""
_EFFORT: Final = 600_000
"""How many characters are judged anew for one fault, and the number of trials at most."""

_CLOSERS: Final = ("fi", "done", "esac", "}", ")", ";;", "else", "elif")
_LAID_OUT: Final = frozenset({"fi", "done", "esac", "}"})
_QUOTES: Final = 8
"""How many quotes of one line are tried."""
_LINES: Final = 5
"""Behind how many lines of a condition its end is tried."""
_STOPS: Final = frozenset(";|&)>}]\\")
"""In front of these a string may have ended."""

_VISIBLE: Final = regex(r"\S")
_BLANKS: Final = regex(r"[ \t]*+")


class Mend(msgspec.Struct, frozen=True, gc=False):
    """An edit after which bash reads on. Offsets are 0-based code points, ends exclusive."""

    kind: Choice["missing", "surplus", "quote"]
    """`token` is missing in front of the line at `place`, is one too many at `place`, or is either
    on the line at `place`."""
    token: str
    place: tuple[int, int]
    opener: str = ""
    """What `token` ends, or would end, and where that stands."""
    opened: tuple[int, int] | None = None


class _Trial(msgspec.Struct, frozen=True):
    """An edit to be tried: what stands from `start` to `end` is replaced."""

    mend: Mend
    start: int
    end: int
    replacement: str


def mend(text: str, fault: Fault, traced: Trace) -> Mend | None:
    """The likeliest cause of a fault, None where no single edit lets bash read past it.

    `traced` is what was read up to it.
    """
    if len(text) > _LARGEST:
        return None
    left = _EFFORT
    for trial in _trials(text, fault, traced):
        if left < len(text):
            break
        if _helps(text, fault, trial):
            return trial.mend
        left -= len(text)
    return None


def _helps(text: str, fault: Fault, trial: _Trial) -> bool:
    """Whether bash reads the edited text past where it gave up."""
    edited = blocks.check(text[: trial.start] + trial.replacement + text[trial.end :])
    if edited.fault is None:
        return True
    longer = len(trial.replacement) - (trial.end - trial.start)
    return edited.complete > fault.place[1] + longer


def _trials(text: str, fault: Fault, traced: Trace) -> Iterator[_Trial]:
    yield from _quotes(text, fault)
    yield from _heredocs(text, traced, fault)
    yield from _heads(text, fault)
    yield from _blocks(text, traced, fault)


def _quotes(text: str, fault: Fault) -> Iterator[_Trial]:
    """A quote too many or too few: the line from which on all quotes stand the wrong way round."""
    if (turned := quoting.turned(text)) is None:
        return
    at, token = turned
    if at > fault.place[0]:
        return
    begin, end = _line(text, at)
    line = text[begin:end].rstrip()
    mended = Mend("quote", token, _shown(text, begin))
    places = [begin + n for n, each in enumerate(line) if each == token]
    for place in places[:_QUOTES]:
        yield _Trial(mended, place, place + 1, "")
    close = begin + len(line) - (len(line) - len(line.rstrip("\\"))) % 2
    last = max(places, default=begin)
    stops = [begin + n for n, each in enumerate(line) if each in _STOPS and begin + n > last]
    for place in (close, *stops[: -_QUOTES - 1 : -1]):
        yield _Trial(mended, place, place, token)


def _heredocs(text: str, traced: Trace, fault: Fault) -> Iterator[_Trial]:
    """A here-document that ends too late, or too early."""
    for heredoc in traced.heredocs:
        if heredoc.begin >= 0:
            yield from _endless(text, heredoc)
    for heredoc in reversed(traced.heredocs):
        if heredoc.end >= 0:
            yield from _ended_early(text, heredoc, fault)
            return


def _endless(text: str, heredoc: Heredoc) -> Iterator[_Trial]:
    """A here-document that swallows what follows it: its end stood before some closing word."""
    end = len(text) if heredoc.end < 0 else heredoc.end
    body = text[heredoc.begin : end]
    if heredoc.end >= 0:
        again = _again(body, heredoc.delimiter)
        if again < 0:
            return
        body = body[: body.rfind("\n", 0, again) + 1]
    at = heredoc.begin
    for line in body.splitlines(keepends=True):
        if line.lstrip().startswith(_CLOSERS):
            yield _delimited(text, heredoc, at)
        at += len(line)
    if heredoc.end >= 0:
        yield _delimited(text, heredoc, at)


def _again(body: str, delimiter: str) -> int:
    """Where a text asks for a here-document with the same delimiter, -1 where it does not."""
    if delimiter not in body:
        return -1
    again = re.search(rf"<<-?[ \t]*['\"\\]?{re.escape(delimiter)}\b", body)
    return -1 if again is None else again.start()


def _delimited(text: str, heredoc: Heredoc, at: int) -> _Trial:
    """The trial of an end for a here-document before the line that begins at `at`."""
    operator = text[slice(*heredoc.operator)]
    mended = Mend("missing", heredoc.delimiter, _shown(text, at), operator, heredoc.operator)
    return _Trial(mended, at, at, heredoc.delimiter + "\n")


def _ended_early(text: str, heredoc: Heredoc, fault: Fault) -> Iterator[_Trial]:
    """The line that ends a here-document, where the same line stands once more behind the fault."""
    begin, end = _line(text, max(heredoc.end - 2, 0))
    delimiter = text[begin:end]
    if not delimiter or delimiter.strip() != heredoc.delimiter:
        return
    again = text.find(f"\n{delimiter}\n", max(fault.place[0] - 1, 0))
    if again < 0 or text[slice(*heredoc.operator)] in text[end:again]:
        return
    operator = text[slice(*heredoc.operator)]
    mended = Mend("surplus", heredoc.delimiter, _shown(text, begin), operator, heredoc.operator)
    yield _Trial(mended, begin, min(end + 1, len(text)), "")


def _heads(text: str, fault: Fault) -> Iterator[_Trial]:
    """A condition, or the words of a loop, without the `then` or `do` behind them."""
    if fault.opened is None or fault.expected not in {"then", "do"}:
        return
    at = fault.opened[0]
    for _ in range(_LINES):
        at = _line(text, at)[1] + 1
        if at > fault.place[0]:
            return
        mended = Mend("missing", fault.expected, _shown(text, at), fault.opener, fault.opened)
        yield _Trial(mended, at, at, f"{fault.expected}\n")


def _blocks(text: str, traced: Trace, fault: Fault) -> Iterator[_Trial]:
    """Blocks whose layout contradicts what bash makes of them, the first one first."""
    expected = "esac" if fault.opener == "case" else fault.expected
    found: list[_Trial] = []
    for block in traced.blocks:
        if block.expected in _LAID_OUT and block.start <= fault.place[0]:
            trials = (
                _left_open(text, block) if block.expected == expected else None,
                _ended_within(text, block),
            )
            found += [trial for trial in trials if trial is not None]
    inside = sorted([each for each in found if each.start <= fault.place[0]], key=_start)
    if fault.opened is None:
        yield from reversed([trial for trial in inside if trial.mend.kind == "surplus"])
        return
    yield from [trial for trial in inside if trial.start >= fault.opened[0]]
    if not fault.found and expected in _LAID_OUT:
        mended = Mend("missing", expected, fault.place, fault.opener, fault.opened)
        yield _Trial(mended, fault.place[0], fault.place[0], f"\n{expected}\n")


def _start(trial: _Trial) -> int:
    return trial.start


def _left_open(text: str, block: Block) -> _Trial | None:
    """A block that goes on where its layout says that it has ended."""
    head = block.start if block.head < 0 else block.head
    margin = _margin(text, head)
    body = max(block.body, block.start)
    deeper = False
    held = block.inside or Inside()
    inside = [(each, True) for each in held.statements if each >= body]
    inside += [(each, False) for each in held.branches]
    if block.end >= 0:
        inside.append((block.end - len(block.expected), False))
    line = _line(text, body)[1]
    for each, is_statement in sorted(inside):
        if each < line:
            deeper = deeper or is_statement
            continue
        own = _margin(text, each)
        if text[_line(text, each)[0] + len(own) : each].strip():
            continue
        if own.startswith(margin) and own != margin:
            deeper = True
        elif margin.startswith(own) and (own != margin or is_statement):
            return _closed_at(text, block, each, margin) if deeper else None
    return None


def _closed_at(text: str, block: Block, at: int, margin: str) -> _Trial:
    """The trial of an end for a block behind the last line that belongs to it by its layout."""
    begin = _line(text, at)[0]
    while begin and text[_line(text, begin - 1)[0] : begin].lstrip()[:1] in {"", "#"}:
        begin = _line(text, begin - 1)[0]
    opened = (block.start, block.start + len(block.opener))
    mended = Mend("missing", block.expected, _shown(text, begin), block.opener, opened)
    return _Trial(mended, begin, begin, f"{margin}{block.expected}\n")


def _ended_within(text: str, block: Block) -> _Trial | None:
    """A block whose closing word stands farther right than the block begins."""
    start = block.end - len(block.expected)
    head = block.start if block.head < 0 else block.head
    begin = _line(text, start)[0]
    own, margin = _margin(text, start), _margin(text, head)
    if begin <= head or begin + len(own) != start or own == margin or not own.startswith(margin):
        return None
    opened = (block.start, block.start + len(block.opener))
    mended = Mend("surplus", block.expected, (start, block.end), block.opener, opened)
    return _Trial(mended, start, block.end, ":")


def _line(text: str, at: int) -> tuple[int, int]:
    """Where the line of an offset begins and ends."""
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end


def _shown(text: str, begin: int) -> tuple[int, int]:
    """What is to be seen of the line that begins at an offset, or of the next that is not blank."""
    first = _VISIBLE.search(text, begin)
    start = begin if first is None else first.start()
    return start, start + len(text[start : _line(text, start)[1]].rstrip())


def _margin(text: str, at: int) -> str:
    """The blanks that the line of an offset begins with."""
    begin = _line(text, at)[0]
    blanks = _BLANKS.match(text, begin)
    return blanks[0] if blanks else ""
