"""Deployments over ssh that do not know whom they talk to, or that talk as root."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from msgspec import Struct

from ..documents.shell.syntax import Command, Redirect
from ..flow.behaviour import Run
from ..model import Evidence, Inapplicable, Location, Match, Outcome, Satisfied, Span
from ..project.deploys import Link, Started, deploys, started
from ..project.inside import commands
from ..project.releases import shown
from ..project.runners import is_own, is_unknown
from ..project.types import Act, Project
from ..source.regex import regex

_CLIENTS = frozenset(
    {"ssh", "scp", "sftp", "rsync", "ssh-copy-id", "autossh", "git", "ansible-playbook"}
)
_TRUSTS_ALL = regex(r"StrictHostKeyChecking[=\s\"']+(?:no|off)\b", re.IGNORECASE)
_AT_HOME = regex(
    r"(?:^|@)(?:localhost|127\.[\d.]+|\[?::1\]?|vagrant|default|docker)(?:$|:)", re.IGNORECASE
)
_HUBS = regex(r"^(?:github\.com|gitlab\.com|bitbucket\.org|ssh\.github\.com|ssh\.dev\.azure\.com)$")
_ROOT = regex(r"^['\"]?root@")
_USER = regex(r"""^["']?\$\{?(\w+)\}?@""")
_ROLES = frozenset({"deploy", "bootstrap", "maintenance", "backup", "unknown"})
_SETS_UP = regex(r"(?i)(?:^|\W)(?:setup|set-up|bootstrap|provision)(?:\W|$)")
"""Names of package scripts and steps that make a server ready, for which nobody but root can be let in."""
_ACTIONS = ("appleboy/ssh-action", "appleboy/scp-action")
"""Actions that take any key of the server unless they are given its `fingerprint`. Source: README."""
_GLUED = regex(r"\[\[?[^\[\s]")
_COPIERS = frozenset({"cp", "tee", "mv", "install"})
_MOST = 4

_Written = Callable[[], dict[Span, Command]]
"""The commands of a script by their places: gathered when one is looked for, which is seldom."""

_UNKNOWN = "takes whatever answers for the server: its key is not checked"
_ASKED = "asks the server itself for the key that it is then checked against: whoever stands between answers"
_AS_ROOT = "deploys as root: whoever has the key has the machine"
_BY_DEFAULT = "deploys as root by default: whoever has the key has the machine"
_NO_PRINT = "takes any key of the server: it is given no `fingerprint`"


class _Fault(Struct, frozen=True):
    """What is wrong, and where."""

    what: str
    location: Location
    shown: str
    told: Location | None = None
    """Where else it is told."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each file and kind of fault, at the first place."""
    found: dict[tuple[str, str], list[_Fault]] = {}
    known: list[Location] = []
    for fault in _faults(project, known):
        places = found.setdefault((fault.location.path, fault.what), [])
        if fault.location not in [other.location for other in places]:
            places.append(fault)
    for (_, what), faults in found.items():
        first, *others = sorted(faults, key=lambda fault: fault.location)
        told = [] if first.told is None else [Evidence(first.told, "who it is, if not told")]
        yield Match(
            location=first.location,
            values={"shown": first.shown, "what": what},
            evidence=(*told, *(Evidence(o.location, "here too") for o in others[:_MOST])),
        )
    if not found:
        if known:
            yield Satisfied(known[0], "the server's key is known")
        else:
            yield Inapplicable("nothing here deploys over ssh")


def _faults(project: Project, known: list[Location]) -> Iterator[_Fault]:
    scripts = started(project)
    deploying = list(deploys(project, scripts))
    runners = {
        id(act): (deploy.workflow, deploy.job)
        for deploy in deploying
        for step in deploy.job.steps
        for act in scripts.get((deploy.workflow.path, step.span), ())
    }
    for act in project.acts:
        reached = id(act) in runners or "deploy-job" in act.reached_by
        if act.purpose != "production" or not (reached or act.role in _ROLES):
            continue
        if not reached and act.script.origin == "step":
            continue
        written = cache(partial(commands, act.script))
        place = _provides(act, written, runners.get(id(act)), scripts)
        if place is not None:
            known.append(place)
        yield from _of_act(act, written, runners.get(id(act)), verified=place is not None)
    for deploy in deploying:
        for ship in deploy.ships:
            if ship.step.uses is not None and ship.tool.startswith(_ACTIONS):
                given = {e.name.lower(): e.value.raw if e.value else "" for e in ship.step.inputs}
                name = f"`{ship.tool}`"
                if not given.get("fingerprint"):
                    yield _Fault(_NO_PRINT, ship.location, name)
                if given.get("username") == "root":
                    yield _Fault(_AS_ROOT, ship.location, name)


