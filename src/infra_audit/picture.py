"""The deployment as a picture: who ships what where, what is missing, and what is broken.

Nodes stand in columns, from the developer to what watches production; nothing here knows of a format.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from .model import Edge, Finding, Location, Node, NodeKind, Picture
from .project.types import Act, Project, Store, Unit

_SHOWN = 15
"""Units and stores that are drawn one by one; the rest share a node."""

_MISSING: dict[str, tuple[NodeKind, str, str]] = {
    "delivery/missing-pipeline": ("pipeline", "no pipeline", "pipeline"),
    "containers/missing-dockerfile": ("registry", "no image", "image"),
    "database/missing-backup": ("backup", "no backup", "backup"),
    "observability/missing-metrics": ("monitoring", "no metrics", "metrics"),
    "observability/missing-apm": ("monitoring", "no tracing", "tracing"),
    "observability/missing-error-tracking": ("monitoring", "no error tracking", "errors"),
}
"""What a finding about an absence leaves a gap for: the node's kind, its name and its id."""

_HOSTS = {
    "server": "server",
    "containers": "container host",
    "kubernetes": "cluster",
    "platform": "platform",
    "static": "static hosting",
}
_STARTERS = frozenset({"compose", "systemd", "pm2"})
"""Sources of units that say how something is started; an image or a package only can be."""

_ABOUT: dict[str, tuple[tuple[NodeKind, ...], ...]] = {
    "containers": (("store", "unit"), ("registry",)),
    "database": (("store", "backup"), ("unit",)),
    "delivery": (("pipeline", "registry"),),
    "observability": (("unit", "monitoring"),),
    "scripts": (("unit", "backup"),),
    "servers": (("unit",),),
    "wiring": (("unit", "store"), ("pipeline",)),
}
"""The kinds of nodes that findings of a topic are about, those that come first preferred."""

_ABSENCES = frozenset(_MISSING) | {"delivery/manual-deploy", "delivery/no-rollback"}


def draw(project: Project, findings: tuple[Finding, ...]) -> Picture:
    """The picture of a project, with the findings that are errors or warnings where they belong."""
    drawing = _Drawing()
    drawing.add(Node(id="developer", kind="developer", name="developer"))
    drawing.add(Node(id="repository", kind="repository", name="repository"))
    drawing.join("developer", "repository", "push")
    _ship(drawing, project)
    _run(drawing, project)
    _watch(drawing, project)
    _gaps(drawing, findings)
    _break(drawing, findings)
    return Picture(nodes=tuple(drawing.nodes.values()), edges=tuple(drawing.edges.values()))


