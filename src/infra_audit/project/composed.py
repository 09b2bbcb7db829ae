"""Whether production starts a compose file, and what shows it: the trail, or the file itself.

A compose file beside an application is most often a developer's. So nothing is taken for granted:
a file is *started* where a script that deploys or sets a server up starts it, *shown* where it says
itself that it is meant to last, *aside* where it says the opposite, else *unknown*.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname

from msgspec import Struct

from ..documents.facts import Compose, Service
from ..flow import effects
from ..model import Evidence, Location
from ..source.regex import regex
from .composing import is_application
from .develops import PRODUCTION, develops
from .joined import Index, Joined, index, joined
from .named_files import DEFAULTS
from .started import Start, starts
from .store_images import name_and_tag
from .store_services import store_service
from .types import Project, Standing

LASTING_RESTARTS = frozenset({"always", "unless-stopped"})
_NAMED = regex(
    r"(?:^|[._/-])(?:prod|production|self-?host\w*|swarm)(?:[._/-]|$)|(?:^|/)(?:deploy|deployments?)/"
)
"""What a path for production is called; a file called after its deployment may be a preview's."""
_BUILDS = regex(r"compose\.build\.ya?ml$")
_TOOLS = regex(
    r"nginx|certbot|traefik|caddy|acme|letsencrypt|swag$|cloudflared|portainer|watchtower|tailscale|wireguard|dozzle|exporter"
    r"|cadvisor|victoria|vector$|fluent|telegraf|alertmanager|uptime-kuma|backup"
)
"""Images that stand before or beside an application of any kind."""
_ENVIRONMENTS = frozenset({
    "NODE_ENV", "APP_ENV", "RAILS_ENV", "RACK_ENV", "FLASK_ENV", "DJANGO_ENV", "ASPNETCORE_ENVIRONMENT", "MIX_ENV", "ENV",
    "ENVIRONMENT", "GO_ENV", "SPRING_PROFILES_ACTIVE",
})  # fmt: skip
_ABSENT = frozenset({"platform", "kubernetes", "static", "library", "template"})
"""Kinds of deployments that start no compose file unless a trail shows one that does."""


class Placed(Struct, frozen=True):
    """A service in its compose file, which production starts as its standing says."""

    service: Service
    compose: Compose
    standing: Standing
    known: Index

    @property
    def whole(self) -> Joined:
        """The service with all that other files say of it."""
        return joined(self.service, self.compose, self.known)

    @property
    def location(self) -> Location:
        """Of its name."""
        return Location(self.compose.path, self.service.span)

    @property
    def doubt(self) -> str:
        """Why it is open whether production starts it, '' where it does."""
        return "" if self.standing.counts else self.standing.reason


def placed(project: Project) -> Iterator[Placed]:
    """The services that production starts or may start, file by file."""
    if not project.composes:
        return
    known = index(project)
    for compose in project.composes:
        standing = project.standings[compose.path]
        if standing.kind != "aside":
            for service in compose.services:
                if standing.runs(service) or not standing.counts:
                    yield Placed(service, compose, standing, known)


def standings(project: Project) -> dict[str, Standing]:
    """The standing of every compose file, by its path."""
    found: dict[str, list[Start]] = {}
    for start in starts(project):
        for path in start.paths:
            found.setdefault(path, []).append(start)
    live = {path for path, made in found.items() if any(s.production for s in made)}
    return {c.path: _standing(c, project, found.get(c.path, []), live) for c in project.composes}


def _standing(compose: Compose, project: Project, made: list[Start], live: set[str]) -> Standing:
    purpose = project.purposes.get(compose.path, "production")
    deploying = [start for start in made if start.production]
    brought = any(compose.path in start.included for start in deploying)
    if purpose != "production" and not (brought and purpose == "development"):
        return Standing(kind="aside", reason=f"{compose.path} is for {purpose}")
    if project.kind.name == "template":
        return Standing(kind="aside", reason="a template: whoever copies it decides")
    if deploying:
        return _started(compose, deploying)
    shown = _shown(compose, project)
    doubt = _doubt(compose, project, made, live)
    if doubt:
        return Standing(kind="aside" if doubt[0] else "unknown", reason=doubt[1])
    if shown is None:
        reason = f"nothing shows that production starts {compose.path}"
        return Standing(kind="unknown", reason=reason)
    return Standing(kind="shown", evidence=(shown[0],), sure=shown[1])


def _started(compose: Compose, made: list[Start]) -> Standing:
    first = min(made, key=lambda start: (not start.trail, start.shown.location))
    named: set[str] = set()
    enabled: set[str] = set()
    for start in made:
        named |= set(start.services)
        enabled |= set(start.profiles)
    whole = any(not start.services for start in made)
    wanted = {
        s.name
        for s in compose.services
        if s.name in named
        or (whole and (not s.profiles or "*" in enabled or enabled.intersection(s.profiles)))
    }
    depends = {s.name: [d.service for d in s.depends_on] for s in compose.services}
    queue = list(wanted)
    while queue:
        for other in depends.get(queue.pop(), ()):
            if other not in wanted:
                wanted.add(other)
                queue.append(other)
    return Standing(
        kind="started",
        evidence=(first.shown,),
        trail=first.trail,
        services=frozenset(wanted),
        sure=True,
    )


