from __future__ import annotations

import json
from pathlib import Path

from infra_audit.documents.facts import Block, Handler, Infrastructure
from infra_audit.documents.shell.syntax import Script
from infra_audit.flow.behaviour import Behaviour
from infra_audit.model import Declaration, Kind, Skipped
from infra_audit.project.types import (
    Act,
    Delivery,
    Deployable,
    Forward,
    Listening,
    Mechanism,
    Port,
    Probe,
    Project,
    Route,
    Routes,
    Site,
    Store,
    Unit,
)
from infra_audit.report.project import render_json, render_text
from tests.project.linked_project import project
from tests.report.samples import UNIT, at

_PLACE = at("deploy/shop.service", 1, 1, 1, 10)
_PROJECT = Project(
    files=frozenset({"deploy.sh"}),
    kind=Kind("server", (UNIT,)),
    deployables=(
        Deployable(
            folder="",
            name="shop",
            runtime="node",
            kind="server",
            serves=True,
            evidence=(UNIT,),
            frameworks=("next",),
            dependencies=frozenset({"react", "next"}),
        ),
    ),
    units=(Unit(source="systemd", name="shop", location=_PLACE, ports=("3000",), user="shop"),),
    ports=(
        Port(
            kind="published",
            number="80",
            target="3000",
            host="127.0.0.1",
            location=_PLACE,
            deployable="",
        ),
        Port(kind="listens", number=None, default="3000", variable="PORT", location=_PLACE),
    ),
    probes=(
        Probe(
            source="script",
            location=_PLACE,
            command=_PLACE,
            tool="curl",
            scheme="http",
            host="localhost",
            path="/health",
            inside=True,
        ),
        Probe(source="image", location=_PLACE, command=_PLACE, tool=None, scheme=""),
    ),
    sites=(
        Site(
            proxy="nginx",
            location=_PLACE,
            names=("shop.example",),
            listens=(Listening("443", "", secure=True, default=True, location=_PLACE),),
            forwards=(
                Forward(
                    pattern="/",
                    scheme="http",
                    host="127.0.0.1",
                    port=None,
                    path="",
                    location=_PLACE,
                    passed=_PLACE,
                ),
            ),
            redirects=(_PLACE,),
            secure=True,
            file="/etc/nginx/nginx.conf",
        ),
        Site(proxy="caddy", location=_PLACE, named=False),
    ),
    infrastructure=(
        Infrastructure(
            path=_PLACE.path,
            span=_PLACE.span,
            blocks=(
                Block("resource", ("aws_db_instance", "main"), _PLACE.span),
                Block("locals", (), _PLACE.span),
            ),
        ),
    ),
    stores=(
        Store(
            engine="sqlite",
            source="prisma",
            location=at("prisma/schema.prisma", 6, 1, 6, 9),
            variable="DATABASE_URL",
            hosted=True,
        ),
    ),
    acts=(
        Act(
            script=Script(path="deploy.sh", span=at("deploy.sh", 1, 1, 9, 1).span, origin="file"),
            behaviour=Behaviour(),
            purpose="production",
            role="deploy",
            reasons=(UNIT,),
            trail=(UNIT,),
            reached_by=("deploy-job",),
        ),
    ),
    routes=(
        Routes(
            "",
            "next",
            known=True,
            reason="",
            table=(Route("/api/cart", ("GET",), _PLACE, Handler(), "cart.ts"),),
            location=_PLACE,
        ),
    ),
    deliveries=(
        Delivery(kind="deploy", what="ssh", workflow="ci.yml", job="ship", location=_PLACE),
    ),
    pipelines=(Mechanism("GitHub Actions", at("ci.yml", 1, 1, 1, 2)),),
    declarations=(Declaration("backup", "nightly", "RDS", at(".infra-audit.yaml", 1, 1, 1, 2)),),
    left_out=(Skipped("tests", 3, ("a.test.ts",)),),
)


