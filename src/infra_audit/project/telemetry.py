"""Which libraries and agents measure an application, and what each of them gives: data about the world.

Names are those of npm, PyPI, RubyGems, Go modules, Packagist, Maven, NuGet, Hex and crates.io, and
of the packages of Debian, Ubuntu and the vendors, as of 2025. What is not listed is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal as Choice

from ..documents.facts import Dependency, Entry
from ..flow.behaviour import Run
from ..model import START, Evidence, Location
from ..source.regex import regex
from .types import Act, Deployable, Project

Gives = Choice["metrics", "traces"]

_BOTH: frozenset[Gives] = frozenset(("metrics", "traces"))
_METRICS: frozenset[Gives] = frozenset(("metrics",))
_TRACES: frozenset[Gives] = frozenset(("traces",))

_LIBRARIES: dict[str, tuple[tuple[re.Pattern[str], frozenset[Gives]], ...]] = {
    "node": (
        (regex(
            r"prom-client|prometheus-.+|express-prom-bundle|express-prometheus-middleware|fastify-metrics|koa-prometheus.*"
            r"|@willsoto/nestjs-prometheus|@digikare/nestjs-prom|nestjs-prometheus|@bogeychan/elysia-.*prometheus.*"
            r"|@hono/prometheus|next-prometheus.*|pm2-prometheus-exporter|swagger-stats|express-status-monitor"
            r"|hot-shots|node-statsd|statsd-client|statsd|lynx|@google-cloud/monitoring|aws-embedded-metrics"
            r"|appmetrics.*|@aws-lambda-powertools/metrics|@pm2/io|pmx|measured-.+|@opentelemetry/exporter-prometheus"
            r"|@opentelemetry/exporter-metrics-.+|@opentelemetry/sdk-metrics"
        ), _METRICS),
        (regex(
            r"@opentelemetry/(?:sdk-node|auto-instrumentations-node|instrumentation.*|sdk-trace-.+|exporter-.+)"
            r"|@vercel/otel|@google-cloud/opentelemetry-.+|@azure/monitor-opentelemetry.*|applicationinsights"
            r"|dd-trace|newrelic|@newrelic/.+|elastic-apm-node|@elastic/opentelemetry-node|@appsignal/.+|appsignal"
            r"|skywalking-backend-js|@instana/collector|@dynatrace/oneagent.*|@splunk/otel|@honeycombio/opentelemetry-node"
            r"|@scout_apm/.+|@hyperdx/node-opentelemetry|@signoz/.+|@logfire/.+|logfire|pinpoint-node-agent|atatus-nodejs"
            r"|@pyroscope/nodejs|@microlabs/otel-cf-workers|@aws/aws-distro-opentelemetry-.+|@grafana/faro-.+"
            r"|@highlight-run/n(?:ode|ext|est)|@uptrace/node"
        ), _BOTH),
        (regex(r"@google-cloud/trace-agent|aws-xray-sdk.*|jaeger-client|zipkin.*|opentracing|@lightstep/.+"
                    r"|@prisma/instrumentation"), _TRACES),
    ),
    "python": (
        (regex(r"prometheus[-_].+|django-prometheus|starlette-prometheus|starlette-exporter|statsd|datadog|aioprometheus"
                    r"|prometheus-client|pystatsd|aws-embedded-metrics"), _METRICS),
        (regex(r"opentelemetry-(?!api$|semantic).+|ddtrace|newrelic|elastic-apm|appsignal|scout-apm|instana|logfire"
                    r"|azure-monitor-opentelemetry|opencensus.*|skywalking|apache-skywalking|uptrace|highlight-io"), _BOTH),
        (regex(r"aws-xray-sdk|jaeger-client|py-zipkin|django-silk"), _TRACES),
    ),
    "ruby": (
        (regex(r"prometheus[-_].+|yabeda.*|statsd-.+|dogstatsd-ruby|prometheus_exporter"), _METRICS),
        (regex(r"opentelemetry-.+|ddtrace|datadog|newrelic_rpm|elastic-apm|appsignal|scout_apm|skylight|instana|rorvswild"),
         _BOTH),
    ),
    "go": (
        (regex(r"github\.com/(?:prometheus/client_golang|VictoriaMetrics/metrics|DataDog/datadog-go.*|cactus/go-statsd-client.*"
                    r"|zsais/go-gin-prometheus|labstack/echo-prometheus|labstack/echo-contrib)"), _METRICS),
        (regex(r"go\.opentelemetry\.io/(?:otel/sdk.*|contrib/.+|otel/exporters/.+)|gopkg\.in/DataDog/dd-trace-go.*"
                    r"|github\.com/(?:DataDog/dd-trace-go.*|newrelic/go-agent.*|uptrace/.+)|go\.elastic\.co/apm.*"), _BOTH),
    ),
    "php": (
        (regex(r"promphp/.+|spatie/laravel-prometheus|jimdo/prometheus_client_php|league/statsd|laravel/pulse|laravel/horizon"), _METRICS),
        (regex(r"open-telemetry/.+|datadog/dd-trace|laravel/nightwatch|inspector-apm/.+|scoutapp/.+|keepsuit/laravel-opentelemetry"), _BOTH),
    ),
    "java": (
        (regex(r"(?:.*:)?(?:micrometer-registry-.+|simpleclient.*|prometheus-metrics-.+|java-dogstatsd-client"
                    r"|quarkus-micrometer.*|spring-boot-starter-actuator)"), _METRICS),
        (regex(r"(?:.*:)?(?:opentelemetry-.+|quarkus-opentelemetry|newrelic-.+|dd-java-agent|dd-trace-api|apm-agent-.+"
                    r"|micrometer-tracing-.+|applicationinsights-.+)"), _BOTH),
    ),
    "dotnet": (
        (regex(r"prometheus-net.*|App\.Metrics.*|DogStatsD.*"), _METRICS),
        (regex(r"OpenTelemetry(?:\..+)?|Datadog\.Trace.*|NewRelic\..+|Elastic\.Apm.*|Microsoft\.ApplicationInsights.*"
                    r"|Azure\.Monitor\.OpenTelemetry.*"), _BOTH),
    ),
    "elixir": (
        (regex(r"telemetry_metrics_.+|prom_ex|prometheus.*|statix|peep"), _METRICS),
        (regex(r"opentelemetry.*|appsignal.*|new_relic_agent|spandex.*|scout_apm"), _BOTH),
    ),
    "rust": (
        (regex(r"prometheus.*|metrics|metrics-exporter-.+|axum-prometheus|actix-web-prom|cadence"), _METRICS),
        (regex(r"opentelemetry.*|tracing-opentelemetry"), _BOTH),
    ),
}  # fmt: skip
"""By runtime: names of libraries, and what each gives."""

ERROR_TRACKERS = regex(
    r"@sentry/.+|sentry-sdk|sentry-.+|sentry|github\.com/getsentry/.+|sentry/.+|Sentry(?:\..+)?"
)
"""Libraries of Sentry, which traces requests too when it is told to."""

_AGENTS: tuple[tuple[re.Pattern[str], frozenset[Gives]], ...] = (
    (regex(r"datadog-agent|newrelic-infra|newrelic|dynatrace|oneagent|otelcol\S*|opentelemetry-collector\S*|signoz\S*"
                r"|appdynamics\S*|elastic-agent|splunk-otel\S*|google-cloud-ops-agent|grafana-agent|alloy"), _BOTH),
    (regex(r"(?:prometheus-)?node[-_]exporter|prometheus|netdata|telegraf|zabbix-agent2?|amazon-cloudwatch-agent"
                r"|collectd|munin-node|pcp|victoria-metrics|vmagent|statsd|metricbeat|cadvisor|pm2-prometheus-exporter"
                r"|pm2-server-monit|beszel\S*|glances"), _METRICS),
)  # fmt: skip
"""By the name of what is installed or run: agents for a whole machine."""

_INSIDE = regex(
    r"prometheus|node[-_]exporter|netdata|telegraf|zabbix|datadog|newrelic|dynatrace|otelcol|opentelemetry"
    r"|cloudwatch-agent|grafana-agent|kickstart\.sh|signoz|beszel",
    re.IGNORECASE,
)
"""What the address or the path of an agent's installer holds."""

