"""Which files of the repository the proxy in a container reads as its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import basename, dirname, join, normpath

from msgspec import Struct

from ..documents.directives import inside
from ..documents.facts import Copy, Directive, Mount, ProxyFile
from ..documents.shell.syntax import Script
from ..flow.behaviour import analyse
from ..model import Evidence
from ..source.regex import regex
from .composed import Placed
from .layers import lineage
from .listening import Listener, beside, built
from .types import Image, Project

_IMAGES = {
    "nginx": regex(
        r"^(?:docker\.io/)?(?:library/)?(?:nginx|nginxinc/nginx-unprivileged)(?:[:@]|$)"
    ),
    "caddy": regex(r"^(?:docker\.io/)?(?:library/)?caddy(?:[:@]|$)"),
}
"""The images whose configuration is known to stand where `_PLACES` says."""
_PLACES = {
    "nginx": regex(
        r"/etc/nginx/(?:nginx\.conf|conf\.d/[^/]+\.conf|templates/[^/]+\.conf\.template)"
    ),
    "caddy": regex(r"/etc/caddy/Caddyfile"),
}
_FOLDERS = {"nginx": "/etc/nginx", "caddy": "/etc/caddy"}
_TOUCHES = regex(r"/etc/nginx|/etc/caddy|Caddyfile|\.conf\b|\bsed\b|envsubst")
"""What a RUN that may change a configuration says."""
_SETTLED = regex(
    r"(?:/etc/nginx/)?(?:mime\.types|modules[\w-]*/.*|conf\.d/\*\.conf)|/usr/share/nginx/modules/.*"
)
"""Files that the image brings and that name no upstream, and those that `_PLACES` knows."""
_DOCKER = frozenset({"127.0.0.11"})
"""Where the containers' own DNS is asked."""


class Bearer(Struct, frozen=True):
    """A container in which a proxy reads a file of the repository."""

    placed: Placed
    image: Image | None
    """What it is built from; None where it is pulled."""


def bearers(path: str, proxy: str, placed: tuple[Placed, ...], project: Project) -> list[Bearer]:
    """The containers whose proxy reads the file at `path`, as it stands in the repository."""
    found = []
    for each in placed:
        image = built(each, project)
        target = _target(path, each) or _copied(path, image)
        if target is None or not _PLACES[proxy].fullmatch(target):
            continue
        if (
            _is_proxy(each, image, proxy)
            and _starts_plainly((each, image), proxy, target, project)
            and not _hidden(target, path, each)
            and _is_included(target, each, project)
        ):
            found.append(Bearer(each, image))
    return found


def _is_proxy(each: Placed, image: Image | None, proxy: str) -> bool:
    if image is not None:
        base = lineage(image.dockerfile, image.stage)[0].base
        return _IMAGES[proxy].search(base.literal or base.default or base.raw) is not None
    named = next((p.service.image for p in each.whole.parts if p.service.image), None)
    return named is not None and _IMAGES[proxy].search(named.default or named.raw) is not None


def _binds(each: Placed) -> Iterator[tuple[Mount, str | None]]:
    """The mounts of a container with the path in the repository that each shows, None for none."""
    for part in (*each.whole.parts, *each.whole.beside):
        for mount in part.service.mounts:
            source = mount.source or ""
            own = mount.kind == "bind" and source and not source.startswith(("/", "~", "$"))
            yield mount, normpath(join(dirname(part.path), source)) if own else None


def _target(path: str, each: Placed) -> str | None:
    """Where a mount shows a file in the container."""
    for mount, source in _binds(each):
        if mount.target and source == path:
            return normpath(mount.target)
        if mount.target and source and path.startswith(f"{source}/"):
            return normpath(join(mount.target, path.removeprefix(f"{source}/")))
    return None


def _copied(path: str, image: Image | None) -> str | None:
    """Where the last instruction that copies a file into an image puts it, if nothing changes it then."""
    if image is None or image.context is None:
        return None
    found = None
    for stage in lineage(image.dockerfile, image.stage):
        for instruction in stage.instructions:
            copy = instruction.copy
            if instruction.keyword in ("RUN", "ENTRYPOINT", "CMD"):
                found = None if _TOUCHES.search(instruction.argument) else found
            elif copy is not None and not copy.origin and copy.target and copy.target.literal:
                for source in copy.sources:
                    if source.literal and normpath(join(image.context, source.literal)) == path:
                        folder = copy.target.literal.endswith("/") or copy.target.literal == "."
                        name = basename(path) if folder else ""
                        found = normpath(join("/", copy.target.literal, name))
    return found


def _starts_plainly(
    bearer: tuple[Placed, Image | None], proxy: str, target: str, project: Project
) -> bool:
    """Whether the image's own start script starts the proxy, with the configuration that is usual."""
    each, image = bearer
    every = each.whole.every
    if any(s.entrypoint for s in every) or any("command" in s.keys for s in beside(each, project)):
        return False
    stages = lineage(image.dockerfile, image.stage) if image is not None else ()
    given = [i for stage in stages for i in stage.instructions]
    if any(i.keyword == "ENTRYPOINT" for i in given):
        return False
    scripts = [i.script for i in given if i.keyword == "CMD"]
    scripts += [p.service.command for p in each.whole.parts if p.service.command is not None]
    return all(s is not None and _is_usual(s, proxy, target) for s in scripts)


def _is_usual(script: Script, proxy: str, target: str) -> bool:
    runs = [run for run in analyse(script).runs if run.name == proxy]
    if proxy == "caddy":
        return bool(runs) and all(target in run.arguments for run in runs)
    return bool(runs) and not any("-c" in run.arguments for run in runs)


