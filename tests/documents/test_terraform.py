"""Terraform's blocks and their literal settings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.facts import Block
from infra_audit.documents.terraform import parse
from infra_audit.source.text import Text


def shown(blocks: tuple[Block, ...]) -> str:
    out = []
    for block in blocks:
        given = [f"{e.name}={(e.value and e.value.literal) or '?'}" for e in block.settings]
        inside = " ".join(filter(None, (*given, shown(block.blocks))))
        out.append(f"{' '.join((block.kind, *block.labels))} {{ {inside} }}")
    return " ".join(out)


READ = {
    "a resource": ('resource "a" "b" {\n  c = "d"\n  e = 3\n  f = true\n}\n', "resource a b { c=d e=3 f=true }"),
    "what is computed": ('a {\n  b = var.c\n  d = "${e}"\n  f = [1, 2]\n  g = h(\n    1\n  )\n  i = "j"\n}', "a { b=? d=? f=? g=? i=j }"),
    "blocks": ('a {\n  b {\n    c = "d"\n  }\n  e = "f"\n}\ng "h" {}', "a { e=f b { c=d } } g h {  }"),
    "an object": ('a {\n  env = {\n    B = "c"\n    "D" : "e", F = "g"\n  }\n  h = "i"\n}', "a { env.B=c env.D=e env.F=g h=i }"),
    "an object of one line": ('a {\n  env = { B = "c", D = var.e }\n  h = "i"\n}', "a { env.B=c env.D=? h=i }"),
    "comments": ('# a\n// b {\n/* c {\n*/\nd {\n  e = "f" # g\n  h = "i" // j\n}', "d { e=f h=i }"),
    "a heredoc": ('a {\n  b = <<-EOT\n    } c = "d"\n  EOT\n  e = "f"\n}', "a { b=? e=f }"),
    "quotes and braces": ('a {\n  b = "c { \\"d\\" }"\n  e = "f"\n}', 'a { b=c { "d" } e=f }'),
    "a block of one line": ('a { b = "c" }\nd { }', "a { b=c } d {  }"),
    "nothing": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), READ.values(), ids=READ)
def test_what_is_read(content: str, expected: str) -> None:
    assert shown(parse(Text("main.tf", content)).blocks) == expected


def test_blocks_know_their_places() -> None:
    (block,) = parse(Text("main.tf", '\ufeff\nresource "a" "b" {\n  c = "d"\n}\n')).blocks
    (setting,) = block.settings
    assert setting.value is not None
    assert (block.span.line, block.span.column, block.span.end_column) == (2, 1, 17)
    assert (setting.span.line, setting.value.span.column) == (3, 8)


@settings(deadline=None, max_examples=400)
@given(st.text(alphabet='a={}[]()"\\#/*$<E\n ,:é', max_size=60))
def test_any_text_can_be_read(content: str) -> None:
    parse(Text("main.tf", content))


@pytest.mark.parametrize(
    "content", ["a {\n" * 50_000, '"' * 50_001, "<<A\n" * 2_000, "/*" * 50_000, "a = [" * 20_000, "a = {" * 20_000]
)  # fmt: skip
def test_hostile_text_ends(content: str) -> None:
    parse(Text("main.tf", content))
