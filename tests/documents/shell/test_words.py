"""Words: their parts, and what they are literally."""

from __future__ import annotations

import pytest

from infra_audit.documents.shell.script import parse
from infra_audit.documents.shell.syntax import (
    Command,
    Literal,
    Opaque,
    Parameter,
    Part,
    Substitution,
    Word,
)
from infra_audit.documents.shell.words import split
from infra_audit.source.text import Text


def argument(raw: str) -> Word:
    (command,) = parse(Text("x.sh", f"x {raw} y\n"), "file").statements
    assert isinstance(command, Command)
    assert len(command.words) == 3
    return command.words[1]


def shown(word: Word) -> str:
    return word.literal if word.literal is not None else "".join(map(show, word.parts))


def show(part: Part) -> str:
    match part:
        case Literal():
            return part.text
        case Parameter():
            operand = "" if part.operand is None else shown(part.operand)
            return f"<{part.name} {part.operator} {operand}>"
        case Substitution():
            return f"{part.opener}{len(part.body)}"
        case Opaque():
            return f"<{part.kind}:{part.raw}>"


LITERAL = {
    "plain": ("a/b-c.d", "a/b-c.d"),
    "single quotes": ("'a $b'", "a $b"),
    "double quotes": ('"a b"', "a b"),
    "nothing in quotes": ('""', ""),
    "glued": ("a'b'\"c\"\\ d", "abc d"),
    "escapes in double quotes": (r'"\$a \"b\" \c"', '$a "b" \\c'),
    "escaped glob": (r"\*.sh", "*.sh"),
    "quoted tilde": ("'~'/x", "~/x"),
    "ansi": (r"$'a\n\x41\101\u00e4\''", "a\nAA\u00e4'"),
    "translated": ('$"a"', "a"),
    "continued": ("a\\\nb", "ab"),
    "lone dollar": ("a$", "a$"),
    "lone braces": ("a{b}c", "a{b}c"),
    "tilde inside": ("a~", "a~"),
    "beyond ascii": ("ü/é", "ü/é"),
    "not a comment": ("a#b", "a#b"),
}


@pytest.mark.parametrize(("raw", "expected"), LITERAL.values(), ids=LITERAL)
def test_literal(raw: str, expected: str) -> None:
    assert argument(raw).literal == expected


PARTS = {
    "parameter": ("$a", ["<a  >"]),
    "in quotes": ('"$a/b"', ["<a  >", "/b"]),
    "special": ('"$@"', ["<@  >"]),
    "digits are one": ("$12", ["<1  >", "2"]),
    "default": ("${a:-b c}", ["<a :- b c>"]),
    "default in quotes": ('"${a:-"b"}"', ["<a :- b>"]),
    "default of a default": ("${a:-${b:-c}}", ["<a :- <b :- c>>"]),
    "required": ('"${a:?is missing}"', ["<a :? is missing>"]),
    "length": ("${#a}", ["<a # >"]),
    "indirect": ("${!a}", ["<a ! >"]),
    "array": ("${a[@]}", ["<a [@] >"]),
    "suffix removed": ("${a%.*}", ["<a % .*>"]),
    "replaced": ("${a//b/c}", ["<a // b/c>"]),
    "glob": ("a/*.sh", ["a/", "<glob:*>", ".sh"]),
    "bracket": ("a[bc]", ["a", "<glob:[bc]>"]),
    "braces": ("{a,b}/c", ["<brace:{a,b}>", "/c"]),
    "range": ("{1..3}", ["<brace:{1..3}>"]),
    "home": ("~/x", ["<tilde:~>", "/x"]),
    "someone's home": ("~you/x", ["<tilde:~you>", "/x"]),
    "arithmetic": ("$((1 + 2))", ["<arithmetic:$((1 + 2))>"]),
    "substitution": ('"$(ls; b)/c"', ["$(2", "/c"]),
    "backquotes": ("`ls`", ["`1"]),
    "process": ("<(ls)", ["<(1"]),
    "substitution in a default": ('"${a:-$(ls "b c")}"', ["<a :- $(1>"]),
}


@pytest.mark.parametrize(("raw", "expected"), PARTS.values(), ids=PARTS)
def test_parts(raw: str, expected: list[str]) -> None:
    word = argument(raw)
    assert [show(part) for part in word.parts] == expected
    assert word.literal is None
    assert word.raw == raw


def test_assigned_globs_are_text() -> None:
    (command,) = parse(Text("x.sh", "x=*.{a,b}"), "file").statements
    assert isinstance(command, Command)
    value = command.assignments[0].value
    assert value is not None
    assert value.literal == "*.{a,b}"


SPLIT = {
    "plain": ("a b  c", ["a", "b", "c"]),
    "quoted": ("a --b='c d' \"e\"", ["a", "--b=c d", "e"]),
    "expansion": ("a $B", ["a", None]),
    "not one command": ("a && b", [None]),
    "unclosed": ('a "b', [None]),
    "too long": ("'a' " * 3000, [None]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("content", "expected"), SPLIT.values(), ids=SPLIT)
def test_split(content: str, expected: list[str | None]) -> None:
    assert [word.literal for word in split(Text("x", content))] == expected
