"""Text that is not ours, put into Markdown so that it reads as it stands and does nothing."""

from __future__ import annotations

from ..model import Location
from .visible import visible
from .words import line_of

_MARKUP = {ord(character): f"\\{character}" for character in "\\`*_[]<>#|~&$"}


def code(text: str) -> str:
    """`text` as a code span, whatever backquotes it has in it."""
    shown = visible(text)
    if not shown.strip():
        return f"`{shown or ' '}`"
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def inline(text: str) -> str:
    """A message in one line: what stands between backquotes is code, the rest plain words."""
    pieces = " ".join(text.split("\n")).split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = [f"{pieces[-2]}`{pieces[-1]}"]
    return "".join(code(piece) if n % 2 else _plain(piece) for n, piece in enumerate(pieces))


def where(location: Location) -> str:
    """`path:line` as code."""
    return code(line_of(location))


def indented(text: str, columns: int) -> str:
    """Prose of the rule book, which is Markdown, inside a list item of that depth."""
    return f"\n{' ' * columns}".join(text.strip().split("\n")).replace(
        f"\n{' ' * columns}\n", "\n\n"
    )


def _plain(text: str) -> str:
    shown = visible(text).translate(_MARKUP)
    return f"\\{shown}" if shown.startswith(("-", "+")) else shown


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
