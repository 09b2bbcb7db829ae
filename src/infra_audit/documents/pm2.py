"""pm2 ecosystem files, in JavaScript, JSON or YAML: the apps as far as they are literal."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ..model import Problem, Span
from ..source.text import Text
from . import json
from .facts import Ecosystem, Entry, Process
from .json import Array, Object, Scalar


class App(Struct, frozen=True):
    """What any of the notations says about an app; names of nested keys are dotted."""

    extent: Span
    entries: tuple[Entry, ...]
    spread: bool = False


def parse(text: Text) -> Ecosystem:
    """The ecosystem file that `text` is; its suffix says in which notation."""
    problems: tuple[Problem, ...] = ()
    if text.path.endswith(".json"):
        node, problems = json.nodes(text, lenient=True)
        apps = _of_json(text, node)
    elif text.path.endswith((".yml", ".yaml")):
        from .pm2_yaml import read as read_yaml

        apps, problems = read_yaml(text)
    else:
        from .pm2_javascript import read as read_javascript

        apps = read_javascript(text)
    return Ecosystem(
        path=text.path,
        span=text.span(0, len(text.content)),
        processes=tuple(_process(app) for app in apps),
        problems=problems,
    )


def _process(app: App) -> Process:
    known = {entry.name: entry.value for entry in app.entries}
    name, script = known.get("name"), known.get("script")
    titled = next((value for value in (name, script) if value), None)
    folded = {entry.name.partition(".")[0] for entry in app.entries if "." in entry.name}
    environment = []
    options = []
    for entry in app.entries:
        if entry.name.startswith("env."):
            environment.append(replace(entry, name=entry.name[4:]))
        elif entry.name not in _FIELDS and entry.name not in folded:
            options.append(entry)
    return Process(
        name=name.literal if name else None,
        span=titled.span if titled else app.extent,
        script=script,
        arguments=known.get("args"),
        directory=known.get("cwd"),
        cron=known.get("cron_restart") or known.get("cron"),
        environment=tuple(environment),
        options=tuple(options),
        spread=app.spread,
        extent=app.extent,
    )


_FIELDS = frozenset({"name", "script", "args", "cwd", "cron_restart", "cron", "env"})


def _of_json(text: Text, node: json.Node | None) -> list[App]:
    """The apps of `{"apps": …}`, of a list, or the one that the whole file is."""
    if isinstance(node, Object):
        inner = node.last()
        if "apps" in inner:
            node = inner["apps"].value
        elif "script" not in inner:
            return []
    given = node.items if isinstance(node, Array) else (node,)
    return [
        App(text.span(item.start, item.end), tuple(_entries(text, item, "")))
        for item in given
        if isinstance(item, Object)
    ]


def _entries(text: Text, node: Object, prefix: str) -> Iterator[Entry]:
    for name, member in node.last().items():
        span = text.span(member.key.start, member.key.end)
        value = json.value_of(text, member.value)
        if isinstance(member.value, Array):
            words = [item.value for item in member.value.items if isinstance(item, Scalar)]
            if len(words) == len(member.value.items):
                value = replace(value, literal=" ".join(map(str, words)))
        yield Entry(prefix + name, value, span)
        if isinstance(member.value, Object):
            yield from _entries(text, member.value, f"{prefix}{name}.")
