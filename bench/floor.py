"""How far a run is from the least that it could take, and its memory: exits 1 where a bound is missed.

The floor lists the repository with git, then reads and parses the very files that infra-audit makes
documents of, on two cores and with the bare parsers: nothing is chosen, linked, checked or told.
Run it with the Python of an environment with the installed wheel. `--copies 4` measures a repository
that holds the given one four times.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

_TIMES = 4
_MOST_MEMORY = 250
_YAML = ("Action", "Compose", "Workflow")


def main() -> int:
    """Measure the installed infra-audit and the floor in turn, or be the floor."""
    if sys.argv[1:2] == ["--bare"]:
        bare(*sys.argv[2:])
        return 0
    given = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        root = _copied(given.repository, folder, given.copies)
        listed = os.path.join(folder, "relevant.json")
        with open(listed, "w", encoding="utf-8") as file:
            json.dump(relevant(root), file)
        installed = os.path.join(os.path.dirname(sys.executable), "infra-audit")
        commands = {
            "floor": (sys.executable, __file__, "--bare", root, listed),
            "infra-audit": (installed, "check", "--exit-zero", root),
        }
        took = {name: (float("inf"), float("inf"), 0.0) for name in commands}
        for _ in range(given.rounds):
            for name, command in commands.items():
                took[name] = _least(took[name], _measured(command))
    print(f"least of {given.rounds} rounds\n{'':12}{'ms':>8}{'cpu ms':>8}{'MiB':>8}")
    for name, (wall, cpu, memory) in took.items():
        print(f"{name:12}{wall * 1e3:8.0f}{cpu * 1e3:8.0f}{memory:8.0f}")
    times = took["infra-audit"][0] / took["floor"][0]
    print(f"{times:.1f} times the floor, the bound is {_TIMES}")
    return int(times > _TIMES or took["infra-audit"][2] > _MOST_MEMORY)


def relevant(root: str) -> list[tuple[str, str]]:
    """The paths that become documents, each with the kind of its document."""
    from infra_audit.documents.read import read
    from infra_audit.source.walk import walk

    found = read(walk(root)).documents
    return sorted({(document.path, type(document).__name__) for document in found})


def bare(root: str, listed: str) -> None:
    """List, read and parse on two cores, and keep nothing."""
    command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    subprocess.run(command, check=True, capture_output=True)
    with open(listed, encoding="utf-8") as file:
        files = json.load(file)
    second = os.fork()
    parsers: dict[str, Callable[[bytes], object]] = {}
    for path, kind in files[bool(second) :: 2]:
        with open(os.path.join(root, path), "rb") as file:
            data = file.read()
        name = f"{kind}{os.path.splitext(path)[1]}" if kind == "Module" else kind
        if name not in parsers:
            parsers[name] = _parser(kind, path)
        parsers[name](data)
    if not second:
        os._exit(0)
    os.waitpid(second, 0)


def _parser(kind: str, path: str) -> Callable[[bytes], object]:
    if kind in ("Script", "Module", "PythonModule"):
        from tree_sitter import Language, Parser

        if kind == "PythonModule":
            import tree_sitter_python

            return Parser(Language(tree_sitter_python.language())).parse
        if kind == "Script":
            import tree_sitter_bash

            return Parser(Language(tree_sitter_bash.language())).parse
        import tree_sitter_typescript as grammars

        plain = path.endswith((".ts", ".mts", ".cts"))
        language = grammars.language_typescript if plain else grammars.language_tsx
        return Parser(Language(language())).parse
    if kind in _YAML:
        return _events
    return _json if kind == "Package" else _decoded


def _events(data: bytes) -> None:
    from yaml import CLoader, YAMLError, parse

    try:
        for _ in parse(data, CLoader):
            pass
    except YAMLError:
        pass


def _decoded(data: bytes) -> str:
    return data.decode(errors="replace")


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _copied(repository: str, folder: str, copies: int) -> str:
    if copies == 1:
        return repository
    root = os.path.join(folder, "copies")
    for nth in range(copies):
        shutil.copytree(
            repository,
            os.path.join(root, f"app{nth}"),
            symlinks=True,
            ignore=shutil.ignore_patterns(".git"),
        )
    subprocess.run(["git", "init", "--quiet", root], check=True)
    subprocess.run(["git", "-C", root, "add", "--all"], check=True)
    return root


def _measured(command: Sequence[str]) -> tuple[float, float, float]:
    """Seconds of wall time and of both cores, and mebibytes of the largest process."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise RuntimeError(f"{' '.join(command)}: ended with status {process.returncode}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _least(
    one: tuple[float, float, float], two: tuple[float, float, float]
) -> tuple[float, float, float]:
    """The least times and the most memory."""
    return min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
