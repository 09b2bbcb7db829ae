"""Compose files: services as written, their variables seen, nothing merged from elsewhere."""

from __future__ import annotations

from ..model import Problem
from ..source.text import Text
from . import command_line, compose_variables, interpolation, yaml
from . import compose_names as names
from .compose_values import entries, mounts, ports, string, strings, tmpfs, value
from .embedded import exec_form
from .facts import Build, Compose, Dependence, Extends, Probe, Service, Value
from .shell import script
from .shell.syntax import Script
from .yaml import Mapping, Node, Scalar, Sequence


def parse(text: Text) -> Compose:
    """The compose file that `text` is."""
    documents, problems = yaml.nodes(text)
    found = list(problems)
    services: list[Service] = []
    top: dict[str, Node] = {}
    for document in documents:
        if not isinstance(document, Mapping):
            if not _is_null(document):
                found.append(_problem(text, document, "a compose file is a mapping, this is none"))
            continue
        top |= yaml.fields(document)
        services += _services(text, yaml.get(document, "services"), found)
    return Compose(
        path=text.path,
        span=text.span(0, len(text.content)),
        name=string(top.get("name")),
        services=tuple(services),
        volumes=strings(top.get("volumes")),
        lasting=_lasting(top.get("volumes")),
        networks=strings(top.get("networks")),
        external_networks=names.external(top.get("networks")),
        joinable_networks=names.joinable(top.get("networks")),
        includes=_includes(text, top.get("include")),
        names_env_file="--env-file" in text.content,
        for_swarm=_is_for_swarm(top),
        problems=tuple(found),
    )


_OF_SWARM = frozenset({"endpoint_mode", "placement", "rollback_config", "update_config"})
"""Keys of `deploy` that `docker stack deploy` obeys and compose does not."""


def _is_for_swarm(top: dict[str, Node]) -> bool:
    services = (body for _, body in yaml.pairs(top.get("services")))
    networks = (body for _, body in yaml.pairs(top.get("networks")))
    return any(
        not _OF_SWARM.isdisjoint(yaml.fields(yaml.get(each, "deploy"))) for each in services
    ) or any(yaml.string(yaml.get(each, "driver")) == "overlay" for each in networks)


def _lasting(node: Node | None) -> tuple[str, ...]:
    """The volumes that are external or whose driver keeps them elsewhere, as far as can be told."""
    return tuple(key.value for key, body in yaml.pairs(node) if not _is_plain(body))


def _is_plain(volume: Node) -> bool:
    given = yaml.fields(volume)
    local = yaml.string(given.get("driver")) in (None, "local")
    return _is_null(volume) or (local and {"name", "labels", "driver"}.issuperset(given))


def _problem(text: Text, node: Node, message: str) -> Problem:
    return Problem(text.location(node.start, node.end), message)


def _is_null(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and yaml.kind(node) == "null")


def _services(text: Text, node: Node | None, problems: list[Problem]) -> list[Service]:
    if node is None or _is_null(node):
        return []
    if not isinstance(node, Mapping):
        problems.append(_problem(text, node, "`services` must be a mapping"))
        return []
    out: list[Service] = []
    for key, body in yaml.pairs(node):
        if isinstance(body, Mapping) or _is_null(body):
            out.append(_service(text, key, body))
        else:
            message = f"the service `{key.value}` must be a mapping"
            problems.append(_problem(text, body, message))
    return out


def _service(text: Text, key: Scalar, body: Node) -> Service:
    given = {name: node for name, node in yaml.fields(body).items() if node.tag != "!reset"}
    name, directory = key.value, yaml.string(given.get("working_dir"))
    needed, optional = _env_files(text, given.get("env_file"))
    demanded, bare = compose_variables.filled_in(text, body)
    return Service(
        name=name,
        span=yaml.span(text, key),
        extent=text.span(key.start, max(key.end, body.end)),
        image=value(text, given.get("image")),
        pull_policy=value(text, given.get("pull_policy")),
        build=_build(text, given.get("build")),
        command=_command(text, given.get("command"), name, directory),
        entrypoint=_command(text, given.get("entrypoint"), name, directory),
        environment=entries(text, given.get("environment")),
        env_files=needed,
        optional_env_files=optional,
        ports=ports(text, given.get("ports")),
        expose=_values(text, given.get("expose")),
        mounts=mounts(text, given.get("volumes")) + tmpfs(text, given.get("tmpfs")),
        depends_on=_dependences(text, given.get("depends_on")),
        probe=_probe(text, given.get("healthcheck"), name),
        restart=value(text, given.get("restart")),
        deploy_restart=value(text, yaml.get(given.get("deploy"), "restart_policy", "condition")),
        replicas=value(text, yaml.get(given.get("deploy"), "replicas") or given.get("scale")),
        profiles=strings(given.get("profiles")),
        networks=strings(given.get("networks")),
        network_mode=value(text, given.get("network_mode")),
        extra_hosts=_extra_hosts(given.get("extra_hosts")),
        user=value(text, given.get("user")),
        working_dir=value(text, given.get("working_dir")),
        labels=entries(text, given.get("labels")),
        extends=_extends(text, given.get("extends")),
        aliases=names.aliases(given),
        links=names.links(given),
        keys=tuple(given),
        resets=names.resets(body),
        required=demanded,
        bare=bare,
    )


