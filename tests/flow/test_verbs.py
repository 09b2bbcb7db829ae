"""Which verb a command line asks a tool for, and whether the tool has it."""

from __future__ import annotations

import pytest

from infra_audit.flow.verbs import asked, exists

from .scripts import behave

CASES = {
    "npm prisma migrate deploy": ("npm", "prisma", False),
    "npm build": ("npm", "build", False),
    "npm run build": ("npm", "run", True),
    "npm inst": ("npm", "inst", True),
    "npm runScript build": ("npm", "runScript", True),
    "npm --prefix web ci": ("npm", "ci", True),
    "npm --registry=https://r.example.com ci": ("npm", "ci", True),
    "npm --unheard-of value ci": None,
    "npm --version": None,
    "npm migrate --help": None,
    "npm $STEP": None,
    "npm ./folder": None,
    "pnpm prisma migrate deploy": ("prisma migrate", "deploy", True),
    "pnpm migrate": None,
    "yarn prisma migrate run": ("prisma migrate", "run", False),
    "npx prisma generate": None,
    "npx prisma db migrate": ("prisma db", "migrate", False),
    "sudo systemctl shop restart": ("systemctl", "shop", False),
    "systemctl --user daemon-reload": ("systemctl", "daemon-reload", True),
    "docker compose -f compose.yaml up -d": ("docker compose", "up", True),
    "docker compose --profile web remove": ("docker compose", "remove", False),
    "docker-compose reload": ("docker-compose", "reload", False),
    "docker frobnicate": None,
    "pm2 -s restart shop": ("pm2", "restart", True),
    "pm2 app.js": ("pm2", "app.js", False),
    "apt-get -y search nginx": ("apt-get", "search", False),
    "apt-get -qq autopurge": ("apt-get", "autopurge", True),
    "supervisorctl reboot all": ("supervisorctl", "reboot", False),
}


@pytest.mark.parametrize(("text", "told"), CASES.items())
def test_what_is_asked_for(text: str, told: tuple[str, str, bool] | None) -> None:
    found = asked(behave(text, directory="").runs[0])
    assert (None if found is None else (found.tool, found.verb, exists(found))) == told
