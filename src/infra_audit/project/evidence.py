"""What shows how the repository is deployed: units, process managers, scripts, images, platforms."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..flow.behaviour import Run
from ..flow.effects import mutates_server, restarts
from ..model import START, Evidence, Location
from ..source.regex import regex
from .apps import App, folder_of
from .composing import is_application
from .develops import develops
from .facts import Facts
from .images import resolved
from .layers import last, lineage
from .releases import is_carried
from .releases import shown as quoted
from .types import Act, Delivery, Image, Mechanism, Unit


class Sign(Struct, frozen=True):
    """One sign of a kind of deployment; `folder` when it concerns the application there."""

    kind: str
    """`server`, `containers`, `platform`, `kubernetes`."""
    evidence: Evidence
    folder: str | None = None
    strength: int = 1
    """3 for what only makes sense there (a unit), 2 for what sets a machine up, 1 for what may be left over.

    0 for what is there wherever it was written, and deploys it only where nothing else does.
    """
    starts: bool = True
    """Whether it shows what starts the application, and not only what a script prepares for it."""
    reaches: frozenset[str] | None = None
    """The folders of the applications that it can concern; None for any."""

    def concerns(self, app: App) -> bool:
        """Whether it can concern an application."""
        return self.reaches is None or app.folder in self.reaches


class Found(Struct, frozen=True, kw_only=True):
    """What shows a deployment, as far as it is linked before that is asked."""

    units: tuple[Unit, ...]
    acts: tuple[Act, ...]
    images: tuple[Image, ...]
    deliveries: tuple[Delivery, ...]
    platforms: tuple[Mechanism, ...]


def signs(facts: Facts, apps: tuple[App, ...], found: Found) -> tuple[Sign, ...]:
    """Every sign, the surest first; what starts nothing comes last."""
    folders = tuple(app.folder for app in apps if app.folder)
    composed = _composed(facts, apps)
    shown = [
        *_of_units(found.units, folders, frozenset(app.folder for app in apps)),
        *_of_acts(found.acts, folders, composed),
        *_of_deliveries(found, made=bool(apps) or any(map(_exposes, found.images))),
        *_of_compose(found.units, facts, apps, composed),
        *_of_images(found.images, apps),
        *_of_kubernetes(facts, folders),
        *(
            Sign(
                "platform",
                Evidence(p.location, p.name),
                _within(p.location.path, folders),
                0 if p.name in _WORKSHOPS else 1,
            )
            for p in found.platforms
        ),
    ]
    return tuple(sorted(shown, key=lambda s: (not s.starts, -s.strength)))


_WORKSHOPS = frozenset({"Replit"})
"""Platforms whose file is left by writing the code there."""


def _within(path: str, folders: tuple[str, ...]) -> str | None:
    """The application's folder that a path lies in."""
    folder = folder_of(path)
    while folder:
        if folder in folders:
            return folder
        folder = folder_of(folder)
    return None


def _named(directory: str | None, path: str, folders: tuple[str, ...]) -> str | None:
    """The application that a working directory ends with, or that the file lies in."""
    for folder in folders:
        if directory and f"{directory}/".endswith(f"/{folder}/"):
            return folder
    return _within(path, folders)


def _of_units(
    units: tuple[Unit, ...], folders: tuple[str, ...], known: frozenset[str]
) -> Iterator[Sign]:
    """Units and pm2 apps; one that runs what is no application concerns none of them."""
    for unit in units:
        if unit.purpose not in ("production", "template") or unit.once:
            continue
        other = unit.deployable is not None and unit.deployable not in known
        named = _named(unit.directory, unit.location.path, folders)
        where = unit.deployable if other else unit.deployable or named
        if unit.source == "systemd" and unit.start is not None:
            yield Sign(
                "server", Evidence(unit.location, f"the unit {unit.name} starts it"), where, 3
            )
        elif unit.source == "pm2":
            yield Sign(
                "server", Evidence(unit.location, f"pm2 runs `{unit.name or 'it'}`"), where, 3
            )


