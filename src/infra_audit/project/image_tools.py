"""Which tools for probes an image is known to lack.

Sources, read in November 2026: the Dockerfiles of the official images (docker-library, docker-node,
docker-nginx, caddy-docker); dotnet/dotnet-docker#2379 for .NET, whose images have lacked `curl` since
version 5; for bun, traefik and distroless what their projects say. Debian and Ubuntu
bring none of the three by themselves; Alpine's BusyBox brings `wget` and `nc`; buildpack-deps, on
which the full images of languages stand, brings `curl` and `wget`; a slim image removes what it
built with. `service` is part of Debian's `init-system-helpers`, which every image of it has, and of
Alpine's `openrc`, which none has (the package lists of alpine:3.20 and nginx:1.27-alpine).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..documents.facts import Copy
from ..flow.behaviour import Behaviour, Run
from ..source.regex import regex
from .layers import Layer, layers, lineage
from .store_images import name_and_tag
from .types import Image

TOOLS = frozenset({"curl", "wget", "nc", "ncat", "netcat"})
MANAGERS = frozenset({"service", "rc-service"})
"""What asks the init system of Alpine, which its images do not have."""
_CONNECTS = frozenset({"nc", "ncat", "netcat"})
_ALPINE = frozenset({"curl", "ncat"})
_FULL = _CONNECTS
_LANGUAGES = frozenset({"node", "python", "ruby", "golang"})
"""Images with a full, a slim and an Alpine variant, the full one on buildpack-deps."""
_ON_ALPINE = frozenset({"caddy", "traefik"})
_PLAIN = frozenset({"debian", "ubuntu", "redis", "oven/bun"})
_NET = frozenset({"dotnet/aspnet", "dotnet/runtime", "dotnet/runtime-deps"})
_BEFORE_FIVE = regex(r"$|latest|[1-4](?:\.|$|-)")
_ALPINE_TAG = regex(r"(?:^|-)alpine(?:[\d.]*$|[\d.]*-|$)|^alpine")
_SLIM = regex(r"(?:^|-)slim(?:-|$)")
_RELEASE = regex(
    r"(?:latest|lts|current|\d[\d.]*)?-?(?:bookworm|bullseye|buster|trixie|iron|jod|krypton)?"
)


def lacks(image: str) -> frozenset[str]:
    """The tools that an image is known not to have; empty where it is unknown."""
    missing = _lacked(image)
    return missing | MANAGERS if _is_alpine(image) else missing


def _is_alpine(image: str) -> bool:
    """Whether an image is one of Alpine's or stands on it, without an init system of its own."""
    name, tag = name_and_tag(image)
    if name not in _LANGUAGES | {"alpine", "nginx", "redis"}:
        return False
    return name == "alpine" or bool(_ALPINE_TAG.search(tag))


def _lacked(image: str) -> frozenset[str]:
    name, tag = name_and_tag(image)
    if name.startswith("gcr.io/distroless/") or name == "scratch":
        return frozenset() if tag.startswith("debug") else TOOLS
    alpine = name == "alpine" or name in _ON_ALPINE or bool(_ALPINE_TAG.search(tag))
    if name in _LANGUAGES:
        if alpine:
            return _ALPINE
        if _SLIM.search(tag):
            return TOOLS
        return _FULL if _RELEASE.fullmatch(tag) else frozenset()
    if name == "nginx":
        return _ALPINE if alpine and "slim" in tag else frozenset()
    if name in {"alpine", *_ON_ALPINE}:
        return frozenset() if "windows" in tag else _ALPINE
    if name in _NET and _BEFORE_FIVE.match(tag):
        return frozenset()
    if name in _PLAIN | _NET:
        return _ALPINE if alpine else TOOLS
    return frozenset()


# ── what a Dockerfile adds ───────────────────────────────────────────────────────────────────────

