"""Which services have a health check: their own, or that of their image. Data about the world.

As of 2026-03. The images of docker-library declare none: its guide asks for that
(https://github.com/docker-library/official-images, "Health checks"). Those made from them that are
listed here add none. What is not listed is unknown.
"""

from __future__ import annotations

from typing import Literal as Choice

from ..documents.facts import Compose, Dockerfile, Service, Stage
from .images import built_file
from .joined import Index, joined
from .store_images import name_and_tag
from .types import Project

Health = Choice["checked", "unchecked", "disabled", "unknown"]

_UNCHECKED = frozenset({
    "postgres", "mysql", "mariadb", "percona", "mongo", "redis", "valkey/valkey", "memcached", "rabbitmq", "cassandra",
    "couchdb", "neo4j", "influxdb", "arangodb", "nats", "eclipse-mosquitto", "zookeeper", "pgvector/pgvector",
    "postgis/postgis", "timescale/timescaledb", "clickhouse/clickhouse-server",
    "nginx", "caddy", "traefik", "httpd", "haproxy", "varnish", "registry", "adminer", "wordpress", "ghost", "nextcloud",
    "alpine", "debian", "ubuntu", "busybox", "fedora", "amazonlinux", "rockylinux", "almalinux", "buildpack-deps", "scratch",
    "node", "python", "ruby", "php", "golang", "rust", "openjdk", "eclipse-temurin", "amazoncorretto", "maven", "gradle",
    "elixir", "erlang", "perl", "oven/bun", "denoland/deno",
})  # fmt: skip
_BOUND = 20
"""How many stages are followed."""


def health(service: Service, compose: Compose, known: Index, project: Project) -> Health:
    """Whether a service has a health check, as far as all files that speak of it show."""
    whole = joined(service, compose, known)
    own = [s.probe for s in whole.every if s.probe is not None]
    if any(not probe.disabled for probe in own):
        return "checked"
    if whole.open:
        return "unknown"
    if own:
        return "disabled"
    build = next((part for part in whole.parts if part.service.build is not None), None)
    if build is not None and build.service.build is not None:
        path = built_file(build.path, build.service.build)
        target = build.service.build.target
        if path is None or (target is not None and target.literal is None):
            return "unknown"
        dockerfile = next((d for d in project.dockerfiles if d.path == path), None)
        return (
            "unknown"
            if dockerfile is None
            else _of_stage(dockerfile, target.literal if target else None)
        )
    image = next((s.image for s in whole.every if s.image is not None), None)
    if image is None:
        return "unknown"
    return _of_image(image.literal or image.default)


def _of_image(image: str | None) -> Health:
    if image is None:
        return "unknown"
    return "unchecked" if name_and_tag(image)[0] in _UNCHECKED else "unknown"


def _of_stage(dockerfile: Dockerfile, target: str | None) -> Health:
    """The health check of a stage, or of those that it is made from."""
    stages = dockerfile.stages
    stage: Stage | None = stages[-1] if stages else None
    if target is not None:
        stage = next((s for s in stages if s.name.lower() == target.lower()), None)
    for _ in range(_BOUND):
        if stage is None:
            return "unknown"
        found = [i for i in stage.instructions if i.keyword == "HEALTHCHECK"]
        if found:
            return "unchecked" if found[-1].argument.strip().upper() == "NONE" else "checked"
        base = stage.base.literal or stage.base.default
        earlier = [
            s for s in stages[: stage.index] if s.name and base and s.name.lower() == base.lower()
        ]
        if not earlier:
            return _of_image(base)
        stage = earlier[-1]
    return "unknown"
