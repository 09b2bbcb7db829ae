"""Whether production starts a compose file: by the trail, by what it says itself, or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.documents.read import read
from infra_audit.project.composed import standings
from infra_audit.project.link import link
from infra_audit.project.types import Project
from infra_audit.source.walk import walk
from tests.files import write

SHOP = "services:\n  shop:\n    build: .\n  db:\n    image: postgres:17\n"
LASTING = SHOP.replace("build: .\n", "build: .\n    restart: always\n", 1)
PUBLISHED = LASTING.replace("build: .", "image: example/shop:4")
DEVELOPED = LASTING.replace("build: .\n", "build: .\n    command: npm run dev\n")
REACHED = LASTING.replace(
    "build: .", "build: .\n    environment: [VITE_API_URL=http://localhost:8000]"
)
DEPLOY = "#!/bin/bash\nset -e\ngit pull\n{} up -d --build\n"


def project(folder: Path, files: dict[str, str]) -> Project:
    write(folder, files)
    tree = walk(str(folder))
    return link(tree, read(tree).documents, ())


def workflow(run: str) -> str:
    return (
        "on:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n"
        f"      - run: |\n          ssh deploy@shop.example.com <<'END'\n          {run}\n          END\n"
    )


STANDINGS = {
    "nothing shows it": ({"compose.yaml": SHOP}, "unknown", False),
    "always started again, built here": ({"compose.yaml": LASTING}, "shown", False),
    "always started again, published": ({"compose.yaml": PUBLISHED}, "shown", True),
    "in an environment called production": (
        {"compose.yaml": LASTING + "    environment: [NODE_ENV=production]\n"},
        "shown",
        False,
    ),
    "the application's environment is called production": (
        {"compose.yaml": LASTING.replace("build: .", "build: .\n    environment: [NODE_ENV=production]")},
        "shown",
        True,
    ),
    "by its name": ({"docker-compose.prod.yml": SHOP}, "shown", True),
    "by its name, though it is reached on this machine": (
        {"docker-compose.prod.yml": REACHED},
        "shown",
        True,
    ),
    "reached on this machine": ({"compose.yaml": REACHED}, "aside", False),
    "by its folder": ({"deploy/compose.yaml": SHOP}, "shown", True),
    "a developer's command": ({"compose.yaml": DEVELOPED}, "aside", False),
    "a developer's stage": (
        {"compose.yaml": LASTING.replace("build: .", "build: {context: ., target: dev-server}")},
        "aside",
        False,
    ),
    "a developer's environment file": (
        {"compose.yaml": LASTING.replace("build: .", "build: .\n    env_file: .env.development")},
        "aside",
        False,
    ),
    "the source is mounted": (
        {"compose.yaml": LASTING.replace("build: .", "build: .\n    volumes: ['./src:/app/src']")},
        "aside",
        False,
    ),
    "an override": ({"compose.override.yaml": LASTING}, "aside", False),
    "a deploy script": ({"deploy.sh": DEPLOY.format("docker compose"), "compose.yaml": SHOP}, "started", True),
    "a deploy script of the old tool": (
        {"deploy.sh": DEPLOY.format("docker-compose --file=compose.yaml"), "compose.yaml": SHOP},
        "started",
        True,
    ),
    "a deploy script, in spite of its command": (
        {"deploy.sh": DEPLOY.format("docker compose"), "compose.yaml": DEVELOPED},
        "started",
        True,
    ),
    "a job over ssh": (
        {
            ".github/workflows/deploy.yml": workflow("cd /srv/shop && docker compose up -d"),
            "compose.yaml": SHOP,
        },
        "started",
        True,
    ),
    "a deploy script starts another": (
        {"deploy.sh": DEPLOY.format("docker compose -f compose.other.yaml"), "compose.other.yaml": SHOP, "compose.yaml": LASTING},
        "unknown",
        False,
    ),
    "a developer's package script": (
        {"package.json": '{"scripts": {"dev:up": "docker compose up -d"}}', "compose.yaml": LASTING},
        "aside",
        False,
    ),
    "a developer's package script, of one for production by its name": (
        {
            "package.json": '{"scripts": {"dev:prod": "docker compose -f docker-compose.prod.yml up"}}',
            "docker-compose.prod.yml": SHOP,
        },
        "shown",
        True,
    ),
    "by its name, beside one that a deployment starts": (
        {
            "docker-compose.prod.yml": SHOP,
            "deploy.sh": DEPLOY.format("docker compose -f marketing-compose.yml"),
            "marketing-compose.yml": LASTING,
        },
        "shown",
        True,
    ),
    "another file has its name from production": (
        {"docker-compose.yml": LASTING, "docker-compose.prod.yml": PUBLISHED},
        "unknown",
        False,
    ),
    "a file for production adds to it": (
        {"docker-compose.yml": SHOP, "docker-compose.prod.yml": "services:\n  shop:\n    restart: always\n"},
        "shown",
        True,
    ),
    "a platform runs the application": (
        {"fly.toml": 'app = "shop"\n', "Dockerfile": "FROM node:22\n", "compose.yaml": LASTING},
        "unknown",
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "kind", "sure"), STANDINGS.values(), ids=STANDINGS)
def test_the_standing_of_a_compose_file(
    tmp_path: Path, files: dict[str, str], kind: str, sure: bool
) -> None:
    path = next(p for p in files if "compose" in p and "other" not in p)
    found = standings(project(tmp_path, files))[path]
    assert (found.kind, found.sure) == (kind, sure)


SERVICES = {
    "all": ("docker compose up -d", {"shop", "db", "cache"}),
    "one with what it depends on": ("docker compose up -d --no-build shop", {"shop", "db"}),
    "one alone": ("docker compose -p shop up -d cache", {"cache"}),
    "with a profile": ("docker compose --profile tools up -d", {"shop", "db", "cache", "console"}),
    "with all profiles": ("COMPOSE_PROFILES=tools docker compose up -d", {"shop", "db", "cache", "console"}),
    "a variable decides": ('docker compose up -d "$SERVICE"', {"shop", "db", "cache"}),
}  # fmt: skip


@pytest.mark.parametrize(("run", "services"), SERVICES.values(), ids=SERVICES)
def test_what_a_deployment_starts(tmp_path: Path, run: str, services: set[str]) -> None:
    compose = (
        "services:\n  shop:\n    build: .\n    depends_on: [db]\n  db:\n    image: postgres:17\n"
        "  cache:\n    image: redis:7\n  console:\n    build: .\n    profiles: [tools]\n"
    )
    files = {"deploy.sh": f"#!/bin/bash\ngit pull\n{run}\n", "compose.yaml": compose}
    found = standings(project(tmp_path, files))["compose.yaml"]
    assert (found.kind, found.services) == ("started", services)


COPIES = {
    "to a server, under another name": (
        "scp compose.prod.yaml \"$HOST:/srv/shop/compose.yaml\"",
        "ssh \"$HOST\" 'cd /srv/shop && docker compose up -d'",
    ),
    "to a folder of a server": (
        "rsync -az -e ssh other/compose.yaml deploy@shop.example.com:/srv/shop/",
        "ssh deploy@shop.example.com 'docker compose -f /srv/shop/compose.yaml up -d'",
    ),
    "to the home of a server": (
        "scp -i key compose.prod.yaml deploy@shop.example.com:shop/compose.yaml",
        "ssh deploy@shop.example.com 'cd ~/shop && docker compose up -d'",
    ),
    "over the other, on the server": (
        "",
        "ssh deploy@shop.example.com 'cd ~/shop && cp compose.prod.yaml compose.yaml && docker compose up -d'",
    ),
    "beside the script": ("cp compose.prod.yaml compose.yaml", "docker compose up -d"),
}  # fmt: skip


@pytest.mark.parametrize("lines", COPIES.values(), ids=COPIES)
def test_what_is_started_is_the_copy(tmp_path: Path, lines: tuple[str, str]) -> None:
    files = {
        "deploy.sh": "#!/bin/bash\nset -e\ngit pull\n{}\n{}\n".format(*lines),
        "compose.yaml": SHOP,
        "compose.prod.yaml": SHOP,
        "other/compose.yaml": SHOP,
    }
    found = standings(project(tmp_path, files))
    started = {path for path, standing in found.items() if standing.kind == "started"}
    assert started == {"other/compose.yaml" if "other" in lines[0] else "compose.prod.yaml"}


def test_each_workflow_starts_its_own_copy(tmp_path: Path) -> None:
    copying = "scp {} $H:/srv/shop/compose.yaml; ssh deploy@shop.example.com 'cd /srv/shop && docker compose up -d'"
    each = {
        f".github/workflows/{name}.yml": (
            "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n"
            f"      - run: |\n          {copying.format(f'compose.{name}.yaml')}\n"
        )
        for name in ("blue", "green")
    }
    files = {"compose.yaml": SHOP, "compose.blue.yaml": SHOP, "compose.green.yaml": SHOP, **each}
    found = standings(project(tmp_path, files))
    started = {
        path: standing.evidence[0].location.path
        for path, standing in found.items()
        if standing.kind == "started"
    }
    assert started == {
        "compose.blue.yaml": ".github/workflows/blue.yml",
        "compose.green.yaml": ".github/workflows/green.yml",
    }


def test_a_copy_on_a_condition_tells_nothing(tmp_path: Path) -> None:
    files = {
        "deploy.sh": "#!/bin/bash\ngit pull\n[ -f compose.yaml ] || cp compose.prod.yaml compose.yaml\ndocker compose up -d\n",
        "compose.yaml": SHOP,
        "compose.prod.yaml": SHOP,
    }
    assert standings(project(tmp_path, files))["compose.yaml"].kind == "started"


LOOPS = {
    "into each folder": 'for d in apps/*/; do (cd "$d" && docker compose up -d); done',
    "into each folder, by name": "for d in shop wiki; do cd ~/stack/apps/$d; docker compose up -d; done",
    "the file of each name": 'for n in shop wiki; do docker compose -f "$HOME/stack/apps/$n/compose.yaml" up -d; done',
    "each file": 'for f in ./apps/*/compose.yaml; do docker compose -f "$f" up -d; done',
    "the file of each folder": 'for d in apps/*/; do docker compose -f "${d%/}/compose.yaml" up -d; done',
    "a file that includes each": (
        "echo include: > compose.yaml\n"
        'for d in apps/*/; do [ -f "${d}compose.yaml" ] && echo "  - ${d}compose.yaml" >> compose.yaml; done\n'
        "docker compose up -d"
    ),
}


@pytest.mark.parametrize("lines", LOOPS.values(), ids=LOOPS)
def test_a_loop_starts_what_its_pattern_names(tmp_path: Path, lines: str) -> None:
    folders = ("apps/shop", "apps/wiki", "apps/.archive", "other/shop")
    files = {
        f"{folder}/compose.yaml": SHOP.replace("shop", f"shop{nth}").replace("db", f"db{nth}")
        for nth, folder in enumerate(folders)
    }
    found = standings(
        project(tmp_path, {"deploy.sh": f"#!/bin/bash\nset -e\ngit pull\n{lines}\n", **files})
    )
    started = {path for path, standing in found.items() if standing.kind == "started"}
    assert started == {"apps/shop/compose.yaml", "apps/wiki/compose.yaml"}


LOST = {
    "over what is not known": 'for d in $APPS; do (cd "$d" && docker compose up -d); done',
    "into a folder that it does not name": "for d in apps/*/; do cd /srv; docker compose -f x.yaml up -d; done",
    "into a folder that is not here": "for d in apps/a; do (cd $d && docker compose up -d); done",
    "without a folder": "for d in apps/*/; do docker compose -f x.yaml up -d; done",
    "over files of another name": 'for f in apps/*/stack.yaml; do docker compose -f "$f" up -d; done',
}


@pytest.mark.parametrize("lines", LOST.values(), ids=LOST)
def test_a_loop_that_is_not_followed_starts_nothing(tmp_path: Path, lines: str) -> None:
    files = {
        "deploy.sh": f"#!/bin/bash\ngit pull\n{lines}\n",
        "apps/shop/compose.yaml": SHOP,
    }
    assert standings(project(tmp_path, files))["apps/shop/compose.yaml"].kind == "unknown"


def test_what_is_included_is_started(tmp_path: Path) -> None:
    files = {
        "deploy.sh": DEPLOY.format("docker compose"),
        "compose.yaml": "include: [infra/compose.dev.yml]\n" + SHOP,
        "infra/compose.dev.yml": "include: [stores.yml]\n" + DEVELOPED,
        "infra/stores.yml": "services:\n  cache:\n    image: redis:7\n    command: redis-server\n",
        "infra/compose.test.yml": SHOP,
    }
    found = standings(project(tmp_path, files))
    assert found["infra/compose.dev.yml"].kind == "started"
    assert found["infra/compose.test.yml"].kind == "aside"


def test_a_trail_leads_to_it(tmp_path: Path) -> None:
    files = {
        ".github/workflows/deploy.yml": workflow("/srv/shop/scripts/deploy.sh"),
        "scripts/deploy.sh": DEPLOY.format("docker compose"),
        "compose.yaml": SHOP,
    }
    found = standings(project(tmp_path, files))["compose.yaml"]
    assert found.kind == "started"
    assert [step.location.path for step in found.evidence] == ["scripts/deploy.sh"]