_BESIDE: dict[str, frozenset[Gives]] = {
    "Prometheus": _METRICS, "Grafana": _METRICS, "OpenTelemetry Collector": _BOTH, "prometheus": _METRICS,
    "grafana": _METRICS, "cadvisor": _METRICS, "node-exporter": _METRICS, "netdata": _METRICS, "telegraf": _METRICS,
    "statsd": _METRICS, "datadog": _BOTH, "agent": _BOTH, "victoria-metrics": _METRICS, "uptrace": _BOTH,
    "tempo": _TRACES, "jaeger": _TRACES, "openobserve": _BOTH,
}  # fmt: skip
"""What the mechanisms that `Project.monitoring` names give."""

_SETTINGS: tuple[tuple[re.Pattern[str], frozenset[Gives]], ...] = (
    (regex(r"OTEL_\w+|DD_(?:API_KEY|AGENT_HOST|TRACE_\w+|SITE|ENV)|NEW_RELIC_\w+|ELASTIC_APM_\w+|APPSIGNAL_\w+"
                r"|APPLICATIONINSIGHTS_\w+|INSTANA_\w+|SCOUT_\w+|HYPERDX_\w+|LOGFIRE_\w+|DYNATRACE_\w+|DT_TENANT"), _BOTH),
    (regex(r"STATSD_\w+|PROMETHEUS_\w+|PM2_(?:PUBLIC|SECRET)_KEY|GRAFANA_\w+"), _METRICS),
)  # fmt: skip
"""By the name of a variable: what it configures where that is not seen."""

