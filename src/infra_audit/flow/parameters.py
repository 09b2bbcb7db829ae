"""Positional parameters: the lists of words that functions are given, and who runs them."""

from __future__ import annotations

from ..documents.shell.syntax import Command, Parameter, Word
from .explorer import Call, Explorer
from .standing import NO_LIST, Standing, Standings, ended
from .unseen import anything


def listed(found: Explorer, words: tuple[Word, ...], standing: Standing) -> int:
    """The number of the list of parameters that these words come to."""
    result: list[Word | None] = []
    for word in words:
        part = word.parts[0] if len(word.parts) == 1 else None
        if isinstance(part, Parameter) and part.name == "@" and not part.operator:
            result.extend((None,) if standing[5] == NO_LIST else found.lists[standing[5]])
        elif word.literal is not None or (word.quoted and "@" not in word.raw):
            own = {p.name for p in word.parts if isinstance(p, Parameter)}
            result.append(None if any(map(str.isdigit, own)) else word)
        else:
            result.append(None)
        if result and result[-1] is None:
            break
    return _numbered(found, tuple(result))


def _numbered(found: Explorer, words: tuple[Word | None, ...]) -> int:
    if words == (None,):
        return NO_LIST
    key = tuple([None if word is None else id(word) for word in words])
    if key not in found.list_numbers:
        found.list_numbers[key] = len(found.lists)
        found.lists.append(words)
    return found.list_numbers[key]


def shift(call: Call) -> Standings:
    """`shift`: the list without its first words."""
    count = call.words[1].literal if len(call.words) > 1 else "1"
    after: Standings = set()
    for standing in call.at:
        known = None if standing[5] == NO_LIST else call.found.lists[standing[5]]
        if known is None or count is None or not count.isdecimal():
            after |= {(n, *standing[1:5], NO_LIST, standing[6]) for n in (0, 1)}
        elif int(count) > len(known) and None not in known:
            after |= ended({standing}, 1)
        elif None in known[: int(count)] or int(count) > len(known):
            after |= {(n, *standing[1:5], NO_LIST, standing[6]) for n in (0, 1)}
        else:
            rest = known[int(count) :]
            after.add((0, *standing[1:5], _numbered(call.found, rest), standing[6]))
    return after


def dispatched(call: Call, nth: int) -> Standings:
    """A command whose name is the positional parameter `nth`, or the first of all for 0."""
    found, command = call.found, call.command
    after: Standings = set()
    for standing in call.at:
        known = None if standing[5] == NO_LIST else found.lists[standing[5]]
        first = known[nth - 1 : nth] if known and nth else known
        if first is None or None in first or (nth and not first):
            found.undispatched = True
            after |= anything(found, {standing}, call.frame)
            continue
        key = (id(command), standing[5])
        if key not in found.dispatched:
            whole = (*(word for word in first if word is not None), *command.words[1:])
            found.dispatched[key] = Command(whole, (), command.redirects, command.span)
        after |= found.simple(found, found.dispatched[key], {standing}, call.frame, call.quiet)
    return after
