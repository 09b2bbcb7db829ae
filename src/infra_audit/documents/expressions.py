"""The `${{ … }}` that a workflow puts into code before that runs, each with its place."""

from __future__ import annotations

from collections.abc import Iterator

from ..source.regex import regex
from ..source.text import Text
from . import yaml
from .facts import Expansion, Value
from .yaml import Node, Scalar

_SINKS: dict[str, tuple[str, ...]] = {
    "actions/github-script": ("script",),
    "appleboy/ssh-action": ("script",),
    "fifsky/ssh-action": ("command",),
    "garygrossgarten/github-action-ssh": ("command",),
    "nick-fields/retry": ("command",),
    "nick-invision/retry": ("command",),
    "azure/cli": ("inlinescript",),
    "azure/powershell": ("inlinescript",),
    "addnab/docker-run-action": ("run",),
    "jannekem/run-python-script-action": ("script",),
}
"""Actions and those of their inputs that are run as code. Source: their README files."""
_STRING_OR_END = regex(r"'[^']*'|\}\}")
_REMARKS = ("#", "//")


def expansions(
    text: Text, run: Scalar | None, uses: Value | None, given: Node | None
) -> tuple[Expansion, ...]:
    """What is put into the code of a step: its `run`, or the input of an action that runs code."""
    found: list[Expansion] = []
    if run is not None:
        found += _inside(text, run, "run")
    name = "" if uses is None else uses.raw.partition("@")[0].lower()
    for key, node in yaml.pairs(given) if name in _SINKS else ():
        scalar = yaml.scalar(node)
        if scalar is not None and key.value.lower() in _SINKS[name]:
            found += _inside(text, scalar, key.value)
    return tuple(found)


def _inside(text: Text, scalar: Scalar, sink: str) -> Iterator[Expansion]:
    piece = yaml.literal(text, scalar)
    content = piece.content
    at = content.find("${{")
    while at >= 0 and (end := _end(content, at + 3)) > 0:
        before = content[content.rfind("\n", 0, at) + 1 : at].lstrip()
        yield Expansion(
            text=content[at + 3 : end - 2].strip(),
            sink=sink,
            remark=before.startswith(_REMARKS),
            span=piece.span(at, end),
        )
        at = content.find("${{", end)


def _end(content: str, at: int) -> int:
    for match in _STRING_OR_END.finditer(content, at):
        if match[0] == "}}":
            return match.end()
    return -1
