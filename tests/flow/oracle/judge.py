"""Compares what the analysis says of a script with what bash did."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from infra_audit.documents.shell.script import parse
from infra_audit.flow.behaviour import (
    Behaviour,
    Entry,
    Exits,
    Run,
    analyse,
    exits_when_all_succeed,
)
from infra_audit.source.text import Text

from .record import FAILED, NOT_FOUND, RECORDED, SAME, Record, Trace

_NOT_FOUND = frozenset({FAILED, 126, 127})
"""The statuses that an external command's failure has here."""


class Verdict(NamedTuple):
    """What came of one script."""

    record: Record
    wrong: tuple[str, ...]
    """What the analysis claims and bash denies."""
    statuses: tuple[frozenset[int], frozenset[int]] | None
    """Computed and recorded, where all is recorded; None where the analysis does not say."""
    never: int
    """How many statements never ran, and how many of these are called so.

    Others may call the functions of a script that is sourced: these do not count.
    """
    named: int


def judge(record: Record, directory: str) -> Verdict:
    """The verdict about one script that started in `directory`."""
    sample = record.sample
    script = parse(Text("script", sample.text), "file")
    wrong = [] if script.fault is None else ["has no syntax error"]
    entry = Entry(directory=directory, sourced=sample.sourced)
    found = analyse(script, entry)
    places = _places(found)
    wrong += _reached(record, places)
    wrong += _known(record, places)
    wrong += _ended(record, found, exits_when_all_succeed(script, entry))
    never = [s for s in _sites(record) if s not in record.ran] if record.complete else []
    if sample.sourced:
        never = [s for s in never if not any(run.function for run in places.get(s, ()))]
    named = [s for s in never if any(run.reach != "reached" for run in places.get(s, ()))]
    return Verdict(record, tuple(wrong), _statuses(record, found), len(never), len(named))


def _sites(record: Record) -> set[str]:
    """The stubs and marks that are statements."""
    return set(re.findall(r"\b[sm][1-9]\d*\b", record.sample.text)) - record.sample.quoted


def _places(found: Behaviour) -> dict[str, list[Run]]:
    places: dict[str, list[Run]] = {}
    for run in found.runs:
        name = run.name
        if name == "echo" and run.arguments:
            name = run.arguments[0] or ""
        places.setdefault(name, []).append(run)
    return places


def _reached(record: Record, places: dict[str, list[Run]]) -> list[str]:
    return [
        f"{site} ran, and is called {runs[0].reach}"
        for site in sorted(record.ran)
        if (runs := places.get(site)) and all(run.reach != "reached" for run in runs)
    ]


def _known(record: Record, places: dict[str, list[Run]]) -> list[str]:
    wrong: set[str] = set()
    for trace in record.traces:
        for call in trace.calls:
            runs = places.get(call.name, ())
            if len(runs) != 1 or runs[0].assumed or call.name in record.sample.quoted:
                continue
            (run,) = runs
            if run.directory is not None and run.directory != call.directory:
                wrong.add(f"{call.name} ran in {call.directory}, not in {run.directory}")
            known = run.arguments[1:] if call.name.startswith("m") else run.arguments
            wrong |= {
                f"{call.name} was given {real!r}, not {said!r}"
                for said, real in zip(known, call.arguments, strict=False)
                if said is not None and said != real
            }
            most = 2 if call.name.startswith("m") else RECORDED
            if None not in known and len(known[:most]) != len(call.arguments):
                wrong.add(f"{call.name} was given {call.arguments!r}, not {known!r}")
    return sorted(wrong)


def _ended(record: Record, found: Behaviour, well: Exits) -> list[str]:
    wrong: list[str] = []
    for trace in record.traces:
        if trace.status is None and not (record.sample.exact and _goes_on(trace)):
            continue
        wrong += _missing("the script", found.exits, trace.status)
        if not any(failed for _, failed in trace.answers) and _all_well(trace):
            wrong += _missing("the script, when all succeeds", well, trace.status)
        for call in trace.calls:
            wrong += _of_function(call.arguments, found)
    return sorted(set(wrong))


def _all_well(trace: Trace) -> bool:
    """Whether all commands were there and so few were called again that none failed untold."""
    calls = Counter(call.name for call in trace.calls)
    if NOT_FOUND in calls or trace.status in {126, 127}:
        return False
    return max(calls.values(), default=0) <= SAME


def _goes_on(trace: Trace) -> bool:
    """Whether a run that was cut off had tried what may end it: all that it still calls answered
    often enough."""
    often = Counter(call.name for call in trace.calls)
    late = trace.calls[len(trace.calls) // 2 :]
    return all(often[c.name] > SAME + 12 for c in late if c.name.startswith("s"))


def _missing(what: str, exits: Exits, status: int | None) -> list[str]:
    """What is not among the ways to end that were computed."""
    if exits.unknown:
        return []
    if status is None:
        return [] if exits.endless else [f"{what} runs for ever"]
    if status in exits.codes:
        return []
    if status in _NOT_FOUND and exits.passed_on:
        return []
    return [f"{what} ends with {status}, not only {_shown(exits)}"]


def _shown(exits: Exits) -> str:
    return re.sub(r"^\w+", "", str(exits))


def _of_function(told: tuple[str, ...], found: Behaviour) -> list[str]:
    """`echo m1 f1 $?` tells with which status a function came back; with 127 there was none."""
    if (
        len(told) != 2
        or told[1] == "127"
        or not re.fullmatch(r"f\d", told[0])
        or not told[1].isdigit()
    ):
        return []
    wrong: list[str] = []
    for routine in found.functions:
        if routine.name == told[0]:
            if routine.never_returns:
                wrong.append(f"{told[0]} returns")
            if not routine.called:
                wrong.append(f"{told[0]} is called")
            wrong += _missing(told[0], routine.exits, int(told[1]))
    return wrong


def _statuses(record: Record, found: Behaviour) -> tuple[frozenset[int], frozenset[int]] | None:
    exits = found.exits
    if not record.complete:
        return None
    computed = set(exits.codes) | ({FAILED} if exits.passed_on else set())
    if exits.unknown:
        computed.add(-1)
    recorded = {FAILED if status in _NOT_FOUND else status for status in record.statuses}
    return frozenset(computed), frozenset(recorded)
