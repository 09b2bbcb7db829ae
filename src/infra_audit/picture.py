"""The deployment as a picture: who ships what where, what is missing, and what is broken.

Nodes stand in columns, from the developer to what watches production; nothing here knows of a format.
"""

from __future__ import annotations

from msgspec.structs import replace

from .flow import effects
from .model import Edge, Finding, Location, Node, NodeKind, Picture
from .project.apps import folder_of
from .project.copies import LASTING, dumping
from .project.same_stores import same_stores, services
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
    "scripts": (("unit", "backup"), ("store",)),
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
        self.owners: dict[str, frozenset[str]] = {}
        """The deployables of each unit and store."""
        self.places: list[tuple[Location, str]] = []
        """Where the nodes stand, those of several places at each."""
        self.services: dict[str, str] = {}
        """The name of the service that each store is."""

    def add(self, node: Node) -> str:
        """Draw a node, the first of its id."""
        if node.id not in self.nodes:
            self.nodes[node.id] = node
            if node.location is not None and not node.missing:
                self.places.append((node.location, node.id))
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
    stores = same_stores(project)
    own, kept = _units(project, [store for group in stores for store in group])
    for unit, *others in own[:_SHOWN]:
        node = Node(
            id=_id("unit", unit.location),
            kind="unit",
            name=unit.name,
            detail=" ".join([unit.source, *unit.ports]),
            location=unit.location,
        )
        drawing.join("host", drawing.add(node))
        drawing.owners[node.id] = frozenset(
            one.deployable for one in (unit, *others) if one.deployable is not None
        )
        drawing.places += [(other.location, node.id) for other in others]
    _more(drawing, "unit", len(own) - _SHOWN)
    names = services(project)
    for store, *mentions in stores[:_SHOWN]:
        where = "managed" if store.managed else "run here" if store.hosted else store.source
        node = Node(
            id=_id("store", store.location),
            kind="store",
            name=store.engine,
            detail=where,
            location=store.location,
        )
        drawing.add(node)
        drawing.places += [(other.location, node.id) for other in mentions]
        drawing.services[node.id] = names.get((store.location.path, store.location.span.line), "")
        drawing.places += [
            (unit.location, node.id)
            for unit in kept
            if unit.name == drawing.services[node.id]
            and folder_of(unit.location.path) == folder_of(store.location.path)
        ]
        _use(drawing, node.id, (store, *mentions), [units[0] for units in own[:_SHOWN]])
    _more(drawing, "store", len(stores) - _SHOWN)


def _units(project: Project, stores: list[Store]) -> tuple[list[list[Unit]], list[Unit]]:
    """The units of production, those of one source and name together, and the units that are stores."""
    units = [unit for unit in project.units if unit.purpose == "production"]
    named = {(store.location.path, store.location.span.line) for store in stores}
    names = {
        (unit.source, unit.name)
        for unit in units
        if (unit.location.path, unit.location.span.line) in named
    }
    started = {unit.deployable for unit in units if unit.source in _STARTERS}
    found: dict[tuple[str, str], list[Unit]] = {}
    for unit in units:
        if (unit.source, unit.name) not in names and (
            unit.source in _STARTERS or not started.intersection({unit.deployable, None})
        ):
            found.setdefault((unit.source, unit.name), []).append(unit)
    return list(found.values()), [u for u in units if (u.source, u.name) in names]


def _use(drawing: _Drawing, node: str, same: tuple[Store, ...], units: list[Unit]) -> None:
    users = {user for store in same for user in (*store.users, store.deployable)} - {None}
    drawing.owners[node] = frozenset(user for user in users if user is not None)
    variable = next((store.variable for store in same if store.variable), "")
    using = [unit for unit in units if not unit.once and users & drawing.owners[_of(unit)]]
    if drawing.services[node] and not variable:
        near = [unit for unit in using if unit.location.path == same[0].location.path]
        using = near or using
    for unit in using or (units if len(units) == 1 else ()):
        drawing.join(_of(unit), node, variable)
    if not any(edge.target == node for edge in drawing.edges.values()):
        drawing.join(_ground(drawing), node)


def _of(unit: Unit) -> str:
    return _id("unit", unit.location)


def _ground(drawing: _Drawing) -> str:
    """What stands for the deployment where nothing nearer is known."""
    return "host" if "host" in drawing.nodes else "repository"


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
            for store in _dumped(drawing, act) or [_ground(drawing)]:
                drawing.join(store, node.id)
    for mechanism in project.monitoring:
        node = Node(
            id=f"monitoring {mechanism.name.lower()}",
            kind="monitoring",
            name=mechanism.name,
            location=mechanism.location,
        )
        drawing.add(node)
        drawing.join(_ground(drawing), node.id)


def _dumped(drawing: _Drawing, act: Act) -> list[str]:
    """The stores that a script copies: the only one of the engine, or the service that it names."""
    found: dict[str, None] = {}
    for run in dumping(act):
        engine = effects.dumps(run)
        same = [store for store in drawing.of_kind("store") if drawing.nodes[store].name == engine]
        named = [store for store in same if drawing.services[store] in run.arguments]
        if len(named or same) == 1:
            found[(named or same)[0]] = None
    return list(found)


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
                before = _lacking(drawing, finding)
            case "monitoring":
                before = ["host"]
            case _:
                before = ["repository"]
        for source in before[:3]:
            drawing.join(source, node.id, missing=True)
        if kind in {"pipeline", "registry"}:
            drawing.join(node.id, "host", missing=True)


def _lacking(drawing: _Drawing, finding: Finding) -> list[str]:
    """The stores that a finding names, by its place and its evidence."""
    places = [finding.location, *(item.location for item in finding.evidence)]
    found = [_nearest(drawing, place, ("store",)) for place in places]
    return [name for name in dict.fromkeys(found) if name is not None] or [_ground(drawing)]


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
    evidence = [item.location for item in finding.evidence]
    own = [(kinds, finding.location) for kinds in preferred]
    for kinds, place in [*own, *((kinds, place) for kinds in preferred for place in evidence)]:
        found = _nearest(drawing, place, kinds)
        if found is not None:
            return found
    if topic == "database":
        return _holding(drawing, finding.deployable) or next(iter(drawing.of_kind("host")), None)
    same = [
        node
        for node in drawing.of_kind(*preferred[0])
        if finding.deployable is not None and finding.deployable in drawing.owners.get(node, ())
    ]
    return next(iter(same or drawing.of_kind("host")), None)


def _holding(drawing: _Drawing, deployable: str | None) -> str | None:
    """The only store that holds data, of a deployable or of all; None where there are several."""
    lasting = [store for store in drawing.of_kind("store") if drawing.nodes[store].name in LASTING]
    own = [s for s in lasting if deployable is not None and deployable in drawing.owners.get(s, ())]
    return (own or lasting)[0] if len(own or lasting) == 1 else None


def _nearest(drawing: _Drawing, location: Location, kinds: tuple[NodeKind, ...]) -> str | None:
    """The node in which a place stands, the last that begins before it, or the only one of its file."""
    there = sorted(
        (place.span.line, name)
        for place, name in drawing.places
        if place.path == location.path and drawing.nodes[name].kind in {*kinds, "unit", "store"}
    )
    before = [name for line, name in there if line <= location.span.line]
    if before:
        return before[-1] if drawing.nodes[before[-1]].kind in kinds else None
    return there[0][1] if len(there) == 1 and drawing.nodes[there[0][1]].kind in kinds else None
