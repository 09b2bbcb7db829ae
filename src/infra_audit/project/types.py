"""The deployment model: what the documents say together. `Project` is its table of contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal as Choice

from msgspec import Struct

from ..documents.facts import (
    Action,
    Compose,
    Data,
    Dockerfile,
    Dotenv,
    Ecosystem,
    Handler,
    Hosting,
    Infrastructure,
    Manifest,
    Module,
    Other,
    Package,
    ProxyFile,
    PythonModule,
    Schema,
    Service,
    Stage,
    UnitFile,
    Workflow,
)
from ..documents.shell.syntax import Script
from ..flow.behaviour import Behaviour, Run
from ..model import Declaration, Evidence, Kind, Location, Skipped
from .engines import host_of

Purpose = Choice["production", "development", "test", "example", "template", "documentation"]
"""What a file is for; rules about production look only at the first."""

Role = Choice[
    "bootstrap", "deploy", "backup", "maintenance", "test", "ci", "library", "build", "development",
    "entrypoint", "unknown",
]  # fmt: skip


Asker = Choice["image", "compose", "kubernetes", "platform", "workflow", "script"]
"""What kind of thing probes: the first four belong to a unit."""


class Act(Struct, frozen=True):
    """A script with what it can do, what it is for and how production reaches it.

    `trail` leads from a workflow, an image, a unit or a package script to the script, outermost
    first; empty when nothing in the repository calls it. `job` is `<workflow path>#<job id>` for a
    workflow's step, or for what such a step calls first.
    """

    script: Script
    behaviour: Behaviour
    purpose: Purpose
    role: Role
    reasons: tuple[Evidence, ...]
    """Why it has this role."""
    trail: tuple[Evidence, ...] = ()
    reached_by: tuple[str, ...] = ()
    """Kinds of hosts that reach it: `deploy-job`, `ci-job`, `schedule`, `image`, `image-build`,
    `unit`, `timer`, `compose`, `package-start`, `package-build`, `cron`, `pm2`, `procfile`,
    `platform`, `platform-build`, `release` (what a platform runs before a new version starts), `script`."""
    deployable: str | None = None


class Command(Struct, frozen=True):
    """One command of one script, as the model sees it."""

    run: Run
    act: Act


class Image(Struct, frozen=True):
    """A Dockerfile that builds something deployable: its final (or targeted) stage.

    `deployable` is the folder of what it builds, which need be no deployable: for a store, a proxy
    or a tool it is where the Dockerfile stands. None where it could not be told.
    """

    dockerfile: Dockerfile
    stage: Stage
    purpose: Purpose
    deployable: str | None
    context: str | None
    """The build context's folder relative to the root, None where unknown."""


class Unit(Struct, frozen=True, kw_only=True):
    """Something that runs in production."""

    source: Choice[
        "compose", "image", "systemd", "pm2", "supervisor", "procfile", "platform", "kubernetes",
        "package", "script",
    ]  # fmt: skip
    name: str
    location: Location
    start: Script | None = None
    directory: str | None = None
    user: str | None = None
    ports: tuple[str, ...] = ()
    restart: str | None = None
    purpose: Purpose = "production"
    deployable: str | None = None
    once: bool = False
    """A one-shot: it ends by itself (migrations, oneshot units, units of a timer)."""


class Port(Struct, frozen=True, kw_only=True):
    """A port, and in what way a unit or a deployable has it.

    `listens`: a program or a proxy listens on it; `told`: a variable (`PORT`) or an option gives it
    to the program; `container`: the image or the cluster says that the container has it; `published`:
    it is open outside of the container; `proxied`: something passes requests on to it; `probed`:
    something asks whether it answers.
    """

    kind: Choice["listens", "told", "container", "published", "proxied", "probed"]
    number: str | None
    """As written, so that it may be a range (`3000-3005`); None where unknown."""
    location: Location
    unit: Unit | None = None
    """What has it; of one that is proxied or probed the asked unit, where that is told."""
    deployable: str | None = None
    target: str | None = None
    """Of a published one: the port that it leads to; None where unknown."""
    host: str | None = ""
    """Of a published or listened one: the address, '' for all; of a proxied or probed one: the host
    that is asked. None where unknown."""
    variable: str = ""
    """The variable that decides it, '' if none."""
    default: str | None = None
    """The number where its variable is not set."""
    protocol: str = "tcp"


class Probe(Struct, frozen=True, kw_only=True):
    """Something that asks a unit whether it answers."""

    source: Asker
    location: Location
    """Of the address that is asked where there is one, else of the command."""
    command: Location
    """Of what asks."""
    tool: str | None
    """The command that asks, '' where the platform itself does; None where unknown."""
    scheme: Choice["http", "https", "tcp", ""]
    """'' where the command's question could not be understood."""
    host: str | None = None
    """'' for the unit itself, where a platform or a cluster asks."""
    port: str | None = None
    path: str | None = None
    """What an HTTP probe asks for, `/`-led and without a query; None where unknown or no HTTP."""
    port_default: str | None = None
    """The port where the variable that decides it is not set."""
    unit: Unit | None = None
    """The unit that it belongs to."""
    deployable: str | None = None
    inside: bool = False
    """Whether it runs in the unit's own container, which must then have the tool."""
    script: Script | None = None


