"""Which images, packages, schemes and dependencies stand for which database: data about the world.

Names of images are those of Docker Hub and the vendors' registries, of packages those of Debian,
Ubuntu, Fedora and Alpine, as of 2025. What is not listed is unknown.
"""

from __future__ import annotations

import re

from ..source.regex import regex

_ALIASES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "prisma+postgres": "postgresql",
    "postgresql+psycopg2": "postgresql",
    "postgresql+psycopg": "postgresql",
    "postgresql+asyncpg": "postgresql",
    "postgis": "postgresql",
    "mysql": "mysql",
    "mysql2": "mysql",
    "mysql+pymysql": "mysql",
    "mysql+aiomysql": "mysql",
    "mysql+mysqldb": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "file": "sqlite",
    "libsql": "sqlite",
    "turso": "sqlite",
    "sqlserver": "mssql",
    "mssql": "mssql",
    "mssql+pyodbc": "mssql",
    "mongodb": "mongodb",
    "mongodb+srv": "mongodb",
    "cockroachdb": "cockroachdb",
    "redis": "redis",
    "rediss": "redis",
    "valkey": "redis",
    "clickhouse": "clickhouse",
    "couchdb": "couchdb",
    "neo4j": "neo4j",
    "neo4j+s": "neo4j",
    "bolt": "neo4j",
    "jdbc:postgresql": "postgresql",
    "jdbc:mysql": "mysql",
    "jdbc:mariadb": "mysql",
    "jdbc:sqlite": "sqlite",
    "jdbc:sqlserver": "mssql",
}
"""Engines by what providers, dialects and URL schemes call them."""

_IMAGES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "postgis": "postgresql",
    "pgvector": "postgresql",
    "pgvecto-rs": "postgresql",
    "timescaledb": "postgresql",
    "timescaledb-ha": "postgresql",
    "timescaledb-postgis": "postgresql",
    "spilo": "postgresql",
    "pgautoupgrade": "postgresql",
    "paradedb": "postgresql",
    "mysql": "mysql",
    "mysql-server": "mysql",
    "mariadb": "mysql",
    "mariadb-galera": "mysql",
    "percona": "mysql",
    "percona-server": "mysql",
    "mongo": "mongodb",
    "mongodb": "mongodb",
    "mongodb-community-server": "mongodb",
    "ferretdb": "mongodb",
    "redis": "redis",
    "redis-stack": "redis",
    "redis-stack-server": "redis",
    "redis-alpine": "redis",
    "valkey": "redis",
    "keydb": "redis",
    "dragonfly": "redis",
    "memcached": "memcached",
    "elasticsearch": "elasticsearch",
    "elasticsearch-wolfi": "elasticsearch",
    "opensearch": "opensearch",
    "clickhouse": "clickhouse",
    "clickhouse-server": "clickhouse",
    "mssql-server": "mssql",
    "mssql-server-linux": "mssql",
    "azure-sql-edge": "mssql",
    "cockroach": "cockroachdb",
    "yugabyte": "postgresql",
    "cassandra": "cassandra",
    "scylla": "cassandra",
    "couchdb": "couchdb",
    "neo4j": "neo4j",
    "influxdb": "influxdb",
    "arangodb": "arangodb",
    "surrealdb": "surrealdb",
    "rethinkdb": "rethinkdb",
    "questdb": "questdb",
    "libsql-server": "sqlite",
}
"""Engines by the last part of an image's name."""

_IMAGE_PATHS = {"mssql/server": "mssql", "bitnami/postgresql-repmgr": "postgresql"}

_COMPANIONS = regex(
    r"(?:^|/)(?:adminer|pgadmin4?|phpmyadmin|mongo-express|redisinsight|redis-commander|cloudbeaver"
    r"|mailhog|mailpit|maildev|mailcatcher|mailserver|inbucket|smtp4dev|fake-smtp-server|minio|mc|localstack"
    r"|azurite|fake-gcs-server|rabbitmq|kafka|cp-kafka|zookeeper|cp-zookeeper|redpanda|nats|kibana"
    r"|opensearch-dashboards|grafana|prometheus|loki|promtail|tempo|jaeger|all-in-one|zipkin"
    r"|opentelemetry-collector(?:-contrib)?|serverless-redis-http|neon-proxy|local-neon-http-proxy"
    r"|stripe-cli|stripe-mock|meilisearch|typesense|qdrant|weaviate|chroma|ollama|pgbouncer|busybox"
    r"|ps-http-sim|planetscale-http-proxy|sqlpad|dynamodb-local|firebase-emulator|mock-server|wiremock)"
    r"(?:$|[:@])",
    re.IGNORECASE,
)
"""Images that stand beside stores for local development and are no application."""

