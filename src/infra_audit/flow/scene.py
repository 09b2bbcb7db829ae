"""Where a command stands while a script is followed, and what is gathered on the way."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ..documents.shell.syntax import (
    AndOr,
    Command,
    Heredoc,
    If,
    Pipeline,
    Redirected,
    Statement,
)
from ..model import START, Span
from .behaviour import Ending, Guard, Outcome, Reach, Run
from .constructs import chain
from .facts import MAIN, Survey
from .reached import Reach as Reached
from .state import State, Value, lookup


class Scene(Struct, frozen=True, gc=False):
    """What holds for all commands of a stretch of the script."""

    function: str = MAIN
    remote: str | None = None
    reach: Reach = "reached"
    conditional: bool = False
    failure: Outcome | None = None
    """What failing leads to here; None where that is for the shell's options to say."""
    unwatched: bool = False
    """Whether errexit is off because the function or group stands in a condition."""
    asked: bool = False
    """Whether the next command asks for `$?`."""
    loop: bool = False
    background: bool = False
    captured: bool = False
    piped_from: tuple[str, ...] = ()
    piped_into: tuple[str, ...] = ()
    fed: Heredoc | None = None
    """The heredoc that the command before it in the pipeline passes on."""
    apart: bool = False
    """Whether it runs in another shell than the script's own: an `exit` does not end the script."""
    wins: bool = True
    """Whether it is reached when every command succeeds."""
    after_failure: bool = False
    """Whether the command before it in a `||` has just failed."""
    nested: int = 0
    """How many scripts are around this one."""


class Walk(Struct):
    """What is gathered while a script is followed."""

    path: str
    survey: Survey
    reached: Reached
    state: State
    guards: tuple[Guard, ...] = ()
    runs: list[Run] = []
    endings: list[Ending] = []
    demands: list[Span] = []
    refusals: list[Span] = []
    trips: list[Span] = []
    fatal: list[Span] = []
    constants: dict[str, tuple[Value, Span]] = {}
    """Values of names that one place assigns, outside of all branches, and that place."""
    locals: list[dict[str, Value | None]] = []
    entered: list[int] = []
    """How long the journal was when each function that is being followed began."""
    returns: list[list[dict[str, Value | None]]] = []
    """For each of these functions what had changed where it returns."""
    inlined: set[str] = set()
    mentioned: dict[str, int] = {}
    """How often each function is named."""
    depth: int = 0
    place: Span = START
    """Of the command that is being followed."""
    may_have_ended: bool = False
    """Whether the script may have ended well before this point, other than with help."""
    may_have_returned: bool = False
    """Whether a function that is being followed may have returned well before this point."""


def inner(scene: Scene, **changes: object) -> Scene:
    """The scene of what stands inside."""
    return replace(scene, **changes)


def outcome(walk: Walk, scene: Scene) -> Outcome:
    """What it leads to when a command of the scene fails."""
    if scene.failure is not None:
        return scene.failure
    if not scene.unwatched:
        option = lookup(walk.state, "-errexit")
        if option is None or option.text == "on" or lookup(walk.state, "-errtrap") is not None:
            return "aborts"
    return "tested" if scene.asked else "unchecked"


def asks_status(survey: Survey, statement: Statement) -> bool:
    """Whether a statement begins by looking at `$?`."""
    first: Statement | None = statement
    while first is not None and not isinstance(first, Command):
        match first:
            case If():
                first = first.branches[0].condition[0] if first.branches[0].condition else None
            case AndOr():
                first = chain(first)[0][1]
            case Pipeline():
                first = first.commands[0] if first.commands else None
            case Redirected():
                first = first.body
            case _:
                return "$?" in getattr(first, "raw", "")
    return id(first) in survey.asking
