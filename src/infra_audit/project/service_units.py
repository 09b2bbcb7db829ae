"""Services of systemd with the settings that are in force: their own, then those of their drop-ins."""

from __future__ import annotations

from msgspec import Struct

from ..documents.facts import Setting, UnitFile
from ..model import Evidence, Location, Span
from .types import Project

_TRUE = frozenset({"1", "yes", "y", "true", "t", "on"})
_MOVED = frozenset({"StartLimitAction", "StartLimitInterval", "StartLimitBurst", "FailureAction"})
"""Settings that once stood in `[Service]`, where systemd still reads them."""
_STARTING = frozenset({"timer", "socket", "path"})
_FAR = 4
"""How many units may stand between a unit and the one that pulls it in."""


class ServiceUnit(Struct, frozen=True):
    """A service that is not a mere drop-in, with every value that systemd takes from its files."""

    file: UnitFile
    name: str
    """With its suffix; '' where the script that writes it computes the name."""
    settings: dict[tuple[str, str], Setting]
    """By section and key, the last of each."""
    starts: tuple[Setting, ...]
    """The `ExecStart` lines in force."""

    def get(self, key: str, section: str = "Service") -> Setting | None:
        """A setting; one that has moved to `[Unit]` also where it stood before."""
        found = self.settings.get((section, key))
        if found is None and section == "Unit" and key in _MOVED:
            found = self.settings.get(("Service", key))
        return found

    def value(self, key: str, section: str = "Service") -> str | None:
        """The literal value of a setting, '' where it is not given, None where it is not known."""
        found = self.get(key, section)
        if found is None:
            return ""
        literal = found.value.literal
        return None if literal is None or "$" in literal else literal.strip()

    def is_on(self, key: str) -> bool:
        """Whether a switch of `[Service]` is surely on."""
        return (self.value(key) or "").lower() in _TRUE


def service_units(project: Project) -> tuple[ServiceUnit, ...]:
    """The services for production, in the order of their files."""
    given = [
        file
        for file in project.unit_files
        if file.kind == "service"
        and project.purposes.get(file.path, "production") in ("production", "template")
    ]
    found = []
    for file in given:
        added = [f for f in given if f is not file and _adds_to(f, file)]
        settings = [s for f in (file, *added) for s in f.settings]
        starts = _starts(settings)
        if starts and not _is_drop_in(file):
            last = {(s.section, s.key): s for s in settings}
            found.append(ServiceUnit(file, file.name, last, starts))
    return tuple(found)


def whole(setting: Setting, unit: ServiceUnit, project: Project) -> Location:
    """The place of a setting, from its key to the end of its value."""
    path = unit.file.path
    if setting not in unit.file.settings:
        path = next((f.path for f in project.unit_files if setting in f.settings), path)
    key, value = setting.span, setting.value.span
    return Location(path, Span(key.line, key.column, value.end_line, value.end_column))


def called(unit: ServiceUnit) -> str:
    """How a sentence calls the unit."""
    bare = unit.name.removesuffix(".service")
    return f"`{bare}`" if bare and "$" not in bare else "the unit"


def started_by(unit: ServiceUnit, project: Project) -> Evidence | None:
    """The timer, socket or path unit that starts a service."""
    for file in project.unit_files:
        if file.kind in _STARTING and file is not unit.file:
            own = file.name.removesuffix(f".{file.kind}") == unit.name.removesuffix(".service")
            named = any(s.key in ("Unit", "Service") and s.value.raw == unit.name for s in file.settings)  # fmt: skip
            if (own and unit.name) or named:
                return Evidence(Location(file.path, file.span), f"{file.name} starts it")
    return None


def is_once(unit: ServiceUnit, project: Project) -> bool:
    """Whether a service is one that ends by itself: once at boot, by a clock, or when asked."""
    kind = unit.value("Type")
    return (
        kind is None
        or kind == "oneshot"
        or unit.is_on("RemainAfterExit")
        or started_by(unit, project) is not None
    )


def _starts(settings: list[Setting]) -> tuple[Setting, ...]:
    """The `ExecStart` lines; an empty one drops those before it."""
    found: list[Setting] = []
    for setting in settings:
        if (setting.section, setting.key) == ("Service", "ExecStart"):
            if setting.value.raw.strip():
                found.append(setting)
            else:
                found.clear()
    return tuple(found)


def _is_drop_in(file: UnitFile) -> bool:
    return file.path.endswith(".conf") and "/" in file.path


def _adds_to(file: UnitFile, unit: UnitFile) -> bool:
    return _is_drop_in(file) and not _is_drop_in(unit) and file.name == unit.name != ""