_MAIL_CATCHERS = regex(
    r"(?:^|/)(?:mailhog|mailpit|maildev|mailcatcher|inbucket|smtp4dev)(?:$|[:@])", re.IGNORECASE
)
"""Images that keep mail from being delivered: what runs beside them is no production."""

_STORE_NAMES = regex(
    r"(?:^|[-_])(?:db|database|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|clickhouse|elasticsearch)\d*$",
    re.IGNORECASE,
)

_MANAGED = regex(
    r"(?:^|\.)(?:rds\.amazonaws\.com|rds\.amazonaws\.com\.cn|docdb\.amazonaws\.com|cache\.amazonaws\.com"
    r"|neon\.tech|supabase\.(?:co|com|net)|psdb\.cloud|planetscale\.com|database\.azure\.com"
    r"|database\.windows\.net|documents\.azure\.com|cosmos\.azure\.com|redis\.cache\.windows\.net"
    r"|render\.com|railway\.(?:app|internal)|rlwy\.net|upstash\.io|mongodb\.net|mongodb-dev\.net|turso\.io"
    r"|db\.ondigitalocean\.com|cloudsql\.google\w*\.com|cockroachlabs\.cloud|aivencloud\.com|redislabs\.com"
    r"|redis-cloud\.com|rediscloud\.com|scalegrid\.io|elephantsql\.com|cleardb\.(?:com|net)|timescaledb\.io"
    r"|tsdb\.cloud\.timescale\.com|timescale\.com|prisma\.io|prisma-data\.net|prisma-data\.com|xata\.sh|xata\.io"
    r"|vercel-storage\.com|flycast|clickhouse\.cloud|elastic-cloud\.com|found\.io|nilestack\.com|oraclecloud\.com"
    r"|compose\.com|heroku\.com|postgres\.bridge|crunchybridge\.com|tidbcloud\.com|singlestore\.com|koyeb\.app"
    r"|aliyuncs\.com|tencentcdb\.com|ovh\.net|scw\.cloud)$",
    re.IGNORECASE,
)

_LOCAL = regex(
    r"^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|)$",
    re.IGNORECASE,
)
_PLACEHOLDER = regex(
    r"dummy|placeholder|change[-_]?me|example\.(?:com|org|net)|your[-_]|<[^>]+>|\bfake\b|xxxx|://(?:user(?:name)?|build|x)(?:[:@])"
    r"|@(?:host|hostname|server|HOST|your\S*)(?=[:/]|$)|\.\.\."
)

_INSTALLED = regex(
    r"^(?:(?P<postgresql>postgresql(?:-?\d[\d.]*)?(?:-server|-contrib)?)|(?P<mysql>mysql-server(?:-[\d.]+)?|mysql-community-server"
    r"|mariadb-server(?:-[\d.]+)?|default-mysql-server|mariadb|percona-server-server)"
    r"|(?P<redis>redis(?:-server)?|valkey(?:-server)?|keydb(?:-server)?)"
    r"|(?P<mongodb>mongodb(?:-org|-server|-org-server)?)|(?P<memcached>memcached)|(?P<elasticsearch>elasticsearch)"
    r"|(?P<opensearch>opensearch)|(?P<clickhouse>clickhouse-server)|(?P<mssql>mssql-server)|(?P<couchdb>couchdb))"
    r"(?:=.*)?$"
)
"""Packages of distributions that install a server; clients and libraries are none."""

