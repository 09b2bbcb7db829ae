"""How much of what a reviewer listed beforehand is found: `python bench/recall.py REPOSITORIES`.

REPOSITORIES holds a checkout for each repository, in folders named `owner+name`. What was expected
stands in `expected.tsv`; a place is found when the rule fires there, or for rules about absences,
anywhere in the repository. A line within three of the expected one counts. Rows of rules that are
not built are left out, and how many is said.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from infra_audit.audit import audit
from infra_audit.config import Config
from infra_audit.model import Finding
from infra_audit.ruleset.load import load

HERE = Path(__file__).parent
NEAR = 3
COVERING = {
    "observability/missing-apm": ("observability/missing-error-tracking",),
    "scripts/unchecked-cd": ("scripts/no-errexit",),
}
"""What is said in place of a rule's finding where both would hold: see `covered-by` in the rules."""
WHOLE_FILE = ("scripts/no-errexit",)
"""A script without `set -e`: the reviewer names where it is missing, the rule what goes on for it."""
ANYWHERE = ("containers/missing", "delivery/", "database/", "observability/missing", "servers/")


def expected() -> dict[str, list[dict[str, str]]]:
    """The rows of `expected.tsv` by repository."""
    rows: dict[str, list[dict[str, str]]] = {}
    with (HERE / "expected.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            rows.setdefault(row["repository"], []).append(row)
    return rows


def found(row: dict[str, str], findings: tuple[Finding, ...]) -> bool:
    """Whether one of the findings, or one of its evidence, says what was expected."""
    for finding in findings:
        if finding.rule not in (row["rule"], *COVERING.get(row["rule"], ())):
            continue
        if row["rule"].startswith(ANYWHERE):
            return True
        if row["rule"] in WHOLE_FILE and finding.location.path == row["path"]:
            return True
        places = (finding.location, *(e.location for e in finding.evidence))
        line = int(row["line"])
        if any(
            p.path == row["path"] and (not line or abs(p.span.line - line) <= NEAR) for p in places
        ):
            return True
    return False


def main(folder: Path) -> None:
    """Print each miss, then the share by rule and in all, then how many rows no rule covers."""
    rules, _ = load()
    score: dict[str, list[bool]] = {}
    holding: list[bool] = []
    left_out: list[str] = []
    for repository, rows in expected().items():
        report = audit(str(folder / repository.replace("/", "+")), Config(), rules)
        for row in rows:
            if row["rule"] not in rules.rules:
                left_out.append(row["rule"])
                continue
            hit = found(row, report.findings)
            score.setdefault(row["rule"], []).append(hit)
            if row["second reader"] in ("", "true"):
                holding.append(hit)
            if not hit:
                print(
                    f"miss\t{repository}\t{row['rule']}\t{row['path']}:{row['line']}\t{row['miss']}"
                )
    for rule, hits in sorted(score.items()):
        print(f"{rule}\t{sum(hits)} of {len(hits)}")
    every = [hit for hits in score.values() for hit in hits]
    print(f"all\t{_share(every)}")
    print(f"what holds\t{_share(holding)}")
    print(f"left out\t{len(left_out)} of {len(set(left_out))} rules that are not built")


def _share(hits: list[bool]) -> str:
    return f"{sum(hits)} of {len(hits)}: {sum(hits) / len(hits):.1%}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
