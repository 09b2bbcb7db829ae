"""What the pipeline adds to its stages."""

from __future__ import annotations

from pathlib import Path

from infra_audit.audit import doubted
from infra_audit.model import START, Inapplicable, Location, Problem, Ruled, RuleId

from .repository import audited

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


def test_a_script_with_too_many_paths_is_said_to_be_one(tmp_path: Path) -> None:
    choices = "".join(
        f"case $1 in a) trap x{n} EXIT ;; b) trap y{n} ERR ;; *) set -e ;; esac\n"
        "case $2 in p) set +e ;; q) set -E ;; r) set +E ;; s) set -o pipefail ;; esac\n"
        for n in range(16)
    )
    (tmp_path / "deploy.sh").write_text(f"#!/bin/bash\n{choices}systemctl restart shop\n")
    (tmp_path / "other.sh").write_text("#!/bin/bash\nsystemctl restart shop\nexit 1\n")
    report = audited(tmp_path)
    assert [(p.location.path, p.message) for p in report.problems] == [
        ("deploy.sh", "a script with too many paths to follow: nothing is said of what it does")
    ]
    assert "scripts/fails-on-success-path" in [finding.rule for finding in report.findings]