def _of_act(
    act: Act, written: _Written, runner: Link | None, *, verified: bool
) -> Iterator[_Fault]:
    deploying = act.role != "bootstrap" and not _SETS_UP.search(act.script.name)
    for run in act.behaviour.runs:
        client = run.name in _CLIENTS
        says = client or bool(run.redirects) or run.name in _COPIERS
        if not says and run.name != "ssh-keyscan":
            continue
        if run.reach == "unreachable" or run.remote is not None or _is_vain(run):
            continue
        text = _said(run) if says else ""
        place = Location(run.path, run.span)
        if client and not any(_AT_HOME.search(word) for word in _destinations(run)):
            if _TRUSTS_ALL.search(text) and not verified:
                yield _Fault(_UNKNOWN, place, f"`{shown(run)}`")
            if deploying and _as_root(run):
                yield _Fault(_AS_ROOT, place, f"`{shown(run)}`")
            elif deploying and (name := _user(run)) in act.behaviour.defaults:
                told = _assigned(name, act) if act.behaviour.defaults[name] == "root" else None
                if told is not None:
                    yield _Fault(_BY_DEFAULT, place, f"`{shown(run)}`", Location(run.path, told))
        elif verified:
            continue
        elif _TRUSTS_ALL.search(text + _fed(run, written)) and _targets(run, written, "ssh/config"):
            yield _Fault(_UNKNOWN, place, f"`{shown(run)}`")
        elif run.name == "ssh-keyscan" and _is_fresh(runner) and _scans(run):
            yield _Fault(_ASKED, place, f"`{shown(run)}`")


def _is_vain(run: Run) -> bool:
    """Whether it waits for a test that is glued to its bracket, a command that nobody has."""
    return any(_GLUED.match(guard.kind) and not guard.negated for guard in run.guards)


def _said(run: Run) -> str:
    """The words of a run as far as they are known, and the settings that ssh reads."""
    words = [
        argument or word.raw for word, argument in zip(run.words[1:], run.arguments, strict=False)
    ]
    return " ".join((*words, *(value or "" for name, value in run.environment if "SSH" in name)))


def _destinations(run: Run) -> list[str]:
    """The words of a client that may name a host, without the command that ssh is given behind one."""
    words = [
        argument or word.raw for word, argument in zip(run.words[1:], run.arguments, strict=False)
    ]
    host = next((nth for nth, word in enumerate(words) if "@" in word), len(words))
    return words[: host + 1] if run.name == "ssh" else words


def _fed(run: Run, written: _Written) -> str:
    """The here-documents that a run is given."""
    if not any("<<" in operator for operator, _ in run.redirects):
        return ""
    redirects = _redirects(run, written)
    return " ".join(r.heredoc.content for r in redirects if r.heredoc is not None)


def _redirects(run: Run, written: _Written) -> tuple[Redirect, ...]:
    """The redirects of a run as they are written."""
    command = written().get(run.span) if run.redirects else None
    return () if command is None else command.redirects


def _targets(run: Run, written: _Written, name: str) -> bool:
    """Whether a run writes a file of this name."""
    writes = [to is None or name in to for operator, to in run.redirects if ">" in operator]
    redirects = _redirects(run, written) if any(writes) else ()
    if any(r.target is not None and name in r.target.raw and ">" in r.operator for r in redirects):
        return True
    return run.name in _COPIERS and any(name in word.raw for word in run.words[1:])


def _as_root(run: Run) -> bool:
    words = [word.raw for word in run.words[1:]]
    if run.name not in ("ssh", "scp", "rsync", "sftp"):
        return False
    return (
        any(_ROOT.match(word) for word in words)
        or "-lroot" in words
        or "-l root" in " ".join(words)
    )


def _user(run: Run) -> str:
    """The variable that tells as whom a run enters the server; '' for none."""
    if run.name not in ("ssh", "scp", "rsync", "sftp"):
        return ""
    found = (_USER.match(word.raw) for word in run.words[1:])
    return next((told[1] for told in found if told), "")


def _assigned(name: str, act: Act) -> Span | None:
    """The one place where a script gives a variable its value; None where it has several."""
    given = [a.span for c in commands(act.script).values() for a in c.assignments if a.name == name]
    return given[0] if len(given) == 1 else None


def _is_fresh(runner: Link | None) -> bool:
    """Whether a job's machine remembers no key from the time before."""
    return runner is not None and not is_own(runner[1]) and not is_unknown(runner[1])


def _scans(run: Run) -> bool:
    """Whether a key is kept as it comes: not compared, and not of a host whose keys are published."""
    if {"ssh-keygen", "grep", "diff", "cmp"} & set(run.piped_into):
        return False
    hosts = [
        given for word in run.words[1:] if not (given := word.raw.strip("'\"")).startswith("-")
    ]
    return not any(_HUBS.match(host) for host in hosts)


def _provides(
    act: Act, written: _Written, runner: Link | None, scripts: Started
) -> Location | None:
    """Where the key of the server is given to the machine that connects."""
    acts = [act]
    if runner is not None:
        workflow, job = runner
        for step in job.steps:
            acts += scripts.get((workflow.path, step.span), [])
            for entry in step.inputs:
                given = entry.value.raw if entry.value else ""
                if "known_hosts" in entry.name and given not in ("", "unnecessary"):
                    return Location(workflow.path, entry.span)
    for other in acts:
        own = written if other is act else cache(partial(commands, other.script))
        for run in other.behaviour.runs:
            if _is_given(run, own):
                return Location(run.path, run.span)
    return None


def _is_given(run: Run, written: _Written) -> bool:
    """Whether a run writes known hosts that it has not just asked for, or compares a fingerprint."""
    if run.name == "ssh-keygen":
        return bool({"-lf", "-l", "-F"} & set(run.arguments))
    if "ssh-keyscan" in (run.name, *run.piped_from):
        return False
    raws = [word.raw for word in run.words]
    if any("/dev/null" in raw for raw in raws):
        return False
    if any("UserKnownHostsFile" in raw for raw in raws):
        return True
    if not run.redirects and run.name not in _COPIERS:
        return False
    asks = any("ssh-keyscan" in raw for raw in raws)
    return not asks and _targets(run, written, "known_hosts")
