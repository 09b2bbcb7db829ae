"""What a file is for: production, or development, test, example, template, documentation."""

from __future__ import annotations

import re
from typing import Literal as Choice

from ..source.regex import regex
from .types import Purpose

Sort = Choice["", "workflow", "module", "schema", "script", "package"]
"""What kind of document it is, as far as that decides which words of its path count."""

_FOLDERS: dict[str, Purpose] = {
    **dict.fromkeys(
        ("test", "tests", "__tests__", "__mocks__", "__fixtures__", "testing", "testdata", "spec", "specs", "e2e",
         "cypress", "playwright", "fixtures", "_integration-test", "integration-test", "integration-tests",
         "integration_tests", "_unit-test", "unit-tests", "benchmark", "benchmarks", "bench", "load-test",
         "load-tests", "loadtest", "mocks", "e2e-tests", "e2e_tests"),
        "test",
    ),
    **dict.fromkeys(
        ("example", "examples", "sample", "samples", "demo", "demos", "playground", "tutorial", "tutorials"),
        "example",
    ),
    **dict.fromkeys(("docs", "doc", "documentation", "archive", "archived", "_archive", "deprecated", "legacy", "old",
                     ".archive", ".archived", ".deprecated", ".legacy", ".old", ".backup", ".backups"), "documentation"),
    **dict.fromkeys((".template", ".templates", ".skeleton"), "template"),
    **dict.fromkeys(
        (".devcontainer", ".gitpod", ".vscode", ".husky", ".claude", ".agents", ".codex", ".cursor", ".opencode",
         ".storybook", ".idx", "localsetup", "local-setup", "dev", "develop", "development", "local", "hack", "workstation"),
        "development",
    ),
}  # fmt: skip
"""Names of folders that tell by themselves."""

_TESTING = ("-tests", "_tests")
"""How the name of a folder of tests for one thing ends: `sanity-tests`."""
_SHOWING = regex(r"(?:^|[._-])(?:examples?|samples?|demos?)(?:[._-]|$)")
"""Words in the name of a folder that make it one of examples: `push-examples`."""

SCAFFOLDS = frozenset({
    "template", "templates", "boilerplate", "skeleton", "scaffold", "cookiecutter", "starter", "starters",
})  # fmt: skip
"""Names of folders that hold templates when whole projects stand in them, else any other text."""

_UNDOUBTED = frozenset({"__tests__", "__mocks__", "__fixtures__", "testdata"})
"""Folders that tell even among the folders that are a route's address."""

_ADDRESSED = regex(
    r"(?:^|/)(?:route|page|layout|loading)\.[cm]?[jt]sx?$|(?:^|/)\+(?:page|server|layout)[\w.]*$"
    r"|(?:^|/)(?:routes?|pages|endpoints)/|\.(?:controller|resolver|routes?)\.[cm]?[jt]s$"
)
"""Modules that stand in folders named as their addresses are."""
_ADDRESSES = frozenset({"app", "pages", "route", "routes", "endpoints", "src"})
"""Where such addresses begin."""

_WORDS: tuple[tuple[re.Pattern[str], Purpose], ...] = (
    (regex(r"(?:^|[._-])(?:dev|devel|develop|development|local|localhost|override|debug|devcontainer|gitpod)(?:[._-]|$)"),
     "development"),
    (regex(r"(?:^|[._-])(?:test|tests|testing|e2e|ci-test|loadtest|spec|integration|playwright|cypress|smoke|bench|mock)(?:[._-]|$)"),
     "test"),
    (regex(r"(?:^|[._-])(?:example|sample|demo|dist|defaults)(?:[._-]|$)"), "example"),
    (regex(r"(?:^|[._-])(?:template|tmpl|tpl|j2|erb)(?:[._-]|$)"), "template"),
)  # fmt: skip
"""Words in the name of a compose file, a Dockerfile or a dotenv that tell."""

