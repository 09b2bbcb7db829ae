"""How long peers take for the same repository, side by side: exits 1 where a bound is missed."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from clock import fastest


def main() -> int:
    """Measure infra-audit, checkov and ShellCheck on one repository, whichever are given."""
    given = _arguments()
    root = given.repository
    commands: dict[str, tuple[str, ...]] = {
        "infra-audit": (given.infra_audit, "check", "--exit-zero", root)
    }
    if given.checkov:
        commands["checkov"] = _checkov(given.checkov, root)
    if given.shellcheck:
        commands["shellcheck"] = (given.shellcheck, "--shell=bash", *_scripts(root))
    took = fastest(commands, given.rounds)
    print(f"least of {given.rounds} rounds")
    for name, seconds in took.items():
        print(f"{name:12}{seconds * 1e3:10.0f} ms{seconds / took['infra-audit']:8.1f} ×")
    return int("checkov" in took and took["checkov"] < 20 * took["infra-audit"])


def _checkov(program: str, root: str) -> tuple[str, ...]:
    """What reads the same kinds of file as we do, without asking its maker's server."""
    frameworks = ("--framework", "dockerfile,github_actions")
    return (program, "--directory", root, *frameworks, "--skip-download", "--compact", "--quiet")


def _scripts(root: str) -> list[str]:
    said = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "*.sh"], capture_output=True, text=True, check=True
    )
    return [os.path.join(root, path) for path in said.stdout.split("\0") if path]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("infra_audit", help="the installed command")
    parser.add_argument("repository", help="a repository with Dockerfiles and workflows")
    parser.add_argument("--checkov", metavar="COMMAND")
    parser.add_argument("--shellcheck", metavar="COMMAND")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