def test_the_text_has_each_fact_with_its_place() -> None:
    assert render_text(_PROJECT) == (
        "deployed as\n"
        "  server\n"
        "      deploy/shop.service:2: the unit runs from there\n"
        "deployables\n"
        "  .  shop, server, node, next, serves\n"
        "      deploy/shop.service:2: the unit runs from there\n"
        "units\n"
        "  deploy/shop.service:1  systemd shop, ports 3000, as shop\n"
        "ports\n"
        "  deploy/shop.service:1  published 80, to 3000, at 127.0.0.1, of .\n"
        "  deploy/shop.service:1  listens 3000 by default, by PORT\n"
        "probes\n"
        "  deploy/shop.service:1  script asks http://localhost:unknown/health, by curl, inside\n"
        "  deploy/shop.service:1  image asks unknown, by an unknown command\n"
        "sites\n"
        "  deploy/shop.service:1  nginx shop.example, with TLS, redirects to https,"
        " written to /etc/nginx/nginx.conf\n"
        "      deploy/shop.service:1: listens 443 ssl default\n"
        "      deploy/shop.service:1: passes / to http://127.0.0.1:unknown\n"
        "  deploy/shop.service:1  caddy unknown names\n"
        "stores\n"
        "  prisma/schema.prisma:6  sqlite (prisma), from DATABASE_URL, run by the repository\n"
        "images: none\n"
        "scripts\n"
        "  deploy.sh:1  deploy, 0 commands, reached by deploy-job\n"
        "      deploy/shop.service:2: the unit runs from there\n"
        "      deploy/shop.service:2: (1) the unit runs from there\n"
        "routes\n"
        "  deploy/shop.service:1  ., next, known\n"
        "      deploy/shop.service:1: GET /api/cart\n"
        "deliveries\n"
        "  deploy/shop.service:1  deploy by ssh, job ship\n"
        "pipelines\n"
        "  ci.yml:1  GitHub Actions\n"
        "platforms: none\n"
        "provisioning: none\n"
        "orchestration: none\n"
        "monitoring: none\n"
        "resources\n"
        "  deploy/shop.service:1  resource aws_db_instance main\n"
        "declared\n"
        "  .infra-audit.yaml:1  backup: nightly, because: RDS\n"
        "left out\n"
        "  3 files: tests (a.test.ts)\n"
    )


def test_the_text_tells_what_surely_builds_and_what_may(tmp_path: Path) -> None:
    manifest = '{"scripts": {"start": "node ."}, "dependencies": {"express": "1"}}'
    files = {
        "apps/api/package.json": manifest,
        "apps/api/Dockerfile": "FROM node\nCOPY . .\n",
        "apps/web/package.json": manifest,
        "nas/job.dockerfile": "FROM node\nCOPY . .\n",
    }
    text = render_text(project(tmp_path, files))
    assert "apps/api/Dockerfile: builds it" in text
    assert text.count("job.dockerfile: may build it") == 1


def test_the_json_has_the_same_facts_in_a_fixed_order() -> None:
    shown = json.loads(render_json(_PROJECT))
    assert list(shown) == [
        "kind", "deployables", "units", "ports", "probes", "sites", "stores", "images", "scripts", "routes", "deliveries",
        "pipelines", "platforms", "provisioning", "orchestration", "monitoring", "resources",
        "declarations",
        "left_out",
    ]  # fmt: skip
    assert shown["deployables"][0]["dependencies"] == ["next", "react"]
    assert shown["routes"][0]["table"][0]["route"] == "/api/cart"
    assert shown["scripts"][0]["role"] == "deploy"
    assert render_json(_PROJECT) == render_json(_PROJECT)


def test_the_path_of_each_fact_is_its_file() -> None:
    shown = json.loads(render_json(_PROJECT))
    assert [probe["path"] for probe in shown["probes"]] == [_PLACE.path, _PLACE.path]
    assert [probe["route"] for probe in shown["probes"]] == ["/health", None]
    forward = shown["sites"][0]["forwards"][0]
    assert (forward["path"], forward["target"]) == (_PLACE.path, "")
