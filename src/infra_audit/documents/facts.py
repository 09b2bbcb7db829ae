"""What the documents other than scripts say: frozen plain data, each fact with its span."""

from __future__ import annotations

from typing import Literal as Choice

from msgspec import Struct

from ..model import Problem, Span
from .shell.syntax import Script


class Value(Struct, frozen=True, gc=False):
    """A scalar as written, and its value where it is literal.

    None when something fills it in later: `${VAR}`, `${{ … }}`, a template.
    """

    literal: str | None
    raw: str
    span: Span
    default: str | None = None
    """Its value where what fills it in leaves it alone: `${PORT:-3000}`, an ARG's own value."""


class Entry(Struct, frozen=True):
    """A named value: an environment variable, an option, a label."""

    name: str
    value: Value | None
    span: Span
    """Of the name."""


# ── compose ──────────────────────────────────────────────────────────────────────────────────────


class Port(Struct, frozen=True):
    """A published port; `host` is '' for all interfaces, ports None where unknown or not given."""

    host: str
    published: str | None
    target: str | None
    span: Span
    known: bool = True
    """Whether all of it is literal."""
    protocol: str = "tcp"
    default: str | None = None
    """`published` where all its variables have defaults and none is set: `${PORT:-3000}`."""
    target_default: str | None = None
    """The same of `target`."""


class Mount(Struct, frozen=True):
    """A volume or bind mount; `source` is a volume's name, a path, or None for an anonymous one."""

    kind: Choice["volume", "bind", "tmpfs", "unknown"]
    source: str | None
    target: str | None
    read_only: bool
    span: Span


class Build(Struct, frozen=True):
    """How compose builds an image; paths as written, relative to the compose file."""

    context: Value | None
    dockerfile: Value | None
    target: Value | None
    arguments: tuple[Entry, ...]
    inline: bool
    span: Span


class Dependence(Struct, frozen=True):
    """An entry of `depends_on`; `condition` is `service_started` when none is given."""

    service: str
    condition: str
    span: Span
    required: bool = True


class Probe(Struct, frozen=True):
    """A health check; `disabled` by `disable: true`, `NONE` or `test: ["NONE"]`."""

    script: Script | None
    disabled: bool
    span: Span


class Extends(Struct, frozen=True):
    """`extends`: another service, of another file when `file` is given."""

    service: str
    file: str | None
    span: Span


class Service(Struct, frozen=True, kw_only=True):
    """A compose service as written in one file: nothing merged from `extends` or overrides."""

    name: str
    span: Span
    """Of the name."""
    extent: Span
    """Of the whole service."""
    image: Value | None = None
    pull_policy: Value | None = None
    build: Build | None = None
    command: Script | None = None
    entrypoint: Script | None = None
    environment: tuple[Entry, ...] = ()
    env_files: tuple[Value, ...] = ()
    optional_env_files: tuple[Value, ...] = ()
    """Those with `required: false`."""
    ports: tuple[Port, ...] = ()
    expose: tuple[Value, ...] = ()
    mounts: tuple[Mount, ...] = ()
    depends_on: tuple[Dependence, ...] = ()
    probe: Probe | None = None
    restart: Value | None = None
    deploy_restart: Value | None = None
    """`deploy.restart_policy.condition`."""
    replicas: Value | None = None
    """`deploy.replicas`, or `scale`."""
    profiles: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    network_mode: Value | None = None
    extra_hosts: tuple[str, ...] = ()
    user: Value | None = None
    working_dir: Value | None = None
    labels: tuple[Entry, ...] = ()
    extends: Extends | None = None
    aliases: tuple[str, ...] = ()
    """Other names under which it answers: `container_name`, `hostname`, those in its networks."""
    links: tuple[str, ...] = ()
    """Names that `links` and `external_links` give to others, as this service may call them."""
    keys: tuple[str, ...] = ()
    """All keys of the service, also those without a field here."""
    resets: tuple[str, ...] = ()
    """Keys that are taken away from what they override, by `!reset` or `!override`."""
    required: tuple[Entry, ...] = ()
    """The variables without which compose does not start it: `${X:?}`, or a bare `${X}` among the ports."""
    bare: tuple[Entry, ...] = ()
    """The variables that are empty where nobody sets them: `${X}`."""


