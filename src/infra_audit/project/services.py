"""Which service of compose a host's name means."""

from __future__ import annotations

from itertools import takewhile

from .types import Services, Unit


def by_name(units: tuple[Unit, ...]) -> Services:
    """The services of compose by the names under which others reach them."""
    named: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.source == "compose":
            named.setdefault(unit.name, []).append(unit)

    def services(host: str | None, path: str) -> Unit | None:
        return _nearest(named.get(host or "", []), path)

    return services


def _nearest(units: list[Unit], path: str) -> Unit | None:
    """The unit whose file stands nearest to a path, one of production first; None where several do."""

    def shared(unit: Unit) -> tuple[bool, int]:
        folders = unit.location.path.split("/")[:-1]
        common = takewhile(
            lambda pair: pair[0] == pair[1], zip(folders, path.split("/"), strict=False)
        )
        return unit.purpose == "production", len(list(common)) - len(folders)

    best = max(map(shared, units), default=None)
    near = [unit for unit in units if shared(unit) == best]
    places = {unit.location.path.rpartition("/")[0] for unit in near}
    return near[0] if len(places) == 1 else None
