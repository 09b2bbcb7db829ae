"""What a command costs: processor time and peak memory, which a busy machine does not change much."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds of the processor, seconds on the clock, and megabytes at the peak."""

    processor: float
    clock: float
    memory: float


def cost(command: Sequence[str], folder: str | None = None) -> Cost:
    """What one run of `command` costs, its children included; what it says is thrown away."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_"))}
    began = time.perf_counter()
    started = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(started.pid, 0)
    clock = time.perf_counter() - began
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode not in {0, 1}:
        raise RuntimeError(f"{' '.join(command)[:200]}: ended with status {started.returncode}")
    return Cost(used.ru_utime + used.ru_stime, clock, used.ru_maxrss / 1024)


def least(costs: Sequence[Cost]) -> Cost:
    """The least of each of several runs."""
    return Cost(
        min(each.processor for each in costs),
        min(each.clock for each in costs),
        min(each.memory for each in costs),
    )
