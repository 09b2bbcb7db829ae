"""Broken, hostile and huge files: every run ends, says what it could not read and does nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra_audit.audit import model, sources
from infra_audit.cli import main
from infra_audit.config import load as load_config
from infra_audit.documents.shell.reading import DEEP
from infra_audit.model import Location, Report
from infra_audit.report.excerpt import Lines, lines_of
from infra_audit.report.formats import FORMATS
from tests.files import write
from tests.repository import audited

FIXTURE = Path(__file__).parent.parent / "fixtures" / "rough-edges"

BROKEN = {
    ".env",
    ".github/workflows/empty.yml",
    ".github/workflows/invalid.yml",
    ".github/workflows/list.yml",
    ".github/workflows/tabs.yml",
    "Dockerfile",
    "bomb/compose.yaml",
    "control/compose.yaml",
    "cycle/compose.yaml",
    "deep/compose.yaml",
    "deploy/garbage.service",
    "docker/garbage/Dockerfile",
    "docker/no-from/Dockerfile",
    "duplicate-keys/compose.yaml",
    "empty/Dockerfile",
    "empty/package.json",
    "latin1/compose.yaml",
    "package.json",
    "packages/deep/package.json",
    "packages/list/package.json",
    "packages/null/package.json",
    "packages/numbers/package.json",
    "packages/wrong-types-inside/package.json",
    "packages/wrong-types/package.json",
    "prisma-two-sources/schema.prisma",
    "prisma/schema.prisma",
    "scripts/binary.sh",
    "scripts/latin1.sh",
    "scripts/utf16.sh",
    "undefined-alias/compose.yaml",
    "wrong-types-inside/compose.yaml",
    "wrong-types/compose.yaml",
}
"""What of the fixture a problem must name: files that are not what they claim to be."""

NO_SHELL = {
    ".github/workflows/broken-run.yml",
    "packages/broken-script/package.json",
    "scripts/open-if.sh",
    "scripts/open-quote.sh",
    "scripts/open-substitution.sh",
    "scripts/stray-fi.sh",
}
"""Where bash would stop: a finding, not a problem."""


def git(folder: Path, *words: str, text: str | None = None) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    command = ["git", *identity, *words]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, input=text
    ).stdout


def outside(location: Location, lines: Lines) -> bool:
    span, written = location.span, lines(location.path)
    return bool(written) and not (
        (span.line, span.column) <= (span.end_line, span.end_column)
        and span.line >= 1
        and span.end_line <= len(written)
        and 1 <= span.column <= len(written[span.line - 1]) + 1
        and 1 <= span.end_column <= len(written[span.end_line - 1]) + 1
    )


def places(report: Report) -> Iterator[Location]:
    yield from (problem.location for problem in report.problems)
    for finding in report.findings:
        yield finding.location
        yield from (other.location for other in (*finding.evidence, *finding.trail))
    for ruled in report.ruled:
        yield from (other.location for other in (*ruled.undecided, *ruled.satisfied))


def sound(folder: Path) -> Report:
    """The report on a folder, with every place inside its file."""
    report = audited(folder)
    lines = lines_of(sources(str(folder)))
    assert [place for place in places(report) if outside(place, lines)] == []
    return report


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(ended.value.code or 0)


# ── the fixture ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def rough(tmp_path: Path) -> Path:
    return shutil.copytree(FIXTURE, tmp_path / "rough", symlinks=True)


def test_each_broken_file_is_named_and_the_rest_is_read(rough: Path) -> None:
    report = sound(rough)
    assert {problem.location.path for problem in report.problems} >= BROKEN
    assert {
        f.location.path for f in report.findings if f.rule == "scripts/syntax-error"
    } >= NO_SHELL
    dead = [f.location for f in report.findings if f.rule == "scripts/unreachable-code"]
    assert [(each.path, each.span.line) for each in dead] == [("scripts/deploy.sh", 10)]
    assert ("symbolic link", 7) in [(left.reason, left.count) for left in report.skipped]


def test_good_files_have_no_problem(rough: Path) -> None:
    good = (
        "scripts/good.sh",
        "scripts/deploy.sh",
        "good/compose.yaml",
        "deploy/rough-edges.service",
    )
    awkward = ("scripts/with space.sh", "scripts/ümläut.sh", "scripts/-n.sh")
    report = audited(rough)
    assert not {p.location.path for p in report.problems}.intersection((*good, *awkward))


def test_what_nests_too_deep_is_said(rough: Path) -> None:
    said = [p for p in audited(rough).problems if p.location.path == "scripts/deep.sh"]
    assert [(p.message, p.location.span.line) for p in said] == [(DEEP, 101)]


def test_inside_git_the_report_is_the_same(rough: Path) -> None:
    without = audited(rough)
    git(rough, "init", "-q")
    assert audited(rough) == without
    git(rough, "add", "-A")
    assert audited(rough) == without


def test_the_exit_status_is_as_usual_and_the_json_whole(rough: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    assert run("check", "--root", str(rough), "--format", "json", "-o", str(target)) == 1
    report = json.loads(target.read_text(encoding="utf-8"))
    assert {problem["path"] for problem in report["problems"]} >= BROKEN


# ── monsters ─────────────────────────────────────────────────────────────────────────────────────

SERVICES = "".join(
    f"  s{n}:\n    image: postgres:1{n % 7}\n    depends_on: [s{(n + 1) % 5000}]\n"
    for n in range(5000)
)
STEPS = "".join(f"      - run: npm run a{n} && cd /x\n" for n in range(5000))
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
BOMB = "x-a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"x-{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
)
DOUBLED = "".join(f"A{n + 1}=${{A{n}}}${{A{n}}}\n" for n in range(100))
EXPRESS = 'import express from "express"; const app = express();\n'

MONSTERS = {
    "a script of three megabytes": ("deploy.sh", "echo hello\n" * 300_000),
    "a script in one line of a megabyte": ("deploy.sh", "echo" + " a b" * 250_000),
    "a script of a hundred thousand lines": ("deploy.sh", "echo hello\n" * 100_000),
    "a script in one long line": ("deploy.sh", "a; b && c | d; " * 1_000),
    "a command of many words": ("deploy.sh", "rm -rf" + " a" * 20_000),
    "a script of many lines": ("deploy.sh", "cd /opt/x\nif a; then b; else rm -rf c; fi\n" * 1_000),
    "many open blocks": ("deploy.sh", "if a; then\n" * 5_000),
    "many nested braces": ("deploy.sh", "{ " * 20_000 + "a;" + " }" * 20_000),
    "many nested substitutions": ("deploy.sh", "echo " + "$( " * 5_000 + "a" + " )" * 5_000),
    "many nested parameters": ("deploy.sh", "echo " + "${a:-" * 20_000 + "}" * 20_000),
    "many open heredocs": ("deploy.sh", "".join(f"cat <<E{n}\n" for n in range(5_000))),
    "many heredocs in one line": (
        "deploy.sh",
        "cat" + "".join(f" <<E{n}" for n in range(5_000)) + "\nx" * 5_000,
    ),
    "many scripts for another machine": (
        "deploy.sh",
        "".join(f"ssh h <<E{n}\ncd /x\nrm -rf y\nE{n}\n" for n in range(500)),
    ),
    "functions that call the next twice": (
        "deploy.sh",
        "".join(f"f{n}() {{ f{n + 1}; f{n + 1}; }}\n" for n in range(500)) + "f500() { f0; }\nf0\n",
    ),
    "many words that run the next": ("deploy.sh", "sudo " * 50_000 + "ls\n"),
    "a shebang of many words": ("deploy.sh", "#!/usr/bin/env " + "-a " * 100_000 + "bash\nls\n"),
    "a test of many nots": ("deploy.sh", "if [ " + "! " * 50_000 + "-f x ]; then ls; fi\n"),
    "many options": (
        "deploy.sh",
        'while [ $# -gt 0 ]; do case "$1" in '
        + "".join(f"-a{n}) A{n}=$2; shift 2;; " for n in range(1_000))
        + "esac; done\n",
    ),
    "many commands that never run": ("deploy.sh", "f() { return 1; echo; }\n" * 1_000),
    "a variable that doubles": (
        "deploy.sh",
        "A=xx\n" + 'A="$A$A"\n' * 100 + 'rm -rf "/opt/$A"\n',
    ),
    "a script that reads itself often": ("deploy.sh", ". ./deploy.sh\n" * 1_000),
    "many allow comments": ("deploy.sh", "# infra-audit: allow[scripts/x] y\n" * 5_000),
    "deep YAML, flow": ("compose.yaml", "[" * 100_000 + "]" * 100_000),
    "deep YAML, block": ("compose.yaml", "- " * 100_000 + "a"),
    "deep YAML, indented": ("compose.yaml", "\n".join(" " * n + "a:" for n in range(900))),
    "a billion laughs": ("compose.yaml", BOMB + "services: {a: {environment: *u}}\n"),
    "a billion merges": (
        "compose.yaml",
        "x-a: &a {k: 1}\n"
        + "".join(
            f"x-{chr(98 + n)}: &{chr(98 + n)} {{<<: [{', '.join(['*' + chr(97 + n)] * 9)}], k{n}: 2}}\n"
            for n in range(20)
        )
        + "services: {a: {image: x, environment: *u}}\n",
    ),
    "five thousand services": ("compose.yaml", "services:\n" + SERVICES),
    "defaults inside defaults": (
        "compose.yaml",
        "services: {a: {image: '" + "${a:-" * 20_000 + "}" * 20_000 + "'}}\n",
    ),
    "five thousand steps": (".github/workflows/a.yml", WORKFLOW + STEPS),
    "many open expressions": (
        ".github/workflows/a.yml",
        WORKFLOW + "      - run: " + "${{ " * 50_000,
    ),
    "a folded step": (
        ".github/workflows/a.yml",
        WORKFLOW + "      - run: >\n" + "          a b\n" * 5_000,
    ),
    "deep JSON": ("package.json", '{"a":' * 100_000 + "1" + "}" * 100_000),
    "fifty thousand scripts": (
        "package.json",
        json.dumps({"scripts": {f"s{n}": f"npm run s{n + 1}" for n in range(50_000)}}),
    ),
    "package scripts that call two others": (
        "package.json",
        json.dumps(
            {"scripts": {f"s{n}": f"npm run s{n + 1} && npm run s{n + 2}" for n in range(500)}}
        ),
    ),
    "a string of escapes": ("package.json", '{"scripts": {"start": "' + "\\ud800" * 50_000 + '"}}'),
    "fifty thousand models": (
        "prisma/schema.prisma",
        "".join(f"model M{n} {{\n id Int\n}}\n" for n in range(50_000)),
    ),
    "deep Prisma": (
        "schema.prisma",
        "datasource d {\n url = " + "[" * 100_000 + "]" * 100_000 + "\n}",
    ),
    "deep parentheses": (
        "server.ts",
        EXPRESS + "app.listen(" + "(" * 50_000 + "1" + ")" * 50_000 + ")",
    ),
    "deep functions": ("server.ts", EXPRESS + "app.get('/x', () => {" * 5_000 + "})" * 5_000),
    "a long chain": ("server.ts", EXPRESS + "app" + ".get('/x', h)" * 5_000 + ".listen(3000)"),
    "routers that mount each other": (
        "server.ts",
        EXPRESS
        + "".join(
            f"const r{n} = express.Router(); r{n}.use('/a', r{(n + 1) % 300}); app.use('/{n}', r{n});\n"
            for n in range(300)
        ),
    ),
    "a megabyte of continued lines": ("Dockerfile", "FROM a\nRUN a" + " \\\n b" * 200_000),
    "many continued lines": ("Dockerfile", "FROM a\nRUN a" + " \\\n b" * 10_000),
    "stages that copy from the next": (
        "Dockerfile",
        "".join(f"FROM s{(n + 1) % 500} AS s{n}\nCOPY --from=s{n} a b\n" for n in range(500)),
    ),
    "an argument that doubles": (
        "Dockerfile",
        "ARG A0=x\n" + "".join(f"ARG {line}\n" for line in DOUBLED.splitlines()) + "FROM $A100\n",
    ),
    "many open heredocs in an image": (
        "Dockerfile",
        "FROM a\n" + "".join(f"RUN <<E{n}\n" for n in range(5_000)),
    ),
    "a megabyte of variables": (".env", "A=b\n" * 250_000),
    "an open quote of half a megabyte": (".env", 'A="' + "b\n" * 200_000),
    "variables that double": (".env", "A0=x\n" + DOUBLED),
    "a unit of many lines": ("deploy/a.service", "[Service]\n" + "ExecStart=/bin/a b\n" * 5_000),
    "an open list of brackets": ("deploy/a.service", "[" * 400_000),
    "a dotted key": ("pyproject.toml", "a" + ".a" * 200_000 + "=1"),
    "deep TOML": ("pyproject.toml", "a=" + "[" * 100_000),
    "many crates": (
        "Cargo.toml",
        "[dependencies]\n" + "".join(f'a{n}="1"\n' for n in range(30_000)),
    ),
    "open tags": ("pom.xml", "<dependency>" * 20_000),
    "apps inside apps": (
        "ecosystem.config.js",
        "module.exports = " + "{apps:[" * 5_000 + "]}" * 5_000,
    ),
    "a configuration that nests blocks": ("nginx.conf", "server {" * 50_000),
    "servers that pass to one group": (
        "nginx.conf",
        "upstream a {"
        + "server b:1;" * 5_000
        + "}\n"
        + "server { location / { proxy_pass http://a; } }\n" * 2_000,
    ),
    "variables that are set through others": (
        "nginx.conf",
        "server {"
        + "".join(f"set $a{n} $a{n + 1};" for n in range(3_000))
        + "proxy_pass $a0;" * 3_000
        + "}",
    ),
    "snippets that import others": (
        "Caddyfile",
        "".join(
            f"({n}) {{\n import {n + 1}\n import {n + 2}\n import {n}\n}}\n" for n in range(2_000)
        )
        + ":80 {\n"
        + " import 0\n" * 500
        + "}\n",
    ),
    "many groups of processes": (
        "fly.toml",
        "app = 'a'\n[processes]\n"
        + "".join(f"p{n} = 'node .'\n" for n in range(2_000))
        + "[[services]]\ninternal_port = 80\n" * 2_000,
    ),
    "deep TOML of a platform": ("fly.toml", "[a" + ".a" * 100_000 + "]\na = " + "[" * 100_000),
    "many containers": (
        "k8s/a.yaml",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
        + "".join(
            f"    - {{name: a{n}, command: [node, x], livenessProbe: {{exec: {{command: [curl, localhost]}}}}}}\n"
            for n in range(2_000)
        ),
    ),
    "a cluster of laughs": (
        "k8s/a.yaml",
        BOMB + "apiVersion: v1\nkind: Pod\nspec: {containers: *u}\n",
    ),
    "objects inside objects": ("main.tf", "resource a b {\n" + "a = {" * 50_000),
    "open heredocs of Terraform": ("main.tf", "".join(f"a = <<E{n}\n" for n in range(5_000))),
    "many programs": (
        "supervisord.conf",
        "".join(f"[program:a{n}]\ncommand=node x.js --port=80\n" for n in range(5_000)),
    ),
    "many processes": ("Procfile", "web: npm start\n" * 20_000),
    "NULs": ("deploy.sh", "\0" * 100_000),
    "NULs further down": ("deploy.sh", "echo hello\n" * 2_000 + "\0" * 1_000),
}


@pytest.mark.parametrize("name", MONSTERS)
def test_an_audit_of_a_monster_ends_and_sees_its_neighbours(tmp_path: Path, name: str) -> None:
    path, text = MONSTERS[name]
    write(tmp_path, {path: text, "near/ship.sh": "#!/bin/bash\nexit 1\nsystemctl restart shop\n"})
    report = sound(tmp_path)
    assert "near/ship.sh" in {finding.location.path for finding in report.findings}


@pytest.mark.parametrize(
    ("path", "size", "reason"),
    [
        pytest.param("deploy.sh", 3 * 1024 * 1024, "larger than 2 MiB", id="any file"),
        pytest.param("Dockerfile", 600 * 1024, "larger than 512 KiB", id="what is written by hand"),
    ],
)
def test_what_is_too_large_is_said(tmp_path: Path, path: str, size: int, reason: str) -> None:
    write(tmp_path, {path: "#!/bin/sh\n" + "#" * size})
    skipped = audited(tmp_path).skipped
    assert [(left.reason, left.count, left.examples) for left in skipped] == [(reason, 1, (path,))]


@pytest.mark.parametrize(
    "path", ["deploy.sh", "compose.yaml", "package.json", "Dockerfile", ".env"]
)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"a\xed\xa0\x80b\n", id="half a surrogate pair"),
        pytest.param(b"\xff\xfe\x00a", id="UTF-16"),
        pytest.param(b"a: \xc3\n", id="half a character"),
        pytest.param(b"a\n\xf4\x90\x80\x80\n", id="beyond Unicode"),
    ],
)
def test_what_is_not_utf8_is_a_problem(tmp_path: Path, path: str, data: bytes) -> None:
    (tmp_path / path).write_bytes(data)
    assert path in {problem.location.path for problem in sound(tmp_path).problems}


def test_loops_between_files_end(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.sh": "#!/bin/bash\n. ./b.sh\nbash a.sh\n",
            "b.sh": "#!/bin/bash\nsource a.sh\n./b.sh\n",
            "compose.yaml": "include: [compose.yaml, other.yaml]\n"
            "services:\n  a: {extends: {service: a}}\n"
            "  b: {extends: {file: other.yaml, service: b}}\n",
            "other.yaml": "services:\n  b: {extends: {file: compose.yaml, service: b}}\n",
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    uses: ./.github/workflows/a.yml\n",
            "action.yml": "runs:\n  using: composite\n  steps:\n    - uses: ./\n",
            "package.json": '{"scripts": {"a": "npm run b", "b": "npm run a", "start": "npm start"}}',
            "src/a.ts": 'import "./b"; export * from "./b"; app.use("/", b); app.listen(1)',
            "src/b.ts": 'import "./a"; export * from "./a"; app.use("/", a); app.listen(1)',
        },
    )
    sound(tmp_path)


def test_many_removals_of_what_many_units_run_from_end(tmp_path: Path) -> None:
    script = "".join(f"rm -rf /opt/a{n}\nnpm ci\nsystemctl restart u{n}\n" for n in range(500))
    unit = "[Service]\nWorkingDirectory=/opt/a{n}\nExecStart=/opt/a{n}/run\n"
    units = {f"deploy/u{n}.service": unit.replace("{n}", str(n)) for n in range(500)}
    write(tmp_path, {"deploy.sh": script, **units})
    assert "scripts/removal-of-live-path" in {finding.rule for finding in sound(tmp_path).findings}


# ── names ────────────────────────────────────────────────────────────────────────────────────────


def test_no_name_reaches_the_terminal_as_it_is(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    odd = "a\n::error::b\x1b[31m\x9b2J\u202e.sh"
    write(repository, {odd: "if true; then\n", "deploy/\x1b]0;x\x07/compose.yaml": "a: [\n"})
    with open(os.fsencode(repository) + b"/\xff\xfe.sh", "wb") as file:
        file.write(b"fi\n")
    outputs = [f"--output={name}:{tmp_path / name}" for name in FORMATS]
    assert run("check", "--root", str(repository), *outputs, "-o", str(tmp_path / "x")) == 1
    for name in FORMATS:
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert not [c for c in text if c in "\x07\x1b\x9b" or "\ud800" <= c <= "\udfff"], name
        assert not [line for line in text.splitlines() if line.startswith("::error")], name
    report = json.loads((tmp_path / "json").read_text(encoding="utf-8"))
    assert {finding["path"] for finding in report["findings"]} == {odd}
    assert ("names that are not UTF-8", 1) in [(s["reason"], s["count"]) for s in report["skipped"]]


def test_folders_named_like_files_are_walked(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"package.json/Dockerfile/compose.yaml/.env/deploy.sh": "#!/bin/sh\nexit 1\nnpm ci\n"},
    )
    assert [finding.location.path for finding in sound(tmp_path).findings]


def test_pipes_and_links_are_passed_by(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "deploy.sh")
    os.mkfifo(tmp_path / ".gitignore")
    os.mkfifo(tmp_path / ".infra-audit.yaml")
    for name, target in (
        ("a", "b"),
        ("b", "a"),
        ("compose.yaml", "/dev/zero"),
        ("Dockerfile", "."),
    ):
        os.symlink(target, tmp_path / name)
    skipped = audited(tmp_path).skipped
    assert [(left.reason, left.count) for left in skipped] == [
        ("not a regular file", 2),
        ("symbolic link", 2),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, {"deploy.sh": "x\n", "folder/x.sh": "x\n"})
    (tmp_path / "deploy.sh").chmod(0)
    (tmp_path / "folder").chmod(0)
    found = audited(tmp_path).problems
    (tmp_path / "folder").chmod(0o700)
    assert [problem.location.path for problem in found] == ["deploy.sh"]


# ── git ──────────────────────────────────────────────────────────────────────────────────────────

SHOP = {"deploy.sh": "#!/bin/bash\nexit 1\nsystemctl restart shop\n"}


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("*a" * 60 + "b", id="stars"),
        pytest.param("*" * 500 + "b", id="nothing but stars"),
        pytest.param("**/a/" * 100 + "b", id="folders"),
        pytest.param("[a-" * 300, id="open brackets"),
        pytest.param("!\n\\\n[z-a]\n[[:alpha:\n/\n//\n!!\n" * 50, id="garbage"),
        pytest.param("x\n" * 100_000, id="a hundred thousand lines"),
        pytest.param("(a+)+$\n\0\n\x1b\n\udcff", id="what acts elsewhere"),
    ],
)
def test_ignore_files_cannot_hang(tmp_path: Path, pattern: str) -> None:
    write(tmp_path, {**SHOP, "a" * 200: "x", "a/" * 60 + "c": "x"})
    (tmp_path / ".gitignore").write_bytes(pattern.encode(errors="surrogateescape"))
    without = audited(tmp_path)
    assert without.findings
    if not pattern.startswith("**/"):  # git itself tries every way
        git(tmp_path, "init", "-q")
        assert audited(tmp_path) == without


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\0\xff garbage", id="bytes"),
        pytest.param(b"gitdir: .git\n", id="itself"),
        pytest.param(b"gitdir: /dev/zero\n", id="a device"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_git_file_of_garbage_is_no_git(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, SHOP)
    without = audited(tmp_path)
    (tmp_path / ".git").write_bytes(data)
    assert audited(tmp_path) == without


def test_nothing_that_a_git_directory_names_is_run_or_fetched(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    write(repository, {**SHOP, ".gitignore": "*.log\n"})
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n", encoding="utf-8")
    trap.chmod(0o755)
    git(repository, "init", "-q")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "x")
    without = audited(repository)
    blob = git(repository, "rev-parse", ":.gitignore").strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    git(repository, "update-index", "--skip-worktree", ".gitignore")
    hooks = repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "fsmonitor-watchman", "post-checkout"):
        shutil.copy(trap, hooks / name)
    for key, value in {
        "core.fsmonitor": str(trap),
        "core.pager": str(trap),
        "pager.ls-files": str(trap),
        "core.editor": str(trap),
        "core.sshCommand": str(trap),
        "core.worktree": "/",
        "core.excludesFile": "/dev/zero",
        "core.attributesFile": "/dev/zero",
        "alias.ls-files": f"!{trap}",
        "filter.x.clean": str(trap),
        "filter.x.process": str(trap),
        "diff.external": str(trap),
        "credential.helper": f"!{trap}",
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{trap}",
        "remote.origin.uploadpack": str(trap),
    }.items():
        git(repository, "config", key, value)
    (repository / ".gitattributes").write_text("* filter=x\n", encoding="utf-8")
    (repository / ".gitignore").unlink()
    assert audited(repository).findings == without.findings
    assert not (tmp_path / "sprung").exists()


def index(*paths: str) -> bytes:
    """A git index that holds these paths, which git itself would not all add."""
    data = b"DIRC" + struct.pack(">II", 2, len(paths))
    for path in sorted(path.encode() for path in paths):
        entry = struct.pack(">6I", *[0] * 6) + struct.pack(">4I", 0o100644, 0, 0, 0)
        entry += b"\x01" * 20 + struct.pack(">H", min(len(path), 0xFFF)) + path
        data += entry + b"\0" * (8 - len(entry) % 8)
    return data + hashlib.sha1(data).digest()  # noqa: S324 - git's own


def test_an_index_cannot_lead_outside(tmp_path: Path) -> None:
    broken = "#!/bin/bash\nif true; then\n"
    repository = tmp_path / "repository"
    write(tmp_path, {"outside/deploy.sh": broken, "repository/real/deploy.sh": broken})
    os.symlink("../outside", repository / "linked")
    os.symlink("real", repository / "inner")
    git(repository, "init", "-q")
    (repository / ".git" / "index").write_bytes(
        index(
            "../outside/deploy.sh",
            f"{tmp_path}/outside/deploy.sh",
            "real/../../outside/deploy.sh",
            "linked/deploy.sh",
            "inner/deploy.sh",
            "a/" * 2000 + "deploy.sh",
        )
    )
    report = audited(repository)
    assert {finding.location.path for finding in report.findings} == {"real/deploy.sh"}


# ── the configuration ────────────────────────────────────────────────────────────────────────────

MERGES = "a0: &a0 {k: 1}\n" + "".join(
    f"a{n + 1}: &a{n + 1} {{<<: [{', '.join([f'*a{n}'] * 9)}]}}\n" for n in range(12)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BOMB, id="a billion laughs"),
        pytest.param(MERGES, id="a billion merges"),
        pytest.param("select: &a [*a]\n", id="a list in itself"),
        pytest.param("[" * 60_000, id="deep"),
        pytest.param("a: {" * 10_000, id="deep maps"),
        pytest.param("#" * 1_000_000, id="a megabyte"),
        pytest.param(
            "select: [!!python/object/apply:os.system ['touch x']]\n", id="a Python object"
        ),
        pytest.param("select: !!int ''\n", id="an empty number"),
        pytest.param("select: !!timestamp x\n", id="no date"),
        pytest.param("? [a]\n: b\n", id="a list for a key"),
        pytest.param('"\\e[2J\\n": x\n', id="escapes in a key"),
        pytest.param("exclude: ['" + "**/a/" * 100 + "']\n", id="folders without end"),
        pytest.param("\0", id="NUL"),
        pytest.param("\udcff", id="no UTF-8"),
        pytest.param("9" * 50_000, id="a long number"),
    ],
)
def test_a_hostile_configuration_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    write(tmp_path, SHOP)
    (tmp_path / ".infra-audit.yaml").write_bytes(text.encode(errors="surrogateescape"))
    assert run("check", "--root", str(tmp_path)) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n"), "\x1b" in said.err) == ("", 1, False)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b"a = [", id="no TOML"),
        pytest.param(b"tool = 3 # tool.infra-audit\n", id="another tool"),
        pytest.param(b"#" * 3_000_000, id="three megabytes"),
    ],
)
def test_a_project_file_that_does_not_name_us_stops_nothing(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, SHOP)
    (tmp_path / "pyproject.toml").write_bytes(data)
    assert audited(tmp_path).findings


def test_a_large_project_file_is_read_to_its_end(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    table = "[tool.infra-audit]\nignore = ['scripts']\n"
    (tmp_path / "pyproject.toml").write_text("#\n" * 50_000 + table, encoding="utf-8")
    assert not [f for f in audited(tmp_path).findings if f.rule.startswith("scripts/")] or (
        run("check", "--root", str(tmp_path)) == 0
    )


def test_a_configuration_outside_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"secret": "password: 123\n", "repository/deploy.sh": "true\n"})
    os.symlink("../secret", tmp_path / "repository" / ".infra-audit.yaml")
    assert run("check", "--root", str(tmp_path / "repository")) == 2
    assert "password" not in capsys.readouterr().err


# ── anything ─────────────────────────────────────────────────────────────────────────────────────

NAMES = (
    *("deploy.sh", "bootstrap.sh", "run", "compose.yaml", "compose.override.yaml", "Dockerfile"),
    *("package.json", "app/package.json", ".env", ".github/workflows/deploy.yml", "action.yml"),
    *("prisma/schema.prisma", "deploy/shop.service", "ecosystem.config.js", "ecosystem.json"),
    *("server.ts", "app/api/health/route.ts", "instrumentation.ts", "next.config.js"),
    *("sentry.server.config.ts", "requirements.txt", "pyproject.toml", "go.mod", "pom.xml"),
    *("Procfile", "fly.toml", "Makefile", "README.md", "deploy/nginx/site.conf", "crontab"),
    *("nginx.conf", "Caddyfile", "supervisord.conf", "railway.toml", "app.json", "k8s/all.yml"),
    *(".gitignore", ".gitmodules", "k8s/app.yaml", "main.tf", "vercel.json", "render.yaml"),
)
PIECES = (
    *(
        "#!/bin/bash\n",
        "set -euo pipefail\n",
        "cd /opt/shop\n",
        "rm -rf node_modules\n",
        "exit 1\n",
    ),
    *("if [ -f x ]; then\n", "fi\n", "for x in a b; do\n", "done\n", "f() {\n", "}\n", "f\n"),
    *("ssh host <<'EOF'\n", "EOF\n", "systemctl restart shop\n", "npm ci && npm run build\n"),
    *(
        "$(",
        ")",
        "${x:-",
        "}",
        '"',
        "'",
        "`",
        "\\\n",
        "\r\n",
        "\t",
        "\0",
        "\ufeff",
        "é漢😀",
        "\u2028",
    ),
    *(
        "services:\n",
        "  web:\n",
        "    image: postgres\n",
        "    build: .\n",
        "    ports: ['80:80']\n",
    ),
    *("    extends: {service: web}\n", "    command: sh -c 'a && b'\n", "&a ", "*a", "<<: *a\n"),
    *("on: push\n", "jobs:\n", "  a:\n", "    steps:\n", "      - run: ./deploy.sh\n"),
    *(
        "      - uses: ./\n",
        "        if: ${{ failure() }}\n",
        "- ",
        "? ",
        ": ",
        "|\n",
        ">-\n",
        "---\n",
    ),
    *(
        "FROM node AS a\n",
        "RUN npm ci\n",
        "COPY --from=a . .\n",
        "USER x\n",
        'CMD ["node", "a.js"]\n',
    ),
    *("RUN <<E\n", "E\n", "ARG A=$A\n", "HEALTHCHECK CMD curl localhost\n", "EXPOSE 80\n"),
    *('{"scripts": {"start": "next start", "a": "npm run a"}}', '{"name": ', '"\\ud800"', "[", "]"),
    *("{", ",", "null", "datasource db {\n", ' provider = "sqlite"\n', ' url = env("X")\n', "@@id"),
    *(
        "[Service]\n",
        "ExecStart=/bin/sh -c 'a'\n",
        "WorkingDirectory=/opt/shop\n",
        "Environment=A=b\n",
    ),
    *("A=${B}\n", "B='x\n", "Sentry.init({dsn: process.env.DSN})\n", "app.listen(3000)\n"),
    *(
        "app.get('/health', (q, s) => s.json(1))\n",
        "import express from 'express'\n",
        "/*",
        "*/",
        "//",
    ),
    *(
        "module.exports = {apps: [{script: 'a.js'}]}\n",
        "export function GET() {}\n",
        "0 3 * * * x\n",
    ),
    *(
        "# infra-audit: allow[scripts/unreachable-code] why\n",
        "web: npm start\n",
        "[path]\n",
        "[program:a]\ncommand=node x --port=80\n",
        "cat > /etc/nginx/nginx.conf <<EOF\nserver {\n",
        "server { listen 80 ssl; location / { proxy_pass http://$a:1; } }\n",
        "upstream a { server web:3000; }\n",
        "a.example {\n reverse_proxy web:80\n}\n",
        "[[services]]\ninternal_port = 80\n[[services.http_checks]]\npath = '/'\n",
        "kind: Pod\napiVersion: v1\nspec: {containers: [{name: a, command: &a [curl, x], args: *a}]}\n",
        '{"env": {"PORT": 1}, "crons": [{"path": "/a"}]}',
        "*\n",
    ),
)
CONTENTS = (
    st.lists(st.sampled_from(PIECES), max_size=25).map(lambda pieces: "".join(pieces).encode())
    | st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: text.encode(errors="replace"))
)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=st.dictionaries(st.sampled_from(NAMES), CONTENTS, max_size=8))
def test_any_files_can_be_audited(tmp_path: Path, files: dict[str, bytes]) -> None:
    folder = tmp_path / "any"
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in {"x": b"", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    report = sound(folder)
    assert {problem.location.path for problem in report.problems} <= files.keys()
    lines = lines_of(sources(str(folder)))
    modelled = model(str(folder), load_config(str(folder))).project
    facts = (*modelled.ports, *modelled.probes, *modelled.sites, *modelled.units)
    assert [fact for fact in facts if outside(fact.location, lines)] == []
