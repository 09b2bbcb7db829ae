"""Runs scripts under bash, for each combination of what their commands may answer."""

from __future__ import annotations

import itertools
import os
import random
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from .rich import LIBRARY
from .sample import Sample

BASH = shutil.which("bash") or ""
FAILED = 41
"""The status of a stub that fails; nothing else has it."""

AROUND = "a/a"
START = f"{AROUND}/a"
"""Where scripts start; there are folders `a`, `b` and `c` in and above it."""

_MOST_CALLS = 240
"""A run with more calls runs for ever."""
_BUSY = 128 + signal.SIGXCPU
"""The status of a run that takes a second without a call."""
SAME = 5
"""So often a stub answers before it begins to answer as it likes."""
_FREE = 2
"""So many first answers of a stub are tried in each combination; the last of them is repeated a few
times, and then it answers as it likes, so that loops end."""
_SITES = 24
_PATTERNS = ("00", "01", "10", "11")

STUBS = r"""
_end() { builtin echo "$R !" >&9; kill -9 $BASHPID; }
_stub() {
  read -r -N 1 -u 8 _p || _end
  read -r -N 1 -u "$2" _p || _end
  builtin echo "$R $1|$PWD${3+|$3}${4+|$4}${5+|$5}${6+|$6}${7+|$7}" >&9
  [[ $_p != 1 ]] || return 41
  [[ ${*: -1} != out ]] || builtin echo 1
}
command_not_found_handle() { builtin echo "$R ?|$PWD" >&9; return 127; }
echo() {
  [[ ${1-} == m[0-9]* ]] || { builtin echo "$@"; return; }
  read -r -N 1 -u 8 _p || _end
  builtin echo "$R $1|$PWD${2+|$2}${3+|$3}" >&9
}
"""
RECORDED = 5
"""How many arguments of a stub are recorded."""
NOT_FOUND = "?"
"""The name of a call of a command that there is not."""

EXTERNAL = """#!/bin/bash
. "${0%/*}/../stubs"
"${0##*/}" "$@"
"""


class Call(NamedTuple):
    """A stub or a mark that ran."""

    name: str
    directory: str
    arguments: tuple[str, ...]
    """The first of them: `RECORDED` of a stub, two of a mark."""


class Trace(NamedTuple):
    """One run of a script; `status` is None for one that never ends."""

    argument: str
    answers: tuple[tuple[tuple[str, int], bool], ...]
    """For the nth call of a stub whether it fails."""
    calls: tuple[Call, ...]
    status: int | None


class Record(NamedTuple):
    """The runs of a script; `complete` when they are all that there can be."""

    sample: Sample
    traces: tuple[Trace, ...]
    complete: bool

    @property
    def ran(self) -> set[str]:
        """The stubs and marks that ran."""
        return {call.name for trace in self.traces for call in trace.calls}

    @property
    def statuses(self) -> set[int]:
        """The statuses with which it ended."""
        return {trace.status for trace in self.traces if trace.status is not None}

    @property
    def endless(self) -> bool:
        """Whether a run had no end."""
        return any(trace.status is None for trace in self.traces)


_STARTING = Lock()
"""A process that starts holds all files that are open: what is being written can't be executed."""

Plan = tuple[str, dict[tuple[str, int], bool]]


def prepare(folder: Path) -> None:
    """Put the stubs into a folder."""
    stubs = [STUBS]
    (folder / "bin").mkdir(parents=True)
    for nth in range(1, _SITES + 1):
        stubs.append(f's{nth}() {{ _stub s{nth} {10 + nth} "$@" || return {FAILED}; }}\n')
        (folder / "bin" / f"s{nth}").symlink_to("../external")
    (folder / "stubs").write_text("".join(stubs))
    (folder / "external").write_text(EXTERNAL)
    (folder / "external").chmod(0o755)
    (folder / "marks").write_text(STUBS)
    for pattern in _PATTERNS:
        later = "".join(random.Random(pattern).choices("01", k=_MOST_CALLS))  # noqa: S311
        (folder / pattern).write_text(pattern[0] + pattern[1] * (SAME - 1) + later)
    (folder / "bound").write_text("0" * _MOST_CALLS)
    for depth in range(1, 6):
        for names in itertools.product("abc", repeat=depth):
            (folder.joinpath(*names)).mkdir()
    (folder / AROUND / "lib.sh").write_text(LIBRARY)


def record(samples: Sequence[Sample], folder: Path, limit: int) -> list[Record]:
    """What happens when bash runs each sample, in at most `limit` runs of each."""
    traces: list[list[Trace]] = [[] for _ in samples]
    complete = [True] * len(samples)
    plans: list[tuple[int, Plan]] = [
        (nth, (argument, {})) for nth, sample in enumerate(samples) for argument in sample.arguments
    ]
    while plans:
        ahead: list[list[Plan]] = [[] for _ in samples]
        for (nth, _), trace in zip(plans, _run(samples, plans, folder), strict=True):
            traces[nth].append(trace)
            ahead[nth] += _further(trace)
        for nth, queue in enumerate(ahead):
            room = max(limit - len(traces[nth]), 0)
            if len(queue) > room:
                complete[nth] = False
                random.Random(samples[nth].name).shuffle(queue)  # noqa: S311
                del queue[room:]
        plans = [(nth, plan) for nth, queue in enumerate(ahead) for plan in queue]
    return [Record(s, tuple(t), c) for s, t, c in zip(samples, traces, complete, strict=True)]


