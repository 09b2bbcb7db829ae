"""The smallest script that still shows what a random one shows."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from itertools import combinations, islice
from pathlib import Path

from .judge import Verdict, judge
from .record import BASH, START, record
from .sample import Sample

_BATCH = 24


def shrunk(verdict: Verdict, folder: Path, runs: int) -> Verdict:
    """What is left when everything is taken away without which the analysis is still wrong."""
    wrong = _kinds(verdict)
    best = verdict
    while True:
        candidates = _smaller(best.record.sample)
        while batch := list(islice(candidates, _BATCH)):
            found = next((v for v in _judged(batch, folder, runs) if _kinds(v) & wrong), None)
            if found is not None:
                best = found
                break
        else:
            return best


def _kinds(verdict: Verdict) -> set[str]:
    """What is wrong, whatever the names and numbers."""
    words = [[w for w in text.split() if w.isalpha()][:4] for text in verdict.wrong]
    return {" ".join(some) for some in words}


def _judged(samples: list[Sample], folder: Path, runs: int) -> Iterator[Verdict]:
    valid = [sample for sample in samples if _parses(sample.text)]
    for found in record(valid, folder, runs):
        yield judge(found, f"{folder}/{START}")


def _parses(text: str) -> bool:
    checked = subprocess.run([BASH, "-n"], input=text.encode(), capture_output=True, check=False)
    return checked.returncode == 0 and not checked.stderr


def _smaller(sample: Sample) -> Iterator[Sample]:
    """The script without some lines, without a pair of them, or with a simpler line."""
    shebang, *lines = sample.text.splitlines()
    for some in _fewer(lines):
        yield sample._replace(text="\n".join([shebang, *some]) + "\n")


def _fewer(lines: list[str]) -> Iterator[list[str]]:
    count = len(lines)
    for size in sorted({count // 2, count // 4, 8, 5, 4, 3, 2, 1}, reverse=True):
        if 0 < size < count:
            for start in range(count - size + 1):
                yield lines[:start] + lines[start + size :]
    for nth, line in enumerate(lines):
        for mark in ("||", "&&", "|", ";", ">", "2>", "&"):
            head, between, tail = line.rpartition(f" {mark}")
            if between:
                yield [*lines[:nth], head, *lines[nth + 1 :]]
                yield [*lines[:nth], tail, *lines[nth + 1 :]]
    if count < 30:
        for pair in combinations(range(count), 2):
            yield [line for nth, line in enumerate(lines) if nth not in pair]