NODE = {
    "pg": "postgresql",
    "postgres": "postgresql",
    "slonik": "postgresql",
    "pg-promise": "postgresql",
    "@prisma/adapter-pg": "postgresql",
    "mysql": "mysql",
    "mysql2": "mysql",
    "mariadb": "mysql",
    "mongodb": "mongodb",
    "mongoose": "mongodb",
    "redis": "redis",
    "ioredis": "redis",
    "iovalkey": "redis",
    "@keyv/redis": "redis",
    "connect-redis": "redis",
    "bullmq": "redis",
    "bull": "redis",
    "better-sqlite3": "sqlite",
    "sqlite3": "sqlite",
    "sqlite": "sqlite",
    "@libsql/client": "sqlite",
    "@prisma/adapter-libsql": "sqlite",
    "@prisma/adapter-better-sqlite3": "sqlite",
    "@prisma/adapter-d1": "sqlite",
    "mssql": "mssql",
    "tedious": "mssql",
    "@elastic/elasticsearch": "elasticsearch",
    "@opensearch-project/opensearch": "opensearch",
    "@clickhouse/client": "clickhouse",
    "memcached": "memcached",
    "memjs": "memcached",
    "neo4j-driver": "neo4j",
    "cassandra-driver": "cassandra",
    "@neondatabase/serverless": "postgresql",
    "@prisma/adapter-neon": "postgresql",
    "@vercel/postgres": "postgresql",
    "@planetscale/database": "mysql",
    "@prisma/adapter-planetscale": "mysql",
    "@upstash/redis": "redis",
    "@vercel/kv": "redis",
    "@tidbcloud/serverless": "mysql",
}
"""Engines by the clients of npm. What speaks to several engines tells of none."""

MANAGED_CLIENTS = frozenset(
    (
        "@neondatabase/serverless",
        "@prisma/adapter-neon",
        "@vercel/postgres",
        "@planetscale/database",
        "@prisma/adapter-planetscale",
        "@upstash/redis",
        "@vercel/kv",
        "@tidbcloud/serverless",
        "@prisma/adapter-d1",
    )
)
"""Clients that speak to one provider only."""

REPLICATING_CLIENTS = {
    "@libsql/client": "libSQL keeps the database on another server",
    "@prisma/adapter-libsql": "libSQL keeps the database on another server",
    "@prisma/adapter-d1": "D1 keeps the database on Cloudflare",
}

FOREIGN = {
    "python": {
        "psycopg2": "postgresql",
        "psycopg2-binary": "postgresql",
        "psycopg": "postgresql",
        "asyncpg": "postgresql",
        "pg8000": "postgresql",
        "mysqlclient": "mysql",
        "pymysql": "mysql",
        "aiomysql": "mysql",
        "mysql-connector-python": "mysql",
        "pymongo": "mongodb",
        "motor": "mongodb",
        "mongoengine": "mongodb",
        "beanie": "mongodb",
        "redis": "redis",
        "django-redis": "redis",
        "aioredis": "redis",
        "aiosqlite": "sqlite",
        "elasticsearch": "elasticsearch",
        "opensearch-py": "opensearch",
        "clickhouse-driver": "clickhouse",
        "clickhouse-connect": "clickhouse",
        "pymssql": "mssql",
        "pymemcache": "memcached",
        "neo4j": "neo4j",
    },
    "go": {
        "github.com/lib/pq": "postgresql",
        "github.com/jackc/pgx/v4": "postgresql",
        "github.com/jackc/pgx/v5": "postgresql",
        "gorm.io/driver/postgres": "postgresql",
        "github.com/go-sql-driver/mysql": "mysql",
        "gorm.io/driver/mysql": "mysql",
        "github.com/mattn/go-sqlite3": "sqlite",
        "modernc.org/sqlite": "sqlite",
        "gorm.io/driver/sqlite": "sqlite",
        "github.com/glebarez/sqlite": "sqlite",
        "go.mongodb.org/mongo-driver": "mongodb",
        "github.com/redis/go-redis/v9": "redis",
        "github.com/go-redis/redis/v8": "redis",
        "github.com/ClickHouse/clickhouse-go/v2": "clickhouse",
    },
    "ruby": {
        "pg": "postgresql",
        "mysql2": "mysql",
        "trilogy": "mysql",
        "sqlite3": "sqlite",
        "mongoid": "mongodb",
        "redis": "redis",
        "sidekiq": "redis",
    },
    "php": {"predis/predis": "redis", "mongodb/mongodb": "mongodb"},
    "java": {
        "postgresql": "postgresql",
        "org.postgresql:postgresql": "postgresql",
        "mysql-connector-j": "mysql",
        "com.mysql:mysql-connector-j": "mysql",
        "mysql-connector-java": "mysql",
        "mariadb-java-client": "mysql",
        "sqlite-jdbc": "sqlite",
        "spring-boot-starter-data-mongodb": "mongodb",
        "spring-boot-starter-data-redis": "redis",
        "jedis": "redis",
        "lettuce-core": "redis",
    },
    "dotnet": {
        "Npgsql": "postgresql",
        "Npgsql.EntityFrameworkCore.PostgreSQL": "postgresql",
        "Pomelo.EntityFrameworkCore.MySql": "mysql",
        "Microsoft.Data.Sqlite": "sqlite",
        "Microsoft.EntityFrameworkCore.Sqlite": "sqlite",
        "Microsoft.EntityFrameworkCore.SqlServer": "mssql",
        "MongoDB.Driver": "mongodb",
        "StackExchange.Redis": "redis",
    },
    "rust": {
        "tokio-postgres": "postgresql",
        "rusqlite": "sqlite",
        "mongodb": "mongodb",
        "redis": "redis",
    },
    "elixir": {
        "postgrex": "postgresql",
        "myxql": "mysql",
        "ecto_sqlite3": "sqlite",
        "redix": "redis",
    },
}  # fmt: skip
"""Engines by the clients of other runtimes, names as their registries write them."""

