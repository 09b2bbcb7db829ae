"""The report as SARIF 2.1.0, in the form that GitHub code scanning accepts and shows well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import sarif_om as om
from msgspec import Struct

from ..model import START, Evidence, Finding, Location, Problem, Report, RuleId, Severity, Span
from .context import Context
from .excerpt import Lines, lines_of
from .json import encoded
from .line_hash import line_hashes
from .sarif_form import plain
from .sarif_rules import descriptor
from .words import gravest_first

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_RESULTS = 25_000
"""More of them, and GitHub rejects the upload."""
_RELATED = 100
"""More of them are not shown."""
_UNREADABLE = "unreadable-file"


class _Places(Struct, frozen=True):
    """What turns a location of ours into one of SARIF's."""

    prefix: str
    lines: Lines


def render(report: Report, context: Context) -> str:
    """One run with all findings but the allowed and baselined ones."""
    places = _Places(report.prefix, lines_of(context.source))
    findings = gravest_first(report.findings)[:_RESULTS]
    ids = sorted({*context.rules, *(finding.rule for finding in findings)})
    index = {rule: number for number, rule in enumerate(ids)}
    hashes = _hashes(findings, context)
    run = om.Run(
        tool=om.Tool(driver=_driver(ids, findings, context)),
        automation_details=om.RunAutomationDetails(id=f"infra-audit/{report.prefix}"),
        column_kind="unicodeCodePoints",
        original_uri_base_ids={
            _ROOT: om.ArtifactLocation(description=_message("The root of the git repository."))
        },
        invocations=[_invocation(report, len(findings), places)],
        results=[_result(finding, index[finding.rule], hashes, places) for finding in findings],
    )
    return encoded(plain(om.SarifLog(runs=[run], version="2.1.0", schema_uri=_SCHEMA)))


def _driver(ids: list[RuleId], findings: list[Finding], context: Context) -> om.ToolComponent:
    unknown = {finding.rule: finding for finding in findings if finding.rule not in context.rules}
    return om.ToolComponent(
        name="infra-audit",
        version=context.version,
        semantic_version=context.version,
        rules=[descriptor(unknown.get(rule) or context.rules[rule], context.prose) for rule in ids],
        notifications=[_unreadable()],
    )


def _unreadable() -> om.ReportingDescriptor:
    said = om.MultiformatMessageString(
        text="A file could not be read as what it claims to be. Nothing was looked for in it."
    )
    return om.ReportingDescriptor(
        id=_UNREADABLE,
        short_description=said,
        full_description=said,
        help=said,
        default_configuration=om.ReportingConfiguration(level="warning"),
    )


def _result(
    finding: Finding, rule_index: int, hashes: dict[tuple[str, int], str], places: _Places
) -> om.Result:
    related = finding.evidence[:_RELATED]
    fingerprints = {"infraAudit/v1": str(finding.fingerprint)}
    line_hash = hashes.get((finding.location.path, finding.location.span.line))
    if line_hash:
        fingerprints["primaryLocationLineHash"] = line_hash
    return om.Result(
        rule_id=finding.rule,
        rule_index=rule_index,
        level=_level(finding.severity),
        message=_message(_text(finding, related)),
        locations=[_location(finding.location, places)],
        related_locations=[
            _location(evidence.location, places, evidence.note, number)
            for number, evidence in enumerate(related, 1)
        ]
        or None,
        code_flows=_code_flows(finding, places),
        partial_fingerprints=fingerprints,
    )


def _level(severity: Severity) -> str:
    """SARIF's levels have the same names."""
    return severity


def _text(finding: Finding, related: tuple[Evidence, ...]) -> str:
    """The message, whose first sentence becomes the alert's title, and links to the evidence."""
    said = _sentence(finding.message)
    shown = "; ".join(
        f"[{_escaped(_line(evidence.note)) or 'here'}]({number})"
        for number, evidence in enumerate(related, 1)
    )
    return f"{said} Evidence: {shown}." if shown else said


def _sentence(message: str) -> str:
    said = _escaped(_line(message))
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    """Brackets make links in a SARIF message."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _code_flows(finding: Finding, places: _Places) -> list[om.CodeFlow] | None:
    """The trail that ends in the finding."""
    if not finding.trail:
        return None
    steps = (*finding.trail, Evidence(finding.location, finding.message))
    flow = om.ThreadFlow(
        locations=[
            om.ThreadFlowLocation(location=_location(step.location, places, step.note))
            for step in steps
        ]
    )
    return [om.CodeFlow(thread_flows=[flow])]


def _location(
    location: Location, places: _Places, note: str = "", number: int | None = None
) -> om.Location:
    physical = om.PhysicalLocation(
        artifact_location=om.ArtifactLocation(
            uri=uri(places.prefix + location.path), uri_base_id=_ROOT
        ),
        region=_region(location, places.lines),
    )
    message = _message(_escaped(_line(note))) if note else None
    return om.Location(
        physical_location=physical, message=message, id=-1 if number is None else number
    )


def uri(path: str) -> str:
    """A path as a relative URI: what is not plain is percent-encoded, byte by byte."""
    encoded_path = quote(path.encode(errors="surrogateescape"), safe="/-._~!$&'()*+,;=@")
    return encoded_path or "."


def _region(location: Location, lines: Lines) -> om.Region:
    span = _seen(location, lines)
    return om.Region(
        start_line=span.line,
        start_column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
    )


def _seen(location: Location, lines: Lines) -> Span:
    """The span, widened to a character (or the first line, for a whole file) where it is empty."""
    span = location.span
    if (span.line, span.column) < (span.end_line, span.end_column):
        return span
    written = lines(location.path)
    length = len(written[span.line - 1].rstrip("\r")) if span.line <= len(written) else 0
    if span == START:
        return Span(1, 1, 1, max(length, 1) + 1)
    column = max(1, min(span.column, length))
    return Span(span.line, column, span.line, column + 1)


def _hashes(findings: Iterable[Finding], context: Context) -> dict[tuple[str, int], str]:
    """GitHub's hash of each finding's line; none for a file that cannot be read."""
    wanted: dict[str, set[int]] = {}
    for finding in findings:
        wanted.setdefault(finding.location.path, set()).add(finding.location.span.line)
    hashes = {}
    for path, numbers in wanted.items():
        content = context.source(path)
        if content is not None:
            for number, value in line_hashes(content, frozenset(numbers)).items():
                hashes[path, number] = value
    return hashes


def _invocation(report: Report, shown: int, places: _Places) -> om.Invocation:
    notifications = [*_problems(report.problems, places), *_cut(len(report.findings) - shown)]
    return om.Invocation(
        execution_successful=True, tool_execution_notifications=notifications or None
    )


def _problems(problems: tuple[Problem, ...], places: _Places) -> Iterator[om.Notification]:
    for problem in problems:
        yield om.Notification(
            message=_message(_sentence(problem.message)),
            level="warning",
            descriptor=om.ReportingDescriptorReference(id=_UNREADABLE, index=0),
            locations=[_location(problem.location, places)],
        )


def _cut(number: int) -> Iterator[om.Notification]:
    if number > 0:
        said = f"{number:,} of the mildest findings are left out: GitHub takes {_RESULTS:,}."
        yield om.Notification(message=_message(said), level="warning")


def _message(text: str) -> om.Message:
    return om.Message(text=text)