Services = Callable[[str | None, str], Unit | None]
"""The service of compose that a host's name means in the file at some path."""


class Listening(Struct, frozen=True):
    """An address at which a site is served; `port` is None where unknown, `host` '' for all."""

    port: str | None
    host: str
    secure: bool
    """Whether TLS is spoken there."""
    default: bool
    """Whether it answers for every name that no other site has (`default_server`)."""
    location: Location


class Forward(Struct, frozen=True, kw_only=True):
    """Requests that a proxy passes on."""

    pattern: str | None
    """The paths that it holds for, as written (`/api/`, `~ \\.php$`); None where unknown."""
    scheme: str
    host: str | None
    port: str | None
    path: str | None = None
    """What takes the place of `pattern`; '' where the path is passed on as it comes."""
    location: Location
    """Where the host and the port stand."""
    passed: Location
    """Where it is passed on: another place for what goes through an `upstream`."""
    upstream: str = ""
    """The name of the group of servers through which it is told."""
    unit: Unit | None = None
    """The service of a compose file that has the host's name."""


class Site(Struct, frozen=True, kw_only=True):
    """What a proxy serves under some names: a server of nginx, a site of Caddy, a router of Traefik."""

    proxy: Choice["nginx", "caddy", "traefik"]
    location: Location
    names: tuple[str, ...] = ()
    """Those that are literal; nginx's `_` is left out."""
    named: bool = True
    """Whether all its names are known."""
    listens: tuple[Listening, ...] = ()
    forwards: tuple[Forward, ...] = ()
    redirects: tuple[Location, ...] = ()
    """Where it sends all requests elsewhere, as from http to https."""
    secure: bool = False
    """Whether it speaks TLS at any of its addresses, as far as it says so itself."""
    roots: tuple[str, ...] = ()
    """The folders that it serves as files."""
    file: str = ""
    """The path under which a script writes it; '' for a file of the repository."""


class Store(Struct, frozen=True, kw_only=True):
    """A database or cache.

    `engine` is `sqlite`, `postgresql`, `mysql`, `mongodb`, `redis`, `mssql`, `cockroachdb`, …;
    `source` tells what shows it; `hosted` whether the repository itself runs it (a compose service
    or installed packages; sqlite on the server's disk), `managed` whether another does, both False
    when unknown.
    """

    engine: str
    source: Choice["prisma", "compose", "environment", "install", "dependency", "code"]
    location: Location
    purpose: Purpose = "production"
    deployable: str | None = None
    url: str | None = None
    """The literal URL, if any."""
    variable: str = ""
    hosted: bool = False
    managed: bool = False
    replicated: tuple[Evidence, ...] = ()
    """Litestream, LiteFS, Turso: what keeps an SQLite file safe."""
    configured: Location | None = None
    """Where its URL is given a value, when that is another place."""
    users: tuple[str, ...] = ()
    """Folders of all deployables that use it; `deployable` is the only one, else None."""
    folder: str | None = None
    """Where a relative path in its URL starts; None where that is the schema's, or the working directory."""


class Supplied(Struct, frozen=True, kw_only=True):
    """A variable that is given a database's URL; `url` is None where some of it is not literal."""

    name: str
    engine: str
    raw: str
    url: str | None
    location: Location
    purpose: Purpose
    compose: str = ""
    """The compose file whose service it is for."""
    whole: bool = True
    """Whether it is written out, and neither put together from variables nor only a default."""

    @property
    def host(self) -> str | None:
        """The host that the URL names, where it is literal."""
        return host_of(self.raw)


class Route(Struct, frozen=True):
    """A path that the application answers, `/`-led, parameters as written."""

    path: str
    methods: tuple[str, ...]
    location: Location
    handler: Handler
    module: str
    """Path of the file that answers."""
    middleware: tuple[str, ...] = ()
    """What stands in front of the handler, by the names used where it is added."""
    name: str = ""
    """What the function that answers is called, where that is known."""


class Routes(Struct, frozen=True):
    """The route table of one deployable; where it is not `known`, `reason` tells what hid it.

    A table that is known and has a `reason` all the same holds every route, but something
    (rewrites, a middleware) may answer for them under other paths too.
    """

    deployable: str
    framework: str
    known: bool
    reason: str
    table: tuple[Route, ...]
    location: Location
    """What shows the framework."""


class Delivery(Struct, frozen=True, kw_only=True):
    """What one workflow job ships, and how.

    `kind`: `deploy` (a machine, a cluster or a platform runs it afterwards), `image`, `package`,
    `pages`, `release`; `unknown` for a reusable workflow or action that is not in the repository.
    """

    kind: Choice["deploy", "image", "package", "pages", "release", "unknown"]
    what: str
    """The action or command that ships it."""
    workflow: str
    job: str
    location: Location
    managed: bool = False
    """A platform that keeps releases and can return to one."""
    preview: bool = False
    """For pull requests or with a preview, staging or test environment's name only."""
    callers: tuple[str, ...] = ()
    """The jobs that use its workflow, as `<workflow path>#<job id>`: their `needs` and conditions hold."""


