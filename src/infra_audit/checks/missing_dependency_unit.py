"""Units that wait for a service which nothing in the repository installs or ships."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename
from typing import Any

from ..documents.facts import Setting, UnitFile
from ..flow import effects
from ..model import Evidence, Location, Match, Outcome, Span, Undecided
from ..project.types import Act, Project
from ..source.regex import regex

_NEEDS = {
    "Requires": "requires",
    "BindsTo": "is bound to",
    "Requisite": "demands",
    "After": "starts after",
    "Wants": "wants",
}
_HARD = frozenset({"Requires", "BindsTo", "Requisite"})
_NAME = regex(r"[\w.-]+\.service")
_BASE = regex(
    r"(?:systemd-[\w-]+|network|networking|NetworkManager[\w-]*|dbus|dbus-broker|sshd?|crond?|r?syslog|ufw|firewalld|nftables"
    r"|iptables|cloud-\w+(?:-\w+)*|cloud-init(?:-\w+)?|getty|apparmor|auditd|snapd|chronyd?|ntpd?|ntpsec|multipathd|lvm2[\w-]*"
    r"|polkit|accounts-daemon|udev|resolvconf|keyboard-setup|console-setup|plymouth[\w-]*|rc-local|display-manager|avahi-daemon"
    r"|bluetooth|wpa_supplicant|dhcpcd|kmod|user@|rpcbind|nfs-server|remote-fs|local-fs|acpid|irqbalance|unattended-upgrades"
    r"|walinuxagent|google-[\w-]+|amazon-ssm-agent|qemu-guest-agent|open-vm-tools|vboxadd[\w-]*|tailscaled)\.service"
)
"""What Debian, Ubuntu, Fedora and the images of the large providers bring with them."""
_STEMS = {"mysqld": "mysql", "mongod": "mongo", "postgresql": "postgres", "redis-server": "redis", "mariadb": "mariadb",
          "docker": "docker", "httpd": "apache", "apache2": "apache", "rabbitmq-server": "rabbitmq"}  # fmt: skip
"""What packages and images of a service have in their names, where that is not the unit's own."""


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each service that a unit names, where scripts show what the server is given."""
    shipped = {basename(path) for path in project.files} | {u.name for u in project.unit_files}
    installing: tuple[Act, Evidence] | None = None
    for unit in project.unit_files:
        if (
            project.purposes.get(unit.path) not in ("production", "template")
            or unit.kind != "service"
        ):
            continue
        for setting, name, span in _named(unit):
            if name in shipped or _BASE.fullmatch(name) or name == unit.name:
                continue
            installing = installing or _installer(project)
            where = Location(unit.path, span)
            if installing is None or project.provisioning:
                yield Undecided(where, "what the server has is not told here")
            elif not _is_mentioned(name, unit, project):
                yield Match(
                    location=where,
                    values={
                        "unit": unit.name,
                        "needs": _NEEDS[setting.key],
                        "name": name,
                        "effect": _effect(setting.key),
                    },
                    evidence=(installing[1],),
                    severity=None if setting.key in _HARD else "note",
                )


def _named(unit: UnitFile) -> Iterator[tuple[Setting, str, Span]]:
    """The services that a unit names, the gravest key for each."""
    seen: set[str] = set()
    for key in _NEEDS:
        for setting in unit.settings:
            if setting.key != key or setting.section != "Unit":
                continue
            for name in setting.value.raw.split():
                if _NAME.fullmatch(name) and name not in seen:
                    seen.add(name)
                    yield setting, name, _span(setting, name)


def _span(setting: Setting, name: str) -> Span:
    """Where a name stands in a value."""
    span = setting.value.span
    at = setting.value.raw.find(name)
    if span.line != span.end_line or span.end_column - span.column != len(setting.value.raw):
        return span
    return Span(span.line, span.column + at, span.line, span.column + at + len(name))


def _installer(project: Project) -> tuple[Act, Evidence] | None:
    """A script that installs the server's packages."""
    for act in project.acts:
        if act.purpose == "production" and act.role == "bootstrap":
            for run in act.behaviour.runs:
                if effects.mutates_server(run) == "installs packages":
                    return act, Evidence(Location(run.path, run.span), "what the server is given")
    return None


def _is_mentioned(name: str, unit: UnitFile, project: Project) -> bool:
    """Whether any script or compose file names what the service is of."""
    bare = name.removesuffix(".service")
    stem = _STEMS.get(bare, bare.partition("@")[0]).lower()
    for act in project.acts:
        if act.script.path == unit.path and act.script.origin != "file":
            continue
        for run in act.behaviour.runs:
            if stem in run.name.lower() or any(stem in word.raw.lower() for word in run.words):
                return True
            if any(argument and stem in argument.lower() for argument in run.arguments):
                return True
            if (
                any(None is argument for argument in run.arguments)
                and effects.mutates_server(run) == "installs packages"
            ):
                return True
    return False


def _effect(key: str) -> str:
    if key in _HARD:
        return "on a server that is set up by it the unit does not start"
    return "the order that the line is for never comes about"
