"""nginx's configuration as directives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.directives import first, inside
from infra_audit.documents.facts import Directive
from infra_audit.documents.nginx import parse
from infra_audit.source.text import Text


def shown(directives: tuple[Directive, ...] | None) -> str:
    out = []
    for d in directives or ():
        words = [d.name, *(f"?{v.raw}" if v.literal is None else v.literal for v in d.arguments)]
        out.append(" ".join(words) + (f" {{ {shown(d.block)} }}" if d.block is not None else ";"))
    return " ".join(out)


READ = {
    "a directive": ("listen 80;", "listen 80;"),
    "blocks": ("server { location / { root /x; } }", "server { location / { root /x; } }"),
    "comments": ("# a; {\nlisten 80; # b }\n", "listen 80;"),
    "quotes": ("a \"b;{\" 'c }';", "a b;{ c };"),
    "an escape": (r"a b\;c;", r"a b\;c;"),
    "a variable": ("a $host/x ${b}c;", "a ?$host/x ?${b}c;"),
    "the end of a pattern": (r"location ~ \.php$ { }", r"location ~ \.php$ {  }"),
    "several lines": ("a b\n  c\n  d;", "a b c d;"),
    "a template": ("listen {{ port }};\n{% if x %}a b;{% endif %}", "listen ?{{ port }}; a b;"),
    "a mark for a directive": ("a b;\n__LISTEN__\nc d;", "a b; c d;"),
    "a mark to fill in": ("server_name __DOMAIN__;", "server_name ?__DOMAIN__;"),
    "Lua": ("a_by_lua_block { if x == '}' then { } end -- }\n} b c;", "a_by_lua_block {  } b c;"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("content", "expected"), READ.values(), ids=READ)
def test_what_is_read(content: str, expected: str) -> None:
    found = parse(Text("nginx.conf", content))
    assert shown(found.directives) == expected
    assert found.problems == ()


BROKEN = {
    "an open block": ("server { listen 80;", (1, 1), "never closed"),
    "a brace too much": ("a b;\n}", (2, 1), "closes nothing"),
    "no semicolon before a brace": ("server { listen 80 }", (1, 10), "semicolon"),
    "no semicolon at the end": ("a b", (1, 1), "semicolon"),
}


@pytest.mark.parametrize(("content", "place", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_told_once(content: str, place: tuple[int, int], said: str) -> None:
    (problem,) = parse(Text("nginx.conf", content)).problems
    assert (problem.location.span.line, problem.location.span.column) == place
    assert said in problem.message


def test_spans_lie_in_the_file() -> None:
    found = parse(Text("nginx.conf", "\ufeffserver {\n  listen  80;\n}\n"))
    ((listen, around),) = inside(found.directives, "listen")
    assert (listen.span.line, listen.span.column, listen.span.end_column) == (2, 3, 13)
    assert (listen.arguments[0].span.column, [d.name for d in around]) == (11, ["server"])
    assert first(around[0].block, "listen") is listen


def test_in_a_heredoc_the_shell_fills_in() -> None:
    found = parse(Text("a.sh", "a $X \\$y `z` w;"), expanded=True, name="/etc/nginx/x")
    assert shown(found.directives) == "a ?$X ?\\$y ?`z` w;"


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="a;{}\"'\\#$\n \ue000{%é", max_size=60), st.booleans())
def test_any_text_can_be_read(content: str, expanded: bool) -> None:
    parse(Text("nginx.conf", content), expanded=expanded)


@pytest.mark.parametrize("content", ["{" * 100_000, "a{" * 100_000, '"' * 100_001, "\\" * 100_000])
def test_hostile_text_ends(content: str) -> None:
    parse(Text("nginx.conf", content))