def replay(records: Sequence[Record], folder: Path) -> list[Record]:
    """The same runs, each in a bash of its own and with a program for each stub."""
    plans = [
        (nth, (trace.argument, dict(trace.answers)))
        for nth, found in enumerate(records)
        for trace in found.traces
    ]
    samples = [found.sample for found in records]
    traces: list[list[Trace]] = [[] for _ in records]
    for (nth, _), trace in zip(plans, _run(samples, plans, folder, external=True), strict=True):
        traces[nth].append(trace)
    return [found._replace(traces=tuple(traces[nth])) for nth, found in enumerate(records)]


def _further(trace: Trace) -> Iterator[Plan]:
    """The plans that differ from a run in an answer that it took for granted."""
    answers = dict(trace.answers)
    counts: dict[str, int] = {}
    for call in trace.calls:
        if not call.name.startswith("s"):
            continue
        counts[call.name] = nth = counts.get(call.name, 0) + 1
        if nth > _FREE or (call.name, nth) in answers:
            continue
        yield trace.argument, {**answers, (call.name, nth): True}
        answers[call.name, nth] = False


def _run(
    samples: Sequence[Sample],
    plans: list[tuple[int, Plan]],
    folder: Path,
    *,
    external: bool = False,
) -> list[Trace]:
    for nth, sample in enumerate(samples):
        script = folder / f"script-{nth}"
        if not script.exists() or script.read_text() != sample.text:
            with _STARTING:
                script.write_text(sample.text)
                script.chmod(0o755)
    marks = folder / ("marks" if external else "stubs")
    driver = ["exec 9>&1", f". {marks}", "export R"]
    last = -1
    for run, (nth, plan) in enumerate(plans):
        sample, script = samples[nth], folder / f"script-{nth}"
        if nth != last and not sample.sourced:
            driver.append(f"mapfile -d '' S <{script}")
        last = nth
        start = _start(sample, f"{script} {plan[0]}", marks, external=external)
        opened = " ".join(_opened(sample, plan, folder))
        driver.append(
            f"(R={run}; ulimit -St 1; exec {opened}; {start}) </dev/null >/dev/null 2>&1\n"
            f'builtin echo "{run} = $?" >&9'
        )
    (folder / "driver").write_text("\n".join(driver) + "\n")
    return list(_traces(plans, _output(folder)))


def _start(sample: Sample, call: str, marks: Path, *, external: bool) -> str:
    """How the driver starts a script with its argument; most run in a copy of the driver itself."""
    if sample.sourced and (external or sample.direct):
        return f"BASH_ENV={marks} exec {BASH} -c '. {call}; exit'"
    if sample.sourced:
        return f". {call}; exit"
    if external or sample.direct:
        return f"BASH_ENV={marks} exec {call}"
    return f"set -- {call.partition(' ')[2]}; eval \"$S\"$'\\nexit'"


def _opened(sample: Sample, plan: Plan, folder: Path) -> Iterator[str]:
    """The files that hold what each stub answers."""
    _, answers = plan
    yield f"8<{folder}/bound"
    for site in sorted(set(re.findall(r"\bs([1-9]\d*)\b", sample.text))):
        first, second = answers.get((f"s{site}", 1), False), answers.get((f"s{site}", 2), False)
        yield f"{10 + int(site)}<{folder}/{first:d}{second:d}"


def _output(folder: Path) -> str:
    """What the driver's runs say; all of them have ended when it is there."""
    with _STARTING:
        process = subprocess.Popen(
            [BASH, folder / "driver"],
            cwd=folder / START,
            env={"PATH": f"{folder}/bin:/usr/bin:/bin", "HOME": f"{folder}/{START}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
    try:
        return process.communicate(timeout=300)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        process.wait()


def _traces(plans: list[tuple[int, Plan]], output: str) -> Iterator[Trace]:
    said: dict[int, list[str]] = {}
    for line in output.splitlines():
        number, _, what = line.partition(" ")
        said.setdefault(int(number), []).append(what)
    for run, (_, (argument, answers)) in enumerate(plans):
        lines = said[run]
        (status,) = (int(line[2:]) for line in lines if line.startswith("= "))
        endless = "!" in lines or status == _BUSY
        called = itertools.takewhile(lambda line: line != "!", lines)
        calls = tuple(_calls(called))
        yield Trace(argument, tuple(answers.items()), calls, None if endless else status)


def _calls(lines: Iterable[str]) -> Iterator[Call]:
    for line in lines:
        if not line.startswith("= "):
            name, directory, *arguments = line.split("|")
            yield Call(name, directory, tuple(arguments))
