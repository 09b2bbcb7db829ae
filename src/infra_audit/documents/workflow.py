"""GitHub Actions workflows, and those of Gitea and Forgejo, which have the same form."""

from __future__ import annotations

from ..model import Problem
from ..source.text import Text
from . import yaml
from .facts import Concurrency, Entry, Job, Permission, Trigger, Value, Workflow
from .steps import Defaults, entries, may_run, settings, steps, value
from .yaml import Mapping, Node, Scalar, Sequence

_WINDOWS = "pwsh"
"""The shell of a Windows runner."""


def parse(text: Text) -> Workflow:
    """The workflow that `text` is."""
    documents, problems = yaml.nodes(text)
    found = list(problems)
    root = documents[0] if documents else None
    given = yaml.fields(root)
    jobs = given.get("jobs")
    if not found and not isinstance(jobs, Mapping):
        place = text.location(0, 0) if root is None else text.location(root.start, root.start)
        found.append(Problem(place, "a workflow needs `jobs`, this has none"))
    inherited = settings(yaml.get(root, "defaults", "run"), Defaults())
    return Workflow(
        path=text.path,
        span=text.span(0, len(text.content)),
        name=yaml.string(given.get("name")) or "",
        triggers=_triggers(text, given.get("on")),
        environment=entries(text, given.get("env")),
        concurrency=_concurrency(text, given.get("concurrency")),
        permissions=_permissions(text, given.get("permissions")),
        jobs=tuple(_job(text, key, body, inherited) for key, body in yaml.pairs(jobs)),
        problems=tuple(found),
    )


def _triggers(text: Text, node: Node | None) -> tuple[Trigger, ...]:
    if isinstance(node, Mapping):
        return tuple(_trigger(text, key, body) for key, body in yaml.pairs(node))
    return tuple(_trigger(text, item, None) for item in yaml.scalars(node))


def _trigger(text: Text, event: Scalar, body: Node | None) -> Trigger:
    given = yaml.fields(body)
    crons = yaml.items(body) if event.value == "schedule" else ()
    return Trigger(
        event.value,
        _patterns(given, "branches"),
        _patterns(given, "tags"),
        yaml.strings(given.get("workflows")),
        yaml.span(text, event),
        types=yaml.strings(given.get("types")),
        cron=tuple(cron for item in crons if (cron := yaml.string(yaml.get(item, "cron")))),
        paths=_patterns(given, "paths"),
    )


def _patterns(given: dict[str, Node], name: str) -> tuple[str, ...]:
    ignored = yaml.strings(given.get(f"{name}-ignore"))
    return (*yaml.strings(given.get(name)), *(f"!{pattern}" for pattern in ignored))


def _concurrency(text: Text, node: Node | None) -> Concurrency | None:
    if node is None:
        return None
    place = yaml.span(text, node)
    if not isinstance(node, Mapping):
        group = value(text, node)
        return Concurrency(group, cancels=False, span=place) if group else None
    given = yaml.fields(node)
    cancels = value(text, given.get("cancel-in-progress"))
    return Concurrency(
        value(text, given.get("group")),
        cancels=False if cancels is None else _boolean(cancels),
        span=place,
        decided=cancels,
    )


def _boolean(given: Value) -> bool | None:
    return {"true": True, "false": False}.get((given.literal or "").lower())


def _permissions(text: Text, node: Node | None) -> tuple[Permission, ...] | None:
    if isinstance(node, Mapping):
        return tuple(
            Permission(key.value, yaml.string(access) or "", yaml.span(text, key))
            for key, access in yaml.pairs(node)
        )
    scalar = yaml.scalar(node)
    if scalar is None:
        return None
    access = scalar.value.removesuffix("-all")
    return (Permission("*", access, yaml.span(text, scalar)),)


def _job(text: Text, key: Scalar, body: Node, inherited: Defaults) -> Job:
    given = yaml.fields(body)
    runs, runs_on = may_run(body), _runs_on(given.get("runs-on"))
    taken = settings(yaml.get(body, "defaults", "run"), inherited)
    if not taken.shell and any(label.lower().startswith("windows") for label in runs_on):
        taken = Defaults(_WINDOWS, taken.directory)
    return Job(
        id=key.value,
        span=yaml.span(text, key),
        extent=text.span(key.start, max(key.end, body.end)),
        name=value(text, given.get("name")),
        needs=yaml.strings(given.get("needs")),
        condition=value(text, given.get("if")),
        runs_on=runs_on,
        deploys_to=_deploys_to(text, given.get("environment")),
        environment=entries(text, given.get("env")),
        uses=value(text, given.get("uses")) if runs else None,
        inputs=entries(text, given.get("with")),
        concurrency=_concurrency(text, given.get("concurrency")),
        permissions=_permissions(text, given.get("permissions")),
        steps=steps(text, given.get("steps"), taken) if runs else (),
        services=_services(text, given.get("services")),
        matrix=_matrix(text, yaml.get(body, "strategy", "matrix")),
    )


def _runs_on(node: Node | None) -> tuple[str, ...]:
    return yaml.strings(yaml.get(node, "labels") if isinstance(node, Mapping) else node)


def _deploys_to(text: Text, node: Node | None) -> Value | None:
    return value(text, yaml.get(node, "name") if isinstance(node, Mapping) else node)


def _matrix(text: Text, node: Node | None) -> tuple[Entry, ...]:
    if yaml.get(node, "exclude") is not None:
        return ()
    return tuple(
        Entry(key.value, value(text, item), yaml.span(text, item))
        for key, body in yaml.pairs(node)
        if isinstance(body, Sequence)
        for item in yaml.scalars(body)
    )


def _services(text: Text, node: Node | None) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            key.value,
            value(text, yaml.get(body, "image") if isinstance(body, Mapping) else body),
            yaml.span(text, key),
        )
        for key, body in yaml.pairs(node)
    )