_DEVELOPMENT = regex(r"dev|test|lint|docs|peer", re.IGNORECASE)
_WRAPPERS = regex(
    r"ddtrace-run|newrelic-admin|opentelemetry-instrument|scout-apm|-javaagent:\S+|dd-trace/init"
    r"|(?:^|=)newrelic$|@opentelemetry/\S+|elastic-apm-node/start\S*"
)


def reads(runtime: str) -> bool:
    """Whether the libraries of a runtime are known here."""
    return runtime in _LIBRARIES


def libraries(
    deployables: tuple[Deployable, ...], gives: Gives, project: Project
) -> Iterator[tuple[Dependency, Location, bool]]:
    """The libraries that give something; the last value tells that one is for development only."""
    for dependency, path, runtime in dependencies(deployables, project):
        for pattern, given in _LIBRARIES.get(runtime, ()):
            if gives in given and pattern.fullmatch(_plain(dependency.name, runtime)):
                late = bool(_DEVELOPMENT.search(dependency.group))
                yield dependency, Location(path, dependency.span), late
                break


def dependencies(
    deployables: tuple[Deployable, ...], project: Project
) -> Iterator[tuple[Dependency, str, str]]:
    """All that the manifests of deployables, of the packages they use and of the root ask for."""
    folders = {d.folder for d in deployables} | {""}
    names = frozenset[str]().union(*(d.dependencies for d in deployables))
    for package in project.packages:
        if package.path.rpartition("/")[0] in folders or (package.name and package.name in names):
            yield from ((d, package.path, "node") for d in package.dependencies)
    for manifest in project.manifests:
        production = project.purposes.get(manifest.path) == "production"
        folder = manifest.path.rpartition("/")[0]
        if production and {folder, f"/{folder}".removesuffix("/requirements")[1:]} & folders:
            yield from ((d, manifest.path, manifest.runtime) for d in manifest.dependencies)


