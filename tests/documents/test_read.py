"""Reading what matters of a repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from infra_audit.documents.facts import Data
from infra_audit.documents.read import Documents, read
from infra_audit.documents.shell.syntax import Script
from infra_audit.source.walk import walk
from tests.files import write


def read_of(folder: Path, files: dict[str, str]) -> Documents:
    write(folder, files)
    return read(walk(str(folder)))


READ: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "a script": ({"a.sh": "ls\n"}, [("Script", "a.sh")]),
    "a script without suffix": ({"bin/go": "#!/bin/sh\nls\n"}, [("Script", "bin/go")]),
    "a program without suffix": ({"bin/go": "#!/usr/bin/python3\n"}, []),
    "a unit in a script": (
        {"a.sh": "cat > /a/b.service <<EOF\n[Service]\nExecStart=/bin/x\nEOF\n"},
        [("Script", "a.sh"), ("UnitFile", "a.sh")],
    ),
    "code that matters": (
        {"server.ts": "app.listen(process.env.PORT)\n"},
        [("Module", "server.ts")],
    ),
    "code that does not": ({"sum.ts": "export const sum = 1\n"}, []),
    "each kind": (
        {
            ".github/workflows/ci.yml": "on: push\njobs: {}\n",
            "Dockerfile": "FROM alpine\n",
            "action.yml": "runs: {using: composite, steps: []}\n",
            "docker-compose.yml": "services: {}\n",
            "ecosystem.config.js": "module.exports = {apps: []}\n",
            "fly.toml": "app = 'x'\n",
            "go.mod": "module x\n",
            "package.json": "{}\n",
            "schema.prisma": "model A {\n  id Int @id\n}\n",
            "shop.service": "[Service]\n",
            "x.env": "A=1\n",
        },
        [
            ("Workflow", ".github/workflows/ci.yml"),
            ("Dockerfile", "Dockerfile"),
            ("Action", "action.yml"),
            ("Compose", "docker-compose.yml"),
            ("Ecosystem", "ecosystem.config.js"),
            ("Other", "fly.toml"),
            ("Hosting", "fly.toml"),
            ("Manifest", "go.mod"),
            ("Package", "package.json"),
            ("Schema", "schema.prisma"),
            ("UnitFile", "shop.service"),
            ("Dotenv", "x.env"),
        ],
    ),
}


@pytest.mark.parametrize(("files", "expected"), READ.values(), ids=READ)
def test_documents_are_read(
    tmp_path: Path, files: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    found = read_of(tmp_path, files)
    assert sorted((d.path, type(d).__name__) for d in found.documents) == sorted(
        (p, k) for k, p in expected
    )
    assert found.problems == ()


def test_data_is_told_from_its_head(tmp_path: Path) -> None:
    dump = "-- PostgreSQL database dump\nCOPY users (id) FROM stdin;\n1\n\\.\n"
    files = {"a.sql": dump, "b.sql": "SELECT 1;\n", "c.db": "x", "empty.sqlite": ""}
    found = read_of(tmp_path, files)
    assert [(d.path, d.tables) for d in found.documents if isinstance(d, Data)] == [
        ("a.sql", ("users",))
    ]
    assert found.problems == ()
    assert found.skipped == ()


def test_data_that_git_does_not_keep_is_none(tmp_path: Path) -> None:
    dump = "-- PostgreSQL database dump\nCOPY users (id) FROM stdin;\n1\n\\.\n"
    write(tmp_path, {"a.sql": dump, "b.sql": dump, "c.sh": "ls\n"})
    for words in (["init", "-q"], ["add", "a.sql"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    found = read(walk(str(tmp_path)))
    assert [d.path for d in found.documents] == ["a.sql", "c.sh"]


def test_a_binary_file_is_a_problem(tmp_path: Path) -> None:
    found = read_of(tmp_path, {"a.sh": "ls\0\n"})
    assert [(p.location.path, p.message) for p in found.problems] == [
        ("a.sh", "is binary, not a shell script")
    ]
    assert found.documents == ()


def test_a_binary_file_that_only_might_be_a_configuration_is_none(tmp_path: Path) -> None:
    found = read_of(tmp_path, {"cron": "ls\0\n"})
    assert (found.documents, found.problems) == ((), ())


def test_what_is_no_text_is_a_problem_and_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_bytes(b"ls \xff\n")
    found = read(walk(str(tmp_path)))
    assert [p.message.partition(":")[0] for p in found.problems] == ["not UTF-8"]
    assert len(found.documents) == 1


def test_problems_of_documents_are_told(tmp_path: Path) -> None:
    found = read_of(tmp_path, {"package.json": "{"})
    assert [p.location.path for p in found.problems] == ["package.json"]


def test_allow_comments_are_collected(tmp_path: Path) -> None:
    found = read_of(tmp_path, {"a.sh": "# infra-audit: allow[scripts/x] for a reason\nls\n"})
    assert [allow.reason for allow in found.allows] == ["for a reason"]


def test_progress_is_told(tmp_path: Path) -> None:
    write(tmp_path, {f"{n}.sh": "ls\n" for n in range(40)})
    heard: list[tuple[int, int]] = []
    read(walk(str(tmp_path)), lambda done, all_of: heard.append((done, all_of)))
    assert heard == [(0, 40), (32, 40), (40, 40)]


def test_line_ends_are_those_that_git_keeps(tmp_path: Path) -> None:
    write(tmp_path, {"a.sh": "ls\n", "b.sh": "ls\r\n"})
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    found = read_of(tmp_path, {"a.sh": "ls\r\n"}).documents
    scripts = {script.path: script for script in found if isinstance(script, Script)}
    assert not scripts["a.sh"].carriage_returns
    assert scripts["b.sh"].carriage_returns
