"""Where the images of stores keep their data, on which ports they answer: data about the world.

As of 2026-03, from the Dockerfiles and pages of the images: docker-library (postgres, mysql, mariadb,
mongo, redis, memcached, cassandra, couchdb, neo4j, influxdb, arangodb, elasticsearch, percona),
https://github.com/docker-library/postgres/pull/1259 for the move of PostgreSQL 18,
https://hub.docker.com/r/microsoft/mssql-server, https://hub.docker.com/r/clickhouse/clickhouse-server,
https://hub.docker.com/r/cockroachdb/cockroach. What is not listed is unknown.
"""

from __future__ import annotations

from msgspec import Struct

from ..source.regex import regex


class StoreImage(Struct, frozen=True, gc=False):
    """An image of a store; `volume` is what it declares as VOLUME around `data`, '' for none."""

    data: str
    ports: tuple[str, ...]
    volume: str
    variable: str = ""
    """The environment variable that moves its data."""
    options: tuple[str, ...] = ()
    """Options of its command that do."""


_MOVED = 18
"""The version of PostgreSQL whose official image keeps its data in a folder of the version."""
_BEFORE = StoreImage(
    "/var/lib/postgresql/data", ("5432",), "/var/lib/postgresql/data", "PGDATA", ("-D", "--data-directory", "data_directory")
)  # fmt: skip
_SINCE = StoreImage(
    "/var/lib/postgresql/18/docker", ("5432",), "/var/lib/postgresql", "PGDATA", ("-D", "--data-directory", "data_directory")
)  # fmt: skip
_MYSQL = StoreImage("/var/lib/mysql", ("3306",), "/var/lib/mysql", "", ("--datadir",))

_POSTGRES = frozenset({
    "postgres", "pgvector/pgvector", "postgis/postgis", "timescale/timescaledb", "imresamu/postgis", "tensorchord/pgvecto-rs",
    "ankane/pgvector",
})  # fmt: skip
"""The official image and those that are built from it and leave its places alone."""

_IMAGES = {
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "percona": _MYSQL,
    "mongo": StoreImage("/data/db", ("27017",), "/data/db", "", ("--dbpath", "-f", "--config")),
    "mssql/server": StoreImage("/var/opt/mssql", ("1433",), "", "MSSQL_DATA_DIR"),
    "cassandra": StoreImage("/var/lib/cassandra", ("9042",), "/var/lib/cassandra"),
    "couchdb": StoreImage("/opt/couchdb/data", ("5984",), "/opt/couchdb/data"),
    "neo4j": StoreImage("/data", ("7474", "7473", "7687"), "/data"),
    "arangodb": StoreImage("/var/lib/arangodb3", ("8529",), "/var/lib/arangodb3"),
    "clickhouse/clickhouse-server": StoreImage(
        "/var/lib/clickhouse", ("8123", "9000", "9009"), "/var/lib/clickhouse"
    ),
}

PORTS = {
    "postgresql": frozenset({"5432"}),
    "mysql": frozenset({"3306", "33060"}),
    "mongodb": frozenset({"27017"}),
    "redis": frozenset({"6379", "6380"}),
    "memcached": frozenset({"11211"}),
    "elasticsearch": frozenset({"9200", "9300"}),
    "opensearch": frozenset({"9200", "9600"}),
    "clickhouse": frozenset({"8123", "9000", "9009", "9440", "8443"}),
    "mssql": frozenset({"1433"}),
    "cockroachdb": frozenset({"26257"}),
    "cassandra": frozenset({"9042", "7000", "7001", "9160"}),
    "couchdb": frozenset({"5984"}),
    "neo4j": frozenset({"7474", "7473", "7687"}),
    "influxdb": frozenset({"8086", "8181"}),
    "arangodb": frozenset({"8529"}),
    "surrealdb": frozenset({"8000"}),
    "rethinkdb": frozenset({"28015", "29015"}),
    "questdb": frozenset({"9000", "8812", "9009"}),
}
"""The ports on which an engine is spoken to; others may be those of a page for people."""

_OF_POSTGRES = regex(r"(?:^|[-.])pg(\d+)(?:\D|$)")
_VERSION = regex(r"^(\d+)(?:\D|$)")
_NUMBERED = frozenset({"postgres", "postgis/postgis", "imresamu/postgis"})
"""Those whose tags begin with the version of PostgreSQL, and not with their own."""
_NEWEST = frozenset({"", "latest", "alpine", "bookworm", "trixie"})
"""Tags of the official image that always name the newest version, since 2025-09-25 one from 18 on."""
_REGISTRIES = regex(
    r"^(?:docker\.io/|index\.docker\.io/|registry-1\.docker\.io/|mirror\.gcr\.io/|public\.ecr\.aws/docker/|mcr\.microsoft\.com/"
    r"|quay\.io/|ghcr\.io/)"
)


def store_image(image: str) -> StoreImage | None:
    """The places of a store's image; None for one that is unknown, or whose version decides and is not told."""
    name, tag = name_and_tag(image)
    if name not in _POSTGRES:
        return _IMAGES.get(name)
    version = postgres_version(name, tag)
    if version is None:
        return None
    return _SINCE if version >= _MOVED else _BEFORE


def name_and_tag(image: str) -> tuple[str, str]:
    """An image's name without the registry and `library/`, and its tag, '' for none."""
    bare = image.partition("@")[0]
    folder, slash, last = bare.rpartition("/")
    short, _, tag = last.partition(":")
    name = _REGISTRIES.sub("", f"{folder}{slash}{short}".lower())
    return name.removeprefix("library/"), tag


def postgres_version(name: str, tag: str) -> int | None:
    """The major version of PostgreSQL in the tag of its image or one made from it; None if none is told."""
    found = _OF_POSTGRES.search(tag) or (_VERSION.search(tag) if name in _NUMBERED else None)
    return int(found[1]) if found else None


def is_moved_postgres(image: str) -> bool:
    """Whether an image is PostgreSQL with the folders that it has had since version 18."""
    return store_image(image) == _SINCE


def is_newest_postgres(image: str) -> bool:
    """Whether an image is whatever version of PostgreSQL is the newest when it is pulled."""
    name, tag = name_and_tag(image)
    return name == "postgres" and tag in _NEWEST and "@" not in image