def beside(project: Project, gives: Gives) -> Iterator[tuple[str, Location]]:
    """What runs beside the application in production, or is installed on its machine, and gives something."""
    for mechanism in project.monitoring:
        name = mechanism.name
        given = _BESIDE.get(name) or next((g for p, g in _AGENTS if p.fullmatch(name)), frozenset())
        if gives in given and project.purposes.get(mechanism.location.path) == "production":
            yield name, mechanism.location
    for act in project.acts:
        if act.purpose == "production" and act.script.origin != "step":
            yield from _installed(act, gives)
    for unit in project.unit_files:
        if gives in _agent(unit.name.rpartition(".")[0]):
            yield unit.name, Location(unit.path, START)


def _installed(act: Act, gives: Gives) -> Iterator[tuple[str, Location]]:
    for run in act.behaviour.runs:
        if run.reach == "unreachable":
            continue
        if _wraps(run):
            yield run.name, Location(run.path, run.span)
        elif run.name == "pm2" and {"plus", "link"} & set(run.arguments):
            yield "PM2 Plus", Location(run.path, run.span)
        if run.name in ("echo", "printf", "grep"):
            continue
        for word in (run.name, *run.arguments):
            name, given = _known(word) if word else ("", _NOTHING)
            if gives in given:
                yield name, Location(run.path, run.span)
            elif word and "://" in word and _INSIDE.search(word) and gives == "metrics":
                yield name or "an agent", Location(run.path, run.span)


def _wraps(run: Run) -> bool:
    """Whether a run starts the application inside an agent."""
    values = (
        value for name, value in run.environment if name in ("NODE_OPTIONS", "JAVA_TOOL_OPTIONS")
    )
    return any(word and _is_wrapper(word) for word in (run.name, *run.arguments, *values))


@lru_cache(1 << 12)
def _is_wrapper(word: str) -> bool:
    return _WRAPPERS.search(word) is not None


_NOTHING: frozenset[Gives] = frozenset()


@lru_cache(1 << 12)
def _known(word: str) -> tuple[str, frozenset[Gives]]:
    """The name that a word comes to, and what an agent of that name gives: words come again and again."""
    name = word.rstrip("*").removesuffix(".service").partition("=")[0].rpartition("/")[2]
    return name, _agent(name)


@cache
def _agent(name: str) -> frozenset[Gives]:
    return next((given for pattern, given in _AGENTS if pattern.fullmatch(name)), _NOTHING)


def settings(project: Project, gives: Gives) -> Iterator[Evidence]:
    """Variables of production that configure something which gives it, though the thing is not seen."""
    for entry, path in variables(project):
        for pattern, given in _SETTINGS:
            if gives in given and pattern.fullmatch(entry.name):
                yield Evidence(Location(path, entry.span), f"`{entry.name}` is set")


def variables(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every variable that a file gives to an application, also in examples, and the file's path."""
    for dotenv in project.dotenvs:
        yield from ((e, dotenv.path) for e in dotenv.entries)
    for compose in project.composes:
        for service in compose.services:
            yield from ((e, compose.path) for e in service.environment)
    for unit in project.unit_files:
        for setting in unit.settings:
            yield from ((e, unit.path) for e in setting.entries)
    for ecosystem in project.ecosystems:
        for process in ecosystem.processes:
            yield from ((e, ecosystem.path) for e in process.environment)
    for dockerfile in project.dockerfiles:
        for stage in dockerfile.stages:
            for instruction in stage.instructions:
                if instruction.keyword == "ENV":
                    yield from ((e, dockerfile.path) for e in instruction.entries)


def _plain(name: str, runtime: str) -> str:
    """A name as its registry compares it."""
    return re.sub(r"[-_.]+", "-", name.lower()) if runtime == "python" else name