_SCHEME = regex(r"^([Jj][Dd][Bb][Cc]:[A-Za-z]+|[A-Za-z][A-Za-z0-9]*(?:\+[A-Za-z0-9]+)?):")
_HOST = regex(
    r"^(?:[Jj][Dd][Bb][Cc]:)?[A-Za-z][A-Za-z0-9+]*://(?:(?P<user>[^@/]*)@)?"
    r"(?P<host>\[[^\]]*\]|[^:/?@,]*)"
)


def engine(name: str) -> str | None:
    """The engine that a provider, a dialect or a URL's scheme names."""
    return _ALIASES.get(name.lower())


def engine_of_image(image: str) -> str | None:
    """The engine that an image runs, None for an image that is no known store."""
    bare = image.partition("@")[0]
    folder, _, last = bare.rpartition("/")
    name = last.partition(":")[0].lower()
    path = f"{folder.rpartition('/')[2]}/{name}"
    if path in _IMAGE_PATHS:
        return _IMAGE_PATHS[path]
    if name in ("postgres", "postgresql") and "/exporter" in path:
        return None
    return _IMAGES.get(name)


def is_companion(image: str) -> bool:
    """Whether an image is a tool that stands beside stores, no application."""
    return _COMPANIONS.search(image) is not None


def catches_mail(image: str) -> bool:
    """Whether an image is a mail server for developers."""
    return _MAIL_CATCHERS.search(image) is not None


def is_store_name(service: str) -> bool:
    """Whether a service that is built from a Dockerfile is called as a store is."""
    return _STORE_NAMES.search(service) is not None


def engine_of_url(url: str) -> str | None:
    """The engine of a database URL by its scheme; a `file:` URL is one of SQLite."""
    found = _SCHEME.match(url)
    return engine(found[1]) if found else None


def host_of(url: str) -> str | None:
    """The host that a URL names, None where it has none or a variable decides."""
    found = _HOST.match(url)
    if not found or "$" in found["host"] or "{" in found["host"]:
        return None
    return found["host"].lower()


def is_managed(host: str) -> bool:
    """Whether a host belongs to a provider of databases."""
    return "." in host and _MANAGED.search(host) is not None


def is_local(host: str) -> bool:
    """Whether a host is the machine itself."""
    return _LOCAL.match(host) is not None


def is_placeholder(url: str) -> bool:
    """Whether a URL is there to be replaced, or to please a build."""
    return _PLACEHOLDER.search(url) is not None


def engine_of_package(name: str) -> str | None:
    """The engine whose server a distribution's package installs."""
    found = _INSTALLED.match(name.lower())
    return found.lastgroup if found else None
