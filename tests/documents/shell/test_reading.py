"""Scripts that once took the parser a minute, or more of the stack than Python has."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from infra_audit.documents.shell import reading, source
from infra_audit.documents.shell.script import parse
from infra_audit.documents.shell.syntax import Command, Script, Unknown
from infra_audit.source.text import Text
from tests.documents.shell.test_script import within

GLOB = "rm -f !(kept|{n}).txt\n"
"""Bash reads this with extglob; the parser needs time by the square of how often it stands there."""


def read(shell: str) -> Script:
    return parse(Text("deploy.sh", shell), "file")


def commands(script: Script) -> list[str]:
    return [
        " ".join(word.raw for word in each.words)
        for each in within(script)
        if isinstance(each, Command)
    ]


def parsed(shell: str) -> list[int]:
    """The lengths of the texts that the parser is given for a script."""
    given: list[int] = []

    def grow(content: str) -> source.Tree:
        given.append(len(content))
        return source.grow(content)

    with patch.object(reading, "grow", grow):
        read(shell)
    return given


def repeated(form: str, size: int) -> str:
    return "".join(form.replace("{n}", str(n)) for n in range(size // len(form)))


MISREAD = {
    "globs": GLOB,
    "comparisons outside of tests": "expr $a == b{n}\n",
    "defaults with a semicolon": 'x{n}="${y:-a;b}"\n',
    "conditions over several lines": "if a{n}; then\n  rm !(b)\nfi\n",
}


@pytest.mark.parametrize("form", MISREAD.values(), ids=MISREAD)
def test_the_parser_is_given_stretches_and_in_all_no_more_than_in_proportion(form: str) -> None:
    shorter, longer = parsed(repeated(form, 20_000)), parsed(repeated(form, 200_000))
    assert max(longer) <= 3 * 4096
    assert sum(longer) <= 11 * sum(shorter)
    assert sum(longer) <= 5 * 200_000


@pytest.mark.parametrize("form", MISREAD.values(), ids=MISREAD)
def test_what_is_misread_line_by_line_is_read_all_the_same(form: str) -> None:
    script = read(repeated(form, 40_000) + "systemctl restart shop\n")
    assert not any(isinstance(each, Unknown) for each in within(script))
    assert commands(script)[-1] == "systemctl restart shop"
    assert not script.problems


def test_a_statement_of_its_own_length_is_read_in_its_simple_form() -> None:
    script = read("main() {\n" + repeated(GLOB, 200_000) + "}\nmain\n")
    assert len(script.statements) == 2
    assert commands(script)[0] == "rm -f !(kept|0).txt"
    assert not script.problems


def test_a_clean_statement_of_any_length_is_read_whole() -> None:
    script = read("main() {\n" + repeated("cp a{n} b\n", 200_000) + "}\nmain\n")
    assert len(commands(script)) == 200_000 // 10 + 1


def test_a_heredoc_longer_than_a_stretch_is_not_cut() -> None:
    lines = "".join(f"rm -rf /srv/{n}\n" for n in range(2_000))
    script = read(f'x="${{y:-a;b}}"\ncat <<EOF\n{lines}EOF\nls\n')
    assert commands(script) == ["", "cat", "ls"]


def test_a_line_of_a_megabyte_is_read() -> None:
    script = read("rm -f" + ' "$a" ${b}' * 100_000 + "\n")
    assert len(script.statements[0].words) == 200_002  # type: ignore[union-attr]


NESTS = {
    "if": ("if true; then\n", "fi\n"),
    "loop": ("while a; do\n", "done\n"),
    "case": ("case $x in a)\n", ";; esac\n"),
    "group": ("{\n", "}\n"),
    "subshell": ("(\n", ")\n"),
    "function": ("f() {\n", "}\n"),
    "substitution": ("echo $(\n", ")\n"),
    "quoted substitution": ('echo "$(\n', ')"\n'),
    "list": ("a && {\n", "}\n"),
}


def nested(name: str, inside: str, depth: int = 200) -> str:
    opener, closer = NESTS[name]
    return opener * depth + inside + closer * depth


@pytest.mark.parametrize("name", NESTS)
@pytest.mark.parametrize("inside", ["exit 1\n", 'x="${y:-a;b}"\n'], ids=["plain", "misread"])
def test_what_nests_too_deep_is_unknown_and_said(name: str, inside: str) -> None:
    script = read(f"ls\n{nested(name, inside)}systemctl restart shop\n")
    assert commands(script)[0] == "ls"
    assert "exit 1" not in commands(script)
    assert any(isinstance(each, Unknown) for each in within(script))
    assert [problem.message for problem in script.problems] == [reading.DEEP]


@pytest.mark.parametrize("name", NESTS)
def test_what_stands_behind_a_deep_nest_is_read(name: str) -> None:
    script = read(f"{nested(name, 'exit 1' + chr(10))}systemctl restart shop\n")
    assert commands(script)[-1] == "systemctl restart shop"


def test_many_turns_between_and_and_or_are_unknown_and_said() -> None:
    script = read("a && b || " * 200 + "c\n")
    assert [type(each) for each in script.statements] == [Unknown]
    assert [problem.message for problem in script.problems] == [reading.DEEP]


DEAR = {
    "a glob of many brackets": "ls " + "[a]" * 20_000,
    "comparisons on one line": "echo" + " a == b" * 20_000,
    "a pipeline without blanks": "a" + "|a" * 40_000,
}


@pytest.mark.parametrize("line", DEAR.values(), ids=DEAR)
def test_what_takes_too_long_is_unknown_and_said(line: str) -> None:
    script = read(f"ls -a\n{line}\nls -b\n")
    assert commands(script) == ["ls -a", "ls -b"]
    assert [problem.message for problem in script.problems] == [reading.DEAR]


def test_many_heredocs_of_one_line_are_read_in_their_simple_form() -> None:
    begun = "cat" + "".join(f" <<E{n}" for n in range(20_000)) + "\n"
    script = read(begun + "".join(f"E{n}\n" for n in range(20_000)) + "ls\n")
    assert commands(script) == ["cat", "ls"]
    assert not script.problems
