"""The databases that code falls back on where surely nothing gives it another one."""

from __future__ import annotations

from collections.abc import Iterator

from .demanded import running
from .python_databases import Opened, python_databases, store
from .types import Project, Store


def defaulted(project: Project) -> tuple[Store, ...]:
    """The fallbacks that hold in all that runs an application, with those variables that it is seen to be given."""
    opened = python_databases(project, project.deployables)
    asking = [one for one in opened if one.url.variable and one.declared]
    return tuple(store(one) for one in _unset(asking, project)) if asking else ()


def _unset(asking: list[Opened], project: Project) -> Iterator[Opened]:
    known = [one for one in running(project) if one.app.runtime == "python"]
    given = {url.name for url in project.urls}
    for module in project.python:
        given.update(module.assigned)
    for one in asking:
        names = {one.url.variable, one.url.variable.upper()}
        own = [each for each in known if each.app.folder in one.users]
        if not own or given & {*names, "*"}:
            continue
        told = [{*each.environment.names, *_upper(each.environment.names)} for each in own]
        told += [{name for name, _ in each.program.run.environment} for each in own]
        if not any(names & variables for variables in told):
            yield one


def _upper(names: frozenset[str]) -> set[str]:
    return {name.upper() for name in names}
