"""Whether a script does something each time, or only for whoever asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.asked import is_asked_for

from .linked_project import project

ASKED: dict[str, tuple[str, bool]] = {
    "always": ("x\n", False),
    "where a file is": ("if [ -f a ]; then x; fi\n", False),
    "where a file is, shortly": ("[ -f a ] && x\n", False),
    "where a command succeeds": ("if git diff --quiet; then x; fi\n", False),
    "where one fails": ("npm ci || x\n", False),
    "otherwise": ("if [ -f a ]; then y; else x; fi\n", False),
    "by an argument": ('if [ "$1" = -f ]; then x; fi\n', True),
    "by an argument, shortly": ('[ "$1" = -f ] && x\n', True),
    "by the second condition": ('if [ -f a ]; then y; elif [ "$F" ]; then x; fi\n', True),
    "in the condition itself": ('if x; then [ "$1" = -f ]; fi\n', False),
    "where a variable's file is": ('[ ! -f "$A" ] && x\n', False),
    "where a file is, and by an argument": ('[ -f a -a "$1" = y ] && x\n', True),
    "by a case": ("case $1 in -f) x ;; esac\n", True),
    "in a list": ("for a in b c; do x; done\n", False),
    "until something holds": ("while y; do x; done\n", True),
    "in a pipe of facts": ("if docker ps | grep -q a; then x; fi\n", False),
    "by several conditions": ('if [ -f a ] && [ "$1" ]; then x; fi\n', True),
    "by numbers": ("if (( a )); then x; fi\n", True),
    "by an answer": ("read -p y\nx\n", True),
    "by lines of a file": ("while read a; do y; done < b\nx\n", False),
    "by a function": ("f() { x; }\nf\n", False),
    "by a function that is asked for": ('f() { x; }\n[ "$1" ] && f\n', True),
    "by a function that undoes": ("reset_all() { x; }\nreset_all\n", True),
    "by a function that nobody calls": ("f() { x; }\n", True),
    "by functions that call each other": ("f() { g; x; }\ng() { f; }\n", True),
}


@pytest.mark.parametrize(("text", "expected"), ASKED.values(), ids=ASKED)
def test_it_is_asked_for(text: str, expected: bool, tmp_path: Path) -> None:
    (act,) = project(tmp_path, {"deploy.sh": text}).acts
    run = next(run for run in act.behaviour.runs if run.name == "x")
    assert is_asked_for(act, run) is expected
