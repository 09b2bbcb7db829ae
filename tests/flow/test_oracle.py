"""Random scripts, run under bash for each combination of what their commands may answer.

`ORACLE_SCRIPTS=20000` asks for more of them; `python -m bench.oracle` tells more about them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import pytest

from .oracle.cases import BEGIN, CASES
from .oracle.judge import Verdict, judge
from .oracle.realistic import realistic_script
from .oracle.record import AROUND, BASH, START, Record, prepare, record, replay
from .oracle.rich import rich_script
from .oracle.sample import Sample
from .oracle.shares import shares
from .oracle.shrink import shrunk
from .oracle.writer import random_script

SCRIPTS = int(os.environ.get("ORACLE_SCRIPTS", "1000"))
SEEDS = 50_000
BATCH = 25
WORKERS = 2

pytestmark = [
    pytest.mark.skipif(not BASH, reason="there is no bash to ask"),
]


class Kind(NamedTuple):
    """Scripts of one style: which share of all, and how many runs each may take."""

    write: Callable[[int, Path], Sample]
    share: float
    runs: int


FLOW = (
    Kind(lambda seed, _: random_script(seed), 0.5, 32),
    Kind(lambda seed, _: realistic_script(seed), 0.2, 32),
)
VALUES = (Kind(lambda seed, folder: rich_script(seed, f"{folder}/{AROUND}"), 0.3, 8),)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    """What came of each script of which bash showed all that it can do."""
    return _judged(FLOW, tmp_path_factory)


def _judged(kinds: tuple[Kind, ...], folders: pytest.TempPathFactory) -> list[Verdict]:
    free: SimpleQueue[Path] = SimpleQueue()
    for nth in range(WORKERS):
        folder = folders.mktemp(f"worker-{nth}")
        prepare(folder)
        free.put(folder)

    def ask(kind: Kind, seeds: list[int]) -> tuple[Path, list[Record]]:
        folder = free.get()
        try:
            return folder, record([kind.write(seed, folder) for seed in seeds], folder, kind.runs)
        finally:
            free.put(folder)

    with ThreadPoolExecutor(WORKERS) as pool:
        asked = [pool.submit(ask, kind, seeds) for kind in kinds for seeds in _batches(kind)]
        return [
            judge(found, f"{folder}/{START}")
            for folder, records in (future.result() for future in asked)
            for found in records
        ]


def _batches(kind: Kind) -> Iterator[list[int]]:
    seeds = iter(range(min(int(SCRIPTS * kind.share), SEEDS)))
    while batch := list(islice(seeds, BATCH)):
        yield batch


def test_bash_does_nothing_that_is_ruled_out(verdicts: list[Verdict], tmp_path: Path) -> None:
    wrong = [verdict for verdict in verdicts if verdict.wrong]
    assert not wrong, _told(wrong, tmp_path)


def test_what_is_known_is_so(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    wrong = [verdict for verdict in _judged(VALUES, tmp_path_factory) if verdict.wrong]
    assert not wrong, _told(wrong, tmp_path)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the stubs."""
    folder = tmp_path_factory.mktemp("cases")
    prepare(folder)
    return folder


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, prepared: Path) -> None:
    sample = Sample(name, BEGIN + CASES[name], exact=False)
    (found,) = record([sample], prepared, 16)
    assert found.ran
    assert judge(found, f"{prepared}/{START}").wrong == ()


def _told(wrong: list[Verdict], folder: Path) -> str:
    """The first of the scripts, what bash did with it, and what is left when it is made small."""
    first = wrong[0]
    prepare(folder / "shrunk")
    small = shrunk(first, folder / "shrunk", 48)
    runs = "\n".join(
        f"{trace.argument or '-'} {' '.join(call.name for call in trace.calls)} = {trace.status}"
        for trace in first.record.traces
    )
    return (
        f"{', '.join(v.record.sample.name for v in wrong)}\n{'; '.join(first.wrong)}\n"
        f"{first.record.sample.text}\n{runs}\n\n{'; '.join(small.wrong)}\n{small.record.sample.text}"
    )


def test_statuses_are_exactly_those_of_bash(verdicts: list[Verdict]) -> None:
    found = shares(verdicts)
    assert found.compared > SCRIPTS * 0.4, found
    assert found.exact >= 0.9 * found.compared, found


def test_what_never_runs_is_named(verdicts: list[Verdict]) -> None:
    found = shares(verdicts)
    assert found.never > SCRIPTS * 0.4, found
    assert found.named >= 0.95 * found.never, found


def test_stubs_act_as_programs_do(tmp_path: Path) -> None:
    prepare(tmp_path)
    samples = [random_script(seed) for seed in range(60)]
    samples += [realistic_script(seed) for seed in range(20)]
    quick = [found for found in record(samples, tmp_path, 4) if not found.endless]
    assert len(quick) > 60
    for one, other in zip(quick, replay(quick, tmp_path), strict=True):
        assert _summary(one) == _summary(other), one.sample.text


def _summary(found: Record) -> list[str]:
    return [
        f"{trace.argument} {trace.answers} {sorted(trace.calls)} {trace.status}"
        for trace in found.traces
    ]
