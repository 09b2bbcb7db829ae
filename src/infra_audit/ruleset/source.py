"""Read a folder of rule pages, `<topic>/<rule>.yaml`, strictly: every mistake names file and key."""

from __future__ import annotations

import os
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from ..checks import CHECKS
from ..model import Precision, RuleId, Severity, UsageError
from .rule import Example, Prose, Rule

_LARGEST = 256 * 1024
_DEEPEST = 40


class Examples(Struct, frozen=True, forbid_unknown_fields=True):
    """Named examples: what must be flagged, what must stay silent."""

    flag: dict[str, dict[str, Any]] = {}
    allow: dict[str, dict[str, Any]] = {}


class Page(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A rule page as written."""

    title: str
    severity: Severity
    precision: Precision
    step: str = ""
    why: str
    fix: str
    message: str
    references: tuple[str, ...] = ()
    check: str
    with_: dict[str, Any] = msgspec.field(default_factory=dict, name="with")
    covered_by: tuple[RuleId, ...] = ()
    formerly: tuple[RuleId, ...] = ()
    examples: Examples = Examples()


def read_pack(folder: str) -> tuple[dict[RuleId, Rule], dict[RuleId, Prose]]:
    """The rules of a folder and their prose, by id. Raises UsageError for a mistake in one."""
    if not os.path.isdir(folder):
        raise UsageError(f"{folder}: no such folder of rules")
    rules: dict[RuleId, Rule] = {}
    prose: dict[RuleId, Prose] = {}
    for rule_id, path in _pages(folder):
        page = _page(path)
        rules[rule_id], prose[rule_id] = _rule(rule_id, page, path), _prose(page, path)
    if not rules:
        raise UsageError(f"{folder}: no rules there; a rule is a file <topic>/<rule>.yaml")
    return rules, prose


def _pages(folder: str) -> list[tuple[RuleId, str]]:
    found = []
    for topic in sorted(os.listdir(folder)):
        inner = os.path.join(folder, topic)
        if os.path.isdir(inner):
            found += [
                (RuleId(f"{topic}/{name[:-5]}"), os.path.join(inner, name))
                for name in sorted(os.listdir(inner))
                if name.endswith(".yaml")
            ]
    return found


def _page(path: str) -> Page:
    try:
        with open(path, encoding="utf-8") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    try:
        return msgspec.convert(load_yaml(content), Page)
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from error


def load_yaml(content: str) -> Any:
    """The plain data of a YAML text of moderate size and depth. Raises ValueError otherwise."""
    if len(content) > _LARGEST:
        raise ValueError(f"is larger than {_LARGEST // 1024} kB")
    depth = 0
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(content, Loader=loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEEPEST:
                raise ValueError(f"is nested deeper than {_DEEPEST}")
        return yaml.load(content, Loader=loader)  # noqa: S506 - a safe loader, the C one if there
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def _rule(rule_id: RuleId, page: Page, path: str) -> Rule:
    if page.check != "triage" and page.check not in CHECKS:
        raise UsageError(
            f"{path}: check: there is no check `{page.check}`; see `infra-audit rules`"
        )
    return Rule(
        id=rule_id,
        title=page.title,
        severity=page.severity,
        precision=page.precision,
        step=page.step,
        message=page.message,
        fix=page.fix.strip(),
        check=page.check,
        parameters=page.with_,
        covered_by=page.covered_by,
        formerly=page.formerly,
    )


def _prose(page: Page, path: str) -> Prose:
    return Prose(
        why=page.why.strip(),
        references=page.references,
        flag={name: _example(e, name, path) for name, e in page.examples.flag.items()},
        allow={name: _example(e, name, path) for name, e in page.examples.allow.items()},
    )


def _example(written: dict[str, Any], name: str, path: str) -> Example:
    also = tuple(written.get("also", ()))
    files = {file: content for file, content in written.items() if file != "also"}
    for file, content in files.items():
        if not isinstance(content, str):
            raise UsageError(f"{path}: examples: {name}: {file}: must be a text")
    return Example(files, also)
