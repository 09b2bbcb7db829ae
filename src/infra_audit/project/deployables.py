"""What is deployed from the repository, how, and what shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from ..model import START, Declaration, Evidence, Kind, Location
from ..source.regex import regex
from .apps import App, folder_of
from .evidence import Sign
from .facts import Facts
from .types import Deployable, Image

_TEMPLATE_NAME = regex(r"(?:^|[-_/@])(?:template|boilerplate|starter)(?:$|[-_/])", re.IGNORECASE)
_TEMPLATE_FILES = ("cookiecutter.json", "copier.yml", "copier.yaml", "remix.init/index.js", "remix.init/index.mjs",
                   "template.json")  # fmt: skip
_VARIANTS = 3
"""From so many folders on, each with a compose file that runs the same service, they are to pick from."""
_COLLECTION = 6
"""From so many sibling projects on, without one of its own, a repository is a collection."""


def kind(
    facts: Facts,
    apps: tuple[App, ...],
    signs: tuple[Sign, ...],
    declarations: tuple[Declaration, ...],
) -> Kind:
    """How the repository as a whole is deployed."""
    declared = next((d for d in declarations if d.topic == "kind"), None)
    if declared is not None:
        note = f"declared{': ' + declared.reason if declared.reason else ''}"
        return Kind(declared.value, (Evidence(declared.location, note),))
    template = _template(facts, apps)
    if template is not None:
        return Kind("template", (template,))
    told = _leading(apps, signs) or _told(signs)
    if told is not None:
        return told
    if any(app.serves for app in apps):
        return Kind("unknown")
    for package in facts.packages:
        if package.publishes and facts.is_production(package.path):
            return Kind(
                "library",
                (Evidence(Location(package.path, START), "a package made to be installed"),),
            )
    return Kind("unknown")


def deployables(
    apps: tuple[App, ...],
    signs: tuple[Sign, ...],
    images: tuple[Image, ...],
    whole: Kind,
) -> tuple[Deployable, ...]:
    """What is deployed, each with its evidence; those that share all of it name the one that leads."""
    if not apps:
        return _without_manifest(signs, images, whole)
    found = [_deployable(app, signs, images, whole, alone=len(apps) == 1) for app in apps]
    return _led([d for d in found if d is not None], {s.evidence.location for s in signs})


def _deployable(
    app: App, signs: tuple[Sign, ...], images: tuple[Image, ...], whole: Kind, *, alone: bool
) -> Deployable | None:
    own = _own(app, signs)
    shared = [s for s in signs if s.folder is None and s.concerns(app)]
    if not own and not shared and any(s.folder is None for s in signs):
        return None
    considered = [*own, *(s for s in shared if s not in own)] if alone or not own else own
    told = _told(own) or _told(shared)
    name = (
        whole.name
        if whole.name in ("template", "library", "static")
        else told.name
        if told
        else whole.name
    )
    if whole.evidence and whole.evidence[0].note.startswith("declared"):
        name = whole.name
    anchor = app.anchor()
    evidence = [
        *(s.evidence for s in considered if s.kind == name and s.starts),
        *([anchor] if anchor is not None else []),
        *(s.evidence for s in considered if s.kind == name and not s.starts),
    ]
    if not evidence:
        return None
    return Deployable(
        folder=app.folder,
        name=app.name or "the application",
        runtime=app.runtime,
        kind=name,
        serves=app.serves,
        evidence=tuple(evidence),
        package=app.package,
        manifest=app.manifest,
        frameworks=app.frameworks,
        dependencies=app.dependencies,
        images=_images(app, images),
    )


def _without_manifest(
    signs: tuple[Sign, ...], images: tuple[Image, ...], whole: Kind
) -> tuple[Deployable, ...]:
    """A repository that only installs or composes what others have built."""
    if whole.name not in ("server", "containers", "kubernetes"):
        return ()
    evidence = tuple(s.evidence for s in signs if s.kind == whole.name and _runs_here(s))
    if not evidence:
        return ()
    return (
        Deployable(
            folder="",
            name="the deployment",
            runtime="",
            kind=whole.name,
            serves=False,
            evidence=evidence,
            images=tuple(i.dockerfile.path for i in images if i.purpose == "production"),
        ),
    )


def _images(app: App, images: tuple[Image, ...]) -> tuple[str, ...]:
    """The Dockerfiles that build an application; where none surely does, those that may."""
    production = [i for i in images if i.purpose == "production"]
    own = [i.dockerfile.path for i in production if i.deployable == app.folder]
    return tuple(
        dict.fromkeys(own or [i.dockerfile.path for i in production if i.deployable is None])
    )


def _runs_here(sign: Sign) -> bool:
    """A script that sets up a machine may be a product for others; a unit or app file is not."""
    own = sign.evidence.location.path.endswith(
        (".service", ".js", ".cjs", ".json", ".yml", ".yaml")
    )
    return sign.kind != "server" or (sign.strength > 2 and own)


def _led(found: list[Deployable], shown: set[Location]) -> tuple[Deployable, ...]:
    """Of those with the same first sign among `shown`, the first server leads and the others follow it."""
    firsts = {
        d.folder: next(
            (e.location for e in d.evidence if e.location in shown), d.evidence[0].location
        )
        for d in found
    }
    leaders: dict[Location, Deployable] = {}
    for deployable in sorted(found, key=lambda d: (not d.serves, d.folder)):
        leaders.setdefault(firsts[deployable.folder], deployable)
    led = []
    for deployable in found:
        leader = leaders[firsts[deployable.folder]]
        led.append(
            deployable if leader is deployable else replace(deployable, deployed_with=leader.folder)
        )
    return tuple(led)


_ORDER = (
    ("server", 3), ("containers", 2), ("server", 2), ("kubernetes", 1), ("platform", 1), ("containers", 1), ("server", 1),
    ("platform", 0),
)  # fmt: skip
"""What tells first: units outweigh a platform, a platform what may be left over."""


def _told(signs: Iterable[Sign]) -> Kind | None:
    """The kind that the signs tell."""
    by_kind: dict[str, list[Sign]] = {}
    for sign in signs:
        by_kind.setdefault(sign.kind, []).append(sign)
    for name, strength in _ORDER:
        if any(sign.strength >= strength for sign in by_kind.get(name, ())):
            return Kind(name, tuple(s.evidence for s in by_kind[name]))
    return None


def _own(app: App, signs: tuple[Sign, ...]) -> list[Sign]:
    """The signs that concern an application; what names none concerns the one at the root."""
    return [
        s
        for s in signs
        if s.folder == app.folder or (not app.folder and s.folder is None and s.concerns(app))
    ]


def _leading(apps: tuple[App, ...], signs: tuple[Sign, ...]) -> Kind | None:
    """The kind of the application with the surest signs of its own, servers first."""
    best: tuple[tuple[bool, int], Kind] | None = None
    for app in apps:
        own = _own(app, signs)
        told = _told(own)
        rank = (app.serves, max((s.strength for s in own), default=0))
        if told is not None and (best is None or rank > best[0]):
            best = rank, told
    return best[1] if best else None


def _template(facts: Facts, apps: tuple[App, ...]) -> Evidence | None:
    for path in _TEMPLATE_FILES:
        if path in facts.files:
            return Evidence(Location(path, START), "made to be copied")
    root = next((p for p in facts.packages if p.path == "package.json"), None)
    if root is not None and _TEMPLATE_NAME.search(root.name):
        return Evidence(Location(root.path, START), f"the package is called `{root.name}`")
    copied = next((p for p in facts.packages if facts.purposes[p.path] == "template"), None)
    if copied is not None and not apps:
        return Evidence(
            Location(copied.path, START), "a project in a folder for templates, and no other"
        )
    return _collection(facts) or (_variants(facts) if not apps else None)


def _variants(facts: Facts) -> Evidence | None:
    """Compose files in several folders that run the same service: one is to be picked."""
    folders: dict[str, dict[str, Location]] = {}
    for compose in facts.composes:
        for service in compose.services if facts.is_production(compose.path) else ():
            where = Location(compose.path, service.span)
            folders.setdefault(service.name, {}).setdefault(folder_of(compose.path), where)
    name, places = max(folders.items(), key=lambda item: len(item[1]), default=("", {}))
    if len(places) < _VARIANTS or "" in places:
        return None
    return Evidence(next(iter(places.values())), f"one of {len(places)} variants that run `{name}`")


def _collection(facts: Facts) -> Evidence | None:
    """Many projects side by side and none at the root: examples to pick from."""
    own = [p.path for p in facts.packages]
    composes = [c.path for c in facts.composes]
    machines = [o.path for o in facts.others if o.kind == "vagrant"]
    roots = [p for p in (*own, *composes, *(d.path for d in facts.dockerfiles)) if "/" not in p]
    tops = {path.partition("/")[0]: path for path in (*composes, *machines) if "/" in path}
    if roots or len(tops) < _COLLECTION:
        return None
    note = f"one of {len(tops)} projects side by side"
    return Evidence(Location(next(iter(tops.values())), START), note)
