"""What one script can do: its runs, its endings, and what of it no execution reaches."""

from __future__ import annotations

from typing import Literal as Choice

from msgspec import Struct

from ..documents.shell.syntax import Script, Word
from ..model import Span


class Entry(Struct, frozen=True, gc=False, kw_only=True):
    """How a script starts. Paths are absolute, or relative to the root ('' is the root itself)."""

    directory: str | None = None
    """The working directory; None is unknown."""
    variables: dict[str, str] = {}
    places: dict[str, str] = {}
    """Variables that hold a path of the checkout, relative to the root."""
    defaults: dict[str, str] = {}
    """Variables whose value is only what the script falls back on."""
    options: tuple[str, ...] = ()
    sourced: bool = False
    """Whether another script sources this one, so that `return` ends it and its functions serve
    others."""


class Guard(Struct, frozen=True, gc=False):
    """A condition that holds wherever the run that carries it happens.

    `kind` is `test` (`words` are those between the brackets), `case` (the word, then the
    patterns), `arithmetic`, `command -v`, or the name of the command that was asked: `id`, `grep`.
    """

    kind: str
    negated: bool
    words: tuple[str | None, ...]
    span: Span


Outcome = Choice["ignored", "tested", "handled", "aborts", "unchecked"]
"""What a command's failure leads to: nothing on purpose (`|| true`, `&`, a pipe without pipefail),
another path (a condition, `&&`, `$?`), a substitute (`|| …`), the end of the script, or nothing."""

Reach = Choice["reached", "unreachable", "uncalled"]


class Circumstances(Struct, frozen=True, gc=False):
    """What holds for a run and as a rule for its neighbours, which share one value of it.

    Without that a run took 208 bytes, and a thousand scripts have 68,000 of them.
    """

    path: str = ""
    function: str = ""
    remote: str | None = None
    directory: str | None = None
    assumed: bool = False
    conditional: bool = False
    loop: bool = False
    background: bool = False
    captured: bool = False
    piped_from: tuple[str, ...] = ()
    piped_into: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    environment: tuple[tuple[str, str | None], ...] = ()
    targets: tuple[str | None, ...] = ()


