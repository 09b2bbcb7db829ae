"""What the repository says of itself that a plan names: versions, tools, ports, stores."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..documents.facts import Package, PackageScript
from ..model import Finding, Location, Span
from ..project.types import Act, Deployable, Project, Store
from ..source.regex import regex

_LOCKFILES = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
}
_PORT = regex(r"(?:^|\s)(?:-p|--port)[ =]?(\d{2,5})\b|\bPORT=(\d{2,5})\b")
_PLACES = 4
_NODE_IMAGE = regex(r"(?:^|/)node:(\S+)")


class Said(Struct, frozen=True):
    """A value and where it is written."""

    value: str
    where: Location

    def __str__(self) -> str:
        return f"`{self.value}` ({at(self.where)})"


def at(location: Location) -> str:
    """`path:line`, as code."""
    return on(location.path, location.span)


def on(path: str, span: Span) -> str:
    """The same of a fact of the file at `path`."""
    return f"`{path}:{span.line}`"


def asking(findings: tuple[Finding, ...], *rules: str) -> tuple[Finding, ...]:
    """Those of the findings that are of one of the rules, by the last part of their ids."""
    return tuple(f for f in findings if f.rule.rpartition("/")[2] in rules)


def fixes(findings: tuple[Finding, ...]) -> Iterator[str]:
    """What the rules of the findings say, each once, with the places that it is about."""
    places: dict[str, list[str]] = {}
    for finding in findings:
        places.setdefault(" ".join(finding.fix.split()), []).append(at(finding.location))
    for fix, found in places.items():
        more = f" and {len(found) - _PLACES} more" if len(found) > _PLACES else ""
        yield f"{', '.join(found[:_PLACES])}{more}: {fix}"


def concerned(findings: tuple[Finding, ...], project: Project) -> tuple[Deployable, ...]:
    """The deployables that the findings are about: all of them where that cannot be told."""
    named = {
        _above(finding.location.path, project) if finding.deployable is None else finding.deployable
        for finding in findings
    }
    found = tuple(d for d in project.deployables if d.folder in named)
    return found or project.deployables


def _above(path: str, project: Project) -> str:
    """The folder of the deployable that a file belongs to, '' for none below the root."""
    folders = (d.folder for d in project.deployables)
    return max((f for f in folders if f and path.startswith(f"{f}/")), key=len, default="")


def node_versions(deployable: Deployable, project: Project) -> tuple[Said, ...]:
    """Every Node.js version that the repository asks for, where it is asked for first."""
    found: dict[str, Said] = {}
    for said in (*_engines(deployable, project), *_set_up(project), *_bases(project)):
        found.setdefault(said.value, said)
    return tuple(found.values())


def _engines(deployable: Deployable, project: Project) -> Iterator[Said]:
    root = next((p for p in project.packages if p.path == "package.json"), None)
    for package in dict.fromkeys(p for p in (deployable.package, root) if p):
        for entry in package.engines:
            if entry.name == "node" and entry.value:
                yield Said(entry.value.raw.strip("\"'"), Location(package.path, entry.span))


def _set_up(project: Project) -> Iterator[Said]:
    for workflow in project.workflows:
        for step in (step for job in workflow.jobs for step in job.steps):
            uses = (step.uses.literal or "") if step.uses else ""
            if not uses.startswith("actions/setup-node"):
                continue
            for entry in step.inputs:
                if entry.name == "node-version" and entry.value and entry.value.literal:
                    yield Said(entry.value.literal, Location(workflow.path, entry.value.span))


def _bases(project: Project) -> Iterator[Said]:
    for dockerfile in project.dockerfiles:
        for stage in dockerfile.stages:
            found = _NODE_IMAGE.search(stage.base.literal or "")
            if found:
                yield Said(found[1], Location(dockerfile.path, stage.base.span))


def major(versions: tuple[Said, ...]) -> str | None:
    """The major version that they agree on; None where there is none or several."""
    majors = {found[0] for said in versions if (found := re.search(r"\d+", said.value))}
    return majors.pop() if len(majors) == 1 else None


def manager(deployable: Deployable, project: Project) -> tuple[str, str]:
    """The package manager and what shows it, '' for both where nothing does."""
    packages = [p for p in (deployable.package, *project.packages) if p and p.manager]
    for package in packages:
        if package is deployable.package or package.path == "package.json":
            return package.manager.partition("@")[0], f"`packageManager` in `{package.path}`"
    for folder in _upward(deployable.folder):
        for name, tool in _LOCKFILES.items():
            path = f"{folder}/{name}" if folder else name
            if path in project.files:
                return tool, f"`{path}`"
    return "", ""


def _upward(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def package_script(package: Package | None, *names: str) -> PackageScript | None:
    """The first of the scripts of those names that the package has."""
    scripts = {script.name: script for script in package.scripts} if package else {}
    return next((scripts[name] for name in names if name in scripts), None)


def ports(deployable: Deployable, project: Project) -> tuple[Said, ...]:
    """The literal ports that it listens on itself, as far as they can be seen."""
    found: dict[str, Said] = {}
    for said in (*_listening(deployable, project), *_given(deployable, project)):
        found.setdefault(said.value, said)
    return tuple(found.values())


def _listening(deployable: Deployable, project: Project) -> Iterator[Said]:
    start = package_script(deployable.package, "start", "start:prod", "serve")
    hit = _PORT.search(start.command) if start else None
    if start and hit and deployable.package:
        yield Said(hit[1] or hit[2], Location(deployable.package.path, start.span))
    for module in project.modules:
        if _above(module.path, project) == deployable.folder:
            for listen in module.listens:
                if listen.port:
                    yield Said(listen.port, Location(module.path, listen.span))


def _given(deployable: Deployable, project: Project) -> Iterator[Said]:
    """The ports that its units in production are given inside, not those that they are published at."""
    for port in project.ports:
        unit = port.unit
        if unit is None or unit.purpose != "production" or unit.once or not port.number:
            continue
        inside = port.kind in ("told", "container") and port.number.isdecimal()
        if inside and unit.deployable == deployable.folder:
            yield Said(port.number, port.location)


def stores(project: Project) -> tuple[Store, ...]:
    """The stores of production, one of each engine, those of a schema first."""
    order = ("prisma", "compose", "install", "code", "environment", "dependency")
    found: dict[str, Store] = {}
    for store in sorted(project.stores, key=lambda s: order.index(s.source)):
        if store.purpose == "production":
            found.setdefault(store.engine, store)
    return tuple(found.values())


def acts(project: Project, *roles: str) -> tuple[Act, ...]:
    """The script files of those roles that are about production."""
    return tuple(
        act
        for act in project.acts
        if act.role in roles and act.purpose == "production" and act.script.origin == "file"
    )