class Deployable(Struct, frozen=True, kw_only=True):
    """Something that is deployed from this repository: an application with its own manifest.

    `evidence` tells why it is one, what calls for an image or a pipeline first. `kind` as
    `model.Kind.name`, for this deployable.
    """

    folder: str
    """'' for the root, else without a trailing slash."""
    name: str
    runtime: str
    """`node`, `python`, `go`, …; '' when unknown."""
    kind: str
    serves: bool
    """Answers network requests: a server, not a worker, a bot or a tool."""
    evidence: tuple[Evidence, ...]
    package: Package | None = None
    manifest: Manifest | None = None
    frameworks: tuple[str, ...] = ()
    """`next`, `express`, `nest`, `remix` …"""
    dependencies: frozenset[str] = frozenset()
    """Names of all that its manifests (and those of workspaces that it uses) depend on."""
    images: tuple[str, ...] = ()
    """Paths of the Dockerfiles that build it; where none surely does, of those that may."""
    deployed_with: str | None = None
    """The folder of the deployable whose evidence this one shares: absences are told of that one."""

    @property
    def self_hosted(self) -> bool:
        """Whether its people run it on machines of their own, with or without containers."""
        return self.kind in ("server", "containers")


class Mechanism(Struct, frozen=True):
    """A tool or file that serves a purpose somewhere in the repository, and where."""

    name: str
    location: Location


class Clock(Struct, frozen=True):
    """A text that makes a clock run something; `kind` is `cron`, `timer` or, in prose only, `prose`."""

    kind: str
    text: str
    evidence: Evidence


class Standing(Struct, frozen=True, kw_only=True):
    """What shows whether production starts a compose file."""

    kind: Choice["started", "shown", "unknown", "aside"]
    reason: str = ""
    """Why it is aside or unknown."""
    evidence: tuple[Evidence, ...] = ()
    trail: tuple[Evidence, ...] = ()
    services: frozenset[str] | None = None
    """Those that production starts; None for all, or where that is not told."""
    sure: bool = False
    """Whether more shows it than that the application is started again."""

    @property
    def counts(self) -> bool:
        """Whether what the file says holds in production."""
        return self.kind in ("started", "shown")

    def runs(self, service: Service) -> bool:
        """Whether a service of the file is among those that production starts."""
        return self.counts and (self.services is None or service.name in self.services)


class Project(Struct, frozen=True, kw_only=True):
    """The deployment model of one repository."""

    files: frozenset[str]
    """All paths that are there, also those left out."""
    kind: Kind
    deployables: tuple[Deployable, ...] = ()
    units: tuple[Unit, ...] = ()
    stores: tuple[Store, ...] = ()
    urls: tuple[Supplied, ...] = ()
    """The variables that are given a database's URL, those of production first."""
    ports: tuple[Port, ...] = ()
    probes: tuple[Probe, ...] = ()
    sites: tuple[Site, ...] = ()
    """What proxies serve."""
    acts: tuple[Act, ...] = ()
    images: tuple[Image, ...] = ()
    routes: tuple[Routes, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    pipelines: tuple[Mechanism, ...] = ()
    """Continuous integration of any system."""
    platforms: tuple[Mechanism, ...] = ()
    """Providers that build and run it, where in force."""
    provisioning: tuple[Mechanism, ...] = ()
    """Infrastructure as code."""
    orchestration: tuple[Mechanism, ...] = ()
    """Compose, Kubernetes, devcontainers with services, Tilt, Skaffold …"""
    monitoring: tuple[Mechanism, ...] = ()
    """Metrics and tracing outside of dependencies: Prometheus and agent configurations, images."""
    clocks: tuple[Clock, ...] = ()
    """Cron lines and timers, wherever they stand."""
    declarations: tuple[Declaration, ...] = ()
    left_out: tuple[Skipped, ...] = ()
    """Files that are not about production, and why."""

    scripts: tuple[Script, ...] = ()
    composes: tuple[Compose, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    actions: tuple[Action, ...] = ()
    dockerfiles: tuple[Dockerfile, ...] = ()
    packages: tuple[Package, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    schemas: tuple[Schema, ...] = ()
    dotenvs: tuple[Dotenv, ...] = ()
    unit_files: tuple[UnitFile, ...] = ()
    ecosystems: tuple[Ecosystem, ...] = ()
    hostings: tuple[Hosting, ...] = ()
    proxies: tuple[ProxyFile, ...] = ()
    infrastructure: tuple[Infrastructure, ...] = ()
    modules: tuple[Module, ...] = ()
    python: tuple[PythonModule, ...] = ()
    data: tuple[Data, ...] = ()
    """Databases and dumps that git keeps."""
    others: tuple[Other, ...] = ()

    purposes: dict[str, Purpose] = {}
    """Of each document's path."""
    standings: dict[str, Standing] = {}
    """Of each compose file's path: whether production starts it."""
