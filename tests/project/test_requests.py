"""What commands ask of servers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.shell.script import parse
from infra_audit.flow.behaviour import analyse
from infra_audit.project.requests import address, requests
from infra_audit.source.text import Text

ASKED = {
    "curl": ("curl -f http://localhost:3000/health", "http localhost 3000 /health"),
    "curl without a scheme": ("curl -fsS localhost:3000/health?deep=1", "http localhost 3000 /health"),
    "curl's options before": (
        "curl -sf -o /dev/null -w '%{http_code}' -H 'Host: a' --max-time 3 http://127.0.0.1/up",
        "http 127.0.0.1 80 /up",
    ),
    "curl behind others": ("sudo timeout 5 curl https://shop.example/", "https shop.example 443 /"),
    "curl that writes": ("curl -X POST http://localhost:1/x", "http localhost 1 /x writes"),
    "curl that keeps": ("curl -fsSLo a.tgz https://x.example/a.tgz", "https x.example 443 /a.tgz keeps"),
    "a known variable": ("PORT=80; curl localhost:$PORT/a", "http localhost 80 /a"),
    "an unknown port": ("curl localhost:$PORT/a", "http localhost ? /a"),
    "a port with a default": ("curl http://localhost:${PORT:-3000}/a", "http localhost ? /a default 3000"),
    "an unknown path": ("curl http://localhost:80/$X", "http localhost 80 ?"),
    "an unknown host": ('curl "https://$HOST/health"', "https ? ? /health"),
    "an unknown base": ('curl "$BASE/health"', "http ? ? ?"),
    "nothing known": ('curl "$URL"', "http ? ? ?"),
    "an address of IPv6": ("curl http://[::1]:80/x", "http ::1 80 /x"),
    "wget": ("wget --spider -q -T 5 http://localhost:3000", "http localhost 3000 /"),
    "wget to the output": ("wget -qO- http://localhost:3000/a", "http localhost 3000 /a"),
    "wget to nowhere": ("wget -q -O /dev/null http://localhost:3000/a", "http localhost 3000 /a"),
    "wget that keeps": ("wget https://x.example/a.tgz", "https x.example 443 /a.tgz keeps"),
    "nc": ("nc -z localhost 5432", "tcp localhost 5432 ?"),
    "nc with a timeout": ("nc -w 3 -vz db 5432", "tcp db 5432 ?"),
    "a device": ("timeout 1 bash -c 'true </dev/tcp/db/5432'", "tcp db 5432 ?"),
    "wait-on": ("npx wait-on -t 5 http-get://localhost:3000/a", "http localhost 3000 /a"),
    "wait-on for a port": ("wait-on tcp:3000", "tcp localhost 3000 ?"),
    "node": (
        "node -e \"fetch('http://localhost:3000/a?b=1').then(r => process.exit(r.ok ? 0 : 1))\"",
        "http localhost 3000 /a",
    ),
    "node with a sum": (
        "node -e \"require('http').get('http://localhost:' + process.env.PORT + '/a')\"",
        "http localhost ? ?",
    ),
    "node with a template": ("node -e 'fetch(`http://localhost:${p}/a`)'", "http localhost ? /a"),
    "node with options": (
        "node -e \"require('http').get({host: 'localhost', port: 3000, path: '/a'})\"",
        "http localhost 3000 /a",
    ),
    "python": (
        "python3 -c 'import urllib.request as u; u.urlopen(\"http://localhost:8000/a\")'",
        "http localhost 8000 /a",
    ),
    "two": ("curl -f localhost:1/a && curl -f localhost:2/b", "http localhost 1 /a; http localhost 2 /b"),
    "another tool": ("pg_isready -h localhost", ""),
    "no address": ("curl --version", ""),
}  # fmt: skip


@pytest.mark.parametrize(("line", "asked"), ASKED.values(), ids=ASKED)
def test_what_is_asked(line: str, asked: str) -> None:
    found = [
        " ".join(
            filter(
                None,
                (
                    r.scheme,
                    r.host or "?",
                    r.port or "?",
                    r.path or "?",
                    f"default {r.port_default}" if r.port_default else "",
                    "" if r.reads else "writes",
                    "keeps" if r.keeps else "",
                ),
            )
        )
        for run in analyse(parse(Text("a.sh", line + "\n"), "file", interpreter="bash")).runs
        for r in requests(run)
    ]
    assert "; ".join(found) == asked


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="htps:/[]@.0ab?#$\ue000{} \n", max_size=40))
def test_any_address_can_be_read(text: str) -> None:
    found = address(text)
    assert found is None or found[2] is None or found[2].isdigit()
