"""Random scripts, run under bash: what ran is never called unreachable, what was known was so."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from infra_audit.documents.shell.script import parse
from infra_audit.flow.behaviour import Behaviour, Entry, analyse
from infra_audit.source.text import Text

BASH = shutil.which("bash")

pytestmark = pytest.mark.skipif(BASH is None, reason="there is no bash to ask")

STUBS = """
exec 9>>"$RECORD"
RANDOM=$SEED
count=0
step() {
  echo "$1|$PWD|$2|$3" >&9
  (( ++count > 40 )) && kill -9 $$ $BASHPID
  return $(( RANDOM % 3 == 0 ))
}
"""
"""Defined before the script by BASH_ENV, so that to the analysis `step` is any command."""


class Writer:
    """Writes one random script, each statement on its own line."""

    def __init__(self, seed: int, root: Path) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.root = root
        self.lines: list[str] = ["#!/bin/bash", "X=x", "Y=y"]

    def text(self) -> str:
        """The script."""
        self.block(0, 7, loops=0, function=False)
        return "\n".join(self.lines) + "\n"

    def put(self, depth: int, line: str) -> None:
        self.lines.append("  " * depth + line)

    def step(self) -> str:
        return f'step {len(self.lines) + 1} "$X" "$Y"'

    def block(self, depth: int, most: int, *, loops: int, function: bool) -> None:
        for _ in range(self.random.randint(1, most)):
            self.statement(depth, loops=loops, function=function)
        self.put(depth, self.step() if self.random.random() < 0.7 else ":")

    def statement(self, depth: int, *, loops: int, function: bool) -> None:
        simple = [
            self.plain,
            self.plain,
            self.assignment,
            self.move,
            self.link,
            self.leave,
            self.call,
        ]
        compound = [
            self.condition,
            self.choice,
            self.endless,
            self.each,
            self.grouped,
            self.definition,
            self.option,
            self.piped,
        ]
        kinds = simple if depth > 3 else simple + compound
        self.random.choice(kinds)(depth, loops, function)

    def plain(self, depth: int, loops: int, function: bool) -> None:  # noqa: ARG002
        self.put(depth, self.step())

    def assignment(self, depth: int, loops: int, function: bool) -> None:  # noqa: ARG002
        name = self.random.choice("XY")
        form = self.random.choice(
            [
                f"{name}=v{len(self.lines)}",
                f'{name}="${{X}}z"',
                f"{name}=$(echo v)",
                f"read -r {name} <<< w",
            ]
            + [f"{name}=${{Y:-d}}", f'{name}="${{X%z}}"', f"unset {name}", f"printf -v {name} q"]
            + [f": ${{{name}:=k}}", f"export {name}=e", f"{name}+=p"]
            + ([f"local {name}=l"] if function else [])
        )
        self.put(depth, form)

    def move(self, depth: int, loops: int, function: bool) -> None:  # noqa: ARG002
        line = self.random.choice(
            [
                "cd ../a",
                "cd ../b",
                f"cd {self.root}/a",
                "pushd ../b >/dev/null",
                "cd - >/dev/null",
                "cd",
            ]
        )
        self.put(depth, "HOME=$PWD" if line == "cd" else line)

    def link(self, depth: int, loops: int, function: bool) -> None:
        operator = self.random.choice(["&&", "||"])
        left = self.random.choice([self.step(), "true", "false", f"! {self.step()}"])
        right = self.random.choice(["X=1", "cd ../a", self.ending(loops, function), self.step()])
        self.put(depth, f"{left} {operator} {right}")

    def ending(self, loops: int, function: bool) -> str:
        ways = [
            "exit 1",
            "exit 0",
            "exit",
            "exec true",
            "return 1",
            "return 1 2>/dev/null || exit 1",
        ]
        ways += ["break", "continue", "break 2"] * (2 if loops else 1)
        ways += ["return", "return 0"] * 3 if function else []
        return self.random.choice(ways)

    def leave(self, depth: int, loops: int, function: bool) -> None:
        if self.random.random() < 0.5:
            self.put(depth, self.ending(loops, function))

    def call(self, depth: int, loops: int, function: bool) -> None:  # noqa: ARG002
        name = self.random.choice(["f1", "f2", "f3", "f4"])
        called = f"{name} 2>/dev/null"
        forms = [
            called,
            called,
            f"{called} || X=2",
            f"{called} && Y=2",
            f"X=$({name})",
            f"! {called}",
        ]
        self.put(depth, self.random.choice(forms))

    def condition(self, depth: int, loops: int, function: bool) -> None:
        test = self.random.choice(
            [self.step(), "true", f"! {self.step()}", '[ -n "$X" ]', "! cd ../b"]
        )
        self.put(depth, f"if {test}; then")
        self.block(depth + 1, 3, loops=loops, function=function)
        if self.random.random() < 0.3:
            self.put(depth, f"elif {self.step()}; then")
            self.block(depth + 1, 2, loops=loops, function=function)
        if self.random.random() < 0.6:
            self.put(depth, "else")
            self.block(depth + 1, 3, loops=loops, function=function)
        self.put(depth, "fi")

    def choice(self, depth: int, loops: int, function: bool) -> None:
        self.put(depth, 'case "$X" in')
        patterns = ["v*", "w", "*"] if self.random.random() < 0.6 else ["v*", "1"]
        for pattern in patterns:
            self.put(depth + 1, f"{pattern})")
            self.block(depth + 2, 2, loops=loops, function=function)
            ends = [";;", ";;", ";;", ";&", ";;&"] if pattern != patterns[-1] else [";;"]
            self.put(depth + 2, self.random.choice(ends))
        self.put(depth, "esac")

    def endless(self, depth: int, loops: int, function: bool) -> None:
        head = self.random.choice(
            ["while true", "while :", "until false", "for ((;;))", f"while {self.step()}"]
        )
        self.put(depth, f"{head}; do")
        self.put(depth + 1, self.step())
        self.block(depth + 1, 3, loops=loops + 1, function=function)
        self.put(depth, "done")

    def each(self, depth: int, loops: int, function: bool) -> None:
        words = self.random.choice(["1 2", "$X", '"$X"', "$NONE", '"$@"'])
        self.put(depth, f"for {self.random.choice(['X', 'i'])} in {words}; do")
        self.put(depth + 1, self.step())
        self.block(depth + 1, 3, loops=loops + 1, function=function)
        self.put(depth, "done")

    def grouped(self, depth: int, loops: int, function: bool) -> None:
        opener, closer = self.random.choice(["{}", "()"])
        self.put(depth, opener)
        self.block(depth + 1, 3, loops=loops, function=function)
        tail = self.random.choice(["", "", " || X=3", " && exit 3", " >&2", " 2>/nonexistent/x"])
        self.put(depth, closer + tail)

    def piped(self, depth: int, loops: int, function: bool) -> None:
        self.put(depth, "{")
        self.block(depth + 1, 2, loops=loops, function=function)
        self.put(depth, "} | cat >/dev/null")

    def definition(self, depth: int, loops: int, function: bool) -> None:  # noqa: ARG002
        name = self.random.choice(["f1", "f2", "f3", "f4"])
        self.put(depth, f"{name}() {{")
        self.block(depth + 1, 3, loops=0, function=True)
        self.put(depth, "}")

    def option(self, depth: int, loops: int, function: bool) -> None:  # noqa: ARG002
        self.put(
            depth,
            self.random.choice(
                [
                    "set -e",
                    "set +e",
                    "trap f1 EXIT",
                    "trap 'f2; X=t' ERR",
                    'eval "f3"',
                    "set -o pipefail",
                ]
            ),
        )


def record(script: Path, root: Path, seed: int) -> tuple[list[list[str]], int]:
    """What each `step` saw when bash ran the script, and the script's status."""
    log = root / f"record-{seed}"
    log.write_text("")
    environment = {
        "PATH": "/usr/bin:/bin",
        "BASH_ENV": str(root / "stubs"),
        "RECORD": str(log),
        "SEED": str(seed),
        "HOME": str(root / "a"),
    }
    assert BASH is not None
    done = subprocess.run(
        [BASH, str(script)],
        cwd=root / "a",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=20,
        check=False,
    )
    return [line.split("|") for line in log.read_text().splitlines()], done.returncode


