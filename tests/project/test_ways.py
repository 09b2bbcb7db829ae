"""The trail of a command that deletes data, and what a command deletes."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.destruction import destroys
from infra_audit.project.entrances import Entrances
from infra_audit.project.ways import Ways, decisive

from .linked_project import project, workflow

PACKAGE = '{"name": "shop", "scripts": {"db:setup": "prisma migrate reset --force"}}'
SCRIPT = "#!/bin/bash\nset -e\n. ./lib/common.sh\nmigrate\nnpm run db:setup\n"
SHIPS = workflow("- name: Ship\n  run: |\n    ./deploy.sh\n    fly deploy", job="deploy")


def test_the_trail_leads_from_the_job_to_the_package_script(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        {".github/workflows/go.yml": SHIPS, "deploy.sh": SCRIPT, "package.json": PACKAGE},
    )
    (act,) = [a for a in found.acts if a.script.name == "db:setup"]
    entrances = Entrances(found)
    (trail,) = [
        way.trail(entrance.first)
        for way in Ways(found).to(act)
        for entrance in entrances.of(way.start)
        if entrance.kind == "job"
    ]
    assert [(step.location.path, step.note) for step in trail] == [
        (".github/workflows/go.yml", "job `deploy`, step `Ship`"),
        (".github/workflows/go.yml", "`./deploy.sh` runs deploy.sh"),
        ("deploy.sh", "`npm run db:setup` runs `db:setup` of package.json"),
    ]


def test_scripts_that_call_each_other_end(tmp_path: Path) -> None:
    found = project(
        tmp_path, {"a.sh": "#!/bin/sh\n./b.sh\n", "b.sh": "#!/bin/sh\n./a.sh\n./b.sh\n"}
    )
    ways = Ways(found)
    assert [[way.start.script.path for way in ways.to(act)] for act in found.acts] == [
        ["a.sh", "b.sh"],
        ["b.sh", "a.sh"],
    ]


def test_an_earlier_check_decides_nothing(tmp_path: Path) -> None:
    script = (
        '#!/bin/sh\nset -e\n[ -n "$1" ] || exit 1\nls\nif [ "$2" = x ]; then\n  reset\nfi\nls\n'
    )
    (act,) = project(tmp_path, {"a.sh": script}).acts
    (run,) = [r for r in act.behaviour.runs if r.name == "reset"]
    assert [guard.words for guard in decisive(run, act)] == [(None, "=", "x")]


COMMANDS: dict[str, tuple[str, str, bool]] = {
    "forced": ("npx prisma migrate reset --force", "wipe", False),
    "asking": ("pnpm exec prisma migrate reset", "wipe", True),
    "a version": ("npx --yes prisma@6.14.0 db push --force-reset", "wipe", False),
    "a path": ("./node_modules/.bin/prisma db push --accept-data-loss=true", "loss", False),
    "behind dotenv": ("npx dotenv -e .env.production -- prisma migrate dev", "drift", True),
    "in a container": ("docker compose exec -T web npx prisma migrate reset -f", "wipe", False),
    "artisan": ("php artisan migrate:fresh --seed --force", "wipe", False),
    "typeorm": ("npx typeorm-ts-node-commonjs schema:drop -d data.ts", "wipe", False),
    "sequelize": ("npx sequelize-cli db:drop", "wipe", False),
    "drizzle": ("pnpm drizzle-kit push --force", "loss", False),
    "only what is pending": ("npx prisma migrate deploy", "", False),
    "a push that refuses": ("npx prisma db push", "push", False),
    "only a new file": ("npx prisma migrate dev --create-only", "", False),
    "the environment of tests": ("npx dotenv -e .env.test -- prisma migrate reset -f", "", False),
    "artisan that asks": ("php artisan migrate:fresh", "", False),
    "an unknown verb": ('npx prisma migrate "$VERB" --force', "", False),
    "no subcommand of npm": ("npm prisma migrate reset --force", "", False),
    "only printed": ("echo npx prisma migrate reset --force", "", False),
    "help": ("npx prisma migrate reset --help", "", False),
}


@pytest.mark.parametrize(("command", "kind", "asks"), COMMANDS.values(), ids=COMMANDS.keys())
def test_what_a_command_deletes(command: str, kind: str, asks: bool, tmp_path: Path) -> None:
    (act,) = project(tmp_path, {"a.sh": f"#!/bin/sh\n{command}\n"}).acts
    done = destroys(act.behaviour.runs[0])
    assert (done.kind if done else "", bool(done and done.asks)) == (kind, asks)
