"""Caddyfiles as directives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.caddy import parse
from infra_audit.source.text import Text

from .test_nginx import shown

READ = {
    "a site": ("a.example {\n\treverse_proxy app:80\n}\n", "a.example { reverse_proxy app:80; }"),
    "a site without braces": ("a.example\n\nroot * /x\n", "a.example { root * /x; }"),
    "options and sites": ("{\n  admin off\n}\n:80 {\n}\n", " { admin off; } :80 {  }"),
    "a snippet": ("(a) {\n  b\n}\nc {\n  import a\n}", "(a) { b; } c { import a; }"),
    "several addresses": ("a, b {\n}", "a, b {  }"),
    "placeholders": ("{$A:b} {\n  c {path} {$D}\n}", "{$A:b} { c ?{path} ?{$D}; }"),
    "quotes": ('a {\n  b "c { d" `e "f"`\n}', 'a { b c { d e "f"; }'),
    "comments": ("# x\na { # y\n  b c#d # e\n}", "a { b c#d; }"),
    "a line that goes on": ("a {\n  b c \\\n    d\n}", "a { b c d; }"),
    "blocks": ("a {\n  handle /x/* {\n    b\n  }\n}", "a { handle /x/* { b; } }"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("content", "expected"), READ.values(), ids=READ)
def test_what_is_read(content: str, expected: str) -> None:
    found = parse(Text("Caddyfile", content))
    assert (shown(found.directives), found.problems) == (expected, ())


@pytest.mark.parametrize("content", ["a {\n  b\n", "a {\n}\n}\n"], ids=["open", "a brace too much"])
def test_what_is_wrong_is_told_once(content: str) -> None:
    assert len(parse(Text("Caddyfile", content)).problems) == 1


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet='a{}"`\\#$\n :é', max_size=60), st.booleans())
def test_any_text_can_be_read(content: str, expanded: bool) -> None:
    parse(Text("Caddyfile", content), expanded=expanded)


@pytest.mark.parametrize("content", ["{\n" * 100_000, '"' * 100_001, "a {\n" * 50_000])
def test_hostile_text_ends(content: str) -> None:
    parse(Text("Caddyfile", content))
