"""Variables that a build writes into the browser's code, given to a container that is built already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..documents.facts import Entry, Package
from ..documents.shell.syntax import Script
from ..flow import effects
from ..flow.behaviour import Run
from ..model import Evidence, Location, Match, Outcome, Undecided
from ..project.callees import script_name
from ..project.composed import Placed, placed
from ..project.layers import behaviours, last, needed
from ..project.listening import built
from ..project.manifests import by_folder, script_of
from ..project.types import Image, Project
from ..source.regex import regex

_FRAMEWORKS = {
    "VITE_": ("vite",),
    "REACT_APP_": ("react-scripts",),
    "NEXT_PUBLIC_": ("next",),
}
"""What a name begins with that a framework's build replaces by the value, and whose package does so."""
_SERVES = frozenset({"caddy", "http-server", "httpd", "nginx", "serve", "static-web-server"})
"""Servers of files that change nothing in them."""
_BESIDE = frozenset({"[", "cd", "dumb-init", "echo", "exec", "test", "tini", "true"})
_MANAGERS = frozenset({"npm", "npx", "pnpm", "yarn"})
_STANDALONE = regex(r"(?:\./|/)?(?:[\w.-]+/)*server\.js")
"""The server that Next.js writes for `output: 'standalone'`."""
_FILLS = regex(r"docker-entrypoint\.d|nginx/templates")
"""Where the image of nginx runs what may write values into its files."""
_LATE = regex(r"next-runtime-env|react-env|runtime-env|next-public-env|import-meta-env|env-cmd")
"""Packages that give the browser what the environment holds at the start."""


class _Built(Struct, frozen=True):
    """How an image's build makes what browsers get, and how the server of it starts."""

    run: Run
    image: Image
    package: Package


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such variable of a compose file's service that builds its image."""
    given: frozenset[str] | None = None
    for one in placed(project):
        entries = [e for e in one.service.environment if e.name.startswith(tuple(_FRAMEWORKS))]
        found = _built(one, project) if entries else None
        if found is None:
            continue
        if given is None:
            given = _given_to_builds(project)
        for entry in entries:
            if entry.name not in given and _is_late(entry, found, project):
                where = Location(one.compose.path, entry.span)
                if one.doubt:
                    yield Undecided(where, one.doubt)
                else:
                    yield _match(entry, where, one, found, project)


def _given_to_builds(project: Project) -> frozenset[str]:
    """The variables that some build of an image is given here, by whatever starts it."""
    names = {
        a.name for c in project.composes for s in c.services if s.build for a in s.build.arguments
    }
    words = [
        word.raw
        for act in project.acts
        for run in act.behaviour.runs
        if "build" in run.arguments
        for word in run.words
    ]
    steps = (s for w in project.workflows for job in w.jobs for s in job.steps)
    words += [e.value.raw for s in steps for e in s.inputs if e.value and e.name == "build-args"]
    return frozenset(names | {at[0] for word in words for at in _NAMED.finditer(word)})