def _of_acts(
    acts: tuple[Act, ...], folders: tuple[str, ...], composed: frozenset[str] | None
) -> Iterator[Sign]:
    for act in acts:
        if (
            act.purpose != "production"
            or act.role not in ("bootstrap", "deploy")
            or not act.reasons
        ):
            continue
        if act.script.origin == "step":
            continue
        live = [run for run in act.behaviour.runs if run.reach != "unreachable"]
        where = _within(act.script.path, folders)
        managed = next((run for run in live if manages(run)), None)
        if managed is not None:
            yield Sign("server", _shown(managed), where, 3)
            continue
        composing = [run for run in live if _composes(run)]
        lasting = [run for run in composing if "--rm" not in run.arguments]
        if lasting:
            yield Sign("containers", _shown(lasting[0]), where, 2, reaches=composed)
        elif composing or any(map(_installs_docker, live)):
            yield Sign("containers", _prepared(act), where, 2, starts=False)
        else:
            yield Sign(
                "server", _prepared(act), where, 2 if act.role == "bootstrap" else 1, starts=False
            )


def _prepared(act: Act) -> Evidence:
    """What a script does for the application that starts nothing yet."""
    carried = {
        run.span
        for run in act.behaviour.runs
        if run.name == "scp" and any(is_carried(run, other) for other in act.behaviour.runs)
    }
    reasons = [
        reason for reason in act.reasons if reason.location.span not in carried
    ] or act.reasons
    reason = reasons[0]
    what = "sets a server up by" if act.role == "bootstrap" else "releases it by"
    return Evidence(reason.location, f"{act.script.path} {what} {reason.note}")


def manages(run: Run) -> bool:
    """Whether a process manager of the machine starts the application."""
    started = () if "reload" in run.arguments else restarts(run)
    return bool(started) and (
        run.name == "pm2" or (run.name in _MANAGERS and not _SYSTEM.issuperset(started))
    )


_MANAGERS = frozenset({"systemctl", "service", "supervisorctl", "rc-service"})
_SYSTEM = frozenset({
    "*", "docker", "containerd", "nginx", "apache2", "httpd", "caddy", "ssh", "sshd", "fail2ban", "ufw", "cron", "crond",
    "postgresql", "mysql", "mariadb", "redis", "redis-server", "mongod", "php-fpm", "certbot.timer", "snapd", "docker.socket",
    "unattended-upgrades", "systemd-resolved", "systemd-journald", "rsyslog", "networking", "chrony", "ntp", "haproxy",
})  # fmt: skip
"""Units that a server has whatever runs on it."""


def _shown(run: Run) -> Evidence:
    return Evidence(Location(run.path, run.span), f"`{quoted(run)}`")


def _composes(run: Run) -> bool:
    words = [a or "" for a in run.arguments]
    return run.name in ("docker", "docker-compose", "podman", "podman-compose") and (
        "up" in words or "run" in words[:1] or words[:2] == ["stack", "deploy"]
    )


def _installs_docker(run: Run) -> bool:
    if any("get.docker.com" in word.raw for word in run.words):
        return True
    return (
        mutates_server(run) == "installs packages"
        and "install" in run.arguments
        and any(
            (argument or "").startswith(("docker-ce", "docker.io", "docker-compose", "podman"))
            for argument in run.arguments
        )
    )


def _of_deliveries(found: Found, *, made: bool) -> Iterator[Sign]:
    """Jobs that deploy; those that publish an image where it is `made` to run, not to be a tool."""
    composing = {
        act.script.path
        for act in found.acts
        if "deploy-job" in act.reached_by and any(map(_composes, act.behaviour.runs))
    }
    for delivery in found.deliveries:
        if delivery.preview:
            continue
        shown = Evidence(delivery.location, f"a job deploys by `{delivery.what}`")
        if delivery.kind == "deploy":
            hosted = "containers" if delivery.workflow in composing else "server"
            yield Sign("platform" if delivery.managed else hosted, shown)
        elif delivery.kind == "image" and made:
            yield Sign(
                "containers",
                Evidence(delivery.location, f"a job publishes an image by `{delivery.what}`"),
            )