class _Drawing:
    """Nodes and edges by their ids, in the order in which they came."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str], Edge] = {}
        self.owners: dict[str, str | None] = {}
        """The deployable of each unit."""

    def add(self, node: Node) -> str:
        """Draw a node, the first of its id."""
        self.nodes.setdefault(node.id, node)
        return node.id

    def join(self, source: str, target: str, label: str = "", *, missing: bool = False) -> None:
        """Draw an edge, the first between its ends."""
        if source in self.nodes and target in self.nodes and source != target:
            self.edges.setdefault((source, target), Edge(source, target, label, missing))

    def of_kind(self, *kinds: str) -> list[str]:
        """The ids of the nodes of some kinds."""
        return [node.id for node in self.nodes.values() if node.kind in kinds]


# ── shipping ─────────────────────────────────────────────────────────────────────────────────────


def _ship(drawing: _Drawing, project: Project) -> None:
    """The pipelines, what they publish, and how it gets to the host."""
    for mechanism in project.pipelines:
        name = drawing.add(
            Node(
                id=f"pipeline {mechanism.name}",
                kind="pipeline",
                name=mechanism.name,
                location=mechanism.location,
            )
        )
        drawing.join("repository", name)
    pipelines = drawing.of_kind("pipeline")
    for delivery in project.deliveries:
        if delivery.kind in {"image", "package", "release"} and not delivery.preview:
            kind = {"image": "image registry", "package": "package registry"}.get(
                delivery.kind, "releases"
            )
            registry = drawing.add(
                Node(id=kind, kind="registry", name=kind, location=delivery.location)
            )
            for pipeline in pipelines[:1]:
                drawing.join(pipeline, registry, delivery.job)
    host = _host(drawing, project)
    if host is not None:
        _reach(drawing, project, host, pipelines)


def _host(drawing: _Drawing, project: Project) -> str | None:
    name = _HOSTS.get(project.kind.name)
    if name is None:
        return None
    if project.kind.name == "platform" and project.platforms:
        name = project.platforms[0].name
    first = project.kind.evidence[0].location if project.kind.evidence else None
    return drawing.add(Node(id="host", kind="host", name=name, location=first))


def _reach(drawing: _Drawing, project: Project, host: str, pipelines: list[str]) -> None:
    deploys = [d for d in project.deliveries if d.kind == "deploy" and not d.preview]
    for delivery in deploys[:1]:
        for pipeline in pipelines[:1]:
            drawing.join(pipeline, host, delivery.job)
    for registry in drawing.of_kind("registry"):
        drawing.join(registry, host)
    by_hand = [act for act in project.acts if _is_release(act) and not act.reached_by]
    if by_hand and not deploys:
        drawing.join("developer", host, f"by hand: {by_hand[0].script.path}")
    elif project.kind.name == "platform" and not deploys:
        drawing.join("repository", host, "git integration")


def _is_release(act: Act) -> bool:
    return act.purpose == "production" and act.role in {"deploy", "bootstrap"}


# ── running ──────────────────────────────────────────────────────────────────────────────────────


def _run(drawing: _Drawing, project: Project) -> None:
    """Units on the host, and the stores that they use."""
    units = [unit for unit in project.units if unit.purpose == "production"]
    stores = _distinct(store for store in project.stores if store.purpose == "production")
    named = {(store.location.path, store.location.span.line) for store in stores}
    started = {unit.deployable for unit in units if unit.source in _STARTERS}
    own = [
        unit
        for unit in units
        if (unit.location.path, unit.location.span.line) not in named
        and (unit.source in _STARTERS or not started.intersection({unit.deployable, None}))
    ]
    own = list({(unit.source, unit.name): unit for unit in reversed(own)}.values())[::-1]
    for unit in own[:_SHOWN]:
        detail = " ".join([unit.source, *unit.ports])
        node = Node(
            id=_id("unit", unit.location),
            kind="unit",
            name=unit.name,
            detail=detail,
            location=unit.location,
        )
        drawing.owners[node.id] = unit.deployable
        drawing.join("host", drawing.add(node))
    _more(drawing, "unit", len(own) - _SHOWN)
    for store in stores[:_SHOWN]:
        where = "managed" if store.managed else "run here" if store.hosted else store.source
        node = Node(
            id=_id("store", store.location),
            kind="store",
            name=store.engine,
            detail=where,
            location=store.location,
        )
        _use(drawing, drawing.add(node), store, own[:_SHOWN])
    _more(drawing, "store", len(stores) - _SHOWN)


def _use(drawing: _Drawing, node: str, store: Store, units: list[Unit]) -> None:
    users = {*store.users, store.deployable} - {None}
    using = [unit for unit in units if unit.deployable in users and not unit.once]
    for unit in using:
        drawing.join(_id("unit", unit.location), node, store.variable)
    if not using:
        for unit in units if len(units) == 1 else ():
            drawing.join(_id("unit", unit.location), node, store.variable)
    if not any(edge.target == node for edge in drawing.edges.values()):
        drawing.join("host" if "host" in drawing.nodes else "repository", node)


def _distinct(stores: Iterable[Store]) -> list[Store]:
    """One store for each engine and user, the one that tells most."""
    found: dict[tuple[str, str | None], Store] = {}
    for store in stores:
        key = (store.engine, store.deployable)
        known = found.get(key)
        if known is None or (store.source == "compose") > (known.source == "compose"):
            found[key] = store
    return list(found.values())


def _id(kind: str, location: Location) -> str:
    return f"{kind} {location.path}:{location.span.line}:{location.span.column}"


def _more(drawing: _Drawing, kind: NodeKind, number: int) -> None:
    if number > 0:
        drawing.join("host", drawing.add(Node(id=f"more {kind}", kind=kind, name=f"{number} more")))


# ── watching ─────────────────────────────────────────────────────────────────────────────────────


def _watch(drawing: _Drawing, project: Project) -> None:
    """Backups of the stores, and what watches the units."""
    for act in project.acts:
        if act.role == "backup" and act.purpose == "production" and act.script.origin == "file":
            where = Location(act.script.path, act.script.span)
            node = Node(
                id=_id("backup", where), kind="backup", name=act.script.path, location=where
            )
            drawing.add(node)
            for store in drawing.of_kind("store"):
                drawing.join(store, node.id)
    for mechanism in project.monitoring:
        node = Node(
            id=f"monitoring {mechanism.name.lower()}",
            kind="monitoring",
            name=mechanism.name,
            location=mechanism.location,
        )
        drawing.add(node)
        drawing.join("host" if "host" in drawing.nodes else "repository", node.id)


# ── findings ─────────────────────────────────────────────────────────────────────────────────────


def _gaps(drawing: _Drawing, findings: tuple[Finding, ...]) -> None:
    """Draw what is missing where it would stand."""
    for finding in findings:
        if finding.rule not in _MISSING:
            continue
        kind, name, identity = _MISSING[finding.rule]
        node = Node(
            id=f"missing {identity}",
            kind=kind,
            name=name,
            location=finding.location,
            missing=True,
            rules=(finding.rule,),
        )
        drawing.add(node)
        match kind:
            case "registry":
                before = drawing.of_kind("pipeline")[:1] or ["repository"]
            case "backup":
                before = drawing.of_kind("store")
            case "monitoring":
                before = ["host"]
            case _:
                before = ["repository"]
        for source in before[:3]:
            drawing.join(source, node.id, missing=True)
        if kind in {"pipeline", "registry"}:
            drawing.join(node.id, "host", missing=True)


def _break(drawing: _Drawing, findings: tuple[Finding, ...]) -> None:
    """Mark the nodes that errors and warnings are about: by the finding's place or its evidence."""
    for finding in findings:
        if finding.severity == "note" or finding.rule in _MISSING:
            continue
        target = _about(drawing, finding)
        if target is None:
            continue
        node = drawing.nodes[target]
        if finding.rule not in node.rules:
            drawing.nodes[target] = replace(node, rules=(*node.rules, finding.rule))


def _about(drawing: _Drawing, finding: Finding) -> str | None:
    if finding.rule in _ABSENCES:
        return next(iter(drawing.of_kind("host")), None)
    topic = finding.rule.partition("/")[0]
    preferred = _ABOUT.get(topic, (("unit",),))
    for kinds in preferred:
        for place in (finding.location, *(item.location for item in finding.evidence)):
            found = _nearest(drawing, place, kinds)
            if found is not None:
                return found
    same = [
        node
        for node in drawing.of_kind(*preferred[0])
        if finding.deployable is not None and drawing.owners.get(node) == finding.deployable
    ]
    if topic == "database" and not same:
        same = drawing.of_kind("store")
    return next(iter(same or drawing.of_kind("host")), None)


def _nearest(drawing: _Drawing, location: Location, kinds: tuple[NodeKind, ...]) -> str | None:
    """The node of a file that begins last before a place, or the only one of it."""
    there = sorted(
        (node.location.span.line, node.id)
        for node in drawing.nodes.values()
        if node.kind in kinds
        and not node.missing
        and node.location is not None
        and node.location.path == location.path
    )
    before = [name for line, name in there if line <= location.span.line]
    if before:
        return before[-1]
    return there[0][1] if len(there) == 1 else None
