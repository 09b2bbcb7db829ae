"""Calls of `sentry_sdk.init` that production reaches, and what they say of tracing."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Entry, SentryInit
from ..model import Location
from ..source.regex import regex
from .owners import enclosing
from .tracing import Tracing
from .types import Project

_ASIDE = regex(
    r"(?:^|/)(?:scripts?|tools?|examples?|tests?)/|(?:^|[/_])(?:dev\w*|local\w*|tests?|testing|ci)\.py$"
)
"""What is not what is deployed, or only for developers."""
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
    for module in project.python:
        if not module.sentry or module.broken or _ASIDE.search(module.path):
            continue
        owner = enclosing(module.path.rpartition("/")[0], owners)
        if owner is not None and project.purposes.get(module.path) == "production":
            yield from (SetUp(module.path, init, owner) for init in module.sentry)


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