_SCRIPT_WORDS: tuple[tuple[re.Pattern[str], Purpose], ...] = (
    (regex(r"(?:^|[._-])(?:dev|devel|development|local|localhost)(?:[._-]|$)"), "development"),
    (regex(r"(?:^|[._-])(?:test|tests|testing|e2e|smoke)(?:[._-]|$)"), "test"),
    (regex(r"(?:^|[._-])(?:examples?|samples?|demo)(?:[._-]|$)"), "example"),
    (regex(r"(?:^|[._-])(?:template|tmpl|tpl|j2|erb)(?:[._-]|$)"), "template"),
)
"""Those in the name of a script: what it installs, checks or fills in may have any other name."""

_MODULE_WORDS: tuple[tuple[re.Pattern[str], Purpose], ...] = (
    (regex(r"\.(?:test|tests|spec|e2e|cy|bench|mock|stories|fixture)\.[cm]?[jt]sx?$"), "test"),
    (
        regex(r"^(?:playwright|cypress|vitest|jest)[\w.-]*\.(?:config|setup|workspace|teardown)\."),
        "test",
    ),
    (regex(r"^tests?\.[cm]?[jt]sx?$|^test-[\w.-]+\.[cm]?[jt]s$"), "test"),
    (regex(r"(?:^|[._-])dev[._-]|(?:[.-]|^)local\."), "development"),
)
"""Those in the name of a module: only what tools agree on."""

_SCHEMA_WORDS: tuple[tuple[re.Pattern[str], Purpose], ...] = (
    (regex(r"[._-](?:dev|development|local)\."), "development"),
    (regex(r"[._-]tests?\."), "test"),
    (regex(r"[._-](?:example|sample|demo)\."), "example"),
    (regex(r"[._-](?:template|tmpl)\."), "template"),
)
"""Those in the name of a schema, never its first: `integration.prisma` holds a model."""


def purpose(path: str, sort: Sort = "", scaffolds: frozenset[str] = frozenset()) -> Purpose:
    """What the file at `path`, relative to the root, is for, by its folders and its name.

    `scaffolds` are folders that hold whole projects to be copied.
    """
    *folders, name = path.split("/")
    if sort == "workflow":
        return _of_workflow(path, folders, scaffolds)
    told = _by_folders(_told_by(folders, path) if sort == "module" else folders, scaffolds)
    return told or _by_name(name.lower(), sort)


def _told_by(folders: list[str], path: str) -> list[str]:
    """The folders of a module without those that are only its address."""
    if not _ADDRESSED.search(path):
        return folders
    start = next((n for n, folder in enumerate(folders) if folder in _ADDRESSES), len(folders))
    return folders[:start] + [f if f in _UNDOUBTED else "" for f in folders[start:]]


def _of_workflow(path: str, folders: list[str], scaffolds: frozenset[str]) -> Purpose:
    """A workflow's name tells nothing; only one of the root ever runs, others are to be copied."""
    if path.startswith(".github/"):
        return "production"
    return _by_folders(folders, scaffolds) or ("example" if ".github" in folders else "production")


def _by_folders(folders: list[str], scaffolds: frozenset[str]) -> Purpose | None:
    for nth, folder in enumerate(folders):
        lowered = folder.lower()
        told = _FOLDERS.get(lowered) or _by_ending(lowered)
        if told and not _is_installed(folders, nth):
            return told
        if lowered in SCAFFOLDS and "/".join(folders[: nth + 1]) in scaffolds:
            return "template"
    return None


def _by_ending(folder: str) -> Purpose | None:
    if folder.endswith(_TESTING):
        return "test"
    return "example" if _SHOWING.search(folder) else None


def _is_installed(folders: list[str], nth: int) -> bool:
    """`usr/local` and its like, where the folders are those of a server."""
    return nth > 0 and (folders[nth - 1], folders[nth]) in {
        ("usr", "local"),
        ("share", "doc"),
        ("etc", "dev"),
    }


def _by_name(name: str, sort: Sort) -> Purpose:
    match sort:
        case "module":
            words = _MODULE_WORDS
        case "schema":
            words = _SCHEMA_WORDS
        case "script":
            words = _SCRIPT_WORDS
        case "package":
            return "production"
        case _:
            words = _WORDS
    return next((told for pattern, told in words if pattern.search(name)), "production")
