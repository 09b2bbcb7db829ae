"""The report for people at a terminal: places with excerpts, evidence and the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ..model import START, Evidence, Finding, Location, Problem, Report
from .context import Context
from .excerpt import Lines, excerpt, lines_of
from .style import Paint, paint
from .visible import visible, wrapped
from .words import counted, gravest_first, line_of, place, summary

_NAMED = 3
"""How many of what is folded are named one by one."""


class _Page(Struct, frozen=True):
    """What every part of the page is written with."""

    paint: Paint
    lines: Lines
    width: int
    all: bool
    advised: dict[str, Location]
    """Where the way out has been told, by rule."""


def render(report: Report, context: Context) -> str:
    """Errors and warnings in full, what is missing, notes by rule, and what else is to be known."""
    page = _Page(paint(context.color), lines_of(context.source), context.width, context.all, {})
    findings = gravest_first(report.findings)
    absences = [f for f in findings if f.deployable is not None]
    present = [f for f in findings if f.deployable is None]
    full = [f for f in present if page.all or f.severity != "note"]
    notes = present[len(full) :]
    blocks = [
        *(_block(group, page) for group in _groups(full, page)),
        _section("Missing here", _absences(absences, page), page),
        _section("Notes", _notes(notes, page), page),
        _section("Could not be read", _problems(report, page), page),
        [*_aside(report, page), page.paint("heading", summary(report))],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _groups(findings: list[Finding], page: _Page, *, files: bool = True) -> Iterable[list[Finding]]:
    """What repeats by rule, and by file if `files` count, comes together where its first one stands."""
    if page.all:
        return [[finding] for finding in findings]
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.severity, finding.rule, finding.location.path if files else "")
        groups.setdefault(key, []).append(finding)
    return groups.values()


def _block(group: list[Finding], page: _Page) -> list[str]:
    finding, *others = group
    ends = [finding.location, *(e.location for e in finding.evidence)]
    margin = max(len(str(min(end.span.end_line, 10**7))) for end in ends)
    block = [_head(finding, page), *_excerpt(finding.location, "^", margin, page)]
    for evidence in finding.evidence:
        block.append(_remark(f"{place(evidence.location)}: {visible(evidence.note)}", margin, page))
        block += _excerpt(evidence.location, "-", margin, page)
    block += _trail(finding.trail, margin, page)
    block += _also(others, margin, page)
    return [*block, *_advice(finding, margin, page)]


def _head(finding: Finding, page: _Page) -> str:
    where = page.paint("place", place(finding.location))
    label = page.paint(finding.severity, f"{finding.severity}[{finding.rule}]")
    return f"{where}: {label} {visible(finding.message)}"


def _excerpt(location: Location, mark: str, margin: int, page: _Page) -> Iterator[str]:
    rows = excerpt(location, page.lines, page.width - margin - 3, mark)
    bar = page.paint("gutter", "|")
    style = "error" if mark == "^" else "gutter"
    for row in rows:
        number = "" if row.number is None else str(row.number)
        yield f"{page.paint('gutter', number.rjust(margin))} {bar} {row.text}".rstrip()
        if row.marks:
            blank = row.marks[: len(row.marks) - len(row.marks.lstrip())]
            yield f"{' ' * margin} {bar} {blank}{page.paint(style, row.marks.lstrip())}"


def _remark(text: str, margin: int, page: _Page) -> str:
    return f"{' ' * margin} {page.paint('gutter', '=')} {text}"


def _trail(trail: tuple[Evidence, ...], margin: int, page: _Page) -> Iterator[str]:
    if trail:
        yield _remark(page.paint("key", "reached by"), margin, page)
    for number, step in enumerate(trail, 1):
        yield f"{' ' * margin}   {number}. {place(step.location)}: {visible(step.note)}"


def _also(others: list[Finding], margin: int, page: _Page, *, files: bool = False) -> Iterator[str]:
    for other in others[:_NAMED]:
        span = other.location.span
        where = place(other.location) if files else f"{span.line}:{span.column}"
        also = page.paint("key", "also")
        yield _remark(f"{also} {where}: {visible(other.message)}", margin, page)
    rest = others[_NAMED:]
    if rest:
        named = [line_of(r.location) if files else str(r.location.span.line) for r in rest[:8]]
        more = ", …" if len(rest) > 8 else ""
        lines = "" if files else "line " if len(rest) == 1 else "lines "
        shown = f"{lines}{', '.join(named)}{more}"
        yield _remark(f"and {len(rest):,} more ({shown}); --all shows them", margin, page)


def _advice(finding: Finding, margin: int, page: _Page) -> Iterator[str]:
    """The way out, in full for the first finding of a rule."""
    first = page.advised.setdefault(finding.rule, finding.location)
    if first is not finding.location:
        yield _remark(f"{page.paint('key', 'fix:')} as at {place(first)}", margin, page)
        return
    yield _remark(f"{page.paint('key', 'reason:')} {visible(finding.title)}", margin, page)
    head, *rest = wrapped(finding.fix, max(page.width - margin - 8, 40))
    if head:
        yield _remark(f"{page.paint('key', 'fix:')} {head}", margin, page)
    for line in rest:
        yield f"{' ' * (margin + 8)}{line}".rstrip()
    yield _remark(page.paint("faint", f"infra-audit explain {finding.rule}"), margin, page)


def _section(title: str, lines: Iterable[str], page: _Page) -> list[str]:
    found = list(lines)
    return [page.paint("heading", title), *found] if found else []


def _absences(absences: list[Finding], page: _Page) -> Iterator[str]:
    """What is missing has no text of its own to show: the places that call for it are named."""
    full = [finding for finding in absences if page.all or finding.severity != "note"]
    for number, (finding, *others) in enumerate(_groups(full, page, files=False)):
        if number:
            yield ""
        yield _head(finding, page)
        for evidence in finding.evidence:
            yield _remark(f"{place(evidence.location)}: {visible(evidence.note)}", 2, page)
        yield from _also(others, 2, page, files=True)
        yield from _advice(finding, 2, page)
    yield from _notes([finding for finding in absences if finding not in full], page)


def _notes(notes: list[Finding], page: _Page) -> Iterator[str]:
    by_rule: dict[str, list[Finding]] = {}
    for note in notes:
        by_rule.setdefault(note.rule, []).append(note)
    for first, *others in by_rule.values():
        yield _head(first, page) + _also_at([line_of(other.location) for other in others])


def _also_at(places: list[str]) -> str:
    rest = len(places) - _NAMED
    more = f" and {rest:,} more" if rest > 0 else ""
    return f" (also {', '.join(places[:_NAMED])}{more})" if places else ""


def _problems(report: Report, page: _Page) -> Iterator[str]:
    """What could not be read; whole files of which the same is to be said come together."""
    alike: dict[str, list[Problem]] = {}
    for number, problem in enumerate(report.problems):
        whole = problem.location.span == START and not page.all
        alike.setdefault(problem.message if whole else str(number), []).append(problem)
    for first, *others in alike.values():
        head = f"{place(first.location)}: problem: {visible(first.message)}"
        yield head + _also_at([visible(other.location.path) for other in others])


def _aside(report: Report, page: _Page) -> Iterator[str]:
    """How it is deployed, what was declared, what was left out, and where rules could not tell."""
    shown = "; ".join(
        f"{line_of(e.location)}: {visible(e.note)}" for e in report.kind.evidence[:_NAMED]
    )
    yield f"{page.paint('key', 'deployed as:')} {report.kind.name}" + (
        f" ({shown})" if shown else ""
    )
    for declared in report.declarations:
        reason = f" ({visible(declared.reason)})" if declared.reason else ""
        said = f"{visible(declared.topic)}: {visible(declared.value)}{reason}"
        yield f"{page.paint('key', 'declared:')} {said} {line_of(declared.location)}"
    if report.skipped:
        reasons = ", ".join(f"{visible(s.reason)} {s.count:,}" for s in report.skipped)
        total = counted(sum(s.count for s in report.skipped), "file")
        yield f"{page.paint('key', 'left out:')} {total} ({reasons})"
    undecided = [(r.rule, len(r.undecided)) for r in report.ruled if r.undecided]
    if undecided:
        named = ", ".join(f"{rule} {number:,}" for rule, number in undecided)
        yield f"{page.paint('key', 'undecided:')} {named}"
