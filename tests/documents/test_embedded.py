"""Text inside text: offsets survive what its host does to it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.documents.embedded import exec_form, mask_expressions, unescape_json
from infra_audit.documents.shell.script import parse
from infra_audit.documents.shell.syntax import Command
from infra_audit.model import Span
from infra_audit.source.text import Text


@given(st.text())
def test_json_bodies_are_what_json_says(content: str) -> None:
    body = json.dumps(content)
    text = Text("package.json", body)
    assert unescape_json(text, 1, len(body) - 1).content == content


def test_escapes_map_back() -> None:
    text = Text("package.json", r'{"a": "x \"y\" \u00e4 z"}')
    piece = unescape_json(text, 7, 23)
    assert piece.content == 'x "y" ä z'
    assert piece.span(8, 9) == Span(1, 23, 1, 24)
    assert piece.span(3, 4) == Span(1, 12, 1, 13)


def test_lone_surrogates_are_replaced() -> None:
    assert unescape_json(Text("x", r"\ud83d a"), 0, 8).content == "\ufffd a"


MASKED = {
    "none": ("a b", "a b"),
    "one": ("a ${{ b }} c", "a ######## c"),
    "a closing brace in quotes": ("${{ '}}' }}x", "###########x"),
    "without an end": ("a ${{ b", "a ${{ b"),
    "over two lines": ("${{\n}} b", "###### b"),
}


@pytest.mark.parametrize(("content", "expected"), MASKED.values(), ids=MASKED)
def test_mask(content: str, expected: str) -> None:
    assert mask_expressions(Text("x", content)).content == expected.replace("#", "\ue000")


@given(st.text(alphabet="${} 'ab\n"))
def test_mask_keeps_the_length(content: str) -> None:
    assert len(mask_expressions(Text("x", content)).content) == len(content)


def test_masked_words_are_unknown_but_shown_as_written() -> None:
    text = mask_expressions(Text("x.yml", "rm -rf ${{ env.X }}/y '${{ a }}' z"))
    (command,) = parse(text, "step").statements
    assert isinstance(command, Command)
    assert [word.literal for word in command.words] == ["rm", "-rf", None, None, "z"]
    assert command.words[2].raw == "${{ env.X }}/y"


def test_exec_form() -> None:
    text = Text("Dockerfile", 'CMD ["sh", "-c", "a \\"b\\" c"]')
    values = [("sh", 5, 9), ("-c", 11, 15), ('a "b" c', 17, 28)]
    script = exec_form(text, values)
    (command,) = script.statements
    assert isinstance(command, Command)
    assert (script.origin, script.span) == ("exec", Span(1, 6, 1, 29))
    assert [word.literal for word in command.words] == ["sh", "-c", 'a "b" c']
    (inner,) = command.scripts
    assert (inner.origin, inner.interpreter, len(inner.statements)) == ("argument", "sh", 1)
    assert inner.statements[0].span == Span(1, 19, 1, 28)


def test_exec_form_expands_nothing() -> None:
    (command,) = exec_form(Text("x", '["a", "$B"]'), [("a", 1, 4), ("$B", 6, 10)]).statements
    assert isinstance(command, Command)
    assert [word.literal for word in command.words] == ["a", "$B"]


def test_empty_exec_form() -> None:
    assert exec_form(Text("x", "[]"), []).statements == ()
