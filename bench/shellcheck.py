"""Real scripts, audited and checked by ShellCheck side by side: exits 1 where a bound is missed."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

from costs import Cost, cost, least

FASTER = 10
"""How many times as long ShellCheck must take for many scripts."""

MEMORY = 100
"""The peak for many scripts, in megabytes."""

SHARE = 0.6
"""How much of ShellCheck's time one script may take, start-up included."""


def main() -> int:
    """Measure the infra-audit that is given against ShellCheck, run after run."""
    given = _arguments()
    scripts = sorted(
        os.path.join(given.scripts, name)
        for name in os.listdir(given.scripts)
        if name.endswith(".sh")
    )
    ours, theirs = _compared(given, scripts, given.rounds)
    print(f"{len(scripts)} scripts, least of {given.rounds} rounds")
    _table(ours, theirs)
    missed = [
        _bound("times as fast", theirs.processor / ours.processor, FASTER, least_is_best=False),
        _bound("MB", ours.memory, MEMORY, least_is_best=True),
    ]
    if given.script:
        ours, theirs = _compared(given, [given.script], 5 * given.rounds)
        print(f"\n{os.path.basename(given.script)}, least of {5 * given.rounds} rounds")
        _table(ours, theirs)
        missed.append(
            _bound("of its time", ours.processor / theirs.processor, SHARE, least_is_best=True)
        )
    return int(any(missed))


def _compared(given: argparse.Namespace, scripts: list[str], rounds: int) -> tuple[Cost, Cost]:
    """What both cost for the same files, in a repository of their own."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        names = [f"{nth:04}-{os.path.basename(path)}" for nth, path in enumerate(scripts)]
        for name, path in zip(names, scripts, strict=True):
            shutil.copyfile(path, os.path.join(folder, name))
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(cost([given.command, "check", "--exit-zero", "."], folder))
            theirs.append(cost([given.shellcheck, "--", *names], folder))
        return least(ours), least(theirs)


def _table(ours: Cost, theirs: Cost) -> None:
    print(f"{'':12}{'CPU s':>9}{'clock s':>9}{'MB':>7}")
    for name, each in (("infra-audit", ours), ("ShellCheck", theirs)):
        print(f"{name:12}{each.processor:9.2f}{each.clock:9.2f}{each.memory:7.0f}")


def _bound(what: str, value: float, bound: float, *, least_is_best: bool) -> bool:
    missed = value > bound if least_is_best else value < bound
    word = "at most" if least_is_best else "at least"
    print(f"{value:.2f} {what}, {word} {bound}{'  missed' if missed else ''}")
    return missed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", help="an installed infra-audit")
    parser.add_argument("scripts", help="a folder of real scripts, *.sh")
    parser.add_argument("--shellcheck", default="shellcheck", metavar="FILE")
    parser.add_argument("--script", metavar="FILE", help="one script of about 750 lines")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
