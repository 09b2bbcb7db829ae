"""What reaches the scripts of a repository, and by which way."""

from __future__ import annotations

from pathlib import Path

import pytest

from .linked_project import project, workflow

CI = ".github/workflows/ci.yml"
SH = "#!/bin/bash\nls\n"
ROOT = '{"name": "root", "workspaces": ["apps/*"], "scripts": {"build": "turbo run build"}}'
WEB = '{"name": "@shop/web", "scripts": {"build": "bash ./go.sh"}}'
API = '{"name": "@shop/api", "scripts": {"build": "bash ./go.sh"}}'
SPACE = {"package.json": ROOT, "apps/web/package.json": WEB, "apps/api/package.json": API, "apps/web/go.sh": SH,
         "apps/api/go.sh": SH}  # fmt: skip

REACHED: dict[str, tuple[dict[str, str], str, tuple[str, ...]]] = {
    "nothing calls it": ({"a.sh": SH}, "a.sh", ()),
    "a step": ({CI: workflow("- run: ./a.sh"), "a.sh": SH}, "a.sh", ("ci-job",)),
    "a step that ships": (
        {CI: workflow("- run: |\n    ./a.sh\n    fly deploy"), "a.sh": SH},
        "a.sh",
        ("deploy-job",),
    ),
    "a step by the clock": (
        {CI: workflow("- run: ./a.sh", on="{schedule: [{cron: '0 3 * * *'}]}"), "a.sh": SH},
        "a.sh",
        ("schedule",),
    ),
    "a step by the clock and by pushes": (
        {
            CI: workflow("- run: ./a.sh", on="{push: {}, schedule: [{cron: '0 3 * * *'}]}"),
            "a.sh": SH,
        },
        "a.sh",
        ("ci-job", "schedule"),
    ),
    "a working directory": (
        {CI: workflow("- run: ./a.sh\n  working-directory: tools"), "tools/a.sh": SH},
        "tools/a.sh",
        ("ci-job",),
    ),
    "another script": (
        {CI: workflow("- run: bash b.sh"), "b.sh": "#!/bin/bash\nsource ./a.sh\n", "a.sh": SH},
        "a.sh",
        ("ci-job",),
    ),
    "a composite action": (
        {
            CI: workflow("- uses: ./tools/go"),
            "tools/go/action.yml": "runs:\n  using: composite\n  steps:\n    - run: ./a.sh\n      shell: bash\n",
            "a.sh": SH,
        },
        "a.sh",
        ("ci-job",),
    ),
    "a RUN of an image": (
        {"Dockerfile": "FROM alpine\nCOPY . .\nRUN ./a.sh\n", "a.sh": SH},
        "a.sh",
        ("image-build",),
    ),
    "the entry of an image": (
        {"Dockerfile": 'FROM alpine\nCOPY . /app\nENTRYPOINT ["/app/a.sh"]\n', "a.sh": SH},
        "a.sh",
        ("image",),
    ),
    "the entry of an image of tests": (
        {"tests/Dockerfile": 'FROM alpine\nENTRYPOINT ["/app/a.sh"]\n', "a.sh": SH},
        "a.sh",
        (),
    ),
    "a compose command": (
        {
            "docker-compose.yml": "services:\n  app:\n    build: .\n    command: /app/a.sh\n",
            "a.sh": SH,
        },
        "a.sh",
        ("compose",),
    ),
    "a unit": (
        {"shop.service": "[Service]\nExecStart=/opt/shop/a.sh\n", "a.sh": SH},
        "a.sh",
        ("unit",),
    ),
    "a timer": (
        {
            "b.service": "[Service]\nExecStart=/opt/shop/a.sh\n",
            "b.timer": "[Timer]\nOnCalendar=daily\n",
            "a.sh": SH,
        },
        "a.sh",
        ("timer",),
    ),
    "a package that is started": (
        {"package.json": '{"scripts": {"start": "./a.sh"}}', "a.sh": SH},
        "a.sh",
        ("package-start",),
    ),
    "a package that is started on a developer's machine": (
        {"package.json": '{"scripts": {"start": "./a.sh && wrangler dev"}}', "a.sh": SH},
        "a.sh",
        (),
    ),
    "a package of examples that is started": (
        {"examples/package.json": '{"scripts": {"start": "./a.sh"}}', "examples/a.sh": SH},
        "examples/a.sh",
        (),
    ),
    "pm2": (
        {
            "ecosystem.config.js": "module.exports = {apps: [{name: 'x', script: './a.sh'}]}\n",
            "a.sh": SH,
        },
        "a.sh",
        ("pm2",),
    ),
    "pm2 through npm": (
        {
            "ecosystem.config.js": "module.exports = {apps: [{name: 'x', script: 'npm', args: 'run go'}]}\n",
            "package.json": '{"scripts": {"go": "./a.sh"}}',
            "a.sh": SH,
        },
        "a.sh",
        ("pm2",),
    ),
    "a Procfile": ({"Procfile": "web: bash a.sh\n", "a.sh": SH}, "a.sh", ("procfile",)),
    "a crontab": ({"crontab": "0 3 * * * /opt/shop/a.sh\n", "a.sh": SH}, "a.sh", ("cron",)),
    "a script that a crontab's script runs": (
        {"crontab": "0 3 * * * /opt/shop/b.sh\n", "b.sh": "#!/bin/bash\n./a.sh\n", "a.sh": SH},
        "a.sh",
        ("cron",),
    ),
    "a README's cron line": (
        {"README.md": "    0 3 * * * /opt/shop/a.sh\n", "a.sh": SH},
        "a.sh",
        ("prose",),
    ),
    "a workspace by name": (
        {**SPACE, CI: workflow("- run: npm run build -w @shop/web")},
        "apps/web/go.sh",
        ("ci-job",),
    ),
    "a workspace by folder": (
        {**SPACE, CI: workflow("- run: npm run build --workspace=apps/web")},
        "apps/web/go.sh",
        ("ci-job",),
    ),
    "another workspace": (
        {**SPACE, CI: workflow("- run: npm run build -w @shop/web")},
        "apps/api/go.sh",
        (),
    ),
    "a filter of pnpm": (
        {**SPACE, CI: workflow("- run: pnpm --filter web... build")},
        "apps/web/go.sh",
        ("ci-job",),
    ),
    "a workspace of yarn": (
        {**SPACE, CI: workflow("- run: yarn workspace @shop/api run build")},
        "apps/api/go.sh",
        ("ci-job",),
    ),
    "a folder": (
        {**SPACE, CI: workflow("- run: npm --prefix apps/api run build")},
        "apps/api/go.sh",
        ("ci-job",),
    ),
    "turbo through the root": (
        {**SPACE, CI: workflow("- run: npm run build")},
        "apps/api/go.sh",
        ("ci-job",),
    ),
    "turbo with a filter": (
        {**SPACE, CI: workflow("- run: npx turbo run build --filter=@shop/web")},
        "apps/api/go.sh",
        (),
    ),
}


