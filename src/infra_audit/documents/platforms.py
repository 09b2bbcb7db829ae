"""What platforms are told to build and run: fly.toml, render.yaml, railway, .replit, vercel.json, app.json, Procfile.

Sources: the platforms' references of these files, as of 2025.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal as Choice

from msgspec.structs import replace

from ..model import Span
from ..source.regex import regex
from ..source.text import Text
from . import settings
from .embedded import exec_form
from .facts import Hosted, HostedCheck, HostedCommand, Hosting, Mount, Value
from .json import Array, Node, Object, Scalar
from .settings import environment, fields, get, items, options, shell, span, string, value
from .shell import script
from .shell.syntax import Script

Kind = Choice["build", "release", "start", "cron"]
Provider = Choice["fly", "render", "railway", "replit", "vercel", "heroku", "procfile"]

_MOST = 200


def parse(provider: Provider, text: Text) -> Hosting:
    """What the file of a platform tells."""
    if provider == "procfile":
        return Hosting(
            path=text.path,
            span=text.span(0, len(text.content)),
            provider=provider,
            services=tuple(_procfile(text)),
        )
    found, problems = settings.nodes(text)
    node = found[0] if found else None
    match provider:
        case "fly":
            services = list(_fly(text, node))
        case "render":
            services = list(_render(text, node))
        case "railway":
            services = list(_railway(text, node))
        case "replit":
            services = list(_replit(text, node))
        case "vercel":
            services = list(_vercel(text, node))
        case "heroku":
            services = list(_heroku(text, node))
    return Hosting(
        path=text.path,
        span=text.span(0, len(text.content)),
        provider=provider,
        services=tuple(services[:_MOST]),
        options=options(text, node),
        problems=problems if provider != "heroku" else (),
    )


_LINE = regex(r"(?P<name>[\w-]+):[ \t]*(?P<command>[^\r\n]+)")


def _procfile(text: Text) -> Iterator[Hosted]:
    """A line for each process; the one called `release` runs before a new version starts."""
    at = 0
    for line in text.content.splitlines(keepends=True)[:_MOST]:
        found = _LINE.match(line.removeprefix("\ufeff"))
        start = at + line.startswith("\ufeff")
        if found:
            name, (first, last) = found["name"], found.span("command")
            body = text.slice(start + first, start + first + len(line[first:last].rstrip()))
            parsed = script.parse(body, "command", interpreter="bash", name=name)
            kind: Kind = "release" if name == "release" else "start"
            yield Hosted(
                name=name,
                kind=name,
                span=text.span(start, start + len(name)),
                commands=(HostedCommand(kind, parsed, parsed.span),),
            )
        at += len(line)


def _commands(text: Text, name: str, *given: tuple[Kind, Node | None]) -> tuple[HostedCommand, ...]:
    """The commands of some kinds; a list holds several."""
    return tuple(
        HostedCommand(kind, parsed, span(text, node))
        for kind, nodes in given
        for node in items(nodes)
        if (parsed := shell(text, node, name)) is not None
    )


def _fly(text: Text, node: Node | None) -> Iterator[Hosted]:
    """The app of a fly.toml, or one for each group of its processes; the first has what is for all."""
    groups = fields(get(node, "processes"))
    first = next(iter(groups), "app")
    served = [
        each
        for each in (get(node, "http_service"), *items(get(node, "services"))[:_MOST])
        if isinstance(each, Object)
    ]
    whole = Hosted(
        name=first,
        kind="app",
        span=_head(text, get(node, "app"), node),
        image=value(text, get(node, "build", "image")),
        dockerfile=value(text, get(node, "build", "dockerfile")),
        environment=environment(text, get(node, "env")),
    )
    release = get(node, "deploy", "release_command")
    for name in list(groups)[:_MOST] or ["app"]:
        mine = [each for each in served if _is_of(each, name, first)]
        member = groups.get(name)
        start = member.value if member else get(node, "experimental", "cmd")
        yield replace(
            whole,
            name=name,
            span=span(text, member.key) if member else whole.span,
            commands=(
                *_commands(
                    text, "release_command", ("release", release if name == first else None)
                ),
                *_commands(text, name, ("start", start)),
            ),
            ports=_values(text, (get(each, "internal_port") for each in mine)),
            published=tuple(pair for each in mine for pair in _published(text, each)),
            checks=(
                *(check for each in mine for check in _fly_checks(text, each)),
                *(_fly_top_checks(text, node) if name == first else ()),
            ),
            mounts=tuple(
                _mount(text, each, "source", "destination")
                for each in items(get(node, "mounts"))
                if isinstance(each, Object) and _is_of(each, name, first)
            ),
        )


def _values(text: Text, nodes: Iterable[Node | None]) -> tuple[Value, ...]:
    return tuple(found for node in nodes if (found := value(text, node)) is not None)


def _mount(text: Text, node: Node, source: str, target: str) -> Mount:
    given = string(get(node, source)) or None, string(get(node, target)) or None
    return Mount("volume", *given, read_only=False, span=span(text, node))


def _is_of(node: Node, name: str, first: str) -> bool:
    """Whether something of a fly.toml is for a group; what names none is for the first."""
    groups = [string(item) for item in items(get(node, "processes"))]
    return name in groups if groups else name == first


def _published(text: Text, service: Node) -> Iterator[tuple[Value, Value | None]]:
    inner = value(text, get(service, "internal_port"))
    for port in items(get(service, "ports")):
        number = value(text, get(port, "port"))
        if number is not None:
            yield number, inner


def _fly_checks(text: Text, service: Node) -> Iterator[HostedCheck]:
    inner = value(text, get(service, "internal_port"))
    for key in ("checks", "http_checks"):
        for check in items(get(service, key)):
            yield HostedCheck(
                "http", _path(text, get(check, "path"), check), inner, span(text, check)
            )
    for check in items(get(service, "tcp_checks")):
        yield HostedCheck("tcp", None, inner, span(text, check))


def _fly_top_checks(text: Text, node: Node | None) -> Iterator[HostedCheck]:
    for member in fields(get(node, "checks")).values():
        port = value(text, get(member.value, "port"))
        where = span(text, member.value)
        if string(get(member.value, "type")) == "tcp":
            yield HostedCheck("tcp", None, port, where)
        else:
            path = _path(text, get(member.value, "path"), member.value)
            yield HostedCheck("http", path, port, where)


def _path(text: Text, node: Node | None, check: Node) -> Value:
    """The path that is asked: the root where none is given."""
    return value(text, node) or Value("/", "", span(text, check))


def _head(text: Text, *nodes: Node | None) -> Span:
    """The place of the first node that is there, at most its first line."""
    found = next((node for node in nodes if node is not None), None)
    if found is None:
        return text.span(0, 0)
    end = text.content.find("\n", found.start)
    return text.span(found.start, min(found.end, end if end >= 0 else found.end))


def _render(text: Text, node: Node | None) -> Iterator[Hosted]:
    for item in items(get(node, "services")):
        if not isinstance(item, Object):
            continue
        name, kind = string(get(item, "name")), string(get(item, "type"))
        start = get(item, "startCommand") or get(item, "dockerCommand")
        disk, check = get(item, "disk"), get(item, "healthCheckPath")
        yield Hosted(
            name=name,
            kind=kind,
            span=_head(text, get(item, "name"), item),
            image=value(text, get(item, "image", "url")),
            dockerfile=value(text, get(item, "dockerfilePath")),
            commands=_commands(
                text,
                name,
                ("build", get(item, "buildCommand")),
                ("release", get(item, "preDeployCommand")),
                ("cron" if kind == "cron" else "start", start),
            ),
            directory=value(text, get(item, "rootDir")),
            checks=(HostedCheck("http", value(text, check), None, span(text, check)),)
            if check is not None
            else (),
            mounts=(_mount(text, disk, "name", "mountPath"),) if disk is not None else (),
            environment=environment(text, get(item, "envVars")),
            schedule=value(text, get(item, "schedule")),
            replicas=value(text, get(item, "numInstances")),
            options=options(text, item),
        )


def _railway(text: Text, node: Node | None) -> Iterator[Hosted]:
    build, deploy = get(node, "build"), get(node, "deploy")
    if build is None and deploy is None:
        return
    schedule, check = get(deploy, "cronSchedule"), get(deploy, "healthcheckPath")
    mounted = get(deploy, "requiredMountPath")
    yield Hosted(
        name="app",
        kind="cron" if schedule is not None else "app",
        span=_head(text, deploy, build),
        dockerfile=value(text, get(build, "dockerfilePath")),
        commands=_commands(
            text,
            "app",
            ("build", get(build, "buildCommand")),
            ("release", get(deploy, "preDeployCommand")),
            ("start" if schedule is None else "cron", get(deploy, "startCommand")),
        ),
        restart=value(text, get(deploy, "restartPolicyType")),
        checks=(HostedCheck("http", value(text, check), None, span(text, check)),)
        if check is not None
        else (),
        mounts=(
            Mount(
                "volume", None, string(mounted) or None, read_only=False, span=span(text, mounted)
            ),
        )
        if mounted is not None
        else (),
        schedule=value(text, schedule),
        replicas=value(text, get(deploy, "numReplicas")),
    )


def _replit(text: Text, node: Node | None) -> Iterator[Hosted]:
    """What a deployment runs; what stands outside of its table is for the workspace of a developer."""
    deployment = get(node, "deployment")
    given: tuple[tuple[Kind, str], ...] = (("build", "build"), ("start", "run"))
    commands = tuple(
        HostedCommand(kind, parsed, parsed.span)
        for kind, key in given
        if (parsed := _listed(text, get(deployment, key))) is not None
    )
    if any(command.kind == "start" for command in commands):
        yield Hosted(name="app", kind="app", span=_head(text, deployment), commands=commands)


def _listed(text: Text, node: Node | None) -> Script | None:
    """A command as a text for a shell, or as a list of its words."""
    if not isinstance(node, Array):
        return shell(text, node, "app")
    words = [
        (item.value, item.start, item.end)
        for item in node.items
        if isinstance(item, Scalar) and isinstance(item.value, str)
    ]
    return exec_form(text, words, name="app") if words else None


def _vercel(text: Text, node: Node | None) -> Iterator[Hosted]:
    """The application, where the file tells how to build it, and each path that a clock asks for."""
    build = _commands(
        text,
        "buildCommand",
        ("build", get(node, "installCommand")),
        ("build", get(node, "buildCommand")),
    )
    if build:
        yield Hosted(name="app", kind="app", span=build[0].span, commands=build)
    for item in items(get(node, "crons")):
        path = get(item, "path")
        if path is not None:
            yield Hosted(
                name=string(path),
                kind="cron",
                span=span(text, path),
                schedule=value(text, get(item, "schedule")),
            )


def _heroku(text: Text, node: Node | None) -> Iterator[Hosted]:
    release = _commands(text, "postdeploy", ("release", get(node, "scripts", "postdeploy")))
    given = environment(text, get(node, "env"))
    if release or given or get(node, "formation") is not None:
        yield Hosted(
            name="app",
            kind="app",
            span=_head(text, get(node, "name"), node),
            commands=release,
            environment=given,
        )
