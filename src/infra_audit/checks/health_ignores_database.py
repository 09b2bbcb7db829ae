"""Health routes that say all is well while the database is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..model import Evidence, Inapplicable, Match, Outcome, Satisfied, Undecided
from ..project.copies import LASTING, engine_name
from ..project.routes import reachable_calls
from ..project.types import Deployable, Project, Route, Routes, Store
from ..project.vitals import asks_database, harmless, hides, probed
from ..source.regex import regex

_READY = regex(r"ready|readyz|readiness")
_OPENED = frozenset(("prisma", "code", "dependency"))
_UNSEEN = frozenset(("mongoose",))
"""Clients whose state is read without a call, so that asking them cannot be seen."""


class _Told(Struct, frozen=True):
    """What one route does about the database."""

    route: Route
    asked: tuple[str, ...]
    hidden: bool
    sure: bool


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each self-hosted deployable that opens a database, at its plainest health route.

    On a platform, which may want a mere sign of life, only a route counts that says to be ready.
    """
    by_folder = {d.folder: d for d in project.deployables}
    for table in project.routes:
        deployable = by_folder.get(table.deployable)
        if deployable is None or not (
            deployable.self_hosted
            or (deployable.kind == "platform" and any(map(_is_ready, probed(table))))
        ):
            yield Inapplicable("no server that its people host")
            continue
        if deployable.kind == "containers" and not _run_here(deployable, project):
            yield Inapplicable(
                f"what runs the image of {deployable.name}, and what it asks for, is not here"
            )
            continue
        store = next((s for s in project.stores if _opens(deployable, s)), None)
        if store is None:
            yield Inapplicable(f"{deployable.name} opens no database of its own")
            continue
        if store.source == "dependency" and _has_another(store, deployable, project):
            yield Undecided(store.location, "it has drivers of several databases")
            continue
        yield from _judged(table, deployable, store, project)


def _has_another(store: Store, deployable: Deployable, project: Project) -> bool:
    """Whether drivers of other databases are installed as well: it may connect to whatever it is told."""
    return any(
        other.source == "dependency" and other.engine != store.engine and _opens(deployable, other)
        for other in project.stores
    )


def _run_here(deployable: Deployable, project: Project) -> bool:
    """Whether a compose file starts the image: an orchestrator elsewhere may want a mere sign of life."""
    composes = {c.path for c in project.composes}
    started = (u for u in project.units if u.source == "compose" and u.purpose == "production")
    return any(e.location.path in composes for e in deployable.evidence) or any(
        unit.deployable == deployable.folder for unit in started
    )


def _opens(deployable: Deployable, store: Store) -> bool:
    lasting = store.engine in LASTING and store.purpose == "production"
    return lasting and store.source in _OPENED and deployable.folder in store.users


def _judged(
    table: Routes, deployable: Deployable, store: Store, project: Project
) -> Iterator[Outcome]:
    told = [_told(route, project) for route in probed(table)]
    if not told:
        return
    for one in told:
        if one.asked and not one.hidden:
            yield Satisfied(one.route.location, f"`{one.route.path}` asks with `{one.asked[0]}`")
            return
    seen = not _UNSEEN & deployable.dependencies
    claiming = [one for one in told if _claims(one)] if seen else []
    unsure = next((one for one in told if not one.sure and not one.asked), None)
    if claiming and (unsure is not None or not table.known or not deployable.self_hosted):
        yield _match(claiming, store, project)
    elif not deployable.self_hosted:
        yield Undecided(told[0].route.location, "a platform may want a mere sign of life")
    elif unsure is not None:
        yield Undecided(
            unsure.route.location, f"all that `{unsure.route.path}` calls cannot be followed"
        )
    elif not table.known or not (seen or any(one.asked for one in told)):
        yield Undecided(
            told[0].route.location, table.reason or "the client's state is read without a call"
        )
    else:
        yield _match(told, store, project)


def _is_ready(route: Route) -> bool:
    return _READY.fullmatch(route.path.rpartition("/")[2]) is not None


def _claims(one: _Told) -> bool:
    """Whether a route says that the server is ready whatever the database does."""
    fails = any(status >= 400 for status in one.route.handler.statuses)
    return _is_ready(one.route) and one.sure and not one.asked and not fails


def _told(route: Route, project: Project) -> _Told:
    calls, whole = reachable_calls(route, project)
    asked = asks_database(calls)
    known = frozenset(c for c in calls if not _followed(c, route, project)) if whole else calls
    sure = harmless(known) or (not known and not route.handler.opaque)
    return _Told(route, asked, hides(route.handler, asked), sure=sure)


def _followed(call: str, route: Route, project: Project) -> bool:
    """Whether a name is that of a function of the repository, whose own calls are then known too."""
    module = next((m for m in project.modules if m.path == route.module), None)
    if module is None:
        return False
    own = {f.name for f in module.functions}
    own |= {
        name
        for i in module.imports
        if i.specifier.startswith((".", "@/", "~/", "#"))
        for name in i.names
    }
    return call.partition(".")[0] in own


def _match(told: list[_Told], store: Store, project: Project) -> Match:
    first = told[0]
    engine = engine_name(store, project)
    down = (
        "the database file is missing or locked"
        if store.engine == "sqlite"
        else f"{engine} is down"
    )
    what = (
        "answers 200 when its query has failed"
        if first.hidden
        else "answers without asking the database"
    )
    others = [
        Evidence(one.route.location, f"`{one.route.path}` does not tell either")
        for one in told[1:4]
    ]
    return Match(
        location=first.route.location,
        values={"path": first.route.path, "what": what, "down": down},
        evidence=(
            Evidence(store.location, f"the database that it needs ({engine})"),
            *others,
        ),
    )
