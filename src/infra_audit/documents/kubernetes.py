"""Workloads of Kubernetes: their containers, ports, probes and volumes, as far as they are literal.

Source: the Kubernetes API reference (1.31). A chart's template is read only where it is YAML as it
stands; what `{{ … }}` fills in is unknown.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator

from msgspec.structs import replace

from ..source.text import Text
from . import settings
from .embedded import exec_form
from .facts import Entry, Hosted, HostedCheck, HostedCommand, Hosting, Mount, Value
from .json import Node, Object, Scalar
from .settings import environment, fields, get, items, span, string, value
from .shell.syntax import Script
from .shell.words import MASK

_MOST = 300
_WORKLOADS = {
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Pod": ("spec",),
}


def parse(text: Text) -> Hosting:
    """The containers of every workload, the services that publish ports, and what is kept for them."""
    found, _ = settings.nodes(text)
    services: list[Hosted] = []
    kept: list[Entry] = []
    for document in found:
        is_list = string(get(document, "kind")) == "List"
        for item in items(get(document, "items")) if is_list else (document,):
            services += _workload(text, item)
            kept += _kept(text, item)
    return Hosting(
        path=text.path,
        span=text.span(0, len(text.content)),
        provider="kubernetes",
        services=tuple(services[:_MOST]),
        options=tuple(kept[:_MOST]),
    )


def _kept(text: Text, node: Node) -> Iterator[Entry]:
    """The values of a Secret or a ConfigMap; the `data` of a Secret is base64."""
    kind = string(get(node, "kind"))
    if kind not in ("Secret", "ConfigMap"):
        return
    yield from environment(text, get(node, "stringData"))
    for entry in environment(text, get(node, "data")):
        yield entry if kind == "ConfigMap" else replace(entry, value=_decoded(entry.value))


def _decoded(encoded: Value | None) -> Value | None:
    if encoded is None or encoded.literal is None:
        return encoded
    try:
        literal = b64decode(encoded.literal, validate=True).decode().strip()
    except ValueError:
        return replace(encoded, literal=None)
    return replace(encoded, literal=literal)


def _workload(text: Text, node: Node) -> Iterator[Hosted]:
    kind = string(get(node, "kind"))
    if kind == "Service":
        yield from _service(text, node)
    path = _WORKLOADS.get(kind)
    if path is None:
        return
    spec = get(node, *path)
    volumes = {
        string(get(item, "name")): item for item in (*items(get(spec, "volumes")), *_claims(node))
    }
    for container in items(get(spec, "containers")):
        if isinstance(container, Object):
            yield _container(text, kind, node, container, volumes)


def _claims(node: Node) -> Iterator[Node]:
    for item in items(get(node, "spec", "volumeClaimTemplates")):
        if (metadata := get(item, "metadata")) is not None:
            yield metadata


def _container(
    text: Text, kind: str, node: Node, container: Object, volumes: dict[str, Node]
) -> Hosted:
    named = get(container, "name") or get(node, "metadata", "name")
    name = string(named)
    ports = [get(item, "containerPort") for item in items(get(container, "ports"))]
    aliases = {
        string(get(item, "name")): value(text, get(item, "containerPort"))
        for item in items(get(container, "ports"))
    }
    words = [*items(get(container, "command")), *items(get(container, "args"))]
    command = _command(text, words, name) if get(container, "command") is not None else None
    return Hosted(
        name=name,
        kind=kind,
        span=span(text, named if named is not None else container),
        image=value(text, get(container, "image")),
        commands=(HostedCommand("cron" if kind == "CronJob" else "start", command, command.span),)
        if command
        else (),
        directory=value(text, get(container, "workingDir")),
        user=value(text, get(container, "securityContext", "runAsUser")),
        ports=tuple(found for port in ports if (found := value(text, port)) is not None),
        checks=tuple(_checks(text, container, aliases, name)),
        mounts=tuple(_mount(text, item, volumes) for item in items(get(container, "volumeMounts"))),
        environment=environment(text, get(container, "env")),
        schedule=value(text, get(node, "spec", "schedule")),
        replicas=value(text, get(node, "spec", "replicas")),
        options=settings.options(text, get(container, "resources")),
    )


def _service(text: Text, node: Node) -> Iterator[Hosted]:
    """A Service: the ports at which others reach what it selects."""
    pairs: list[tuple[Value, Value | None]] = []
    for item in items(get(node, "spec", "ports")):
        port = value(text, get(item, "port"))
        if port is not None:
            pairs.append((port, value(text, get(item, "targetPort")) or port))
    named = get(node, "metadata", "name")
    if pairs:
        yield Hosted(
            name=string(named),
            kind="Service",
            span=span(text, named if named is not None else node),
            published=tuple(pairs),
            options=settings.options(text, get(node, "spec", "selector")),
        )


_PROBES = {"livenessProbe": "liveness", "readinessProbe": "readiness", "startupProbe": "startup"}


def _checks(
    text: Text, container: Object, aliases: dict[str, Value | None], name: str
) -> Iterator[HostedCheck]:
    for key, use in _PROBES.items():
        probe = get(container, key)
        http, tcp, run = get(probe, "httpGet"), get(probe, "tcpSocket"), get(probe, "exec")
        if http is not None:
            path = value(text, get(http, "path")) or Value("/", "", span(text, http))
            yield HostedCheck("http", path, _port(text, http, aliases), span(text, http), use=use)
        elif tcp is not None:
            yield HostedCheck("tcp", None, _port(text, tcp, aliases), span(text, tcp), use=use)
        elif run is not None:
            command = _command(text, list(items(get(run, "command"))), name)
            yield HostedCheck("command", None, None, span(text, run), command, use)


def _port(text: Text, node: Node, aliases: dict[str, Value | None]) -> Value | None:
    """The port that is asked; a name stands for the port of the container that has it."""
    given = value(text, get(node, "port"))
    if given is None or given.literal is None or given.literal.isdigit():
        return given
    return aliases.get(given.literal)


def _command(text: Text, nodes: list[Node], name: str) -> Script | None:
    """The words of `command` and `args`, which no shell expands; `$(NAME)` is filled in."""
    words: list[tuple[str, int, int]] = []
    for node in nodes:
        if isinstance(node, Scalar) and node.value is not None:
            content = string(node)
            filled = value(text, node)
            masked = MASK if filled is None or filled.literal is None else content
            start = max(node.start, words[-1][2] if words else 0)
            words.append((masked, start, max(node.end, start)))  # an alias's words stand elsewhere
    return exec_form(text, words, name=name) if words else None


def _mount(text: Text, node: Node, volumes: dict[str, Node]) -> Mount:
    name = string(get(node, "name"))
    given = fields(volumes.get(name))
    kind = "tmpfs" if "emptyDir" in given else "bind" if "hostPath" in given else "volume"
    return Mount(
        kind if name in volumes else "unknown",  # type: ignore[arg-type]
        name or None,
        string(get(node, "mountPath")) or None,
        read_only=string(get(node, "readOnly")) == "true",
        span=span(text, node),
    )