def _doubt(
    compose: Compose, project: Project, made: list[Start], live: set[str]
) -> tuple[bool, str] | None:
    """What speaks against a file that no trail starts, and whether that settles it."""
    applications = filter(is_application, compose.services)
    sign = next((told for s in applications if (told := develops(s, compose.path))), "")
    if sign:
        return True, f"{compose.path} is for development: {sign}"
    named = _NAMED.search(compose.path) is not None
    if any(start.develops for start in made) and not named:
        return True, f"{compose.path} is started for development"
    if project.kind.name in _ABSENT:
        return False, f"deployed as {project.kind.name}: {compose.path} may be a developer's"
    if live and not named:
        return False, f"production starts {min(live)}, and whether {compose.path} too is not shown"
    other = _named_beside(compose, project)
    if other:
        return False, f"{other} is there for production"
    return None


def _named_beside(compose: Compose, project: Project) -> str:
    """Another compose file of the application that is for production by its name, for one that is not.

    Beside one that only builds, the file that compose starts by itself is.
    """
    if _NAMED.search(compose.path):
        return ""
    own = {s.name for s in compose.services}
    builds = _BUILDS.search(compose.path) is not None
    for other in project.composes:
        beside = dirname(other.path) == dirname(compose.path) and basename(other.path) in DEFAULTS
        named = _NAMED.search(other.path) or (builds and beside)
        production = project.purposes.get(other.path) == "production" and named
        complete = other.services and all(s.image or s.build for s in other.services)
        if production and complete and own.intersection(s.name for s in other.services):
            return other.path
    return ""


def _shown(compose: Compose, project: Project) -> tuple[Evidence, bool] | None:
    """What in a file shows that it is meant to last, the application's service; and whether it is sure.

    What is started again may run on a developer's machine too. It is sure where only published
    images run, which a developer would build, or where the environment, or what the application
    is built from, is called production. That counts by itself in a file that compose starts by itself.
    """
    applications = [
        s
        for s in compose.services
        if is_application(s) and not _is_tool(s) and store_service(s, compose, project) is None
    ]
    if not applications:
        return None
    applications.sort(key=lambda service: service.build is None)
    named = "the application beside it"
    first = Location(compose.path, applications[0].span)
    if _NAMED.search(compose.path):
        return Evidence(first, named), True
    made = next(filter(_is_built_for_production, applications), None)
    lasting = next((s for s in applications if lasts(s) and (made or not s.profiles)), None)
    if lasting is not None:
        published = all(s.build is None for s in compose.services)
        where = Location(compose.path, lasting.span)
        note = f"{named}, which is always started again"
        sure = published or made is not None or any(map(_is_production, applications))
        return Evidence(where, note), sure
    if made is not None and basename(compose.path) in DEFAULTS:
        note = f"{named}, which is built for production"
        return Evidence(Location(compose.path, made.span), note), False
    overlay = _overlay(compose, project)
    return (Evidence(first, f"{named}; {overlay} adds to it"), True) if overlay else None


def _is_production(service: Service) -> bool:
    """Whether the environment of a service is called production."""
    return any(
        entry.name in _ENVIRONMENTS
        and entry.value is not None
        and (entry.value.literal or "").lower() in ("production", "prod")
        for entry in service.environment
    )


def _is_built_for_production(service: Service) -> bool:
    """Whether the Dockerfile or the stage that a service is built from is called production."""
    build = service.build
    return build is not None and any(
        value is not None and PRODUCTION.search(value.literal or "")
        for value in (build.dockerfile, build.target)
    )


def _is_tool(service: Service) -> bool:
    """Whether a service stands before or beside an application of any kind."""
    image = service.image.literal or service.image.default or "" if service.image else ""
    return service.build is None and _TOOLS.search(name_and_tag(image)[0]) is not None


def lasts(service: Service) -> bool:
    """Whether docker starts a service again whatever ended it."""
    restart = service.restart.literal if service.restart else None
    policy = service.deploy_restart.literal if service.deploy_restart else None
    return restart in LASTING_RESTARTS or policy == "any"


def _overlay(compose: Compose, project: Project) -> str:
    """A file for production that only adds to this one."""
    if compose.path.rpartition("/")[2] not in DEFAULTS:
        return ""
    own = {s.name for s in compose.services}
    for other in project.composes:
        beside = dirname(other.path) == dirname(compose.path) and other.path != compose.path
        partial = any(s.name in own and not s.image and not s.build for s in other.services)
        if beside and partial and _NAMED.search(other.path):
            return other.path
    return ""


def removals(project: Project) -> Iterator[Evidence]:
    """The runs of a deployment that remove all containers: `docker compose down`."""
    for act in project.acts:
        if act.purpose != "production" or act.role not in ("deploy", "bootstrap"):
            continue
        for run in act.behaviour.runs:
            words = effects.plain(run)
            if run.reach == "reached" and words in (
                ("docker", "compose", "down"),
                ("docker-compose", "down"),
            ):
                shown = " ".join(word.raw for word in run.words[:4])
                yield Evidence(Location(run.path, run.span), f"`{shown}` removes the container")
