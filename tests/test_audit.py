"""What the pipeline adds to its stages."""

from __future__ import annotations

from infra_audit.audit import doubted
from infra_audit.model import START, Inapplicable, Location, Problem, Ruled, RuleId

SAID = Ruled(RuleId("x/y"), inapplicable=(Inapplicable("nothing is deployed from here"),))


def test_what_does_not_apply_is_undecided_while_a_file_cannot_be_read() -> None:
    where = Location("package.json", START)
    told = doubted(SAID, (Problem(where, "cannot be read: permission denied"),))
    assert told.inapplicable == ()
    assert [(u.location, u.reason) for u in told.undecided] == [
        (where, "nothing is deployed from here; but package.json cannot be read: permission denied")
    ]


def test_a_file_that_is_merely_broken_changes_nothing() -> None:
    assert doubted(SAID, (Problem(Location("a.yml", START), "not YAML"),)) == SAID
