"""Calls of `sentry_sdk.init` that production reaches, and what they say of tracing."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Entry, PythonModule, SentryInit
from ..model import Location
from ..source.regex import regex
from .django import is_settings, settings
from .owners import enclosing
from .python_names import Python, python
from .python_values import imported
from .tracing import Tracing
from .types import Project

_ASIDE = regex(
    r"(?:^|/)(?:scripts?|tools?|examples?|tests?)/|(?:^|[/_])(?:dev\w*|local\w*|tests?|testing|ci)\.py$"
)
"""What is not what is deployed, or only for developers."""
_ENTRIES = ("/main.py", "/app.py", "/wsgi.py", "/asgi.py", "/celery.py", "/apps.py", "/__main__.py")
_RATE = "traces_sample_rate"
_SAMPLER = "traces_sampler"
_NOTHING = frozenset({"None", "False"})


class SetUp(Struct, frozen=True):
    """A call that sets Sentry up for an application."""

    path: str
    init: SentryInit
    folder: str
    """Of the deployable."""

    @property
    def location(self) -> Location:
        """The name of what is called."""
        return Location(self.path, self.init.span)

    def value(self, option: str) -> str | None:
        """What an option is given as far as that is literal, else as written; None where it is not given."""
        return given(next((e for e in self.init.options if e.name == option), None))


def set_ups(project: Project) -> Iterator[SetUp]:
    """Every call in production."""
    owners = tuple(d for d in project.deployables if d.runtime == "python")
    known = python(project.files, project.python)
    for module in project.python:
        if not module.sentry or module.broken or _ASIDE.search(module.path):
            continue
        owner = enclosing(module.path.rpartition("/")[0], owners)
        counts = owner is not None and project.purposes.get(module.path) == "production"
        if owner is not None and counts and _is_loaded(module, owner, project, known):
            yield from (SetUp(module.path, i, owner) for i in module.sentry if not _is_void(i))


def _is_loaded(module: PythonModule, owner: str, project: Project, known: Python) -> bool:
    """Whether something is seen to load a file: a server, the settings of Django, another file."""
    if module.applications or module.serves or module.path.endswith(_ENTRIES):
        return True
    files = settings(owner, project, known)
    if module.path in files or (is_settings(module.path) and not files):
        return True
    loading = (
        [m for m in project.python if m.path in files]
        if is_settings(module.path)
        else project.python
    )
    return any(
        module.path in imported(known, other.path, one)
        for other in loading
        for one in other.imports
        if other is not module
    )


def _is_void(init: SentryInit) -> bool:
    """Whether a call is given what is no address: it was to be filled in."""
    dsn = next((e.value.literal for e in init.options if e.name == "dsn" and e.value), None)
    return dsn is not None and "://" not in dsn


def given(entry: Entry | None) -> str | None:
    """What an option is given as far as that is literal, else as written."""
    if entry is None or entry.value is None:
        return None
    return entry.value.raw if entry.value.literal is None else entry.value.literal


def tracing_of(one: SetUp) -> Tracing:
    """What one call says of tracing."""
    for name in (_RATE, _SAMPLER, "enable_tracing"):
        value = one.value(name)
        if value is not None and value not in _NOTHING:
            return "zero" if _is_zero(value) else "on"
    if one.value("instrumenter") is not None:
        return "on"
    return "unknown" if one.init.spread or one.init.guarded else "off"


def keeps_all(one: SetUp, option: str) -> bool:
    """Whether a rate keeps all there is, and nothing else decides."""
    if option == "profiles_sample_rate" and not keeps_all(one, _RATE):
        return False
    return one.value(_SAMPLER) in (None, "None") and one.value(option) in ("1", "1.0")


def _is_zero(value: str) -> bool:
    try:
        return float(value) == 0
    except ValueError:
        return False