def _composed(facts: Facts, apps: tuple[App, ...]) -> frozenset[str] | None:
    """The folders of the applications that compose can run, None where it may be any.

    An image holds nothing but what lies in its build's context, or is mounted into it.
    """
    services = [
        (compose.path, service)
        for compose in facts.composes
        if facts.is_production(compose.path)
        for service in compose.services
    ]
    places: list[str] = []
    for path, service in services:
        if service.build is not None:
            context = service.build.context
            given = "" if context is None else context.literal
            place = None if given is None else resolved(folder_of(path), given)
            if place is None or {"additional_contexts"} & {*service.keys}:
                return None
            places.append(place)
        places += [
            place
            for mount in service.mounts
            if mount.kind == "bind"
            and (place := resolved(folder_of(path), mount.source or "")) is not None
        ]
    pulled = [
        _NAMED.sub("", service.image.raw) for _, service in services if service.image is not None
    ]
    if not any(service.build is not None for _, service in services):
        return None
    return frozenset(
        app.folder
        for app in apps
        if any(not place or f"{app.folder}/".startswith(f"{place}/") for place in places)
        or any(_short(app) in name for name in pulled)
    )


_NAMED = regex(r"^.*/|[:@][^/]*$")
"""What stands around the name of an image."""


def _short(app: App) -> str:
    return (app.folder or app.name).rpartition("/")[2]


def _of_compose(
    units: tuple[Unit, ...],
    facts: Facts,
    apps: tuple[App, ...],
    composed: frozenset[str] | None,
) -> Iterator[Sign]:
    """Services that build an image; those that pull one too where the repository has no application."""
    running = {
        (compose.path, service.name)
        for compose in facts.composes
        for service in compose.services
        if not develops(service, compose.path)
        and (service.build is not None or (not apps and is_application(service)))
    }
    for unit in units:
        runs = unit.source == "compose" and unit.purpose == "production"
        if runs and (unit.location.path, unit.name) in running:
            shown = Evidence(unit.location, f"compose runs `{unit.name}`")
            yield Sign("containers", shown, reaches=composed)


def _of_images(images: tuple[Image, ...], apps: tuple[App, ...]) -> Iterator[Sign]:
    """Images of applications; where there is none, those that are made to be reached."""
    folders = {app.folder for app in apps}
    for image in images:
        if (
            image.purpose == "production"
            and not _runs_another(image)
            and (image.deployable in {*folders, None} if apps else _exposes(image))
        ):
            where = Location(image.dockerfile.path, image.stage.span)
            note = f"`{where.path}` builds an image"
            yield Sign("containers", Evidence(where, note), image.deployable)


def _runs_another(image: Image) -> bool:
    """Whether it starts nothing, or what its base was made for."""
    if last(image, "CMD", "ENTRYPOINT") is not None:
        return False
    base = lineage(image.dockerfile, image.stage)[0].base.literal or ""
    return base == "scratch" or _SERVED.search(base) is not None


_SERVED = regex(
    r"(?:^|/)(?:prometheus|grafana|alertmanager|loki|promtail|rabbitmq|keycloak|postgres|mysql|mariadb|mongo|redis)(?:[:@]|$)"
)
"""Images that are servers by themselves, to which a Dockerfile only adds what configures them."""


def _exposes(image: Image) -> bool:
    return any(i.keyword == "EXPOSE" for i in image.stage.instructions)


def _of_kubernetes(facts: Facts, folders: tuple[str, ...]) -> Iterator[Sign]:
    """One sign for each folder of manifests; those inside a chart say no more than the chart."""
    charts = {folder_of(other.path) for other in facts.others if other.kind == "helm"}
    seen: set[str] = set()
    for other in facts.others:
        folder = folder_of(other.path)
        if (
            other.kind not in ("kubernetes", "helm")
            or not facts.is_production(other.path)
            or folder in seen
        ):
            continue
        if folder in charts or not any(f"{folder}/".startswith(f"{chart}/") for chart in charts):
            seen.add(folder)
            note = Evidence(Location(other.path, START), "a Kubernetes manifest")
            yield Sign("kubernetes", note, _within(other.path, folders))
