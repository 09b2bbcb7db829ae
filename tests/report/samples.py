"""Hand-made reports for the tests of the formats."""

from __future__ import annotations

from infra_audit.model import (
    START,
    Allowed,
    Declaration,
    Evidence,
    Finding,
    Fingerprint,
    Inapplicable,
    Kind,
    Location,
    PlanStep,
    Problem,
    Report,
    Ruled,
    RuleId,
    Satisfied,
    Severity,
    Skipped,
    Span,
    Undecided,
)
from infra_audit.report.context import Context
from infra_audit.ruleset.rule import Prose, Rule

FILES = {
    "deploy.sh": (
        "#!/usr/bin/env bash\n"
        "cd /opt/shop\n"
        "if true; then\n"
        "\trm -rf node_modules # 日本語\n"
        "\trm -rf dist\n"
        "fi\n"
        "npm ci\n"
        "systemctl restart shop\n"
        "exit 1\n"
    ),
    "deploy/shop.service": "[Service]\nWorkingDirectory=/opt/shop\nExecStart=/usr/bin/npm start\n",
    "package.json": '{\n  "scripts": {"start": "next start"}\n}\n',
    "weird name [1].sh": "echo '\x1b[31mred\x07' \u202e # \x9b\n",
    ".github/workflows/ci.yml": "name: ci\non: push\n",
}


def at(path: str, line: int, column: int, end_line: int, end_column: int) -> Location:
    return Location(path, Span(line, column, end_line, end_column))


def finding(  # noqa: PLR0913, PLR0917 - a sample may differ in anything
    rule: str,
    location: Location,
    message: str,
    severity: Severity = "error",
    evidence: tuple[Evidence, ...] = (),
    trail: tuple[Evidence, ...] = (),
    deployable: str | None = None,
    step: str = "harden-scripts",
) -> Finding:
    digest = f"{rule}:{location.path}:{location.span.line}"
    return Finding(
        rule=RuleId(rule),
        severity=severity,
        precision="high",
        title=TITLES.get(rule, "Something else"),
        message=message,
        location=location,
        evidence=evidence,
        trail=trail,
        fingerprint=Fingerprint(digest),
        fix="Build beside it, then switch a link:\n\n    ln -sfn releases/42 current",
        step=step,
        deployable=deployable,
    )


TITLES = {
    "scripts/removal-of-live-path": "Live application files are deleted in place",
    "scripts/needs-root": "The script needs root",
    "containers/missing-dockerfile": "No image is built of what is deployed",
    "observability/missing-metrics": "Nothing measures the service",
    "database/sqlite-in-production": "Production runs on SQLite",
}

UNIT = Evidence(at("deploy/shop.service", 2, 1, 2, 27), "the unit runs from there")
STEP = Evidence(at(".github/workflows/ci.yml", 2, 1, 2, 3), "job deploy, step 2")

LIVE = finding(
    "scripts/removal-of-live-path",
    at("deploy.sh", 4, 2, 4, 21),
    "deletes `node_modules`, which `shop.service` runs from",
    evidence=(UNIT,),
    trail=(STEP,),
)
AGAIN = finding(
    "scripts/removal-of-live-path",
    at("deploy.sh", 5, 2, 5, 13),
    "deletes `dist`, which `shop.service` runs from",
    evidence=(UNIT,),
)
ODD = finding(
    "scripts/needs-root",
    at("weird name [1].sh", 1, 6, 1, 16),
    "writes `\x1b[31m` to *the* [terminal](https://example.com) <b>as root</b>",
    "warning",
)
NOTES = tuple(
    finding("scripts/needs-root", at("deploy.sh", n, 1, n, 1), f"step {n} needs root", "note")
    for n in (2, 7, 8, 9, 10)
)
NO_IMAGE = finding(
    "containers/missing-dockerfile",
    at("package.json", 2, 24, 2, 36),
    "`shop` is deployed, and nothing builds an image of it",
    "warning",
    evidence=(Evidence(at("package.json", 2, 15, 2, 22), "its start script"),),
    deployable="",
    step="containerise",
)
NO_METRICS = finding(
    "observability/missing-metrics",
    at("package.json", 2, 24, 2, 36),
    "`shop` has no metrics",
    "note",
    deployable="",
    step="observe",
)

FINDINGS = tuple(
    sorted((LIVE, AGAIN, ODD, *NOTES, NO_IMAGE, NO_METRICS), key=lambda f: (f.location, f.rule))
)

PLAN = (
    PlanStep(
        id="containerise",
        title="Containerise",
        why="The same image runs everywhere.",
        depends_on=(),
        actions=("Write a `Dockerfile`.",),
        resolves=(NO_IMAGE.fingerprint,),
    ),
    PlanStep(
        id="harden-scripts",
        title="Harden the scripts",
        why="They run as root.",
        depends_on=("containerise",),
        actions=("Mend `deploy.sh`.", "Run ShellCheck."),
        resolves=(LIVE.fingerprint, AGAIN.fingerprint),
    ),
)

REPORT = Report(
    root=".",
    prefix="apps/shop [1]/",
    kind=Kind("server", (Evidence(at("deploy/shop.service", 1, 1, 1, 10), "a systemd unit"),)),
    findings=FINDINGS,
    allowed=(
        Allowed(
            finding("scripts/needs-root", at("deploy.sh", 8, 1, 8, 10), "needs root", "note"),
            "only at bootstrap",
            at("deploy.sh", 7, 1, 7, 5),
        ),
    ),
    baselined=2,
    problems=(Problem(Location("broken.yml", START), "not YAML"),),
    skipped=(Skipped("installed dependencies", 1200, ("node_modules/a.js",)),),
    ruled=(
        Ruled(
            RuleId("database/sqlite-in-production"),
            undecided=(Undecided(at("package.json", 1, 1, 1, 2), "the URL is not in sight"),),
        ),
        Ruled(
            RuleId("scripts/needs-root"),
            satisfied=(Satisfied(at("deploy.sh", 1, 1, 1, 20), "`deploy.sh` runs as shop"),),
            inapplicable=(Inapplicable("nothing is installed by a script"),),
        ),
    ),
    declarations=(
        Declaration("backup", "nightly snapshots", "RDS", at(".infra-audit.yaml", 2, 3, 2, 9)),
    ),
    plan=PLAN,
    files=61,
)

EMPTY = Report(root=".", kind=Kind("unknown"), findings=(), files=1)


def rule(rule_id: str, severity: Severity = "warning") -> Rule:
    return Rule(
        id=RuleId(rule_id),
        title=TITLES.get(rule_id, "Something else"),
        severity=severity,
        precision="high",
        step="harden-scripts",
        message="`{path}`",
        fix="Do it right.",
        check="scripts/x",
    )


PROSE = Prose(
    why="The process that runs loses its files.\nUntil the restart every request fails.",
    references=("https://example.com/outage",),
)

CONTEXT = Context(
    rules={RuleId(rule_id): rule(rule_id) for rule_id in TITLES},
    prose=lambda _: PROSE,
    source=FILES.get,
    version="1.2.3",
    width=80,
    date="2025-05-15",
)
