"""Files of which only a few facts matter."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.documents.facts import Other
from infra_audit.documents.other import parse
from infra_audit.source.text import Text

KINDS: dict[str, tuple[str, str, str]] = {
    "a known name": ("fly.toml", "", "fly"),
    "Kamal": ("config/deploy.yml", "service: shop\n", "kamal"),
    "another deploy.yml": ("deploy.yml", "a: b\n", "unknown"),
    "Kubernetes": ("k8s/a.yaml", "apiVersion: v1\nkind: Service\n", "kubernetes"),
    "a playbook": ("deploy/site.yml", "---\n- hosts: all\n  tasks: []\n", "ansible"),
    "a playbook with names": ("deploy/site.yml", "- name: Set up\n  hosts: all\n", "ansible"),
    "values with hosts": ("deploy/values.yaml", "hosts:\n  - a\n", "unknown"),
    "cloud-init": ("infra/user.yaml", "#cloud-config\npackages: []\n", "cloud-init"),
    "nginx": ("etc/shop.conf", "server {\n  listen 80;\n}\n", "nginx"),
    "Prometheus": ("monitoring/p.yml", "scrape_configs: []\n", "prometheus"),
    "Alertmanager": (
        "monitoring/alerts.yaml",
        "route: {receiver: a}\nreceivers:\n  - name: a\n",
        "unknown",
    ),
    "OpenTelemetry": ("monitoring/c.yaml", "receivers:\n  otlp: {}\n", "otel"),
    "a folder of Grafana": ("grafana/provisioning/a.yml", "x: 1\n", "grafana"),
    "Alembic's settings": ("api/alembic.ini", "[alembic]\n", "alembic"),
    "a crontab": ("cron.d/shop", "", "cron"),
    "prose": ("README.md", "", "prose"),
    "settings of Spring Boot": ("api/src/main/resources/application-prod.yml", "a: 1\n", "spring"),
    "Terraform": ("infra/main.tf", "", "terraform"),
    "an issue template": (".github/ISSUE_TEMPLATE/a.yml", "jobs:\n", "unknown"),
}


@pytest.mark.parametrize(("path", "content", "expected"), KINDS.values(), ids=KINDS)
def test_a_file_has_a_kind(path: str, content: str, expected: str) -> None:
    assert parse(Text(path, content)).kind == expected


def words(path: str, content: str) -> list[tuple[str, str | None]]:
    return [(w.name, w.value.raw if w.value else None) for w in parse(Text(path, content)).words]


WORDS: dict[str, tuple[str, str, list[tuple[str, str | None]]]] = {
    "a Procfile": ("Procfile", "web: npm start\nrelease: ./migrate.sh\n", [("web", "npm start"), ("release", "./migrate.sh")]),
    "the exporters of a collector": (
        "otel/config.yaml",
        "exporters: {debug: {}}\nservice:\n  pipelines:\n    traces: {exporters: [debug, 'otlp/x']}\n    logs:\n",
        [("traces", "debug"), ("traces", "'otlp/x'")],
    ),
    "a collector of another form": ("otel/config.conf", "exporters:\n", []),
    "leftover crons": ("vercel.json", '{"crons": []}', [("crons", None)]),
    "a switch": ("vercel.json", '{"git": {"deploymentEnabled": false}}', [("deploymentEnabled", "false")]),
    "scripts of targets": (
        "Makefile",
        "A := x\n.PHONY: all\nall: one\n\t@./scripts/a.sh && bash b.sh\none two:\n\t./c.sh # d\n",
        [("./scripts/a.sh", "all"), ("b.sh", "all"), ("./c.sh", "one")],
    ),
    "a script outside of targets": ("Makefile", "FILES = a.sh\n", []),
    "attributes of line ends": (
        ".gitattributes",
        "# x\n* text=auto\n*.lock -diff\n*.sh  eol=lf\r\n",
        [("*", "text=auto"), ("*.sh", "eol=lf")],
    ),
    "a crontab": ("crontab", "# m h\n0 3 * * * /a.sh\n", [("0 3 * * * /", "0 3 * * * /a.sh")]),
    "a line in prose": ("README.md", "Add `0 3 * * * /a.sh` to it\n2 - Build the Machine\n> 0 3 * * * /b.sh\n",
                        [("0 3 * * * /", "0 3 * * * /b.sh")]),
}  # fmt: skip


@pytest.mark.parametrize(("path", "content", "expected"), WORDS.values(), ids=WORDS)
def test_words_are_found(path: str, content: str, expected: list[tuple[str, str | None]]) -> None:
    assert words(path, content) == expected


def test_each_line_counts_of_what_git_ignores() -> None:
    lines = "".join(f"folder-{n}/\n" for n in range(400))
    assert len(words(".gitignore", lines)) == 400


def test_a_word_has_its_place() -> None:
    (word,) = parse(Text("Makefile", "go:\n\t./a.sh\n")).words
    assert (word.span.line, word.span.column, word.span.end_column) == (2, 2, 8)


@given(
    st.sampled_from(["Makefile", "Procfile", "vercel.json", "crontab", "k8s/a.yaml", "README.md"]),
    st.text(),
)
def test_anything_is_read(path: str, content: str) -> None:
    found = parse(Text(path, content))
    lines = content.count("\n") + 1
    assert all(1 <= w.span.line <= w.span.end_line <= lines for w in found.words)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Other) == found