def _values(text: Text, node: Node | None) -> tuple[Value, ...]:
    found = (value(text, item) for item in yaml.items(node))
    return tuple(item for item in found if item is not None)


def _build(text: Text, node: Node | None) -> Build | None:
    if _is_null(node) or node is None:
        return None
    place = yaml.span(text, node)
    if isinstance(node, Scalar):
        return Build(value(text, node), None, None, (), inline=False, span=place)
    given = yaml.fields(node)
    return Build(
        value(text, given.get("context")),
        value(text, given.get("dockerfile")),
        value(text, given.get("target")),
        entries(text, given.get("args")),
        inline="dockerfile_inline" in given,
        span=place,
    )


def _env_files(text: Text, node: Node | None) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Those that must exist, and those with `required: false`."""
    required: list[Value] = []
    optional: list[Value] = []
    for item in yaml.items(node):
        given = yaml.fields(item)
        path = value(text, item if isinstance(item, Scalar) else given.get("path"))
        if path is not None:
            waived = yaml.string(given.get("required")) == "false"
            (optional if waived else required).append(path)
    return tuple(required), tuple(optional)


def _dependences(text: Text, node: Node | None) -> tuple[Dependence, ...]:
    if isinstance(node, Mapping):
        return tuple(
            Dependence(
                key.value,
                yaml.string(yaml.get(body, "condition")) or "service_started",
                yaml.span(text, key),
                required=yaml.string(yaml.get(body, "required")) != "false",
            )
            for key, body in yaml.pairs(node)
        )
    return tuple(
        Dependence(item.value, "service_started", yaml.span(text, item))
        for item in yaml.scalars(node)
    )


def _extra_hosts(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Mapping):
        return tuple(
            f"{key.value}:{address}"
            for key, given in yaml.pairs(node)
            for address in yaml.strings(given)
        )
    return yaml.strings(node)


def _extends(text: Text, node: Node | None) -> Extends | None:
    if isinstance(node, Mapping):
        given = yaml.fields(node)
        service = yaml.string(given.get("service"))
        file = yaml.string(given.get("file"))
        return Extends(service, file, yaml.span(text, node)) if service else None
    scalar = yaml.scalar(node)
    return Extends(scalar.value, None, yaml.span(text, scalar)) if scalar else None


def _includes(text: Text, node: Node | None) -> tuple[Value, ...]:
    return tuple(
        path
        for item in yaml.items(node)
        for path in _values(text, item if isinstance(item, Scalar) else yaml.get(item, "path"))
    )


# ── commands ─────────────────────────────────────────────────────────────────────────────────────


def _command(text: Text, node: Node | None, name: str, directory: str | None) -> Script | None:
    """`command:` or `entrypoint:`; an empty one has no statements, a malformed one is None."""
    if _is_null(node) or isinstance(node, Mapping):
        return None
    if isinstance(node, Scalar):
        piece = _filled(text, node)
        words = command_line.words(piece.content)
        return None if words is None else exec_form(piece, words, name=name, directory=directory)
    return _exec(text, yaml.scalars(node), name, directory)


def _exec(text: Text, found: tuple[Scalar, ...], name: str, directory: str | None) -> Script:
    """The script of a list, whose items become one text that a line break parts."""
    content = ""
    places: list[tuple[int, int]] = []
    words: list[tuple[str, int, int]] = []
    for scalar in found:
        word, segments = interpolation.masked(scalar.value, yaml.layout(text, scalar))
        at = len(content)
        places += [(at + offset, place) for offset, place in segments]
        words.append((word, at, at + len(word)))
        content += word + "\n"
    piece = text.piece(content, tuple(places))
    return exec_form(piece, words, name=name, directory=directory)


def _filled(text: Text, scalar: Scalar) -> Text:
    return text.piece(*interpolation.masked(scalar.value, yaml.layout(text, scalar)))


def _probe(text: Text, node: Node | None, name: str) -> Probe | None:
    if not isinstance(node, Mapping):
        return None
    given = yaml.fields(node)
    test = given.get("test")
    found = yaml.scalars(test)
    first = found[0].value if found else ""
    place = yaml.span(text, node if test is None or not found else test)
    if yaml.string(given.get("disable")) == "true" or first == "NONE":
        return Probe(None, disabled=True, span=place)
    run: Script | None = None
    if isinstance(test, Scalar) and found:
        run = script.parse(_filled(text, test), "command", interpreter="sh", name=name)
    elif isinstance(test, Sequence) and len(found) > 1:
        if first == "CMD-SHELL":
            run = script.parse(_filled(text, found[1]), "command", interpreter="sh", name=name)
        elif first == "CMD":
            run = _exec(text, found[1:], name, None)
    return Probe(run, disabled=False, span=place)