class Compose(Struct, frozen=True, kw_only=True):
    """A compose file."""

    path: str
    span: Span
    name: str | None = None
    services: tuple[Service, ...] = ()
    volumes: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()
    """Of the volumes those that hold their data when compose deletes them: external, or a driver's."""
    networks: tuple[str, ...] = ()
    external_networks: tuple[str, ...] = ()
    """Those that something else has made, and others may be in."""
    joinable_networks: tuple[str, ...] = ()
    """Those that others can join: with a `name` of their own, or `attachable`."""
    includes: tuple[Value, ...] = ()
    names_env_file: bool = False
    """Whether it speaks of `--env-file`, as in a remark that tells how to start it."""
    for_swarm: bool = False
    """Whether it says what only a swarm obeys: how to update, to place, or an overlay network."""
    problems: tuple[Problem, ...] = ()


# ── workflows ────────────────────────────────────────────────────────────────────────────────────


class Trigger(Struct, frozen=True):
    """An event of `on:`, with the branches, tags, paths or workflows that it is narrowed to."""

    event: str
    branches: tuple[str, ...]
    tags: tuple[str, ...]
    workflows: tuple[str, ...]
    span: Span
    types: tuple[str, ...] = ()
    cron: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Like `branches` and `tags`, with what `…-ignore` names as `!pattern`."""


class Concurrency(Struct, frozen=True):
    """`concurrency:`; `cancels` is None where an expression decides."""

    group: Value | None
    cancels: bool | None
    span: Span
    decided: Value | None = None
    """`cancel-in-progress`, where it is given."""


class Permission(Struct, frozen=True):
    """One scope of `permissions:`; `scope` is `*` for `write-all` and `read-all`."""

    scope: str
    access: str
    span: Span


class Expansion(Struct, frozen=True, gc=False):
    """A `${{ … }}` inside code: the expression, and the key that holds the code (`run`, `script`)."""

    text: str
    sink: str
    span: Span
    remark: bool = False
    """Whether it stands in a line that is a comment."""


class Step(Struct, frozen=True, kw_only=True):
    """A step of a job or of a composite action."""

    name: Value | None = None
    id: str = ""
    uses: Value | None = None
    inputs: tuple[Entry, ...] = ()
    run: Script | None = None
    remote: Script | None = None
    """What a known action runs on another host: the `script` of an ssh action."""
    condition: Value | None = None
    environment: tuple[Entry, ...] = ()
    continue_on_error: Value | None = None
    expansions: tuple[Expansion, ...] = ()
    """What is put into the code that it runs, before that runs."""
    span: Span


class Job(Struct, frozen=True, kw_only=True):
    """A job of a workflow; `uses` for a reusable workflow."""

    id: str
    span: Span
    """Of the id."""
    extent: Span
    name: Value | None = None
    needs: tuple[str, ...] = ()
    condition: Value | None = None
    runs_on: tuple[str, ...] = ()
    """The labels of its runner; none where it is one of a group that is not known."""
    deploys_to: Value | None = None
    """`environment:` or its `name`."""
    action: str = "start"
    """What it does with that environment: `start` deploys to it, `stop` ends it."""
    environment: tuple[Entry, ...] = ()
    """`env:`"""
    uses: Value | None = None
    inputs: tuple[Entry, ...] = ()
    concurrency: Concurrency | None = None
    permissions: tuple[Permission, ...] | None = None
    steps: tuple[Step, ...] = ()
    services: tuple[Entry, ...] = ()
    """Service containers: name and image."""
    matrix: tuple[Entry, ...] = ()
    """The values of each list of a matrix that leaves none out."""
    stage: str = ""
    """The stage of a pipeline that it belongs to; `needs` then has all that it waits for."""
    triggers: tuple[Trigger, ...] | None = None
    """What starts it, in a system that tells for each job; the event is `unknown` where nobody can."""
    may_fail: Value | None = None
    """What lets the jobs that wait for it start though it failed."""
    image: Value | None = None
    """The image of the container that its steps run in, where it names one."""
    daemon: Value | None = None
    """The Docker daemon that it is given: a service, or `DOCKER_HOST`."""
    brought: tuple[str, ...] = ()
    """Paths that caches and other jobs bring into its checkout; `*` for any."""


class Workflow(Struct, frozen=True, kw_only=True):
    """A workflow of GitHub Actions, or of Gitea and Forgejo, or one file of a pipeline of GitLab."""

    path: str
    span: Span
    system: Choice["github", "gitlab"] = "github"
    unread: Value | None = None
    """What names parts of it that are not read."""
    name: str = ""
    triggers: tuple[Trigger, ...] = ()
    environment: tuple[Entry, ...] = ()
    concurrency: Concurrency | None = None
    permissions: tuple[Permission, ...] | None = None
    jobs: tuple[Job, ...] = ()
    problems: tuple[Problem, ...] = ()


class Action(Struct, frozen=True, kw_only=True):
    """A local action (`action.yml`); steps only for a composite one."""

    path: str
    span: Span
    using: str = ""
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()


# ── Dockerfile ───────────────────────────────────────────────────────────────────────────────────


class Copy(Struct, frozen=True):
    """A COPY or ADD: `origin` is the `--from` (a stage's name or number, an image), '' for the context."""

    sources: tuple[Value, ...]
    target: Value | None
    origin: str
    span: Span
    heredoc: bool = False


class Instruction(Struct, frozen=True, kw_only=True):
    """One instruction, its keyword in capitals; `argument` is the text behind it, lines joined."""

    keyword: str
    argument: str
    span: Span
    flags: tuple[Entry, ...] = ()
    """`--mount=…`, `--from=…`, `--platform=…`: names without dashes."""
    script: Script | None = None
    """RUN, CMD, ENTRYPOINT, HEALTHCHECK CMD."""
    copy: Copy | None = None
    entries: tuple[Entry, ...] = ()
    """ENV, ARG and LABEL."""
    values: tuple[Value, ...] = ()
    """The words of USER, WORKDIR, EXPOSE, VOLUME, STOPSIGNAL and SHELL."""


class Stage(Struct, frozen=True, kw_only=True):
    """A build stage: `base` is an image or an earlier stage's name, None where an ARG decides."""

    index: int
    name: str
    base: Value
    instructions: tuple[Instruction, ...]
    span: Span
    """Of the FROM line."""
    platform: str = ""


class Dockerfile(Struct, frozen=True, kw_only=True):
    """A Dockerfile or Containerfile; ARGs before the first FROM in `arguments`."""

    path: str
    span: Span
    arguments: tuple[Entry, ...] = ()
    stages: tuple[Stage, ...] = ()
    problems: tuple[Problem, ...] = ()


# ── package.json ─────────────────────────────────────────────────────────────────────────────────


class Dependency(Struct, frozen=True):
    """A dependency of a manifest; `group` is the manifest's own key (`dependencies`)."""

    name: str
    version: str
    group: str
    span: Span


class PackageScript(Struct, frozen=True):
    """A script of package.json; `command` is its text."""

    name: str
    command: str
    script: Script
    span: Span
    """Of the name."""


class Package(Struct, frozen=True, kw_only=True):
    """A package.json."""

    path: str
    span: Span
    name: str = ""
    version: str = ""
    private: bool = False
    scripts: tuple[PackageScript, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    workspaces: tuple[str, ...] = ()
    engines: tuple[Entry, ...] = ()
    manager: str = ""
    """`packageManager`, as `pnpm@9.1.0`."""
    publishes: bool = False
    """Made to be installed by others: `bin`, `exports`, `main` with `files` or `publishConfig`."""
    prisma_schema: str | None = None
    keys: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Manifest(Struct, frozen=True, kw_only=True):
    """A dependency manifest of another runtime (requirements.txt, pyproject.toml, go.mod, Gemfile …)."""

    path: str
    span: Span
    runtime: str
    """`python`, `go`, `ruby`, `php`, `java`, `dotnet`, `rust`, `elixir`."""
    name: str = ""
    """What a pyproject.toml calls the project."""
    dependencies: tuple[Dependency, ...] = ()
    problems: tuple[Problem, ...] = ()


# ── Prisma ───────────────────────────────────────────────────────────────────────────────────────


class Datasource(Struct, frozen=True):
    """A `datasource` block; `url` has a literal, or `variable` names the environment variable."""

    name: str
    provider: Value | None
    url: Value | None
    variable: str
    span: Span
    """Of the block's heading."""
    settings: tuple[Entry, ...] = ()
    """All other keys: `directUrl`, `shadowDatabaseUrl`, `relationMode` …; `env("X")` is in `raw`."""


class Schema(Struct, frozen=True, kw_only=True):
    """A Prisma schema file, possibly one of several in a folder."""

    path: str
    span: Span
    datasources: tuple[Datasource, ...] = ()
    generators: tuple[Entry, ...] = ()
    """Name and provider."""
    models: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


# ── dotenv, units, pm2 ───────────────────────────────────────────────────────────────────────────


class Dotenv(Struct, frozen=True, kw_only=True):
    """A `.env` file of any name."""

    path: str
    span: Span
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


class Setting(Struct, frozen=True):
    """`key=value` of a unit; keys repeat, an empty value resets."""

    section: str
    key: str
    value: Value
    span: Span
    """Of the key."""
    script: Script | None = None
    """For `Exec…=` lines."""
    entries: tuple[Entry, ...] = ()
    """For `Environment=`: the variables."""


class UnitFile(Struct, frozen=True, kw_only=True):
    """A systemd unit file; `kind` is its suffix: service, timer, socket, mount and so on."""

    path: str
    span: Span
    name: str
    kind: str
    settings: tuple[Setting, ...] = ()
    problems: tuple[Problem, ...] = ()


class Process(Struct, frozen=True, kw_only=True):
    """An app of a pm2 ecosystem file; what is not literal is None."""

    name: str | None
    span: Span
    script: Value | None = None
    arguments: Value | None = None
    directory: Value | None = None
    cron: Value | None = None
    environment: tuple[Entry, ...] = ()
    options: tuple[Entry, ...] = ()
    """All other keys, nested ones dotted: `autorestart`, `env_production.PORT`."""
    spread: bool = False
    """Whether something is spread into the app or its environment that is not written here."""
    extent: Span | None = None
    """Of the whole app; `span` is its name's, else its script's."""


class Ecosystem(Struct, frozen=True, kw_only=True):
    """A pm2 ecosystem file, in JavaScript, JSON or YAML."""

    path: str
    span: Span
    processes: tuple[Process, ...] = ()
    problems: tuple[Problem, ...] = ()


# ── proxies ──────────────────────────────────────────────────────────────────────────────────────


class Directive(Struct, frozen=True, gc=False):
    """`name argument …`, and what stands in its braces; `block` is None without braces."""

    name: str
    arguments: tuple[Value, ...]
    span: Span
    """Of the name and its arguments."""
    block: tuple[Directive, ...] | None = None


class ProxyFile(Struct, frozen=True, kw_only=True):
    """A configuration of nginx or of Caddy; an address of a Caddyfile is a directive with a block."""

    path: str
    span: Span
    proxy: Choice["nginx", "caddy"]
    name: str = ""
    """The path under which a script writes it; '' for a file of the repository."""
    expanded: bool = False
    """Whether the shell fills in its `$name`: it stands in a heredoc without quotes."""
    directives: tuple[Directive, ...] = ()
    problems: tuple[Problem, ...] = ()


# ── platforms and supervisors ────────────────────────────────────────────────────────────────────


class HostedCommand(Struct, frozen=True):
    """A command that a platform or a supervisor runs."""

    kind: Choice["build", "release", "start", "cron"]
    """`release` runs once before a new version is started."""
    script: Script
    span: Span


class HostedCheck(Struct, frozen=True):
    """What a platform or a cluster asks itself; `port` None where it asks the service's own."""

    kind: Choice["http", "tcp", "command"]
    path: Value | None
    port: Value | None
    span: Span
    script: Script | None = None
    """What a `command` runs inside the container."""
    use: str = ""
    """`liveness`, `readiness` or `startup`, where that is told apart."""


class Hosted(Struct, frozen=True, kw_only=True):
    """Something that a platform, a cluster or a supervisor runs, as one file tells it."""

    name: str
    kind: str
    """As the file calls it: `web`, `worker`, `cron`, `app`, `Deployment`, `CronJob` …"""
    span: Span
    image: Value | None = None
    dockerfile: Value | None = None
    commands: tuple[HostedCommand, ...] = ()
    directory: Value | None = None
    user: Value | None = None
    restart: Value | None = None
    ports: tuple[Value, ...] = ()
    """Those on which it must listen."""
    published: tuple[tuple[Value, Value | None], ...] = ()
    """Those at which it is reached from outside, each with the port that it leads to."""
    checks: tuple[HostedCheck, ...] = ()
    mounts: tuple[Mount, ...] = ()
    environment: tuple[Entry, ...] = ()
    schedule: Value | None = None
    replicas: Value | None = None
    options: tuple[Entry, ...] = ()
    """All its literal settings, nested names dotted."""


class Hosting(Struct, frozen=True, kw_only=True):
    """A file that tells a platform, a cluster or a supervisor what to run."""

    path: str
    span: Span
    provider: Choice[
        "fly",
        "render",
        "railway",
        "replit",
        "vercel",
        "heroku",
        "procfile",
        "kubernetes",
        "supervisor",
    ]
    services: tuple[Hosted, ...] = ()
    options: tuple[Entry, ...] = ()
    """All literal settings of the file, nested names dotted; of a cluster what its Secrets and ConfigMaps hold."""
    problems: tuple[Problem, ...] = ()


# ── infrastructure as code ───────────────────────────────────────────────────────────────────────


class Block(Struct, frozen=True, gc=False):
    """A block of Terraform: `resource "aws_db_instance" "main" { … }`; all but literals is unknown."""

    kind: str
    labels: tuple[str, ...]
    span: Span
    """Of its heading."""
    settings: tuple[Entry, ...] = ()
    """Its own attributes; those of objects dotted: `environment.PORT`."""
    blocks: tuple[Block, ...] = ()


class Infrastructure(Struct, frozen=True, kw_only=True):
    """A file of Terraform."""

    path: str
    span: Span
    blocks: tuple[Block, ...] = ()
    problems: tuple[Problem, ...] = ()


# ── TypeScript and JavaScript ────────────────────────────────────────────────────────────────────


class Import(Struct, frozen=True):
    """`import … from 'specifier'`, `require('specifier')` or `import('specifier')`."""

    specifier: str
    names: tuple[str, ...]
    """Local names that it binds; `* as x` and a default import give the local name."""
    dynamic: bool
    span: Span
    loads: bool = False
    """Whether the file surely loads it first: neither in a function or a condition, nor for types alone."""


class SentryInit(Struct, frozen=True):
    """A call of `Sentry.init`; `spread` when its options are not all literal here (spread, variable)."""

    options: tuple[Entry, ...]
    spread: bool
    span: Span
    guarded: bool = False
    """Inside a condition other than on the DSN: it may not run in production."""


class EnvironmentUse(Struct, frozen=True):
    """`process.env.NAME`; `required` with `!` or where its absence throws; `fallback` with `||` or `??`.

    One with both is refused under some condition, as where the fallback would hold in production.
    """

    name: str
    required: bool
    fallback: Value | None
    span: Span


class Demand(Struct, frozen=True):
    """What ends the program while a file is loaded: no one of `names` is in the environment."""

    names: tuple[str, ...]
    span: Span
    production: bool = False
    """Whether only where NODE_ENV is `production`."""


class Handler(Struct, frozen=True):
    """What answers a route: the names that it calls, whether it swallows a failure.

    `calls` are dotted as written (`prisma.$queryRaw`), also those inside template tags;
    `swallows` when a `catch` leads to an answer that does not say failure; `statuses` are the
    literal statuses that it answers with; `opaque` when the handler stands elsewhere and was not found:
    `calls` then holds the name by which it is known here.
    """

    calls: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    swallows: bool = False
    opaque: bool = False
    span: Span | None = None
    swallowed: tuple[str, ...] = ()
    """The calls whose failure a `catch` hides."""


class RouteCall(Struct, frozen=True):
    """`app.get('/x', …)` and its like; `path` None where not literal; `receiver` is `app`, `router`.

    `method` is GET, POST …, ALL, or `USE` for a mount, whose `target` names the imported router.
    """

    framework: Choice["express", "fastify", "hono", "koa", "nest", "unknown"]
    method: str
    path: str | None
    receiver: str
    target: str
    handler: Handler
    span: Span
    middleware: tuple[str, ...] = ()
    """What stands in front of the handler, by the names used here."""


class Export(Struct, frozen=True):
    """A top-level export that may serve a route file (`GET`, `default`, `loader`) and its handler."""

    name: str
    handler: Handler
    span: Span


class Listen(Struct, frozen=True):
    """`.listen(…)`; `port` is the literal or the literal fallback of `process.env.PORT || 3000`."""

    port: str | None
    variable: str
    """The environment variable that decides, '' if none."""
    span: Span
    host: str | None = ""
    """The address, '' for all; None where it is not literal."""


class Module(Struct, frozen=True, kw_only=True, tag=True):
    """A TypeScript or JavaScript file, as far as deployment is concerned."""

    path: str
    span: Span
    imports: tuple[Import, ...] = ()
    sentry: tuple[SentryInit, ...] = ()
    environment: tuple[EnvironmentUse, ...] = ()
    routes: tuple[RouteCall, ...] = ()
    exports: tuple[Export, ...] = ()
    listens: tuple[Listen, ...] = ()
    functions: tuple[Export, ...] = ()
    """Top-level functions, also those not exported: name and what they call."""
    handed: tuple[str, ...] = ()
    """What is called with an application of this file and may add routes to it: `setup`, `monitor.attach`.

    `[]` for routes added by a computed name, `=` for another name of it, `createServer` and `fetch` for a
    function that answers itself, and the methods of it that may lead requests elsewhere.
    """
    acts_at: tuple[str, ...] | None = None
    """Of a middleware: how the paths begin at which it may answer; None where that is not seen."""
    demands: tuple[Demand, ...] = ()
    """What ends the program while the file is loaded."""
    assigned: tuple[str, ...] = ()
    """The variables of the environment that it gives a value itself; `*` for any."""
    names_sqlite: bool = False
    """Whether it names SQLite: a client that it imports, a dialect, a driver."""
    drops_rights: bool = False
    """Whether the process becomes another user itself: `process.setuid`."""
    in_browser: bool = False
    """Whether browsers run it, of a file that names a variable for them (`NEXT_PUBLIC_…`)."""
    config: tuple[Entry, ...] = ()
    """Literal top-level options of a `next.config`, `prisma.config` or the like, dotted names."""
    config_whole: bool = False
    """Whether it has no other options: an object with nothing around it, nothing spread or set into it."""
    problems: tuple[Problem, ...] = ()
    broken: bool = False
    """Whether some of it is no valid TypeScript or JavaScript: it is read as far as it goes."""


# ── Python ───────────────────────────────────────────────────────────────────────────────────────


class PythonImport(Struct, frozen=True):
    """`import module as name`, or `from module import origin as name`.

    `module` as written: the dots of a relative one lead. `origin` is '' where the module itself is
    bound, `*` where all of its names are. Without `as`, `import a.b` binds the name `a.b`.
    """

    module: str
    origin: str
    name: str
    span: Span
    scope: str = ""
    """The dotted name of the functions and classes in which it stands."""
    loads: bool = False
    """Whether the file surely loads it, and ends where that fails: under no condition, nothing is tried."""


class Assignment(Struct, frozen=True):
    """`name = value` outside of functions; in the body of a class the name is `Class.name`.

    What is inside of a dictionary, a list or a tuple has entries of its own, nested names dotted:
    `DATABASES.default.ENGINE`, `MIDDLEWARE.0`; `MIDDLEWARE.*` for what is spread or added.
    """

    name: str
    value: Value
    span: Span
    """Of the name."""
    branch: Choice["", "if", "main"] = ""
    """Whether it surely holds: not under a condition, or in a file that is the program itself."""


class Application(Struct, frozen=True):
    """What a name is made as: an application, a router, a blueprint.

    `made` is the dotted name of what is called, `options` are its arguments: those without a name
    by their number, `**` for what is not written out.
    """

    name: str
    scope: str
    """The dotted name of the functions and classes in which it is made."""
    made: str
    options: tuple[Entry, ...]
    span: Span


class Addition(Struct, frozen=True, kw_only=True):
    """What adds to an application or a router: `@app.get("/x")`, `app.include_router(x)`, `path("x/", view)`.

    `verb` is the method (`get`, `route`, `include_router`, `middleware`, `path`), or `hand` where the
    application is given to something else.
    """

    verb: str
    receiver: str
    """As written; of a route of Django the name of its list; '' where that is not known."""
    scope: str
    path: Value | None
    """None where none is given."""
    target: str = ""
    """The dotted name of what is added; '' where it has none."""
    methods: tuple[str, ...] | None = None
    """Those of a `route`; None where they are not literal."""
    handler: Handler | None = None
    """What the decorated function does."""
    options: tuple[Entry, ...] = ()
    """All arguments, as those of an application."""
    span: Span


class Serve(Struct, frozen=True):
    """A call that serves an application: `uvicorn.run(app, port=8000)`, `app.run()`.

    `port` and `host` are literal, '' where they are not given, None where unknown; `port` is the fallback
    where a `variable` of the environment decides. `target` is what is served, as written.
    """

    server: str
    """The dotted name of what is called."""
    target: str
    port: str | None
    variable: str
    host: str | None
    options: tuple[Entry, ...]
    span: Span
    scope: str
    branch: Choice["", "if", "main"]


class Expression(Struct, frozen=True):
    """What an expression of Python gives, as far as its file shows; nothing is known of an empty one.

    With a `variable` it is what the environment gives, between `before` and `after`, and `literal` is
    the whole where nothing does. With a `name` it is what another file gives that name: `settings.database_url`.
    """

    literal: str | None = None
    variable: str = ""
    required: bool = False
    """Whether the program ends where the variable is not set."""
    fallback: bool = False
    """Whether something stands there where the variable is not set, known or not."""
    name: str = ""
    before: str = ""
    after: str = ""
    inside: bool = False
    """Whether the path in `literal` starts at the root of the repository: the file's own place leads there."""


class Named(Struct, frozen=True):
    """A name of a file that others may read: `DATABASE_URL`, `Settings.database_url`."""

    name: str
    expression: Expression
    span: Span
    """Of the name."""


class Database(Struct, frozen=True):
    """A database that a file opens, or that the settings of a framework name.

    `url` is a URL; of an SQLite file one of its own, `sqlite:///shop.db`. `engine` is told where the URL does not.
    """

    how: Choice["opened", "setting", "django"]
    url: Expression
    span: Span
    engine: str = ""
    scope: str = ""
    """The dotted name of the functions and classes in which it stands."""
    sure: bool = True
    """Whether nothing decides between it and another: no condition, no second value."""


class PythonModule(Struct, frozen=True, kw_only=True, tag=True):
    """A Python file, as far as deployment is concerned."""

    path: str
    span: Span
    imports: tuple[PythonImport, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    applications: tuple[Application, ...] = ()
    additions: tuple[Addition, ...] = ()
    functions: tuple[Export, ...] = ()
    """All functions and methods by their dotted names."""
    serves: tuple[Serve, ...] = ()
    called: tuple[str, ...] = ()
    """The functions that the file calls when it is the program itself, by their names."""
    environment: tuple[EnvironmentUse, ...] = ()
    demands: tuple[Demand, ...] = ()
    """What ends the program while the file is loaded."""
    assigned: tuple[str, ...] = ()
    """The variables of the environment that it gives a value itself; `*` for any."""
    named: tuple[Named, ...] = ()
    databases: tuple[Database, ...] = ()
    sentry: tuple[SentryInit, ...] = ()
    settings_module: str = ""
    """The settings of Django that it names, where the environment names none."""
    problems: tuple[Problem, ...] = ()
    broken: bool = False
    """Whether some of it is no valid Python: it is read as far as it goes."""


class Other(Struct, frozen=True, kw_only=True):
    """A file whose presence is a fact: a lockfile, a Terraform file, a platform's configuration.

    `words` are those in it that the model asks about.
    """

    path: str
    span: Span
    kind: str
    words: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


class Data(Struct, frozen=True):
    """A database or a dump that stands in the repository, as far as its first bytes tell."""

    path: str
    span: Span
    """Of the first line of a dump, else the file's beginning."""
    kind: Choice["sqlite", "dump"]
    size: int
    """In bytes."""
    tables: tuple[str, ...]
    """Those that hold rows."""
    addresses: int
    """How many different e-mail addresses are in it at least, those of examples left out."""
    problems: tuple[Problem, ...] = ()


Document = (
    Script
    | Compose
    | Workflow
    | Action
    | Dockerfile
    | Package
    | Manifest
    | Schema
    | Dotenv
    | UnitFile
    | Ecosystem
    | ProxyFile
    | Hosting
    | Infrastructure
    | Module
    | PythonModule
    | Data
    | Other
)
