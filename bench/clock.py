"""Times commands side by side: round after round, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence


def fastest(
    commands: Mapping[str, Sequence[str]], rounds: int, folder: str | None = None
) -> dict[str, float]:
    """The least seconds of wall time that each command took in `rounds` rounds.

    What a command says is thrown away; one that cannot be started, or that ends with a status
    beyond 1, raises RuntimeError. A first round that is not counted fills the caches.
    """
    best = dict.fromkeys(commands, float("inf"))
    for nth in range(rounds + 1):
        for name, command in commands.items():
            took = _seconds(command, folder)
            if nth:
                best[name] = min(best[name], took)
    return best


def _seconds(command: Sequence[str], folder: str | None) -> float:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_"))}
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    took = time.perf_counter() - began
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"{' '.join(command)}: ended with status {done.returncode}")
    return took
