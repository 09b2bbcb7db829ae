"""Whether cost grows in proportion to a script's length: exits 1 where it grows faster."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile

from costs import cost
from generated import shapes

GROWTH = 15
"""How many times as much ten times the script may cost: half as much again, for what is noise."""

LEAST = 0.3
"""Seconds below which a script costs too little for its growth to be told."""


def main() -> int:
    """Audit every shape of script in three sizes, each as the only file of a repository."""
    given = _arguments()
    sizes = [1000 * int(size) for size in given.sizes.split(",")]
    print(f"{'CPU s above an empty script':30}" + "".join(f"{s // 1000:>8} kB" for s in sizes))
    missed = False
    empty = min(_cost(given.command, ":\n") for _ in range(3))
    for name, shape in shapes().items():
        if given.only not in name:
            continue
        took = [max(_cost(given.command, shape(size)) - empty, 0.0) for size in sizes]
        grown = took[-1] / max(took[-2], LEAST / GROWTH)
        worse = took[-1] > LEAST and grown > GROWTH * sizes[-1] / sizes[-2] / 10
        missed = missed or worse
        row = "".join(f"{each:11.2f}" for each in took)
        print(f"{name:30}{row}{grown:8.1f}{'  missed' if worse else ''}", flush=True)
    return int(missed)


def _cost(command: str, script: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        with open(os.path.join(folder, "deploy.sh"), "w", encoding="utf-8", newline="") as file:
            file.write(script)
        return cost([command, "check", "--exit-zero", "."], folder).processor


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", help="an installed infra-audit")
    parser.add_argument("--only", default="", metavar="WORD", help="shapes with this in their name")
    parser.add_argument("--sizes", default="10,100,1000", metavar="KB", help="comma between them")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
