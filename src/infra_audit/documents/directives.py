"""Ways through the directives of a proxy's configuration."""

from __future__ import annotations

from collections.abc import Iterator

from .facts import Directive


def inside(
    directives: tuple[Directive, ...], *names: str
) -> Iterator[tuple[Directive, tuple[Directive, ...]]]:
    """Each directive of one of these names, however deep, with the blocks around it, outermost first."""
    stack: list[tuple[Directive, tuple[Directive, ...]]] = [(d, ()) for d in reversed(directives)]
    while stack:
        directive, around = stack.pop()
        if directive.name in names:
            yield directive, around
        if directive.block:
            stack.extend((d, (*around, directive)) for d in reversed(directive.block))


def first(directives: tuple[Directive, ...] | None, name: str) -> Directive | None:
    """The first of some directives that has a name."""
    return next((d for d in directives or () if d.name == name), None)
