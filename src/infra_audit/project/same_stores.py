"""Which of the stores that a project shows are surely one: a server and what opens it."""

from __future__ import annotations

from .engines import host_of, is_local
from .types import Project, Store


def same_stores(project: Project) -> tuple[tuple[Store, ...], ...]:
    """The stores of production, those that are surely one together, what tells most of it first."""
    names = services(project)
    hosted = {d.folder: d.self_hosted for d in project.deployables}
    stores = [store for store in project.stores if store.purpose == "production"]
    groups: list[list[Store]] = []
    for store in sorted(stores, key=_rank):
        own = [
            group
            for group in groups
            if group[0].engine == store.engine and _is_one(group[0], store, names, hosted)
        ]
        if len(own) > 1:
            own = [group for group in own if _is_configured_alike(group[0], store)]
        if len(own) == 1:
            own[0].append(store)
        else:
            groups.append([store])
    return tuple(tuple(group) for group in sorted(groups, key=lambda g: g[0].location))


def services(project: Project) -> dict[tuple[str, int], str]:
    """The name of each service of a compose file, by the path and the line where it begins."""
    return {
        (unit.location.path, unit.location.span.line): unit.name
        for unit in project.units
        if unit.source == "compose"
    }


def _rank(store: Store) -> tuple[int, bool]:
    """Servers first; of these, those that are seen to run."""
    return 0 if store.hosted else 1 if store.managed else 2, store.source != "compose"


def _is_one(
    first: Store, other: Store, names: dict[tuple[str, int], str], hosted: dict[str, bool]
) -> bool:
    name = names.get((first.location.path, first.location.span.line), "")
    if first.source == other.source == "compose":
        named = names.get((other.location.path, other.location.span.line), "")
        return name == named and not _are_apart(first, other)
    host = host_of(other.url or "")
    if first.source == "compose" and host is not None and not is_local(host):
        return host == name
    if other.hosted or other.managed or not (first.hosted or first.managed):
        return set(first.users) == set(other.users) and (
            first.url == other.url or None in (first.url, other.url)
        )
    return not _are_apart(first, other) and all(hosted.get(user, True) for user in other.users)


def _is_configured_alike(one: Store, other: Store) -> bool:
    """Whether one variable in one place gives the URL of both."""
    return one.configured is not None and one.configured == other.configured


def _are_apart(one: Store, other: Store) -> bool:
    """Whether both are known to be used, and by none in common."""
    return bool(one.users and other.users) and not set(one.users) & set(other.users)
