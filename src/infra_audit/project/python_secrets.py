"""The keys with which Python applications sign what is their own, where these stand in the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Assignment, PythonModule
from ..model import Location
from ..source.regex import regex
from .credentials import is_for_build, sort
from .django import is_settings, settings
from .owners import enclosing
from .python_names import Python, python
from .types import Project

_KEY = regex(
    r"(?:\w+\.)*(?:(?:\w+_)?(?:JWT|SESSION|COOKIE)_?(?:\w+_)?SECRET(?:_KEY)?|(?:(?:DJANGO|FLASK|APP|API)_)?SECRET_KEY)",
    re.IGNORECASE,
)
"""`SECRET_KEY`, `app.secret_key`, `app.config.JWT_SECRET_KEY`."""
_ASIDE = regex(
    r"(?:^|/)(?:scripts?|tools?|cli|bin|examples?|demos?|tests?|seeds?)/"
    r"|(?:^|[/_])(?:dev\w*|local\w*|tests?|testing|staging|ci|seed\w*|example)\.py$"
)
"""What is not what is deployed, or only for developers."""
_TRIAL = regex(r"(?:Dev|Test|Local|CI)\w*\.\w+$|(?:Dev|Development|Test|Testing|Local)\.\w+$")
_VALUE = regex(r"(?![/.~$%{<\[(])\S.{4,}")
_PATH = regex(
    r"\S+\.(?:txt|pem|key|json|env|ya?ml|crt)|[A-Z][A-Z0-9]*_[A-Z0-9_]+|[\w.-]+[/:][\w/:.-]+"
)
_CALLED = regex(r"[a-z]+(?:[-_.][a-z]+)+")


class Key(Struct, frozen=True):
    """A key that stands in the code."""

    name: str
    value: str
    location: Location


def keys(project: Project) -> Iterator[Key]:
    """Each key that code of what is deployed surely works with, once for each file."""
    owners = tuple(d for d in project.deployables if d.runtime == "python" and d.serves)
    known = python(project.files, project.python)
    for module in project.python if owners else ():
        owner = enclosing(module.path.rpartition("/")[0], owners)
        counts = project.purposes.get(module.path) == "production" and not module.broken
        if owner is None or not counts or _ASIDE.search(module.path):
            continue
        found = next(_of_module(module), None)
        if found is not None and _is_loaded(module, owner, project, known):
            name = found.name.rpartition(".")[2]
            where = Location(module.path, found.span)
            yield Key(name, found.value.literal or "", where)


def _of_module(module: PythonModule) -> Iterator[Assignment]:
    """The literals that a file gives a key, and nothing in it replaces."""
    asked = {use.span for use in module.environment}
    named = [one for one in module.assignments if _KEY.fullmatch(one.name)]
    for one in named:
        last = one.name.rpartition(".")[2].lower()
        same = [each for each in named if each.name.rpartition(".")[2].lower() == last]
        literal = one.value.literal or ""
        if len(same) > 1 or one.branch or _TRIAL.search(one.name) or one.span in asked:
            continue
        if one.value.raw[-1:] in ("'", '"') and _is_key(last, literal):
            yield one


def _is_key(name: str, value: str) -> bool:
    """Whether a text is a key, and neither where one lies nor what one is called."""
    if not _VALUE.fullmatch(value) or _PATH.fullmatch(value) or is_for_build(value):
        return False
    return sort(name, value) is not None or _CALLED.fullmatch(value) is None


def _is_loaded(module: PythonModule, owner: str, project: Project, known: Python) -> bool:
    """Whether the file is none of Django's settings, or surely one of those that production loads."""
    if not is_settings(module.path):
        return True
    files = settings(owner, project, known)
    if module.path not in files:
        return False
    later = any(
        one.origin == "*" for one in module.imports if one.span > module.assignments[0].span
    )
    first = files[: files.index(module.path)]
    others = (known.modules[path] for path in first if path in known.modules)
    return not later and not any(a.name == "SECRET_KEY" for m in others for a in m.assignments)
