"""How long a run takes, as ratios to Python's own start: exits 1 where a bound is missed."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile

from clock import fastest

_SCRIPT = '#!/bin/bash\nset -euo pipefail\ncd /opt/shop\ngit pull\nnpm ci\nsystemctl restart "$1"\n'


def main() -> int:
    """Measure the infra-audit that is installed beside the given Python."""
    given = _arguments()
    installed = os.path.join(os.path.dirname(given.python), "infra-audit")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "deploy.sh"), "w", encoding="utf-8") as file:
            file.write(_SCRIPT)
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        commands = {
            "python": (given.python, "-I", "-c", "pass"),
            "click": (given.python, "-I", "-c", "import click"),
            "--version": (installed, "--version"),
            "one script": (installed, "check", "--exit-zero", folder),
        }
        if given.repository:
            commands["repository"] = (installed, "check", "--exit-zero", given.repository)
        took = fastest(commands, given.rounds)
    p = took["python"]
    c = max(took["click"] - p, 0.0)
    bounds = {"--version": 3 * p + c, "one script": 8 * p + c, "repository": 35 * p}
    print(f"P = {p * 1e3:.1f} ms, C = {c * 1e3:.1f} ms, least of {given.rounds} rounds")
    print(f"{'':12}{'ms':>8}{'in P':>8}{'bound':>8}")
    missed = [_row(name, took[name], bound, p) for name, bound in bounds.items() if name in took]
    return int(any(missed))


def _row(name: str, took: float, bound: float, p: float) -> bool:
    missed = took > bound
    print(
        f"{name:12}{took * 1e3:8.1f}{took / p:8.2f}{bound / p:8.2f}{'  missed' if missed else ''}"
    )
    return missed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", help="the Python of an environment with the installed wheel")
    parser.add_argument("--repository", metavar="DIR", help="a mid-size application's repository")
    parser.add_argument("--rounds", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
