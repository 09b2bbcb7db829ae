"""Which services of a compose file are stores, told by their images, also by those that are built here."""

from __future__ import annotations

from msgspec import Struct

from ..documents.facts import Compose, Service
from ..documents.shell.syntax import Command, Script, Word
from ..source.regex import regex
from .copies import LASTING
from .engines import engine_of_image
from .images import built_file
from .types import Project

NAMES = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mongodb": "MongoDB",
    "redis": "Redis",
    "mssql": "SQL Server",
    "cockroachdb": "CockroachDB",
    "clickhouse": "ClickHouse",
    "elasticsearch": "Elasticsearch",
    "opensearch": "OpenSearch",
    "memcached": "Memcached",
    "cassandra": "Cassandra",
    "couchdb": "CouchDB",
    "neo4j": "Neo4j",
    "influxdb": "InfluxDB",
    "arangodb": "ArangoDB",
    "surrealdb": "SurrealDB",
    "rethinkdb": "RethinkDB",
    "questdb": "QuestDB",
}
"""How people call the engines that run as a server."""


class StoreService(Struct, frozen=True):
    """A service that runs a store; `image` is the base where the image is built here."""

    engine: str
    image: str

    @property
    def name(self) -> str:
        """How people call its engine."""
        if "mariadb" in self.image.lower():
            return "MariaDB"
        return NAMES.get(self.engine, self.engine)

    @property
    def lasts(self) -> bool:
        """Whether it holds what cannot be made anew."""
        return self.engine in LASTING


def store_service(service: Service, compose: Compose, project: Project) -> StoreService | None:
    """The store that a service runs; None for an application, and where its image is not told."""
    if _is_client(service):
        return None
    image = _image(service, compose, project)
    engine = engine_of_image(image) if image else None
    return None if engine not in NAMES else StoreService(engine, image or "")


def _image(service: Service, compose: Compose, project: Project) -> str | None:
    if service.build is None:
        value = service.image
        return None if value is None else value.literal or value.default or value.raw
    path = built_file(compose.path, service.build)
    for dockerfile in project.dockerfiles:
        if dockerfile.path == path and dockerfile.stages:
            base = dockerfile.stages[-1].base
            return base.literal or base.default
    return None


_SERVERS = regex(
    r"(?:^|[\s/\"'])(?:postgres|mysqld(?:_safe)?|mariadbd|mongod|mongos|redis-server|valkey-server|keydb-server|memcached|sqlservr|clickhouse"
    r"|clickhouse-server|cockroach|influxd|neo4j|cassandra|couchdb|arangod|eswrapper|elasticsearch|opensearch\S*"
    r"|(?:\S*docker-)?entrypoint(?:\.sh)?)(?:[\s\"']|$)"
)
"""What runs a server in the images of stores."""


def _is_client(service: Service) -> bool:
    """Whether a store's image is only there for its tools: `psql`, `pg_dump`, `mongosh`."""
    scripts = [s for s in (service.entrypoint, service.command) if s is not None]
    words = [w.raw for script in scripts for w in _words(script)]
    if not words or words[0].startswith("-"):
        return False
    return _SERVERS.search(" ".join(words)) is None


def _words(script: Script) -> list[Word]:
    """The words of a command line, and of what it hands to a shell."""
    commands = [s for s in script.statements if isinstance(s, Command)]
    inner = [word for c in commands for nested in c.scripts for word in _words(nested)]
    return [word for c in commands for word in c.words] + inner
