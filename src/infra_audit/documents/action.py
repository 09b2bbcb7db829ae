"""Local actions: the steps of a composite one."""

from __future__ import annotations

from ..model import Problem
from ..source.text import Text
from . import yaml
from .facts import Action
from .steps import Defaults, steps
from .yaml import Mapping


def parse(text: Text) -> Action:
    """The action that `text` is."""
    documents, problems = yaml.nodes(text)
    found = list(problems)
    root = documents[0] if documents else None
    runs = yaml.get(root, "runs")
    if not found and not isinstance(runs, Mapping):
        place = text.location(0, 0) if root is None else text.location(root.start, root.start)
        found.append(Problem(place, "an action needs `runs`, this has none"))
    return Action(
        path=text.path,
        span=text.span(0, len(text.content)),
        using=yaml.string(yaml.get(runs, "using")) or "",
        steps=steps(text, yaml.get(runs, "steps"), Defaults()),
        problems=tuple(found),
    )
