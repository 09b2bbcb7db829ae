"""Services of systemd with the settings that are in force, and what they run."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.programs import Programs
from infra_audit.project.service_units import ServiceUnit, called, is_once, service_units
from infra_audit.project.types import Project

from .linked import package
from .linked_project import project

UNIT = "[Service]\nExecStart=/usr/bin/node server.js\n"


def one(linked: Project) -> ServiceUnit:
    (unit,) = service_units(linked)
    return unit


def test_an_empty_start_drops_those_before_it(tmp_path: Path) -> None:
    drop_in = "[Service]\nExecStart=\nExecStart=/usr/bin/java -jar shop.jar\nRestart=always\n"
    linked = project(tmp_path, {"shop.service": UNIT, "shop.service.d/java.conf": drop_in})
    unit = one(linked)
    assert [setting.value.literal for setting in unit.starts] == ["/usr/bin/java -jar shop.jar"]
    assert unit.value("Restart") == "always"
    assert [each.name for each in Programs(linked).of(unit)] == ["java"]


def test_a_drop_in_is_no_service_of_its_own(tmp_path: Path) -> None:
    linked = project(tmp_path, {"nginx.service.d/limits.conf": "[Service]\nLimitNOFILE=65536\n"})
    assert service_units(linked) == ()
    assert [unit for unit in linked.units if unit.source == "systemd"] == []


def test_a_setting_counts_in_its_section(tmp_path: Path) -> None:
    text = f"[Unit]\nRestart=always\n{UNIT}StartLimitAction=reboot\nUser=$APP_USER\n"
    unit = one(project(tmp_path, {"shop.service": text}))
    assert unit.value("Restart") == ""
    assert unit.value("StartLimitAction", "Unit") == "reboot"
    assert unit.value("User") is None
    assert called(unit) == "`shop`"


ONCE: dict[str, tuple[dict[str, str], bool]] = {
    "a service": ({"shop.service": UNIT}, False),
    "a oneshot": ({"shop.service": f"{UNIT}Type=oneshot\n"}, True),
    "what remains": ({"shop.service": f"{UNIT}RemainAfterExit=yes\n"}, True),
    "of a timer": ({"shop.service": UNIT, "shop.timer": "[Timer]\nOnCalendar=daily\n"}, True),
    "named by a timer": (
        {"shop.service": UNIT, "night.timer": "[Timer]\nOnCalendar=daily\nUnit=shop.service\n"},
        True,
    ),
    "beside a timer": ({"shop.service": UNIT, "night.timer": "[Timer]\nOnCalendar=daily\n"}, False),
}


@pytest.mark.parametrize(("files", "once"), ONCE.values(), ids=ONCE)
def test_what_ends_by_itself(files: dict[str, str], once: bool, tmp_path: Path) -> None:
    linked = project(tmp_path, files)
    assert is_once(one(linked), linked) == once


RUN: dict[str, tuple[str, list[str]]] = {
    "by its path": ("/usr/bin/node server.js", ["node"]),
    "by a package script": ("/usr/bin/npm start", ["npm", "next"]),
    "by a script of the repository": ("/opt/shop/bin/start.sh", ["start.sh", "cd", "npm", "next"]),
    "by a shell": ("/bin/sh -c 'cd /opt/shop && exec npm start'", ["sh", "cd", "npm", "next"]),
    "in a container": ("/usr/bin/docker run --rm shop sh -c 'node server.js'", ["docker"]),
    "unknown": ("${NODE} server.js", [""]),
}


@pytest.mark.parametrize(("start", "names"), RUN.values(), ids=RUN)
def test_what_a_unit_runs_is_followed(start: str, names: list[str], tmp_path: Path) -> None:
    files = {
        "shop.service": f"[Service]\nWorkingDirectory=/opt/shop\nExecStart={start}\n",
        "bin/start.sh": "#!/bin/sh\ncd /opt/shop\nexec npm start\n",
        "package.json": package("next", start="next start"),
    }
    linked = project(tmp_path, files)
    assert [each.name for each in Programs(linked).of(one(linked))] == names