def contradictions(found: Behaviour, seen: list[list[str]], status: int) -> list[str]:
    """What the analysis claims and the record denies."""
    wrong: list[str] = []
    lines = {int(entry[0]) for entry in seen}
    for region in found.unreachable:
        ran = lines & set(range(region.span.line, region.span.end_line + 1))
        wrong += [
            f"line {line} ran, in the region behind {region.cause.text}" for line in sorted(ran)
        ]
    steps = {run.span.line: run for run in found.runs if run.name == "step"}
    for number, directory, first, second in seen:
        run = steps.get(int(number))
        if run is None:
            continue
        if run.reach != "reached":
            wrong.append(f"line {number} ran, {run.reach}")
        if run.assumed:
            continue
        for known, real in (
            (run.directory, directory),
            *zip(run.arguments[1:], (first, second), strict=True),
        ):
            if known is not None and known != real:
                wrong.append(f"line {number} has {real}, not {known}")
    certain = [e for e in found.endings if e.status and not e.conditional and not e.where]
    if certain and status == 0:
        wrong.append(f"ended well, not with {certain[0].text}")
    return wrong


@pytest.mark.parametrize("batch", range(6))
def test_claims_hold_in_every_recorded_run(batch: int, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    (tmp_path / "stubs").write_text(STUBS)
    script = tmp_path / "script"
    for seed in range(batch * 40, batch * 40 + 40):
        text = Writer(seed, tmp_path).text()
        script.write_text(text)
        document = parse(Text("script", text), "file")
        assert document.fault is None, text
        found = analyse(document, Entry(directory=str(tmp_path / "a")))
        seen, status = record(script, tmp_path, seed)
        assert contradictions(found, seen, status) == [], f"seed {seed}\n{text}"
