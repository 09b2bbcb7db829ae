"""Tools that administer stores or docker, and that production publishes on every address of the host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents.facts import Port
from ..model import Location, Match, Outcome, Satisfied, Undecided
from ..project.admin_tools import ADMIN_TOOLS, AdminTool
from ..project.composed import Placed, placed
from ..project.published import BOUND, EVERYWHERE, Around, around, doubt
from ..project.store_images import name_and_tag
from ..project.types import Project


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome for each such port that a compose file publishes."""
    found: Around | None = None
    for one in placed(project):
        tool = _tool(one)
        if tool is None or any("ports" in part.resets for part in one.whole.every):
            continue
        for port in one.service.ports:
            if (port.target or port.target_default) in tool.ports and port.protocol in ("", "tcp"):
                found = found or around(project)
                yield from _of_port(port, one, tool, found)


def _tool(one: Placed) -> AdminTool | None:
    """The tool that a service runs, unless people ask for it by its profile, or a proxy asks for a login."""
    service = one.service
    if service.image is None or service.build is not None:
        return None
    if service.profiles and one.standing.kind != "started":
        return None
    if any("auth" in entry.name.lower() for entry in service.labels):
        return None
    return ADMIN_TOOLS.get(name_and_tag(service.image.literal or service.image.default or "")[0])


def _of_port(port: Port, one: Placed, tool: AdminTool, known: Around) -> Iterator[Outcome]:
    where = Location(one.compose.path, port.span)
    if port.host not in EVERYWHERE:
        if not one.doubt and BOUND.match(f"{port.host}:"):
            yield Satisfied(where, f"`{one.service.name}` is published to the host alone")
        return
    reason = one.doubt or doubt(port, known)
    if reason:
        yield Undecided(where, reason)
        return
    published = port.published or port.default
    yield Match(
        location=where,
        values={
            "service": one.service.name,
            "tool": tool.name,
            "port": f"port {published}" if published else "a port that docker picks",
            "login": "nothing but its own login is in front of it"
            if tool.login or _has_login(one, tool)
            else "it asks nobody for a login",
        },
        evidence=(*one.standing.evidence, *known.wall),
        severity=None if one.standing.sure else "note",
        trail=one.standing.trail,
    )


def _has_login(one: Placed, tool: AdminTool) -> bool:
    """Whether a variable gives it a login, or a file may."""
    files = (*one.service.env_files, *one.service.optional_env_files)
    return bool(tool.variables and files) or any(
        entry.name.startswith(tool.variables) for entry in one.service.environment
    )