_NAMED = regex(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+(?==)")


def _built(one: Placed, project: Project) -> _Built | None:
    """The build of a service's image; None where it is not known, or where more may happen at the start."""
    service, image = one.service, built(one, project)
    if image is None or image.purpose != "production" or image.deployable is None:
        return None
    package = by_folder(project).get(image.deployable)
    if package is None or any(_LATE.search(d.name) for d in package.dependencies):
        return None
    command = service.command or service.entrypoint
    scripts = [i.script for i in (last(image, "ENTRYPOINT"), last(image, "CMD")) if i is not None]
    if any(not _only_serves(s, package, project, 0) for s in ([command] if command else scripts)):
        return None
    run = _build(image, package, project)
    return None if run is None or _is_filled(image) else _Built(run, image, package)


def _only_serves(script: Script | None, package: Package, project: Project, depth: int) -> bool:
    """Whether a start command does nothing but serve what the build made."""
    behaviour = behaviours(project).get(id(script)) if script is not None else None
    if behaviour is None or depth > 1:
        return False
    return all(
        run.name in _SERVES
        or run.name in _BESIDE
        or (run.name in ("sh", "bash") and run.arguments[:1] == ("-c",))
        or (run.name == "node" and _STANDALONE.fullmatch(run.arguments[-1] or "") is not None)
        or _serves(run, package, project, depth)
        for run in behaviour.runs
    )


def _serves(run: Run, package: Package, project: Project, depth: int) -> bool:
    words = [word or "" for word in run.arguments]
    if run.name in _MANAGERS:
        name = script_name(run)
        script = script_of(package, name) if name else None
        if script is not None:
            return _only_serves(script.script, package, project, depth + 1)
        words = [w for w in words if w not in ("exec", "--yes", "-y")]
    else:
        words = [run.name, *words]
    return words[:2] in (["next", "start"], ["vite", "preview"]) or words[:1] == ["serve"]


def _build(image: Image, package: Package, project: Project) -> Run | None:
    """The command of an image that makes what browsers get."""
    known = behaviours(project)
    for stage in needed(image):
        for instruction in stage.instructions:
            behaviour = known.get(id(instruction.script)) if instruction.script else None
            if behaviour is not None and instruction.keyword == "RUN":
                for run in behaviour.runs:
                    if effects.builds(run) and not _is_other(run, package):
                        return run
    return None


def _is_other(run: Run, package: Package) -> bool:
    """Whether a build is told to be of another package than the one that is started."""
    for before, word in zip((None, *run.arguments), run.arguments, strict=False):
        if before in _OF or (word or "").startswith(_OF_EQUALS):
            named = (word or "").rpartition("=")[2].strip(".{}/")
            return named.rpartition("/")[2] not in package.name and named not in package.path
    return False


_OF = ("--workspace", "-w", "--filter", "-F", "--scope")
_OF_EQUALS = tuple(f"{option}=" for option in _OF)


def _is_filled(image: Image) -> bool:
    return any(
        instruction.copy is not None
        and instruction.copy.target is not None
        and _FILLS.search(instruction.copy.target.raw) is not None
        for instruction in image.stage.instructions
    )


def _is_late(entry: Entry, built: _Built, project: Project) -> bool:
    """Whether the framework of a variable is what is built, and only browsers need its value."""
    prefix = next(begin for begin in _FRAMEWORKS if entry.name.startswith(begin))
    if not any(d.name in _FRAMEWORKS[prefix] for d in built.package.dependencies):
        return False
    folder = built.image.deployable or ""
    lead = f"{folder}/" if folder else ""
    named = [m for m in project.modules if any(u.name == entry.name for u in m.environment)]
    if prefix == "NEXT_PUBLIC_":
        if not any(m.in_browser and m.path.startswith(lead) for m in named):
            return False
    elif any(not m.path.rpartition("/")[2].startswith("vite.config.") for m in named):
        return False
    if any(
        e.name == entry.name for d in project.dotenvs if _is_read(d.path, lead) for e in d.entries
    ):
        return False
    if _is_written(entry.name, built.image):
        return False
    own = _own(entry.name, built)
    if own is None or own.value is None or entry.value is None:
        return True
    return own.value.literal is not None and own.value.literal != entry.value.literal


def _is_read(path: str, lead: str) -> bool:
    """Whether a file of variables is one that the build of a folder reads."""
    name = path.removeprefix(lead) if path.startswith(lead) else "/"
    return name in (".env", ".env.local", ".env.production", ".env.production.local")


def _is_written(name: str, image: Image) -> bool:
    """Whether a command of the build speaks of a variable, or may read a file that is mounted for it."""
    return any(
        instruction.keyword == "RUN"
        and (
            name in instruction.argument
            or any("secret" in f.value.raw for f in instruction.flags if f.value)
        )
        for stage in needed(image)
        for instruction in stage.instructions
    )


def _own(name: str, built: _Built) -> Entry | None:
    """The ENV or ARG with which the Dockerfile gives a variable to the build itself."""
    found = [
        entry
        for stage in needed(built.image)
        for instruction in stage.instructions
        if instruction.keyword in ("ENV", "ARG")
        for entry in instruction.entries
        if entry.name == name and entry.value is not None
        if entry.value.raw.strip("\"'${}") != name
    ]
    return found[-1] if found else None


def _match(entry: Entry, where: Location, one: Placed, built: _Built, project: Project) -> Match:
    own = _own(entry.name, built)
    path = built.image.dockerfile.path
    evidence = [
        Evidence(Location(built.run.path, built.run.span), "writes the value into the code")
    ]
    gap = "is not given it"
    if own is not None and own.value is not None and own.value.literal:
        gap = f"has `{own.value.literal}`"
        evidence.append(Evidence(Location(path, own.span), "what the build has"))
    use = next(
        (
            Location(m.path, u.span)
            for m in project.modules
            for u in m.environment
            if u.name == entry.name and m.in_browser
        ),
        None,
    )
    if use is not None:
        evidence.append(Evidence(use, "what browsers get"))
    return Match(
        location=where,
        values={"name": entry.name, "service": one.service.name, "file": path, "gap": gap},
        evidence=(*evidence, *one.standing.evidence),
        trail=one.standing.trail,
    )