_INSTALLERS = frozenset({"apt-get", "apt", "apk"})
_QUIET = frozenset({
    "openssl", "ca-certificates", "tini", "dumb-init", "python3", "make", "g++", "gcc", "build-essential", "procps",
    "sqlite3", "tzdata", "libpq5", "libpq-dev", "gosu", "bash", "jq", "fontconfig", "locales", "unzip", "zip", "libssl-dev",
    "libvips", "libvips-dev", "postgresql-client", "default-mysql-client", "libsqlite3-dev", "git", "openssh-client",
    "libgl1", "libglib2.0-0", "libsm6", "libxext6", "libxrender1", "libxrender-dev", "libgomp1", "libffi-dev", "libjpeg-dev",
    "zlib1g-dev", "libmagic1",
})  # fmt: skip
"""Debian's packages that bring none of the tools, not even by what they recommend."""
_HARMLESS = frozenset({
    "npm", "pnpm", "yarn", "bun", "node", "corepack", "pip", "pip3", "python", "python3", "bundle", "gem", "go", "mkdir",
    "chown", "chmod", "rm", "adduser", "addgroup", "useradd", "groupadd", "usermod", "groupmod", "ln", "mv", "cp", "echo",
    "true", "set", "cd", "touch", "test", "[", "sed", "find", "export", "ls", "cat", "printf", "id", "install", "npx", "exit",
})  # fmt: skip
_FOLDERS = frozenset(
    {"", "/", "/usr", "/bin", "/usr/bin", "/usr/local", "/usr/local/bin", "/busybox", "/sbin"}
)


def image_lacks(image: Image, known: Mapping[int, Behaviour]) -> tuple[str, frozenset[str]]:
    """The base of an image as written, and the tools that its final stage is known not to have."""
    stages = lineage(image.dockerfile, image.stage)
    base = stages[0].base.literal
    missing = lacks(base) if base else frozenset[str]()
    if not base or not missing:
        return base or "", frozenset()
    alpine = "wget" not in missing
    for layer in layers(image.dockerfile, image.stage, known):
        missing -= _added(layer, alpine=alpine)
        if not missing:
            break
    return base, missing


def _added(layer: Layer, *, alpine: bool) -> frozenset[str]:
    """The tools that a layer brings or may bring."""
    instruction = layer.instruction
    if instruction.keyword in ("COPY", "ADD"):
        return _copied(instruction.copy, instruction.argument)
    if instruction.keyword != "RUN":
        return frozenset()
    if not layer.runs or any(not _is_quiet(run, alpine=alpine) for run in layer.runs):
        return TOOLS | MANAGERS
    installs = any(run.name in _INSTALLERS for run in layer.runs)
    said = [instruction.argument, *(a for run in layer.runs for a in run.arguments if a)]
    named = frozenset(tool for tool in TOOLS if any(tool in text for text in said))
    return named | MANAGERS if installs else named


def _copied(copy: Copy | None, argument: str) -> frozenset[str]:
    if copy is None or copy.target is None:
        return TOOLS | MANAGERS
    target = (copy.target.literal or "?").rstrip("/")
    sources = {(source.literal or "?").rstrip("/") for source in copy.sources}
    if copy.origin and (
        sources & _FOLDERS or any("?" in s or "*" in s for s in (*sources, target))
    ):
        return TOOLS | MANAGERS
    return frozenset(tool for tool in TOOLS | MANAGERS if tool in argument)


def _is_quiet(run: Run, *, alpine: bool) -> bool:
    """Whether a command surely brings no tool but those that it names."""
    if run.name in _INSTALLERS:
        names = [word for word in run.arguments if not (word or "-").startswith("-")]
        if None in run.arguments or (names[:1] in (["install"], ["add"]) and not names[1:]):
            return False
        return (
            alpine or _only(names[1:], _QUIET) or names[:1] in (["update"], ["clean"], ["upgrade"])
        )
    return run.name in _HARMLESS and "playwright" not in run.arguments


def _only(names: Iterable[str | None], among: frozenset[str]) -> bool:
    return all((name or "").partition("=")[0] in among | TOOLS for name in names)
