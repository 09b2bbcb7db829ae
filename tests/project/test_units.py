"""What runs in production."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.types import Unit
from infra_audit.project.units import filled

from .linked import package
from .linked_project import project

API = {"apps/api/package.json": package("express", name="@shop/api")}
WEB = {"apps/web/package.json": package("next", start="next start", name="@shop/web")}
UNIT = "[Service]\nExecStart=/usr/bin/node .\nUser=shop\nRestart=always\nWorkingDirectory=/opt/shop/apps/api\n"
SCRIPT = "DIR=/opt/shop\nUSER_NAME=shop\ncat > /etc/systemd/system/shop.service <<EOF\n{unit}EOF\n"


def unit(folder: Path, files: dict[str, str], source: str) -> Unit:
    (found,) = (u for u in project(folder, files).units if u.source == source)
    return found


def test_units_of_platforms_and_supervisors(tmp_path: Path) -> None:
    files = {
        **API,
        "apps/api/fly.toml": "app = 'a'\n[processes]\nweb = 'node .'\n",
        "vercel.json": '{"crons": [{"path": "/a", "schedule": "* * * * *"}]}',
        "Procfile": "web: npm start\nrelease: npm run migrate\n",
        "supervisord.conf": "[program:w]\ncommand=node w.js\ndirectory=/srv\nuser=x\nautorestart=true\n",
        "k8s/a.yaml": "apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec:"
        " {containers: [{name: n}]}}}}}\n",
    }
    found = [u for u in project(tmp_path, files).units if u.source not in ("package", "compose")]
    assert [(u.source, u.name, u.deployable, u.once, u.restart, u.user) for u in found] == [
        ("procfile", "web", "apps/api", False, None, None),
        ("platform", "web", "apps/api", False, None, None),
        ("kubernetes", "n", None, True, None, None),
        ("supervisor", "w", None, False, "true", "x"),
    ]


def test_a_timer_may_start_a_unit_of_another_name(tmp_path: Path) -> None:
    files = {"a.service": "[Service]\nExecStart=/bin/x\n", "b.timer": "[Timer]\nUnit=a.service\n"}
    assert unit(tmp_path, files, "systemd").once
    assert not unit(tmp_path, {"b.timer": "[Timer]\nOnCalendar=daily\n"}, "systemd").once


def test_what_pm2_is_told(tmp_path: Path) -> None:
    app = "{name: 'a', script: 'x.js', autorestart: false, user: 'shop'}"
    found = unit(tmp_path, {"ecosystem.config.js": f"module.exports = {{apps: [{app}]}}\n"}, "pm2")
    assert (found.restart, found.user) == ("no", "shop")


def test_a_file_of_a_platform_at_the_root_builds_what_is_there(tmp_path: Path) -> None:
    files = {"package.json": package("express"), **API, "Procfile": "web: npm start\n"}
    assert unit(tmp_path, files, "procfile").deployable == ""


OWNED: dict[str, tuple[dict[str, str], str, str | None]] = {
    "an app whose script lies in a folder": (
        {
            **API,
            **WEB,
            "ecosystem.config.js": "module.exports = {apps: [{name: 'a', script: 'apps/api/dist/a.js', cwd: __dirname}]}\n",
        },
        "pm2",
        "apps/api",
    ),
    "an app that the package of the root starts": (
        {
            "package.json": package("express"),
            "ecosystem.config.js": "module.exports = {apps: [{name: 'a', script: 'npm', args: 'start', cwd: './'}]}\n",
        },
        "pm2",
        "",
    ),
    "an app that is started elsewhere": (
        {
            **API,
            **WEB,
            "ecosystem.config.js": "module.exports = {apps: [{name: 'a', script: 'a.js', cwd: '/srv/shop'}]}\n",
        },
        "pm2",
        None,
    ),
    "a working directory": ({**API, **WEB, "shop.service": UNIT}, "systemd", "apps/api"),
    "no working directory of several": (
        {**API, **WEB, "shop.service": "[Service]\nExecStart=/bin/x\n"},
        "systemd",
        None,
    ),
    "no working directory of one": (
        {**API, "shop.service": "[Service]\nExecStart=/bin/x\n"},
        "systemd",
        "apps/api",
    ),
    "beside the manifest": (
        {**API, **WEB, "apps/api/shop.service": "[Service]\nExecStart=/bin/x\n"},
        "systemd",
        "apps/api",
    ),
    "a directory of pm2": (
        {
            **API,
            **WEB,
            "ecosystem.config.js": "module.exports = {apps: [{name: 'a', script: 'x.js', cwd: './apps/web'}]}\n",
        },
        "pm2",
        "apps/web",
    ),
    "what compose builds": (
        {
            **API,
            **WEB,
            "apps/web/Dockerfile": "FROM node\nCOPY . .\n",
            "docker-compose.yml": "services:\n  a:\n    build: apps/web\n",
        },
        "compose",
        "apps/web",
    ),
    "what compose pulls": (
        {**API, "docker-compose.yml": "services:\n  a:\n    image: me/a\n"},
        "compose",
        None,
    ),
}


@pytest.mark.parametrize(("files", "source", "expected"), OWNED.values(), ids=OWNED)
def test_a_unit_belongs_to(
    tmp_path: Path, files: dict[str, str], source: str, expected: str | None
) -> None:
    assert unit(tmp_path, files, source).deployable == expected


def test_a_unit_says_how_it_runs(tmp_path: Path) -> None:
    found = unit(tmp_path, {"shop.service": UNIT}, "systemd")
    assert (found.user, found.restart, found.directory, found.once) == (
        "shop",
        "always",
        "/opt/shop/apps/api",
        False,
    )


def test_a_unit_of_a_heredoc_takes_the_variables_of_its_script(tmp_path: Path) -> None:
    body = "[Service]\nExecStart=/bin/x\nUser=$USER_NAME\nWorkingDirectory=${DIR}/api\n"
    found = unit(tmp_path, {"install.sh": SCRIPT.format(unit=body)}, "systemd")
    assert (found.name, found.user, found.directory) == ("shop.service", "shop", "/opt/shop/api")


def test_what_a_script_does_not_know_is_unknown(tmp_path: Path) -> None:
    body = "[Service]\nExecStart=/bin/x\nUser=$WHO\nWorkingDirectory=$WHERE\n"
    found = unit(tmp_path, {"install.sh": SCRIPT.format(unit=body)}, "systemd")
    assert (found.user, found.directory) == (None, None)


ONCE: dict[str, tuple[dict[str, str], str]] = {
    "a one-shot": ({"a.service": "[Service]\nType=oneshot\nExecStart=/bin/x\n"}, "systemd"),
    "the unit of a timer": (
        {"a.service": "[Service]\nExecStart=/bin/x\n", "a.timer": "[Timer]\nOnCalendar=daily\n"},
        "systemd",
    ),
    "a migration": ({"docker-compose.yml": "services:\n  db-migrate:\n    build: .\n"}, "compose"),
    "no restart": (
        {"docker-compose.yml": 'services:\n  a:\n    build: .\n    restart: "no"\n'},
        "compose",
    ),
    "an app by the clock": (
        {
            "ecosystem.config.js": "module.exports = {apps: [{name: 'a', script: 'a.js', cron_restart: '0 3 * * *'}]}\n"
        },
        "pm2",
    ),
}


@pytest.mark.parametrize(("files", "source"), ONCE.values(), ids=ONCE)
def test_a_unit_ends_by_itself(tmp_path: Path, files: dict[str, str], source: str) -> None:
    assert unit(tmp_path, files, source).once


FILLED: dict[str, tuple[str, str | None]] = {
    "no variable": ("/opt/a", "/opt/a"),
    "a variable": ("$A/b", "x/b"),
    "a variable in braces": ("${A}/b", "x/b"),
    "an unknown one": ("$B/b", None),
}


@pytest.mark.parametrize(("raw", "expected"), FILLED.values(), ids=FILLED)
def test_variables_are_filled_in(raw: str, expected: str | None) -> None:
    assert filled(raw, {"A": "x"}) == expected


def test_a_service_that_publishes_a_port_serves_whatever_its_restart_policy(tmp_path: Path) -> None:
    text = "services:\n  api:\n    image: shop/api\n    ports: ['8000:8000']\n    restart: 'no'\n"
    found = unit(tmp_path, {"compose.yaml": text}, "compose")
    assert (found.restart, found.once) == ("no", False)
