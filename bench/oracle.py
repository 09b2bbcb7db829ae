"""The oracle of `tests/flow` at length: `python -m bench.oracle`, from the repository's root.

Runs random scripts under bash for each combination of what their commands may answer, and compares
what the analysis says of them. Prints what bash denies, each with the smallest script that shows it,
and the shares that `tests/flow/test_oracle.py` asks for. Exits 1 where anything is denied.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from itertools import islice
from pathlib import Path

from tests.flow.oracle.judge import Verdict, judge
from tests.flow.oracle.realistic import realistic_script
from tests.flow.oracle.record import AROUND, START, prepare, record
from tests.flow.oracle.rich import rich_script
from tests.flow.oracle.sample import Sample
from tests.flow.oracle.shares import shares
from tests.flow.oracle.shrink import shrunk
from tests.flow.oracle.writer import random_script

BATCH = 40
SEEDS = 50_000


def main() -> int:
    """Judge the seeds that are asked for."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        verdicts: list[Verdict] = []
        for path in given.file:
            sample = Sample(path, Path(path).read_text(encoding="utf-8"), exact=False)
            verdicts += [
                judge(f, f"{folder}/{START}") for f in record([sample], folder, given.runs)
            ]
            print(path, verdicts[-1].record.statuses, "; ".join(verdicts[-1].wrong) or "holds")
        for kind in given.kind:
            seeds = iter(range(given.start, min(given.start + given.count, SEEDS)))
            while batch := list(islice(seeds, BATCH)):
                samples = [_sample(kind, seed, folder) for seed in batch]
                for found in record(samples, folder, given.runs):
                    verdicts.append(judge(found, f"{folder}/{START}"))
                    _tell(verdicts[-1], folder, given)
        print(shares(verdicts))
        if given.inexact:
            _inexact(verdicts, given.inexact)
    return int(any(v.wrong for v in verdicts))


def _sample(kind: str, seed: int, folder: Path) -> Sample:
    match kind:
        case "random":
            return random_script(seed)
        case "realistic":
            return realistic_script(seed)
        case _:
            return rich_script(seed, f"{folder}/{AROUND}")


def _tell(verdict: Verdict, folder: Path, given: argparse.Namespace) -> None:
    """Print a script that the analysis is wrong about."""
    if not verdict.wrong:
        return
    print(f"\n== {verdict.record.sample.name}: {'; '.join(verdict.wrong[:3])}")
    if given.shrink:
        verdict = shrunk(verdict, folder, given.runs)
        print(f"-- {'; '.join(verdict.wrong[:3])}")
    print(verdict.record.sample.text.replace(str(folder), "/root"))


def _inexact(verdicts: list[Verdict], most: int) -> None:
    """Print scripts whose statuses are not exactly those that were recorded."""
    differ = [v for v in verdicts if v.statuses and v.statuses[0] != v.statuses[1]]
    ways = Counter(str(sorted(v.statuses[0] - v.statuses[1])) for v in differ if v.statuses)
    print("too many:", ways.most_common(12))
    for verdict in differ[:most]:
        computed, recorded = map(sorted, verdict.statuses or ())
        print(f"\n== {verdict.record.sample.name}: {computed}, recorded {recorded}")
        print(verdict.record.sample.text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare the analysis of scripts with bash.")
    kinds = ["random", "realistic", "rich"]
    parser.add_argument("--kind", choices=kinds, action="append", help="random, realistic or rich")
    parser.add_argument("--file", nargs="*", default=[], help="judge these scripts over s1, s2, …")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=1000, help="how many seeds of each kind")
    parser.add_argument("--runs", type=int, default=256, help="at most so many runs of a script")
    parser.add_argument("--shrink", action="store_true", help="take away what is not needed")
    parser.add_argument("--inexact", type=int, default=0, metavar="N", help="print N inexact ones")
    given = parser.parse_args()
    given.kind = [] if given.file else given.kind or kinds
    return given


if __name__ == "__main__":
    sys.exit(main())
