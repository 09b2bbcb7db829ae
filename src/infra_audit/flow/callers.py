"""Who may call a script's functions, when first, and what that may change."""

from __future__ import annotations

from collections.abc import Iterable

from ..source.regex import regex
from .facts import MAIN, TOKENS, Survey, Told
from .state import DIRECTORY
from .writes import reckoned

_TELLERS = frozenset({"echo", "printf"})
"""Commands that only say what they are told; functions here call it only by `"$@"` and the like."""
_LIFTS = regex(r"(?:/usr/bin/)?(?:sudo|doas)(?:\s.*)?")


def note_mentions(found: Survey, texts: list[Told]) -> None:
    """Keep the words that name a function."""
    names = found.definitions
    if "command_not_found_handle" in names:
        found.unseen = True
        found.dynamic.append((names["command_not_found_handle"][0].function.span, MAIN))
    if not names:
        return
    for span, context, text, told in texts:
        if text.isalnum() and text not in names:
            continue
        kept = told is not None and told not in names and told not in _TELLERS
        tokens = (text,) if text in names else TOKENS.findall(text) if len(text) > 1 else ()
        for token in tokens:
            if token in names:
                found.mentions.append((span, context, token))
                if kept:
                    found.indirect.add(token)


def order(found: Survey) -> None:
    """Compute when each function may first be called."""
    inside: dict[str, list[str]] = found.body_calls
    for _, context, name in found.mentions:
        inside.setdefault(context, []).append(name)
    dynamic = {context for _, context in found.dynamic}
    events = [(span, name) for span, context, name in found.mentions if context == MAIN]
    events += [(span, MAIN) for span, context in found.dynamic if context == MAIN]
    for span, name in sorted(events):
        if len(found.earliest) == len(found.definitions):
            break
        stack = [name] if name else list(found.definitions)
        while stack:
            called = stack.pop()
            if called in found.earliest:
                continue
            known = found.definitions[called]
            first = max(span, known[0].function.span) if known[0].certain else span
            found.earliest[called] = first
            stack.extend(inside.get(called, ()))
            if called in dynamic:
                stack.extend(found.definitions)
                dynamic = set()  # what it would add once more is there, or done
    for span, context in found.doubts:
        begins = span if context == MAIN else found.earliest.get(context)
        if begins is not None:
            found.doubted.append(begins)
    found.doubted.sort()


def spread(found: Survey) -> None:
    """Compute what calling a function may change, and whether the script may end well in it."""
    edges = callers(found)
    dynamic = {context for _, context in found.dynamic}
    writing = {
        context
        for context in found.definitions
        if found.written.get(context, set()) - found.own.get(context, set())
    }
    found.impure = reachable(writing | found.restless | dynamic, edges)
    unseen = {context for _, context in found.doubts}.union(found.evals)
    found.doubtful = reachable(unseen, edges) - {MAIN}
    found.haunted = _haunted(found)
    found.lifting = _lifting(found)
    found.composing = frozenset(name for name, given in found.told.items() if _composes(given))
    found.succeeding = reachable({e.context for e in found.exits.values() if e.may_succeed}, edges)


def _lifting(found: Survey) -> dict[str, bool]:
    """The variables of which every value is `sudo` or nothing, and those that are also otherwise."""
    lifting: dict[str, bool] = {}
    for name, literals in found.told.items():
        known = [text for text in literals if text]
        if any(not _LIFTS.fullmatch(text) for text in known):
            lifting[name] = False
        elif known and None not in literals:
            lifting[name] = True
    return lifting


def _composes(given: set[str | None]) -> bool:
    """Whether a variable holds compose under one name or another, if it holds anything."""
    known = given - {""}
    return bool(known) and known <= _COMPOSE


_COMPOSE = frozenset({"docker compose", "docker-compose"})


def _haunted(found: Survey) -> set[str]:
    """The variables that traps may change behind every command's back."""
    names: set[str] = set()
    for text in found.trapped:
        names.update(reckoned(text))
        tokens = set(TOKENS.findall(text))
        names.update(tokens & set(found.assigned))
        if tokens & {"cd", "pushd", "popd"}:
            names.add(DIRECTORY)
        if not text or tokens & (found.impure | {"eval", "source", "."}):
            names.update(*(found.written.get(function, ()) for function in found.definitions))
    return names


def reachable(seeds: Iterable[str], edges: dict[str, list[str]]) -> set[str]:
    """The seeds, and what edges lead to from there."""
    reached: set[str] = set()
    stack = list(seeds)
    while stack:
        name = stack.pop()
        if name not in reached:
            reached.add(name)
            stack.extend(edges.get(name, ()))
    return reached


def callers(found: Survey) -> dict[str, list[str]]:
    """For each function the contexts that may call it."""
    edges: dict[str, list[str]] = {}
    for context, names in found.body_calls.items():
        for name in names:
            edges.setdefault(name, []).append(context)
    return edges
