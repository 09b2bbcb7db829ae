"""The deployment model as a person or a program may read it: what the rules believe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..documents.shell.syntax import Script
from ..model import Location
from ..project.types import Act, Deployable, Image, Mechanism, Port, Probe, Project
from .json import encoded, evidence, place
from .visible import visible
from .words import counted, line_of

_MECHANISMS = ("pipelines", "platforms", "provisioning", "orchestration", "monitoring")


def render_text(project: Project) -> str:
    """Every part of the model under its name, each fact with the line that shows it."""
    sections = [
        ("deployed as", _kind(project)),
        ("deployables", _deployables(project)),
        ("units", _units(project)),
        ("ports", _ports(project)),
        ("probes", _probes(project)),
        ("sites", _sites(project)),
        ("stores", _stores(project)),
        ("images", _images(project)),
        ("scripts", _acts(project)),
        ("routes", _routes(project)),
        ("deliveries", _deliveries(project)),
        *((name, _mechanisms(getattr(project, name))) for name in _MECHANISMS),
        ("resources", _resources(project)),
        ("declared", _declared(project)),
        ("left out", _left_out(project)),
    ]
    blocks = []
    for title, lines in sections:
        found = list(lines)
        blocks.append("\n".join([title, *found] if found else [f"{title}: none"]))
    return "\n".join(blocks) + "\n"


def _entry(location: Location, *facts: str) -> str:
    return f"  {line_of(location)}  {visible(', '.join(fact for fact in facts if fact))}"


def _inside(location: Location, note: str) -> str:
    return f"      {line_of(location)}: {visible(note)}"


def _kind(project: Project) -> Iterator[str]:
    yield f"  {project.kind.name}"
    for item in project.kind.evidence:
        yield _inside(item.location, item.note)


def _deployables(project: Project) -> Iterator[str]:
    for deployable in project.deployables:
        facts = (
            deployable.name,
            deployable.kind,
            deployable.runtime,
            *deployable.frameworks,
            "serves" if deployable.serves else "",
        )
        told = ", ".join(fact for fact in facts if fact)
        yield f"  {visible(deployable.folder or '.')}  {visible(told)}"
        for item in deployable.evidence:
            yield _inside(item.location, item.note)
        for path in deployable.images:
            sure = any(_builds(i, deployable) for i in project.images if i.dockerfile.path == path)
            yield f"      {visible(path)}: {'builds it' if sure else 'may build it'}"


def _builds(image: Image, deployable: Deployable) -> bool:
    """Whether an image is surely one of a deployable, or of what has no manifest and is built here."""
    if deployable.package is None and deployable.manifest is None:
        return image.context is not None
    return image.deployable == deployable.folder


def _units(project: Project) -> Iterator[str]:
    for unit in project.units:
        yield _entry(
            unit.location,
            f"{unit.source} {unit.name}",
            f"ports {' '.join(unit.ports)}" if unit.ports else "",
            f"in {unit.directory}" if unit.directory else "",
            f"as {unit.user}" if unit.user else "",
            f"restart {unit.restart}" if unit.restart else "",
            "once" if unit.once else "",
            _beside_production(unit.purpose),
        )


def _ports(project: Project) -> Iterator[str]:
    for port in project.ports:
        shown = port.number or (f"{port.default} by default" if port.default else "unknown")
        yield _entry(
            port.location,
            f"{port.kind} {shown}",
            f"to {port.target}" if port.target else "",
            f"by {port.variable}" if port.variable else "",
            f"at {port.host}" if port.host else "",
            f"of {_owner(port)}" if _owner(port) else "",
            "" if port.protocol == "tcp" else port.protocol,
        )


def _probes(project: Project) -> Iterator[str]:
    for probe in project.probes:
        host = "itself" if probe.host == "" else probe.host or "unknown"
        known = f"{host}:{probe.port or probe.port_default or 'unknown'}"
        asked = f"{probe.scheme}://{known}" if probe.scheme else "unknown"
        path = (probe.path or " of an unknown path") if probe.scheme.startswith("http") else ""
        yield _entry(
            probe.location,
            f"{probe.source} asks {asked}{path}",
            f"by {probe.tool or 'an unknown command'}" if probe.tool != "" else "",
            f"of {_owner(probe)}" if _owner(probe) else "",
            "inside" if probe.inside else "",
        )


def _sites(project: Project) -> Iterator[str]:
    for site in project.sites:
        yield _entry(
            site.location,
            f"{site.proxy} {' '.join(site.names) or ('any name' if site.named else 'unknown names')}",
            "with TLS" if site.secure else "",
            "redirects to https" if site.redirects else "",
            f"written to {site.file}" if site.file else "",
        )
        for each in site.listens:
            words = ("ssl" if each.secure else "", "default" if each.default else "")
            told = " ".join(("listens", each.host, each.port or "unknown", *words))
            yield _inside(each.location, " ".join(told.split()))
        for forward in site.forwards:
            where = f"{forward.scheme}://{forward.host or 'unknown'}:{forward.port or 'unknown'}"
            path = "" if forward.scheme == "unix" else f" to {where}{forward.path or ''}"
            yield _inside(forward.location, f"passes {forward.pattern or 'unknown paths'}{path}")


def _owner(fact: Port | Probe) -> str:
    """The unit that a port or probe belongs to, else the deployable."""
    if fact.unit is not None:
        return f"{fact.unit.source} {fact.unit.name}"
    return "" if fact.deployable is None else fact.deployable or "."


def _stores(project: Project) -> Iterator[str]:
    for store in project.stores:
        yield _entry(
            store.location,
            f"{store.engine} ({store.source})",
            f"of {store.deployable or '.'}" if store.deployable is not None else "",
            f"from {store.variable}" if store.variable else "",
            "run by the repository" if store.hosted else "",
            "managed" if store.managed else "",
            _beside_production(store.purpose),
        )
        for item in store.replicated:
            yield _inside(item.location, item.note)


def _beside_production(purpose: str) -> str:
    return "" if purpose == "production" else purpose


def _images(project: Project) -> Iterator[str]:
    for image in project.images:
        built = "unknown" if image.deployable is None else image.deployable or "."
        where = Location(image.dockerfile.path, image.stage.span)
        name = image.stage.name or f"stage {image.stage.index}"
        yield _entry(where, f"{name} builds {built}", _beside_production(image.purpose))


def _acts(project: Project) -> Iterator[str]:
    for act in project.acts:
        if act.role == "unknown" and not act.trail and act.script.origin != "file":
            continue
        reached = f"reached by {' '.join(act.reached_by)}" if act.reached_by else ""
        runs = counted(len(act.behaviour.runs), "command")
        where = Location(act.script.path, act.script.span)
        purpose = _beside_production(act.purpose)
        yield _entry(where, _script(act.script), act.role, runs, reached, purpose)
        for item in act.reasons:
            yield _inside(item.location, item.note)
        for number, item in enumerate(act.trail, 1):
            yield _inside(item.location, f"({number}) {item.note}")


def _script(script: Script) -> str:
    return script.name if script.origin == "file" else f"{script.origin} {script.name}".strip()


def _routes(project: Project) -> Iterator[str]:
    for routes in project.routes:
        known = "known" if routes.known else f"unknown: {routes.reason}"
        yield _entry(routes.location, routes.deployable or ".", routes.framework, known)
        for route in routes.table:
            yield _inside(route.location, f"{' '.join(route.methods)} {route.path}".strip())


def _deliveries(project: Project) -> Iterator[str]:
    for delivery in project.deliveries:
        yield _entry(
            delivery.location,
            f"{delivery.kind} by {delivery.what}",
            f"job {delivery.job}",
            "keeps releases" if delivery.managed else "",
            "preview" if delivery.preview else "",
        )


def _mechanisms(mechanisms: Iterable[Mechanism]) -> Iterator[str]:
    for mechanism in mechanisms:
        yield _entry(mechanism.location, mechanism.name)


def _resources(project: Project) -> Iterator[str]:
    for file in project.infrastructure:
        for block in file.blocks:
            if block.kind in ("resource", "module"):
                yield _entry(Location(file.path, block.span), " ".join((block.kind, *block.labels)))


def _declared(project: Project) -> Iterator[str]:
    for declared in project.declarations:
        reason = f"because: {declared.reason}" if declared.reason else ""
        yield _entry(declared.location, f"{declared.topic}: {declared.value}", reason)


def _left_out(project: Project) -> Iterator[str]:
    for skipped in project.left_out:
        examples = f" ({', '.join(map(visible, skipped.examples))})" if skipped.examples else ""
        yield f"  {counted(skipped.count, 'file')}: {visible(skipped.reason)}{examples}"


def render_json(project: Project) -> str:
    """The same as one JSON object; every fact has its `path`, `start` and `end`.

    The path of a URL is a `route`, or the `target` of a proxy, so that `path` is always a file.
    """
    return encoded(
        {
            "kind": {
                "name": project.kind.name,
                "evidence": evidence(project.kind.evidence),
            },
            "deployables": [
                {
                    **_named(deployable, "folder", "name", "runtime", "kind", "serves"),
                    "frameworks": list(deployable.frameworks),
                    "images": list(deployable.images),
                    "dependencies": sorted(deployable.dependencies),
                    "evidence": evidence(deployable.evidence),
                }
                for deployable in project.deployables
            ],
            "units": [
                {
                    **place(unit.location),
                    **_named(unit, "source", "name", "directory", "user", "restart", "purpose"),
                    **_named(unit, "deployable", "once"),
                    "ports": list(unit.ports),
                }
                for unit in project.units
            ],
            "ports": [
                {
                    **place(port.location),
                    **_named(port, "kind", "number", "default", "target", "host", "variable"),
                    **_named(port, "protocol", "deployable"),
                    "unit": port.unit.name if port.unit else None,
                }
                for port in project.ports
            ],
            "probes": [
                {
                    **place(probe.location),
                    **_named(probe, "source", "tool", "scheme", "host", "port"),
                    "route": probe.path,
                    **_named(probe, "port_default", "deployable", "inside"),
                    "unit": probe.unit.name if probe.unit else None,
                }
                for probe in project.probes
            ],
            "sites": [
                {
                    **place(site.location),
                    **_named(site, "proxy", "named", "secure", "file"),
                    "names": list(site.names),
                    "roots": list(site.roots),
                    "redirects": [place(where) for where in site.redirects],
                    "listens": [
                        {**place(x.location), **_named(x, "port", "host", "secure", "default")}
                        for x in site.listens
                    ],
                    "forwards": [
                        {
                            **place(forward.location),
                            **_named(forward, "pattern", "scheme", "host", "port", "upstream"),
                            "target": forward.path,
                            "unit": forward.unit.name if forward.unit else None,
                        }
                        for forward in site.forwards
                    ],
                }
                for site in project.sites
            ],
            "stores": [
                {
                    **place(store.location),
                    **_named(store, "engine", "source", "variable", "hosted", "managed"),
                    **_named(store, "purpose", "deployable"),
                    "replicated": evidence(store.replicated),
                }
                for store in project.stores
            ],
            "images": [
                {
                    **place(Location(image.dockerfile.path, image.stage.span)),
                    "stage": image.stage.name,
                    **_named(image, "purpose", "deployable", "context"),
                }
                for image in project.images
            ],
            "scripts": [_act(act) for act in project.acts],
            "routes": [
                {
                    **place(routes.location),
                    **_named(routes, "deployable", "framework", "known", "reason"),
                    "table": [
                        {
                            "route": route.path,
                            "methods": list(route.methods),
                            **place(route.location),
                        }
                        for route in routes.table
                    ],
                }
                for routes in project.routes
            ],
            "deliveries": [
                {
                    **place(delivery.location),
                    **_named(delivery, "kind", "what", "workflow", "job", "managed", "preview"),
                }
                for delivery in project.deliveries
            ],
            **{
                name: [
                    {**place(mechanism.location), "name": mechanism.name}
                    for mechanism in getattr(project, name)
                ]
                for name in _MECHANISMS
            },
            "resources": [
                {
                    **place(Location(file.path, block.span)),
                    "kind": block.kind,
                    "labels": list(block.labels),
                }
                for file in project.infrastructure
                for block in file.blocks
                if block.kind in ("resource", "module")
            ],
            "declarations": [
                {**place(declared.location), **_named(declared, "topic", "value", "reason")}
                for declared in project.declarations
            ],
            "left_out": [
                {**_named(skipped, "reason", "count"), "examples": list(skipped.examples)}
                for skipped in project.left_out
            ],
        }
    )


def _named(fact: object, *names: str) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}


def _act(act: Act) -> dict[str, Any]:
    return {
        **place(Location(act.script.path, act.script.span)),
        **_named(act.script, "origin", "name", "interpreter"),
        **_named(act, "role", "purpose", "deployable"),
        "commands": len(act.behaviour.runs),
        "reasons": evidence(act.reasons),
        "trail": evidence(act.trail),
        "reached_by": list(act.reached_by),
    }