@pytest.mark.parametrize(("files", "path", "expected"), REACHED.values(), ids=REACHED)
def test_a_script_is_reached(
    tmp_path: Path, files: dict[str, str], path: str, expected: tuple[str, ...]
) -> None:
    (act,) = (
        a
        for a in project(tmp_path, files).acts
        if a.script.path == path and a.script.origin == "file"
    )
    assert act.reached_by == expected
    assert bool(act.trail) == bool(expected)


def test_a_trail_leads_from_the_host_to_the_script(tmp_path: Path) -> None:
    files = {
        CI: workflow("- name: Go\n  run: bash b.sh"),
        "b.sh": "#!/bin/bash\n./a.sh\n",
        "a.sh": SH,
    }
    (act,) = (a for a in project(tmp_path, files).acts if a.script.path == "a.sh")
    assert [(e.location.path, e.note) for e in act.trail] == [
        (CI, "job `build`, step `Go`"),
        (CI, "`bash b.sh` runs b.sh"),
        ("b.sh", "`./a.sh` runs a.sh"),
    ]


def test_scripts_that_call_each_other_end(tmp_path: Path) -> None:
    files = {
        CI: workflow("- run: ./a.sh"),
        "a.sh": "#!/bin/bash\n./b.sh\n",
        "b.sh": "#!/bin/bash\n./a.sh\n",
    }
    assert {a.reached_by for a in project(tmp_path, files).acts if a.script.origin == "file"} == {
        ("ci-job",)
    }
