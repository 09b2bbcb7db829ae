"""The words that every stage speaks: places, evidence, matches, findings, problems and the report.

Positions count from 1; columns count code points; ends are exclusive.
"""

from __future__ import annotations

from typing import Literal, NewType

from msgspec import Struct

RuleId = NewType("RuleId", str)
Fingerprint = NewType("Fingerprint", str)

Severity = Literal["error", "warning", "note"]
Precision = Literal["high", "medium"]

SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")
"""From the mildest to the gravest."""


class Span(Struct, frozen=True, gc=False, order=True):
    """A stretch of one file: 1-based lines, 1-based columns in code points, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


START = Span(1, 1, 1, 1)
"""The place of what concerns a file as a whole."""


class Location(Struct, frozen=True, gc=False, order=True):
    """A span of the file at `path`, relative to the root and `/`-separated."""

    path: str
    span: Span


class Evidence(Struct, frozen=True, gc=False):
    """One more place that makes a finding true, and what it shows."""

    location: Location
    note: str


class Match(Struct, frozen=True, kw_only=True):
    """What a check found: a place, the evidence, and the values that the rule's message names."""

    location: Location
    values: dict[str, str] = {}
    evidence: tuple[Evidence, ...] = ()
    severity: Severity | None = None
    """Where this match is graver or milder than its rule; None: as the rule says."""
    deployable: str | None = None
    """For an absence: the folder of what lacks something. Its fingerprint names this, not a text."""
    trail: tuple[Evidence, ...] = ()
    """How production reaches the place, outermost first."""


class Undecided(Struct, frozen=True, gc=False):
    """Where a check looked and could not tell, and why."""

    location: Location
    reason: str


class Satisfied(Struct, frozen=True, gc=False):
    """What a rule asks for and where the repository has it."""

    location: Location
    what: str


class Inapplicable(Struct, frozen=True, gc=False):
    """Why a rule has nothing to say about this repository."""

    reason: str


Outcome = Match | Undecided | Satisfied | Inapplicable
"""What a check yields."""


class Finding(Struct, frozen=True, kw_only=True):
    """A match in the words of its rule: what a person or a code-scanning service is shown."""

    rule: RuleId
    severity: Severity
    precision: Precision
    title: str
    message: str
    location: Location
    evidence: tuple[Evidence, ...] = ()
    trail: tuple[Evidence, ...] = ()
    fingerprint: Fingerprint
    fix: str
    step: str
    deployable: str | None = None


class Allowed(Struct, frozen=True):
    """A finding that the repository's people have allowed, and their reason."""

    finding: Finding
    reason: str
    where: Location


class Problem(Struct, frozen=True, gc=False):
    """A file that could not be read, or not parsed as what it claims to be."""

    location: Location
    message: str


class Skipped(Struct, frozen=True, gc=False):
    """Files that were left out, why, and some of their paths."""

    reason: str
    count: int
    examples: tuple[str, ...]


class Ruled(Struct, frozen=True):
    """What one rule had to say beside its findings."""

    rule: RuleId
    undecided: tuple[Undecided, ...] = ()
    satisfied: tuple[Satisfied, ...] = ()
    inapplicable: tuple[Inapplicable, ...] = ()


class Declaration(Struct, frozen=True, gc=False):
    """A fact that the repository cannot show and its people have declared in the configuration."""

    topic: str
    value: str
    reason: str
    location: Location


class Kind(Struct, frozen=True):
    """How the repository is deployed, and what shows it.

    `server`: by scripts or units on a machine; `containers`: by compose or images on a machine;
    `platform`: by a provider that builds and runs it; `kubernetes`; `static`; `library`;
    `template`; `unknown`: nothing shows that anything is deployed.
    """

    name: str
    evidence: tuple[Evidence, ...] = ()


class PlanStep(Struct, frozen=True, kw_only=True):
    """One step of the remediation plan, in the order in which to do them."""

    id: str
    title: str
    why: str
    depends_on: tuple[str, ...]
    """Ids of the steps of this plan that come first."""
    actions: tuple[str, ...]
    """What to do here, concretely."""
    resolves: tuple[Fingerprint, ...]


NodeKind = Literal[
    "developer",
    "repository",
    "pipeline",
    "registry",
    "host",
    "unit",
    "store",
    "backup",
    "monitoring",
]


class Node(Struct, frozen=True, kw_only=True):
    """Something that the picture of the deployment shows; `missing` where it ought to be and is not."""

    id: str
    kind: NodeKind
    name: str
    detail: str = ""
    location: Location | None = None
    missing: bool = False
    rules: tuple[RuleId, ...] = ()
    """Of the errors and warnings about it."""


class Edge(Struct, frozen=True):
    """How one node leads to another."""

    source: str
    target: str
    label: str = ""
    missing: bool = False


class Picture(Struct, frozen=True):
    """The deployment as nodes and edges."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class Report(Struct, frozen=True, kw_only=True):
    """What an audit has to say: everything that any format shows."""

    root: str
    """The audited folder as the user named it, for people."""
    prefix: str = ""
    """The root relative to the git root, '' or ending in `/`: SARIF addresses begin there."""
    revision: str = ""
    kind: Kind
    findings: tuple[Finding, ...]
    allowed: tuple[Allowed, ...] = ()
    baselined: int = 0
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    ruled: tuple[Ruled, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    plan: tuple[PlanStep, ...] = ()
    picture: Picture | None = None
    """Where it was asked for."""
    files: int = 0
    """How many files were read and parsed."""


class UsageError(Exception):
    """A mistake of the user's: says the file, the key and what to write."""
