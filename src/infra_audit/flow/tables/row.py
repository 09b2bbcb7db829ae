"""How the tables of effects are written."""

from __future__ import annotations

from typing import Literal as Choice

from msgspec import Struct

Again = Choice["same", "fails", "adds", "unknown"]
"""What a second run does where the first one worked: nothing more than the first, it fails, or it
adds the same once more."""

ASKS = "--version --help --dry-run -V"
"""Options with which most commands only tell something."""


Kind = Choice[
    "append", "build", "change", "configure", "create", "disable", "dump", "enable", "fetch",
    "install", "migrate", "own", "permit", "reload", "remove", "restart", "restore", "run",
    "schedule", "send", "start", "stop", "write",
]  # fmt: skip
"""What can be done to a thing; `own` gives it to a user, `permit` sets who may do what with it."""


class Row(Struct, frozen=True, gc=False):
    """What a command does when its operands and options fit; of a manual the first row that fits.

    `words` are the operands behind the command, options left out: `a|b*` is one of these, `_` any
    word, `…` any number of words, and a name in capitals is the target (`PATH` is read as a path,
    `UNIT…` stands for each of several, `APP:*.js` for what fits the pattern). `does` is a verb and
    a thing, several with commas; '' is a command that only asks.
    """

    words: str
    does: str
    again: Again = "unknown"
    given: str = ""
    """Options that are all there; `-s|--symbolic` is one of both."""
    without: str = ""
    """Options of which none is there."""
    text: str = ""
    """An expression that some word, or a value of the environment, matches."""
    at: str = ""
    """Where the target is if not among the operands: in an option's value (`-C|--directory`), else
    here (`.`), fixed (`=nginx`), what `text` matches (`text`), or the folder that a URL is cloned
    to (`folder`)."""
    tool: str = ""
    """What does it, where it is not the command's name."""
    more: bool = False
    """Whether the rows below are asked as well."""
    why: str = ""
    """What a second run meets; `{}` is the target."""
    guard: str = ""
    """What would have made it safe."""


class Manual(Struct, frozen=True, gc=False):
    """What a command does, with the pages that say so."""

    source: str
    rows: tuple[Row, ...]
    valued: str = ""
    """Options that take the next word."""
    asks: str = ASKS
    """Options with which the command does nothing but tell."""
    ends: bool = False
    """Whether the options end at the first operand: what follows belongs to another command."""
    tool: str = ""
