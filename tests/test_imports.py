"""What a run imports: nothing that it does not need, for start-up is most of a small run's time."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from tests.files import write
from tests.installed import CHECKOUT, Installed, outside

_TELL = """
import sys
from infra_audit.cli import main
try:
    main({words!r})
except SystemExit as end:
    assert end.code == 0, end.code
print(*sorted(sys.modules), file=sys.stderr)
"""
_HEAVY = {
    "attr",
    "bashlex",
    "bz2",
    "dataclasses",
    "difflib",
    "hashlib",
    "json",
    "kubernetes",
    "lzma",
    "pathspec",
    "sarif_om",
    "shutil",
    "tomllib",
    "traceback",
    "tree_sitter_python",
    "tree_sitter_typescript",
    "urllib",
    "yaml",
}
_LANGUAGES = {
    "action",
    "caddy",
    "collector",
    "compose",
    "details",
    "directives",
    "dockerfile",
    "dotenv",
    "json",
    "kubernetes",
    "manifest",
    "nginx",
    "other",
    "package_json",
    "platforms",
    "pm2",
    "prisma",
    "python",
    "scrapes",
    "settings",
    "supervisor",
    "systemd",
    "terraform",
    "toml",
    "typescript",
    "workflow",
    "yaml",
}


def imported(installed: Installed, *words: str) -> set[str]:
    """The modules that a run of the installed program leaves behind."""
    command = [installed.python, "-I", "-c", _TELL.format(words=list(words))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=outside())
    return set(done.stderr.splitlines()[-1].split())


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A git repository with one script, in which something is found."""
    said = "#!/bin/bash\nset -euo pipefail\ngit pull\nexit 1\nnpm ci\nsystemctl restart shop\n"
    write(tmp_path, {"deploy.sh": said})
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def test_the_version_needs_click_alone(installed: Installed) -> None:
    found = imported(installed, "--version")
    assert {name for name in found if name.startswith("infra_audit")} == {
        "infra_audit",
        "infra_audit.cli",
    }
    assert sorted(found & {"msgspec", "subprocess", "tree_sitter", *_HEAVY}) == []


def test_one_script_needs_no_heavy_library(installed: Installed, script: Path) -> None:
    assert sorted(imported(installed, "check", "--exit-zero", str(script)) & _HEAVY) == []


def test_one_script_needs_no_other_language(installed: Installed, script: Path) -> None:
    found = imported(installed, "check", "--exit-zero", str(script))
    assert sorted(found & {f"infra_audit.documents.{name}" for name in _LANGUAGES}) == []


def test_one_script_needs_no_tables_of_what_listens(installed: Installed, script: Path) -> None:
    found = imported(installed, "check", "--exit-zero", str(script))
    tables = (
        "caddy_sites",
        "network",
        "nginx_sites",
        "ports",
        "probes",
        "requests",
        "services",
        "sites",
    )
    assert sorted(found & {f"infra_audit.project.{name}" for name in tables}) == []


def test_one_script_needs_one_report_and_no_prose(installed: Installed, script: Path) -> None:
    found = imported(installed, "check", "--exit-zero", str(script))
    assert "infra_audit.report.text" in found
    unused = {f"infra_audit.report.{name}" for name in ("concise", "json", "markdown", "sarif")}
    assert (
        sorted(found & {"infra_audit.ruleset._prose", "infra_audit.ruleset.source", *unused}) == []
    )


def test_without_git_no_ignore_patterns_are_read_where_there_are_none(
    installed: Installed, tmp_path: Path
) -> None:
    write(tmp_path, {"run.sh": "true\n"})
    assert sorted(imported(installed, "check", str(tmp_path)) & {"pathspec", "subprocess"}) == []


@pytest.mark.parametrize(
    "path",
    sorted((CHECKOUT / "src").rglob("*.py")),
    ids=lambda p: str(p.relative_to(CHECKOUT / "src")),
)
def test_no_pattern_is_compiled_at_import(path: Path) -> None:
    """`source.regex` compiles a pattern at its first use. The block checker is imported late itself."""
    if path.name == "blocks.py":
        pytest.skip("is imported for a script that is suspicious, and uses all its patterns")
    top = ast.parse(path.read_text(encoding="utf-8")).body
    rest = [node for node in top if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    found = [node.lineno for each in rest for node in ast.walk(each) if _compiles(node)]
    assert not found, f"write `regex` of source.regex for `re.compile` in lines {found}"


def _compiles(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"
