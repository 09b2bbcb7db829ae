"""Where the runs of a script happen, also where no path is known from the top."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from ..documents.shell.syntax import Script, Subshell
from ..flow.behaviour import Run
from ..model import Span
from .inside import statements

ROOTS = frozenset("/~$")
"""What leads a path that does not depend on where a script was started."""


def spots(runs: Sequence[Run], script: Script | None = None) -> list[str | None]:
    """Where each run happens: a path as usual, or one relative to where its script was started.

    With the script, a folder whose path is not known is told as it is written: `~/shop`, `$APP/web`.
    """
    found: list[str | None] = []
    here: dict[str | None, str | None] = {}
    shells = _subshells(script)
    entered: list[tuple[Span, dict[str | None, str | None]]] = []
    for run in runs:
        while entered and not _holds(entered[-1][0], run.span):
            here = entered.pop()[1]
        while shells and shells[-1] <= run.span:
            entered.append((shells.pop(), dict(here)))
        about = run.about
        at = here.get(about.remote, "")
        found.append(at if about.directory is None else about.directory)
        if run.name in ("cd", "pushd", "popd") and at is not None:
            to = run.arguments[-1] if run.arguments else None
            if to is None and script is not None and len(run.words) > 1:
                to = as_written(run.words[-1].raw)
            if to is None or run.name != "cd":
                at = None
            else:
                at = to if to[:1] in ROOTS else posixpath.normpath(posixpath.join(at, to))
            here[about.remote] = "" if at == "." else at
    return found


def _subshells(script: Script | None) -> list[Span]:
    """The subshells of a script, the last one first."""
    inner = statements(script) if script is not None else ()
    return sorted((s.span for s in inner if isinstance(s, Subshell)), reverse=True)


def _holds(outer: Span, inner: Span) -> bool:
    """Whether one stretch lies inside another."""
    first = (outer.line, outer.column) <= (inner.line, inner.column)
    return first and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def as_written(raw: str) -> str | None:
    """The text of a word that is a path but for one variable or `~` at its front."""
    bare = re.sub(r"[\"']|/+$", "", raw)
    return bare if re.fullmatch(r"(?:~\w*|\$\{?\w+\}?)(?:/[\w.@-]+)*", bare) else None