def _hidden(target: str, path: str, each: Placed) -> bool:
    """Whether a mount shows something else in a file's place."""
    shown = [
        source
        for mount, source in _binds(each)
        if mount.target and f"{target}/".startswith(f"{normpath(mount.target)}/")
    ]
    return any(s is None or (s != path and not path.startswith(f"{s}/")) for s in shown)


def _is_included(target: str, each: Placed, project: Project) -> bool:
    """Whether the main configuration of nginx, where it is the repository's own, reads a file of `conf.d`."""
    if not target.startswith("/etc/nginx/") or target == "/etc/nginx/nginx.conf":
        return True
    mains = [f for f in project.proxies if _target(f.path, each) == "/etc/nginx/nginx.conf"]
    foreign = any(
        mount.target == "/etc/nginx/nginx.conf" and source not in {f.path for f in mains}
        for mount, source in _binds(each)
    )
    return not foreign and all(
        any(
            "conf.d/*" in d.arguments[0].raw
            for d, _ in inside(f.directives, "include")
            if d.arguments
        )
        for f in mains
    )


def opened(each: Placed, project: Project) -> Listener | None:
    """The ports on which the nginx of a container listens; None where any of its files is not known."""
    borne = {
        file.path: file
        for file in project.proxies
        if file.proxy == "nginx" and not file.name and bearers(file.path, "nginx", (each,), project)
    }
    if not borne or not _is_all(each, built(each, project), borne, project):
        return None
    ports: dict[str, tuple[Evidence, ...]] = {}
    for site in project.sites:
        for listening in site.listens if site.location.path in borne and not site.file else ():
            if listening.port is None:
                return None
            ports.setdefault(listening.port, (Evidence(listening.location, _LISTENS),))
    for file in borne.values():
        if next(inside(file.directives, "stream"), None) is not None:
            return None
        for directive, around in inside(file.directives, "include"):
            inner = any(block.name == "location" for block in around)
            if not inner and not all(_SETTLED.fullmatch(v.raw) for v in directive.arguments):
                return None
    return Listener(ports) if ports else None


_LISTENS = "listens here"
_OWN = regex(r"/etc/nginx/(?:conf\.d/default\.conf|templates/default\.conf\.template|nginx\.conf)")
"""What takes the place of the page that the image serves on its own."""


def _is_all(
    each: Placed, image: Image | None, borne: Mapping[str, ProxyFile], project: Project
) -> bool:
    """Whether some files are all that a container's nginx reads of servers."""
    targets = {_target(path, each) or _copied(path, image) or "" for path in borne}
    if not any(_OWN.fullmatch(target) for target in targets):
        return False
    for mount, source in _binds(each):
        if f"{mount.target or ''}/".startswith("/etc/nginx/") and source not in borne:
            held = [p for p in project.files if source and p.startswith(f"{source}/")]
            if not held or not borne.keys() >= set(held):
                return False
    stages = lineage(image.dockerfile, image.stage) if image is not None else ()
    copies = [i.copy for stage in stages for i in stage.instructions if i.copy is not None]
    return all(
        copy.target is not None
        and copy.target.literal is not None
        and (not copy.target.literal.startswith("/etc/nginx") or _names_one(copy, image, borne))
        for copy in copies
    )


def _names_one(copy: Copy, image: Image | None, borne: Mapping[str, ProxyFile]) -> bool:
    context = image.context if image is not None and image.context is not None else "/"
    return all(
        source.literal is not None and normpath(join(context, source.literal)) in borne
        for source in copy.sources
    )


def doubt(bearer: Bearer, file: ProxyFile, *, bare: bool) -> str:
    """Why a name in a file may be known to the proxy though no service has it; '' where it may not.

    `bare`: without a port, so that it may be a group of servers which another file names.
    """
    for directive, around in inside(file.directives, *_names(file.directives)):
        told = _told(directive, around, bare=bare)
        if told:
            return told
    folder = f"{_FOLDERS[file.proxy]}/"
    beside_it = any(
        source is None and f"{mount.target or ''}/".startswith(folder)
        for mount, source in _binds(bearer.placed)
    )
    if bare and beside_it:
        return "another file may name a group of servers"
    return network_doubt(bearer.placed)


def network_doubt(each: Placed) -> str:
    """Why a container may reach a name that no service of its compose file has; '' where it may not."""
    keys = {key for service in each.whole.every for key in service.keys}
    if {"dns", "dns_search"} & keys:
        return "it asks another DNS"
    compose = each.compose
    if compose.external_networks or compose.joinable_networks or compose.includes:
        return "other containers may be in its network"
    if each.whole.gives("network_mode"):
        return "it is in the network of another"
    if any(mount.target == "/etc/hosts" for mount, _ in _binds(each)):
        return "it has hosts of its own"
    return ""


def _names(directives: tuple[Directive, ...]) -> set[str]:
    """All names of directives that may change what a name means."""
    waiting = list(directives)
    found = {"include", "resolver", "import", "dynamic"}
    while waiting:
        directive = waiting.pop()
        if "_by_lua" in directive.name or directive.name.startswith("js_"):
            found.add(directive.name)
        waiting.extend(directive.block or ())
    return found


def _told(directive: Directive, around: tuple[Directive, ...], *, bare: bool) -> str:
    words = [value.raw for value in directive.arguments]
    match directive.name:
        case "resolver":
            asked = {w.partition(":")[0] for w in words if "=" not in w}
            return "" if asked <= _DOCKER else "it asks another DNS"
        case "include":
            outer = not any(d.name in ("server", "location") for d in around)
            known = all(_SETTLED.fullmatch(word) for word in words)
            return (
                "another file may name a group of servers" if bare and outer and not known else ""
            )
        case "import":
            return ""
        case _:
            return "a program may choose where requests go"
