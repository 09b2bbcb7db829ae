"""What to do about scripts and the servers that they change."""

from __future__ import annotations

from collections.abc import Iterator

from ..flow.behaviour import Run
from ..model import Finding
from ..project.types import Act, Project
from .surroundings import acts

_LINES = 6
_NAMES = 8

_INSTALLERS = ("apt-get", "apt", "dnf", "yum", "apk", "pacman", "zypper")
_USERS = ("useradd", "adduser", "groupadd", "addgroup", "usermod")
_FIREWALLS = ("ufw", "firewall-cmd", "iptables", "nft")


def harden_scripts(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:  # noqa: ARG001 - a step
    """File by file what is to be mended, the gravest first, and how to keep it so."""
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.location.path, []).append(finding)
    order = sorted(by_path, key=lambda p: -sum(f.severity == "error" for f in by_path[p]))
    for path in order:
        found = by_path[path]
        grave = [f for f in found if f.severity == "error"] or found
        shown = "; ".join(f"line {f.location.span.line}: {_title(f)}" for f in grave[:_LINES])
        more = len(found) - min(len(grave), _LINES)
        yield f"`{path}`: {shown}{f'; and {more} more' if more else ''}."
    yield (
        "Check every script with `bash -n` and ShellCheck in the pipeline, and run the ones "
        "that set a server up twice on a throw-away machine."
    )


def _title(finding: Finding) -> str:
    return finding.title[:1].lower() + finding.title[1:]


def infrastructure_as_code(findings: tuple[Finding, ...], project: Project) -> Iterator[str]:
    """What the scripts set up, to be described instead."""
    paths = {finding.location.path for finding in findings}
    named = [
        act for act in project.acts if act.script.path in paths and act.script.origin == "file"
    ]
    for act in named or acts(project, "bootstrap"):
        yield from _described(act)
    yield from _extended(project)


def _extended(project: Project) -> Iterator[str]:
    units = [unit.path for unit in project.unit_files]
    if units:
        shown = ", ".join(f"`{path}`" for path in units[:_NAMES])
        yield f"Install the units {shown} by it, not by `cp`."
    if project.provisioning:
        tools = ", ".join(
            dict.fromkeys(f"{m.name} (`{m.location.path}`)" for m in project.provisioning)
        )
        yield f"Extend {tools}."
    else:
        yield (
            "Describe the machine, its network and its DNS in Terraform, and what is on it in "
            "Ansible or cloud-init; keep secrets in neither."
        )
    yield (
        "Build a second server from it and move over, rather than applying it to the one that "
        "people have changed by hand."
    )


def _described(act: Act) -> Iterator[str]:
    runs = [run for run in act.behaviour.runs if run.reach == "reached"]
    parts = [
        ("packages", _packages(runs)),
        ("users and groups", _last_words(runs, _USERS)),
        ("services", _services(runs)),
        ("firewall rules", [_shown(run) for run in runs if run.name in _FIREWALLS]),
    ]
    told = "; ".join(f"{what} {_named(found)}" for what, found in parts if found)
    path = act.script.path
    yield f"Describe what `{path}` sets up: {told}." if told else f"Describe what `{path}` sets up."


def _named(found: list[str]) -> str:
    names = list(dict.fromkeys(found))
    shown = ", ".join(f"`{name}`" for name in names[:_NAMES])
    return f"{shown} …" if len(names) > _NAMES else shown


def _packages(runs: list[Run]) -> list[str]:
    found = []
    for run in runs:
        words = [a for a in run.arguments if a and not a.startswith("-")]
        if run.name in _INSTALLERS and words[:1] and words[0] in ("install", "add", "-S"):
            found += words[1:]
    return found


def _last_words(runs: list[Run], names: tuple[str, ...]) -> list[str]:
    return [
        run.arguments[-1]
        for run in runs
        if run.name in names and run.arguments and run.arguments[-1]
    ]


def _services(runs: list[Run]) -> list[str]:
    found = []
    for run in runs:
        words = [a for a in run.arguments if a and not a.startswith("-")]
        if run.name == "systemctl" and words[:1] and words[0] in ("enable", "start", "restart"):
            found += words[1:]
    return found


def _shown(run: Run) -> str:
    return " ".join(" ".join(word.raw for word in run.words[:5]).split()).replace("`", "'")
