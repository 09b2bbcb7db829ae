"""What compose files start: the application, or only what stands beside it on a developer's machine."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from posixpath import dirname, join, normpath

from ..documents.facts import Compose, Service
from ..documents.shell.syntax import Command, Redirected, Script, Statement
from ..flow.constructs import lists
from ..source.regex import regex
from .engines import catches_mail, engine_of_image, is_companion, is_store_name
from .types import Purpose

_PRODUCTION = regex(r"prod|deploy|server|swarm|stack|self-?host")
_DEVELOPS = regex(r"^(?:dev|devel|develop|development|local)$")
_DEPLOYS = regex(r"deploy|prod|server|vps|bootstrap|provision|release|rollout|update|upgrade")


def runs_application(compose: Compose) -> bool:
    """Whether a compose file runs more than stores and the tools that stand beside them."""
    return any(map(is_application, compose.services))


def is_application(service: Service) -> bool:
    """Whether a service is none of stores and the tools that stand beside them."""
    if service.build is not None and is_store_name(service.name):
        return False
    if service.image is None:
        return service.build is not None
    image = service.image.literal or service.image.default or service.image.raw
    if engine_of_image(image) is not None:
        return False
    return service.build is not None or not is_companion(image)


def compose_purposes(
    composes: tuple[Compose, ...], scripts: tuple[Script, ...], purposes: Mapping[str, Purpose]
) -> dict[str, Purpose]:
    """What those compose files are for whose path says production and whose content says otherwise."""
    asked = [c for c in composes if purposes[c.path] == "production" and c.services]
    found: dict[str, Purpose] = {}
    for compose in asked:
        told = _by_builds(compose, purposes) or _by_services(compose, scripts, purposes)
        if told is not None:
            found[compose.path] = told
    for compose in asked:
        included = [_beside(compose, value.literal) for value in compose.includes if value.literal]
        told = next((found[path] for path in included if path in found), None)
        if told is not None:
            found.setdefault(compose.path, told)
    return found


def _by_builds(compose: Compose, purposes: Mapping[str, Purpose]) -> Purpose | None:
    """The purpose of what it builds, when it builds nothing else."""
    told: list[Purpose] = []
    for service in compose.services:
        if service.build is None or service.build.inline:
            continue
        target = service.build.target.literal if service.build.target else None
        if target and _DEVELOPS.search(target):
            told.append("development")
            continue
        context = service.build.context.literal if service.build.context else "."
        file = service.build.dockerfile.literal if service.build.dockerfile else "Dockerfile"
        if context is None or file is None:
            return None
        told.append(purposes.get(_beside(compose, join(context, file)), "production"))
    return told[0] if told and "production" not in told else None


def _by_services(
    compose: Compose, scripts: tuple[Script, ...], purposes: Mapping[str, Purpose]
) -> Purpose | None:
    """Development where it catches mail, or starts stores only and no deployment starts it."""
    if any(service.image and catches_mail(service.image.raw) for service in compose.services):
        return "development"
    name = compose.path.rpartition("/")[2].lower()
    if runs_application(compose) or _PRODUCTION.search(name) or compose.includes:
        return None
    partial = any(s.extends or not (s.image or s.build) for s in compose.services)
    if partial or any(_starts(s, compose) for s in scripts if purposes[s.path] == "production"):
        return None
    return "development"


def _beside(compose: Compose, path: str) -> str:
    return normpath(join(dirname(compose.path), path))


def _starts(script: Script, compose: Compose) -> bool:
    """Whether a script that deploys, by its name, starts what a compose file describes."""
    if not _DEPLOYS.search(script.path.lower()):
        return False
    stack: list[Statement] = list(script.statements)
    while stack:
        statement = stack.pop()
        if isinstance(statement, Command):
            words = [word.literal or word.raw for word in statement.words]
            if _ups(words, compose):
                return True
            for inner in statement.scripts:
                stack.extend(inner.statements)
        if isinstance(statement, Redirected):
            stack.append(statement.body)
        for body, _ in lists(statement):
            stack.extend(body)
    return False


def _ups(words: list[str], compose: Compose) -> bool:
    if "up" not in words or not {"compose", "docker-compose"} & set(words):
        return False
    files = [after for word, after in pairwise(words) if word in ("-f", "--file")]
    name = compose.path.rpartition("/")[2]
    return any(file.endswith(name) for file in files) if files else "/" not in compose.path