class Run(Struct, frozen=True, gc=False, kw_only=True):
    """One simple command as the script would run it."""

    name: str
    """The command behind `sudo`, `env`, `timeout 5` and their like; '' when unknown."""
    arguments: tuple[str | None, ...]
    """The values behind the name; None is unknown. A path of the checkout that the script computed
    from its own place is relative to the root."""
    paths: tuple[str | None, ...] = ()
    """What each argument names when it is taken as a path: absolute or relative to the root."""
    words: tuple[Word, ...]
    """As written, from the name on."""
    guards: tuple[Guard, ...] = ()
    reach: Reach = "reached"
    outcome: Outcome = "unchecked"
    redirects: tuple[tuple[str, str | None], ...] = ()
    """Operator with its descriptor (`2>`) and value of the target."""
    span: Span
    about: Circumstances

    @property
    def path(self) -> str:
        """The file that it stands in."""
        return self.about.path

    @property
    def function(self) -> str:
        """The function that it stands in."""
        return self.about.function

    @property
    def remote(self) -> str | None:
        """The host, as written, when it runs inside an ssh heredoc or argument."""
        return self.about.remote

    @property
    def directory(self) -> str | None:
        """The working directory: absolute or relative to the root; None is unknown.

        It is where a `cd` leads whose failure nothing looks at: the claim is that it worked.
        """
        return self.about.directory

    @property
    def assumed(self) -> bool:
        """Whether a value or the directory is only likely.

        It may be a default that the environment overrides, unknown code may have changed it, or a
        step before it may have failed (`cd x && …`).
        """
        return self.about.assumed

    @property
    def conditional(self) -> bool:
        """Whether an enclosing condition or loop decides that it runs."""
        return self.about.conditional

    @property
    def loop(self) -> bool:
        """Whether it stands in a loop."""
        return self.about.loop

    @property
    def background(self) -> bool:
        """Whether nothing waits for it."""
        return self.about.background

    @property
    def captured(self) -> bool:
        """Whether it stands in a command or process substitution."""
        return self.about.captured

    @property
    def piped_from(self) -> tuple[str, ...]:
        """The names of the commands before it in its pipeline."""
        return self.about.piped_from

    @property
    def piped_into(self) -> tuple[str, ...]:
        """The names of the commands behind it in its pipeline."""
        return self.about.piped_into

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What it runs behind: `sudo`, `env` and their like."""
        return self.about.prefixes

    @property
    def environment(self) -> tuple[tuple[str, str | None], ...]:
        """The assignments before the command."""
        return self.about.environment

    @property
    def targets(self) -> tuple[str | None, ...]:
        """For each redirect what its target names as a path: absolute or relative to the root."""
        return self.about.targets

    @property
    def written(self) -> tuple[str, ...]:
        """The words as written, behind the name; as they stand where one comes to several."""
        raw = tuple([word.raw for word in self.words])
        return (self.name, *raw[1:]) if len(raw) == len(self.arguments) + 1 else raw


class Cause(Struct, frozen=True, gc=False):
    """What cuts a region off; `via` is the heading of the function that never returns.

    `errexit`: a command that fails in every case, with `set -e` in force. `branches`: an `if` or `case`
    of which each branch ends in another way.
    """

    kind: Choice[
        "exit", "return", "exec", "loop", "function", "break", "continue", "errexit", "branches"
    ]
    text: str
    span: Span
    via: Span | None = None


class Region(Struct, frozen=True, gc=False):
    """Statements that no execution reaches, from the first to the last; `where` is their function.

    `statements` counts those of the list itself, not what they contain; what bash never reads
    because of a syntax error counts as one.
    """

    span: Span
    statements: int
    cause: Cause
    where: str = ""


class Ending(Struct, frozen=True, gc=False):
    """A place where the script ends; `text` is '' for its last line, `status` None where unknown.

    `conditional` when some condition, or an earlier ending that may report success, decides
    whether it is reached; endings that only print help do not count. `success` when it is reached
    if every command succeeds.
    """

    status: int | None
    span: Span
    text: str
    conditional: bool
    success: bool
    where: str = ""


class Exits(Struct, frozen=True, gc=False):
    """The statuses with which something may end, signals from outside left aside."""

    codes: tuple[int, ...] = ()
    """Those that the script itself gives, 0 included, in order."""
    passed_on: bool = False
    """Whether it may also be any other than 0 that a command from outside ended with."""
    unknown: bool = True
    """Whether it may be anything: unknown code may end it."""
    endless: bool = False
    """Whether some path runs into a loop that nothing leaves."""


class Routine(Struct, frozen=True, gc=False):
    """A function of the script; `called` also where something dynamic might call it."""

    name: str
    never_returns: bool
    called: bool
    span: Span
    """Of its name."""
    exits: Exits = Exits()
    """The statuses with which a call comes back."""


class Behaviour(Struct, frozen=True, gc=False, kw_only=True):
    """What one script can do; `variables`, `places` and `defaults` as in `Entry`, at its end."""

    runs: tuple[Run, ...] = ()
    unreachable: tuple[Region, ...] = ()
    endings: tuple[Ending, ...] = ()
    functions: tuple[Routine, ...] = ()
    exits: Exits = Exits()
    variables: dict[str, str] = {}
    places: dict[str, str] = {}
    defaults: dict[str, str] = {}
    options_at_end: tuple[str, ...] = ()
    trips: tuple[Span, ...] = ()
    """Arithmetic commands (`((n++))`) that come to 0, which is a failure, with errexit on."""
    fatal: tuple[Span, ...] = ()
    """Assignments (`x=$(…)`) that end the script when the substitution fails: errexit is surely on."""
    demands_root: tuple[Span, ...] = ()
    """Checks of the user that end the script for everybody but root."""
    refuses_root: tuple[Span, ...] = ()
    """Checks of the user that end the script for root."""
    bounded: bool = False
    """Whether it nests deeper than is followed, so that nothing is said of it."""


def analyse(script: Script, entry: Entry | None = None) -> Behaviour:
    """What `script` can do when it starts as `entry` says. What is unknown is left out."""
    from .analysis import behaviour

    return behaviour(script, entry or Entry())


def exits_when_all_succeed(script: Script, entry: Entry | None = None) -> Exits:
    """The statuses with which `script` may end when every command from outside works.

    That every path is followed once more for it is only for who asks.
    """
    from .analysis import successes

    return successes(script, entry or Entry())
