"""Which later steps of a script rely on one whose failure does not end it."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents.shell.syntax import If
from .deeds import Deed, deeds, follows, inlined_in
from .errexit import within
from .inside import bodies, linked
from .phases import PAIRS
from .types import Act


def later_of(act: Act, deed: Deed) -> Deed | None:
    """The first step behind another one that relies on it."""
    inlined = inlined_in(act)
    steps = [other for other in deeds(act) if (deed.phase, other.phase) in PAIRS]
    surely = (other for other in steps if follows(other, deed, inlined))
    return next(surely, None) or next(_of_both_branches(act, deed, steps), None)


def _of_both_branches(act: Act, deed: Deed, steps: list[Deed]) -> Iterator[Deed]:
    """The steps that stand first in an `if` behind another one, where its `else` has one too."""
    own = {
        o.run.span: o
        for o in steps
        if o.scope.script is deed.scope.script
        and (o.run.remote, o.run.function) == (deed.run.remote, deed.run.function)
    }
    for body in bodies(act.script) if own else ():
        around = (nth for nth, each in enumerate(body) if within(deed.run.span, each.span))
        nth = next(around, len(body))
        for later in body[nth + 1 :]:
            if isinstance(later, If) and len(later.branches) == 1 and later.otherwise:
                both = (later.branches[0].body, later.otherwise)
                found = [[own[c.span] for s in b for c in linked(s) if c.span in own] for b in both]
                yield from found[0][:1] if all(found) else ()


def is_relied_on(act: Act, deed: Deed, later: Deed | None) -> bool:
    """Whether a later step surely builds on one whose failure was told, and none tries it again."""
    if later is None or deed.run.loop:
        return False
    against = {(guard.span, not guard.negated) for guard in deed.run.guards}
    return not any(
        other.phase == deed.phase
        and deed.nth < other.nth < later.nth
        and against.isdisjoint((guard.span, guard.negated) for guard in other.run.guards)
        for other in deeds(act)
    )
