from __future__ import annotations

from pathlib import Path

from infra_audit.audit import audit
from infra_audit.config import load as load_config
from infra_audit.model import Node, Picture

from .files import write
from .repository import RULES

_SHOP = {
    "package.json": """{"name": "shop", "scripts": {"start": "node server.js", "db:migrate": "drizzle-kit migrate"},
 "dependencies": {"drizzle-orm": "0.45.0", "pg": "8.13.0", "ioredis": "5.4.0"}}
""",
    "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "server.js"]\n',
    "drizzle.config.ts": """import { defineConfig } from 'drizzle-kit'
export default defineConfig({ dialect: 'postgresql', dbCredentials: { url: process.env.DATABASE_URL } })
""",
    "compose.yaml": """services:
  cache:
    image: redis:7
    restart: always
  shop:
    build: .
    restart: always
    depends_on: [db, cache]
    environment:
      DATABASE_URL: postgresql://shop:secret@db:5432/shop
      REDIS_URL: redis://cache:6379
  db:
    image: postgres:17
    restart: always
""",
}
_JOURNAL = {
    "drizzle/meta/_journal.json": '{"dialect": "postgresql", "entries": [{"idx": 0, "tag": "0000_init"}]}\n',
    "drizzle/0000_init.sql": "CREATE TABLE carts (id integer);\n",
    "drizzle/0001_orders.sql": "CREATE TABLE orders (id integer);\n",
}
FIXTURES = Path(__file__).parent.parent / "fixtures"


def pictured(name: str) -> Picture:
    return drawn(FIXTURES / name)


def drawn(root: Path) -> Picture:
    folder = str(root)
    picture = audit(folder, load_config(folder), RULES, pictured=True).picture
    assert picture is not None
    return picture


def named(picture: Picture, name: str) -> Node:
    (node,) = [node for node in picture.nodes if node.name == name]
    return node


def ends(picture: Picture) -> set[tuple[str, str]]:
    names = {node.id: node.name for node in picture.nodes}
    return {(names[edge.source], names[edge.target]) for edge in picture.edges if not edge.missing}


def test_nothing_is_drawn_unless_it_is_asked_for() -> None:
    folder = str(FIXTURES / "leaky-bare")
    assert audit(folder, load_config(folder), RULES).picture is None


def test_what_is_missing_is_drawn_as_missing() -> None:
    picture = pictured("leaky-shop")
    missing = {node.name: node.rules for node in picture.nodes if node.missing}
    assert missing["no image"] == ("containers/missing-dockerfile",)
    assert missing["no metrics"] == ("observability/missing-metrics",)
    assert {edge.missing for edge in picture.edges if edge.target.startswith("missing")} == {True}


def test_a_release_by_hand_leads_from_the_developer_to_the_host() -> None:
    assert ("developer", "server") in ends(pictured("leaky-shop"))
    assert ("developer", "server") not in ends(pictured("tidy-shop"))


def test_what_a_unit_runs_from_is_marked_at_the_unit() -> None:
    unit = named(pictured("leaky-shop"), "leaky-shop.service")
    assert "scripts/removal-of-live-path" in unit.rules


def test_units_lead_to_the_stores_that_they_use() -> None:
    assert {("app", "postgresql"), ("app", "redis")} <= ends(pictured("leaky-stack"))


def test_the_tidy_ones_have_neither_gaps_nor_faults() -> None:
    for name in ("tidy-shop", "tidy-stack"):
        assert [node.name for node in pictured(name).nodes if node.missing or node.rules] == []


def test_every_edge_has_both_ends() -> None:
    for name in ("leaky-shop", "leaky-stack", "leaky-bare", "rough-edges"):
        picture = pictured(name)
        names = {node.id for node in picture.nodes}
        assert {e.source for e in picture.edges} | {e.target for e in picture.edges} <= names


def test_a_script_that_dumps_leads_to_the_store_that_it_dumps() -> None:
    """The redis and the events are no PostgreSQL, and `warehouse` is another one."""
    picture = pictured("leaky-stack")
    places = {node.id: node.location.path if node.location else "" for node in picture.nodes}
    names = {node.id: node.name for node in picture.nodes}
    kept = {
        (names[edge.source], places[edge.source], places[edge.target])
        for edge in picture.edges
        if edge.target.startswith("backup")
    }
    assert kept == {
        ("postgresql", "compose.yaml", "scripts/backup.sh"),
        ("postgresql", "compose.yaml", "scripts/monthly-copy.sh"),
        ("postgresql", "reporting/docker-compose.yml", "reporting/nightly.sh"),
    }


def test_a_backup_of_another_engine_hangs_on_the_host(tmp_path: Path) -> None:
    write(tmp_path, {**_SHOP, "scripts/backup.sh": "#!/bin/sh\nmysqldump shop > /srv/all.sql\n"})
    assert ("container host", "scripts/backup.sh") in ends(drawn(tmp_path))
    assert ("redis", "scripts/backup.sh") not in ends(drawn(tmp_path))


def test_what_is_not_backed_up_is_the_store_of_the_finding() -> None:
    picture = pictured("leaky-shop")
    names = {node.id: node.name for node in picture.nodes}
    sources = {names[edge.source] for edge in picture.edges if names[edge.target] == "no backup"}
    assert sources == {"sqlite"}


def test_a_server_and_the_code_that_opens_it_are_one_store(tmp_path: Path) -> None:
    write(tmp_path, _SHOP)
    picture = drawn(tmp_path)
    assert sorted(n.name for n in picture.nodes if n.kind == "store") == ["postgresql", "redis"]
    assert [n.name for n in picture.nodes if n.kind == "unit"] == ["shop"]
    assert {("shop", "postgresql"), ("shop", "redis")} <= ends(picture)


def test_a_database_elsewhere_is_a_store_of_its_own(tmp_path: Path) -> None:
    elsewhere = _SHOP["compose.yaml"].replace("@db:", "@db.shop.internal:")
    write(tmp_path, {**_SHOP, "compose.yaml": elsewhere})
    stores = [n.name for n in drawn(tmp_path).nodes if n.kind == "store"]
    assert sorted(stores) == ["postgresql", "postgresql", "redis"]


def test_a_finding_about_data_without_a_place_is_never_marked_at_a_cache(tmp_path: Path) -> None:
    write(tmp_path, {**_SHOP, **_JOURNAL})
    picture = drawn(tmp_path)
    assert "database/migration-not-in-journal" in named(picture, "postgresql").rules
    assert named(picture, "redis").rules == ()


def test_a_finding_in_a_service_is_marked_there_and_not_at_the_store_of_the_file() -> None:
    reports = named(pictured("leaky-stack"), "reports")
    assert "database/local-host-in-container" in reports.rules
