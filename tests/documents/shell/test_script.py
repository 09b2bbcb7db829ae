"""Scripts as a whole: their first lines, their faults, and the scripts that they hand on."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from infra_audit.documents.shell.script import parse
from infra_audit.documents.shell.syntax import Command, Script, Unknown, Word
from infra_audit.model import Span
from infra_audit.source.text import Text


def read(shell: str) -> Script:
    return parse(Text("x.sh", shell), "file")


def within(value: object) -> Iterator[Struct]:
    if isinstance(value, Struct):
        yield value
        for name in value.__struct_fields__:
            yield from within(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from within(each)


def handed(shell: str) -> list[Script]:
    commands = [each for each in within(read(shell).statements) if isinstance(each, Command)]
    return [script for command in commands for script in command.scripts]


SHEBANGS = {
    "bash": ("#!/bin/bash\n", "bash", ()),
    "options": ("#!/bin/bash -eux\n", "bash", ("errexit", "nounset", "xtrace")),
    "by name": ("#!/bin/bash -eo pipefail\n", "bash", ("errexit", "pipefail")),
    "env": ("#!/usr/bin/env bash\n", "bash", ()),
    "env -S": ("#!/usr/bin/env -S bash -e\n", "bash", ("errexit",)),
    "blank before": ("#! /bin/sh\n", "sh", ()),
    "none": ("a\n", "", ()),
    "carriage return": ("#!/bin/sh\r\n", "sh", ()),
    "byte order mark": ("\ufeff#!/bin/sh\n", "sh", ()),
}


@pytest.mark.parametrize(("first", "interpreter", "options"), SHEBANGS.values(), ids=SHEBANGS)
def test_shebang(first: str, interpreter: str, options: tuple[str, ...]) -> None:
    script = read(first + "a b")
    assert (script.interpreter, script.options) == (interpreter, options)


@pytest.mark.parametrize(
    "shell",
    [
        "#!/usr/bin/env python3\nif x:\n  print('a')\n",
        "#!/usr/bin/perl\n",
        "#!/usr/bin/env zsh\nx=(*(N))\n",
        "import a from 'b'\nconst x = () => { if (",
        "// typescript\nexport const x = {",
    ],
    ids=["python", "perl", "zsh", "typescript", "a comment in typescript"],
)
def test_other_languages_say_nothing(shell: str) -> None:
    script = read(shell)
    assert (script.statements, script.fault) == ((), None)


def test_polyglot_ends_where_it_becomes_another_language() -> None:
    script = read('#!/bin/sh\na\nexec tclsh "$0" "$@"\nif { $x } {\n  puts "a\n}\n')
    assert script.fault is None
    assert len(script.statements) == 2


def test_payload_is_no_fault() -> None:
    script = read("a\nexit 0\n__ARCHIVE__\n)(' if\n")
    assert script.fault is None
    assert len(script.statements) == 2


def test_template_is_no_fault() -> None:
    assert read("a\n{% if x %}\nif b; then\n{% endif %}\n").fault is None


def test_header() -> None:
    assert read("#!/bin/sh\n#\n# Deploys.\n#  Twice.\n\na\n# b\n").header == "Deploys.\n Twice."


def test_fault_keeps_what_bash_runs_before_it() -> None:
    script = read("a\nexit 1\nfi\nb\n")
    assert script.fault is not None
    assert (script.fault.found, script.fault.place) == ("fi", Span(3, 1, 3, 3))
    assert len(script.statements) == 2
    assert script.rest == Span(3, 1, 4, 2)


def test_carriage_returns_leave_the_facts() -> None:
    shell = "if a; then\n  b \\\n    c\nfi\ncat <<E\nx\nE\n"
    script = read(shell.replace("\n", "\r\n"))
    assert script.carriage_returns
    assert not script.mixed
    assert script.first_line == Span(1, 1, 1, 11)
    assert script.fault is None
    assert script.statements == read(shell).statements


MIXED = {
    "the first line": ("a\nb\r\nc\r\n", True),
    "most lines": ("a\r\nb\nc\nd\n", True),
    "the last line": ("a\r\nb\r\nc\n", False),
}


@pytest.mark.parametrize(("text", "expected"), MIXED.values(), ids=MIXED)
def test_other_lines_end_in_line_feeds(text: str, expected: bool) -> None:
    assert read(text).carriage_returns
    assert read(text).mixed is expected


def test_byte_order_mark() -> None:
    script = read("\ufeffa b")
    assert script.byte_order_mark
    assert [word.literal for word in within(script) if isinstance(word, Word)] == ["a", "b"]


def test_misread_statement_is_unknown_alone() -> None:
    script = read('a b;c\nx=1\ncase $p in *:$x:*);;*)P="$x";;esac\nd e\n')
    assert script.fault is None
    assert [type(each) for each in script.statements] == [
        Command,
        Command,
        Command,
        Unknown,
        Command,
    ]


HANDED = {
    "heredoc": ("bash <<'E'\na b\nE", "heredoc", "bash", "a b"),
    "options": ("sudo -u x bash -es <<E\na\nE", "heredoc", "bash", "a"),
    "argument": ("sh -c 'a b'", "argument", "sh", "a b"),
    "more than one flag": ("/bin/bash -euo pipefail -c \"a 'b'\" c", "argument", "bash", "a b"),
    "ssh heredoc": ("ssh -i k -o X=Y u@h <<E\na\nE", "heredoc", "", "a"),
    "ssh argument": ('ssh -p 22 "$H" "a \\"b\\""', "argument", "", "a b"),
    "ssh words": ("ssh h sudo a b", "argument", "", "sudo a b"),
    "ssh options in a variable": ("ssh $SSH_OPTS $host 'a'", "argument", "", "a"),
    "ssh host in another one": ('ssh $SSH_OPTS $TARGET "a"', "argument", "", "a"),
    "ssh in a variable": ('$SSH "a b"', "argument", "", "a b"),
    "ssh in a variable, and the host": ("${SSH_CMD} $HOST 'a b'", "argument", "", "a b"),
    "ssh in an array, with a heredoc": ('"${SSH[@]}" <<E\na\nE', "heredoc", "", "a"),
    "sshpass": ("sshpass -p x ssh h 'a'", "argument", "", "a"),
    "su": ("su - you -c 'a b'", "argument", "", "a b"),
    "docker": ("docker exec -it -u x c sh -c 'a'", "argument", "sh", "a"),
    "compose": ("docker compose -f x.yml exec -T web sh -c 'a'", "argument", "sh", "a"),
    "kubectl": ("kubectl exec p -c d -- bash -c 'a'", "argument", "bash", "a"),
    "env": ("env A=b timeout 5 bash -c 'a'", "argument", "bash", "a"),
    "tabs": ("bash <<-E\n\ta\n\tE", "heredoc", "bash", "a"),
}


@pytest.mark.parametrize(("shell", "origin", "shell_name", "words"), HANDED.values(), ids=HANDED)
def test_handed_to_a_shell(shell: str, origin: str, shell_name: str, words: str) -> None:
    script = handed(shell)[0]
    assert (script.origin, script.interpreter) == (origin, shell_name)
    found = [
        word.literal or word.raw for word in within(script.statements) if isinstance(word, Word)
    ]
    assert " ".join(found) == words


@pytest.mark.parametrize(
    "shell",
    [
        "bash x.sh",
        "cat <<E\na\nE",
        "echo bash -c 'a'",
        "bash x.sh <<E\na\nE",
        "eval 'a'",
        "sudo a",
        '$SSH "$HOST"',
    ],
    ids=["a file", "no shell", "only printed", "a heredoc for a file", "eval", "sudo", "a host"],
)
def test_not_handed_to_a_shell(shell: str) -> None:
    assert handed(shell) == []


def test_remote_shell_reads_the_heredoc() -> None:
    first, second = handed("ssh h 'sudo bash -s' <<'E'\na\nE\n")
    assert (first.origin, second.origin, second.interpreter) == ("argument", "heredoc", "bash")


def test_remote_shell_reads_the_heredoc_behind_variables() -> None:
    first, second = handed("ssh h \"export A='$B'; C=1; bash -s\" <<'E'\na\nE\n")
    assert (first.origin, second.origin) == ("argument", "heredoc")
    assert len(handed("ssh h 'cat > x; bash -s' <<'E'\na\nE\n")) == 1


def test_escaped_parameters_reach_the_inner_shell() -> None:
    (script,) = handed("ssh h <<E\na \\$x \\\\\nb\nE\n")
    assert [word.raw for word in within(script) if isinstance(word, Word)] == ["a", "$x", "b"]


def test_handed_scripts_stand_in_the_host_file() -> None:
    (script,) = handed('a\nssh h "b \\"c\\""\n')
    (command,) = script.statements
    assert isinstance(command, Command)
    assert [word.span for word in command.words] == [Span(2, 8, 2, 9), Span(2, 11, 2, 15)]


def test_nesting_ends() -> None:
    shell = "a"
    for _ in range(8):
        shell = f"bash <<E{len(shell)}\n{shell}\nE{len(shell)}"
    assert sum(isinstance(each, Script) for each in within(read(shell))) <= 6


PIECES = [
    "if ",
    "a",
    " b",
    "; then ",
    "\nfi",
    "<<E",
    "\nE\n",
    "$(",
    ")",
    '"',
    "'",
    "{ ",
    "}",
    "\\",
    "ü",
]
shells = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*PIECES, "[[ ", "]]", "((", "))", "`", "${x", "|", "&&", "\r\n", "\t"])
    ).map("".join),
)


@given(shells)
def test_any_text(content: str) -> None:
    text = Text("x.sh", content)
    script = parse(text, "file")
    lines = content.split("\n")
    for each in within(script):
        if isinstance(each, Span):
            assert 1 <= each.line <= each.end_line <= len(lines)
            assert 1 <= each.column <= len(lines[each.line - 1]) + 1
            assert each.end_column <= len(lines[each.end_line - 1]) + 1
            assert (each.line, each.column) <= (each.end_line, each.end_column)
    encoded = msgspec.msgpack.encode(script)
    assert msgspec.msgpack.decode(encoded, type=Script) == script


@given(shells)
def test_any_piece_of_a_file(content: str) -> None:
    whole = Text("x.yml", f"run: |\n  {content}\nb")
    script = parse(whole.slice(9, 9 + len(content)), "step")
    lines = whole.content.split("\n")
    for each in within(script):
        if isinstance(each, Span):
            assert 1 <= each.line <= each.end_line <= len(lines)
