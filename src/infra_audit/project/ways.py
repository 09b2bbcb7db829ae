"""All ways on which scripts call a script, each to its caller at the far end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from msgspec import Struct

from ..documents.shell.syntax import Script
from ..flow.behaviour import Guard, Run
from ..model import Evidence, Location
from .callees import Callees, call, may_call
from .facts import Facts
from .types import Act, Project


class Hop(Struct, frozen=True):
    """A run that starts another script, and the act that it belongs to."""

    act: Act
    run: Run


class Way(Struct, frozen=True):
    """How one act leads to another: the calls between them, outermost first; none when they are one."""

    start: Act
    hops: tuple[Hop, ...]
    end: Act

    def trail(self, first: Evidence) -> tuple[Evidence, ...]:
        """The steps of the way behind the place that starts it all."""
        named = [hop.act for hop in self.hops[1:]] + [self.end]
        steps = [
            Evidence(
                Location(hop.run.path, hop.run.span),
                f"`{_shown(hop.run)}` runs {_named(callee.script)}",
            )
            for hop, callee in zip(self.hops, named, strict=bool(self.hops))
        ]
        return (first, *steps)


class Ways:
    """The calls between the scripts of a project, from callee to caller."""

    def __init__(self, project: Project) -> None:
        callees = Callees(Facts(**{n: getattr(project, n) for n in Facts.__struct_fields__}))
        self.calls: dict[int, list[Hop]] = {}
        for act in project.acts:
            for run in act.behaviour.runs:
                if run.reach == "reached" and may_call(run.name):
                    for callee in callees.of(call(run, act.script)):
                        self.calls.setdefault(id(callee), []).append(Hop(act, run))

    def to(self, act: Act) -> Iterator[Way]:
        """The shortest way from each act that leads to one, itself first; unconditional calls go first."""
        seen = {id(act.script)}
        queue = deque([Way(act, (), act)])
        while queue:
            way = queue.popleft()
            yield way
            hops = self.calls.get(id(way.start.script), [])
            for hop in sorted(hops, key=lambda h: h.run.conditional):
                if id(hop.act.script) not in seen:
                    seen.add(id(hop.act.script))
                    queue.append(Way(hop.act, (hop, *way.hops), act))


def decisive(run: Run, act: Act) -> tuple[Guard, ...]:
    """The conditions that decide whether a run happens at all, in a script that came to its place.

    Those that also hold for what happens in any case are left out: an earlier check ended the
    script otherwise.
    """
    if not run.conditional:
        return ()
    always = {
        guard for other in act.behaviour.runs if not other.conditional for guard in other.guards
    }
    return tuple(guard for guard in run.guards if guard not in always)


def _shown(run: Run) -> str:
    return " ".join(run.written[:3])


def _named(script: Script) -> str:
    return script.path if script.origin == "file" else f"`{script.name}` of {script.path}"
