"""package.json: scripts, dependencies, engines, and whether it is made for others to install."""

from __future__ import annotations

from ..model import Problem
from ..source.text import Text
from . import embedded, json
from .facts import Dependency, Entry, Package, PackageScript
from .json import Array, Member, Node, Object, Scalar
from .shell import script

GROUPS = (
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
    "bundledDependencies",
    "bundleDependencies",
)

Members = dict[str, Member]
Problems = list[Problem]


def parse(text: Text) -> Package:
    """The package that `text` describes; what has the wrong type is left out and told."""
    node, faults = json.nodes(text)
    problems = list(faults)
    span = text.span(0, len(text.content))
    if not isinstance(node, Object):
        if node is not None:
            where = text.location(node.start, node.end)
            problems.append(Problem(where, "a package.json holds an object"))
        return Package(path=text.path, span=span, problems=tuple(problems))
    members = node.last()
    return Package(
        path=text.path,
        span=span,
        name=_string(text, members, "name", problems) or "",
        version=_string(text, members, "version", problems) or "",
        private=_is_true(members, "private"),
        scripts=_scripts(text, members, problems),
        dependencies=_dependencies(text, members, problems),
        workspaces=_workspaces(text, members, problems),
        engines=_engines(text, members, problems),
        manager=_string(text, members, "packageManager", problems) or "",
        publishes=_publishes(members),
        prisma_schema=_prisma_schema(members),
        keys=tuple(members),
        problems=tuple(problems),
    )


def _scripts(text: Text, members: Members, problems: Problems) -> tuple[PackageScript, ...]:
    found = []
    for name, member in _object(text, members, "scripts", problems).items():
        match member.value:
            case Scalar(value=str() as command, start=start, end=end):
                body = embedded.unescape_json(text, start + 1, end - 1)
                parsed = script.parse(body, "npm", interpreter="sh", name=name)
                span = text.span(member.key.start, member.key.end)
                found.append(PackageScript(name, command, parsed, span))
            case other:
                problems.append(_wrong(text, other, f"the script {name} is no string"))
    return tuple(found)


def _dependencies(text: Text, members: Members, problems: Problems) -> tuple[Dependency, ...]:
    found = []
    for group in GROUPS:
        if group not in members:
            continue
        match members[group].value:
            case Array(items=items):
                for item in items:
                    if isinstance(item, Scalar) and isinstance(item.value, str):
                        span = text.span(item.start, item.end)
                        found.append(Dependency(item.value, "", group, span))
            case Scalar(value=bool()):
                pass
            case _:
                for name, member in _object(text, members, group, problems).items():
                    span = text.span(member.key.start, member.value.end)
                    found.append(Dependency(name, _text(member.value) or "", group, span))
    return tuple(found)


def _workspaces(text: Text, members: Members, problems: Problems) -> tuple[str, ...]:
    """Of `[…]`, or of Yarn's `{"packages": […]}`."""
    if "workspaces" not in members:
        return ()
    node: Node | None = members["workspaces"].value
    if isinstance(node, Object):
        packages = node.last().get("packages")
        node = packages.value if packages else None
    match node:
        case Array(items=items):
            return tuple(name for item in items if (name := _text(item)) is not None)
        case None:
            return ()
        case _:
            problems.append(_wrong(text, node, "workspaces is no list"))
            return ()


def _engines(text: Text, members: Members, problems: Problems) -> tuple[Entry, ...]:
    if "engines" in members and isinstance(members["engines"].value, Array):
        return ()  # an old form that npm itself ignores
    engines = _object(text, members, "engines", problems)
    return tuple(
        Entry(name, json.value_of(text, member.value), text.span(member.key.start, member.key.end))
        for name, member in engines.items()
    )


def _publishes(members: Members) -> bool:
    """Whether others are meant to install it. `private` packages may still have a `main`."""
    if _is_true(members, "private"):
        return False
    if "bin" in members or "exports" in members or "publishConfig" in members:
        return True
    return "files" in members and ("main" in members or "module" in members)


def _prisma_schema(members: Members) -> str | None:
    match members.get("prisma"):
        case Member(value=Object() as prisma):
            schema = prisma.last().get("schema")
            return _text(schema.value) if schema else None
        case _:
            return None


def _object(text: Text, members: Members, name: str, problems: Problems) -> Members:
    """The members of the object at `name`; none where there is something else."""
    if name not in members:
        return {}
    match members[name].value:
        case Object() as node:
            return node.last()
        case Scalar(value=None):
            return {}
        case node:
            problems.append(_wrong(text, node, f"{name} is no object"))
            return {}


def _string(text: Text, members: Members, name: str, problems: Problems) -> str | None:
    if name not in members:
        return None
    node = members[name].value
    if isinstance(node, Scalar) and (node.value is None or isinstance(node.value, str)):
        return node.value
    problems.append(_wrong(text, node, f"{name} is no string"))
    return None


def _text(node: Node) -> str | None:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _is_true(members: Members, name: str) -> bool:
    member = members.get(name)
    return isinstance(member, Member) and _truth(member.value)


def _truth(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value in {True, "true"}


def _wrong(text: Text, node: Node, message: str) -> Problem:
    return Problem(text.location(node.start, node.end), message)
