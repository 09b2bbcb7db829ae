"""The variables of what runs, where all that may give it any is known."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join, normpath

from msgspec import Struct

from ..documents.facts import Entry, Service, Setting
from ..documents.shell.syntax import Command, Word
from ..flow.behaviour import Run
from ..model import Evidence, Location
from ..source.regex import regex
from .composed import Placed
from .contexts import leaves_out
from .docker_runs import Started
from .images import resolved
from .inside import commands, lifted
from .layers import lineage
from .service_units import ServiceUnit
from .types import Act, Deployable, Image, Project, Unit

_LOADERS = regex(
    r"dotenv-.*|@dotenvx/.*|@nestjs/config|env-cmd|config|convict|nconf|rc|env-var-loader|@infisical/.*|infisical.*|@1password/.*"
    r"|node-vault|dopplerhq.*|@dopplerhq/.*|@aws-sdk/client-(?:ssm|secrets-manager)|@google-cloud/secret-manager"
    r"|dynaconf|python-dotenv-vault|hvac|google-cloud-secret-manager|azure-keyvault-secrets|azure-identity|doppler-.*|hydra-core|omegaconf"
    r"|django-configurations|aws-secretsmanager-caching|onepassword-sdk"
    r"|@azure/keyvault-secrets|vite|nuxt|astro|@adonisjs/.*|payload|@strapi/.*|@medusajs/.*|@redwoodjs/.*|@feathersjs/configuration|@platformatic/.*"
)
"""Packages that may bring in variables of which nothing is seen here."""
_DOTENV = frozenset({"dotenv", "next", "@prisma/client"})
"""Packages that read the `.env` of the working directory."""
_READERS = frozenset(
    {"decouple", "dotenv", "environ", "environs", "pydantic_settings", "starlette"}
)
"""The same of Python, by what is imported."""
_LINE = regex(r"(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)=")
_SENDS = frozenset({"scp", "rsync", "sftp", "ansible-playbook"})
_PUTS = frozenset(
    {"cp", "mv", "ln", "install", "curl", "wget", "envsubst", "gpg", "sops", "openssl"}
)
_COOLIFY = regex(r"SERVICE_(?:BASE64|FQDN|PASSWORD|REALBASE64|URL|USER)_")
"""What a platform fills in that gives every service variables of its own."""
_COMPOSE = frozenset({"docker", "docker-compose", "podman", "podman-compose"})
_SYSTEMD = frozenset({"systemctl"})
_ASKS = frozenset({"", "ed", "emacs", "nano", "read", "vi", "vim", "whiptail", "dialog"})
"""What lets people change a file that is named to them."""


class Environment(Struct, frozen=True):
    """The names of all variables that something may have; `production` where NODE_ENV is that."""

    names: frozenset[str]
    production: bool
    shown: tuple[Evidence, ...]
    """What runs, and what gives it variables."""


class _File(Struct, frozen=True):
    """A file of variables: their names, and what writes it."""

    names: frozenset[str]
    shown: Evidence


def of_service(one: Placed, image: Image, app: Deployable, project: Project) -> Environment | None:
    """The environment of a service of compose, None where some of it is not known."""
    whole = one.whole
    if whole.open or one.compose.includes or any(_is_told(s.keys) for s in whole.every):
        return None
    more: list[Entry] = []
    shown = [Evidence(one.location, "what runs it")]
    for part in (*whole.parts, *whole.beside):
        folder = part.path.rpartition("/")[0]
        for value in (*part.service.env_files, *part.service.optional_env_files):
            path = resolved(folder, value.literal) if value.literal else None
            file = _file(path, project) if path is not None else None
            if file is None or not _is_started_beside(file, part.path, _COMPOSE, project):
                return None
            more += [Entry(name, None, value.span) for name in sorted(file.names)]
            shown.append(file.shown)
    if one.service.environment:
        where = Location(one.compose.path, one.service.environment[0].span)
        shown.append(Evidence(where, "what it is given"))
    return _of_container(whole.every, (image, app), more, shown, project)


def of_run(one: Started, image: Image, app: Deployable, project: Project) -> Environment | None:
    """The environment of a container that `docker run` starts, None where some of it is not known."""
    if one.open or not one.plain or one.service.env_files:
        return None
    shown = [Evidence(Location(one.compose.path, one.compose.span), "what runs it")]
    return _of_container((one.service,), (image, app), [], shown, project)


def _of_container(
    services: tuple[Service, ...],
    made: tuple[Image, Deployable],
    more: list[Entry],
    shown: list[Evidence],
    project: Project,
) -> Environment | None:
    image, app = made
    if not _is_closed(app) or (_reads_file(app, project) and _may_hold_env(image, app, project)):
        return None
    if any((m.target or ".env").endswith(".env") for s in services for m in s.mounts):
        return None
    given = [*more, *(e for service in services for e in service.environment)]
    if any(_COOLIFY.search(f"{e.name} {e.value.raw if e.value else ''}") for e in given):
        return None
    inside = [
        entry
        for stage in lineage(image.dockerfile, image.stage)
        for instruction in stage.instructions
        if instruction.keyword == "ENV"
        for entry in instruction.entries
    ]
    return _environment(inside, given, shown)


def _is_told(keys: tuple[str, ...]) -> bool:
    """Whether a service is given what is not read here."""
    return bool({"configs", "provider", "develop", "extends"}.intersection(keys))


def _reads_file(app: Deployable, project: Project) -> bool:
    """Whether an application may read a `.env` of its own accord."""
    if app.runtime != "python":
        return bool(_DOTENV & app.dependencies)
    named = (one.module for module in project.python for one in module.imports)
    return any(name.partition(".")[0] in _READERS for name in named) or _pydantic(project)


def _pydantic(project: Project) -> bool:
    """Whether the first version of pydantic fills settings, which reads files as well."""
    return any(
        one.module == "pydantic" and one.origin == "BaseSettings"
        for module in project.python
        for one in module.imports
    )


def _is_closed(app: Deployable) -> bool:
    return not any(map(_LOADERS.fullmatch, app.dependencies))


def _may_hold_env(image: Image, app: Deployable, project: Project) -> bool:
    """Whether a `.env` may get into an image with what is copied there."""
    folders = {"", app.folder, image.context or ""}
    return any(not leaves_out(normpath(join(folder, ".env")), image, project) for folder in folders)


def of_unit(file: ServiceUnit, unit: Unit, app: Deployable, project: Project) -> Environment | None:
    """The environment of a service of systemd, None where some of it is not known."""
    own = [s for s in _settings(file, project) if s.section == "Service"]
    if any(s.key in ("PassEnvironment", "LoadCredential", "ImportCredential") for s in own):
        return None
    if not _is_closed(app):
        return None
    shown = [Evidence(unit.location, "what runs it")]
    given = [entry for setting in own for entry in setting.entries]
    paths = [s.value.raw.strip().removeprefix("-") for s in own if s.key == "EnvironmentFile"]
    if _reads_file(app, project):
        if unit.directory is None or app.runtime == "python":
            return None
        paths.append(normpath(join(unit.directory, ".env")))
    for path in paths:
        written = _file(path, project)
        if written is None or not _is_started_beside(
            written, unit.location.path, _SYSTEMD, project
        ):
            return None
        given += [Entry(name, None, unit.location.span) for name in sorted(written.names)]
        shown.append(written.shown)
    return _environment([], given, shown)


def _settings(file: ServiceUnit, project: Project) -> Iterator[Setting]:
    """The settings of a unit, and those of all files that add to it."""
    for other in project.unit_files:
        if other is file.file or (other.name == file.name and other.path.endswith(".conf")):
            yield from other.settings


def _is_started_beside(
    written: _File, told: str, starters: frozenset[str], project: Project
) -> bool:
    """Whether nobody can add to a file before it is read: it is in git, or what writes it starts the reader too."""
    path = written.shown.location.path
    if path == told or any(dotenv.path == path for dotenv in project.dotenvs):
        return True
    return any(
        lifted(run).name in starters
        for act in project.acts
        if act.script.path == path
        for run in act.behaviour.runs
    )


def _environment(inside: list[Entry], given: list[Entry], shown: list[Evidence]) -> Environment:
    modes = [e for e in (*given, *inside) if e.name == "NODE_ENV"]
    values = {e.value.literal if e.value is not None else None for e in modes}
    return Environment(
        frozenset(e.name for e in (*inside, *given)), values == {"production"}, tuple(shown)
    )


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def _file(path: str, project: Project) -> _File | None:
    """What is known of a file of variables: one of git, or one that scripts write by heredocs alone."""
    tracked = next((d for d in project.dotenvs if d.path == path), None)
    names = {e.name for e in tracked.entries} if tracked is not None else set()
    shown = (
        Evidence(Location(tracked.path, tracked.span), "what gives it the others")
        if tracked is not None
        else None
    )
    for act in project.acts:
        if act.purpose != "production" or set(act.reached_by) == {"ci-job"}:
            continue
        for run, target in _touching(act):
            written = _lines(run, act) if target in (None, path) else frozenset()
            if written is None:
                return None
            names |= written
            if target == path and shown is None:
                where = Location(run.path, run.span)
                shown = Evidence(where, "what writes the file with the others")
    return _File(frozenset(names), shown) if shown is not None else None


def _touching(act: Act) -> Iterator[tuple[Run, str | None]]:
    """The runs that put something into a file of variables, with its path; None where that is not known."""
    known = commands(act.script)
    for run in map(lifted, act.behaviour.runs):
        if run.reach == "unreachable":
            continue
        if run.name in _SENDS or (run.name in _ASKS and any(map(_is_named, run.words))):
            yield run, None
        command = known.get(run.span)
        for nth, redirect in enumerate(command.redirects if command is not None else ()):
            if ">" in redirect.operator and redirect.target and _is_named(redirect.target):
                yield run, run.targets[nth] if nth < len(run.targets) else None
        if run.name in _PUTS or run.name == "tee":
            for nth, word in enumerate(run.words[1:]):
                last = run.name == "tee" or nth == len(run.words) - 2
                if last and _is_named(word):
                    yield run, run.paths[nth] if nth < len(run.paths) else None


def _is_named(word: Word) -> bool:
    """Whether a word may name a file of variables."""
    return "env" in basename(word.literal or word.raw).lower()


def _lines(run: Run, act: Act) -> frozenset[str] | None:
    """The names in the lines that a run writes, None where it may write others."""
    command = commands(act.script).get(run.span)
    if not isinstance(command, Command):
        return None
    heredocs = [r.heredoc for r in command.redirects if r.heredoc is not None]
    text = heredocs[0].content if len(heredocs) == 1 else None
    if text is None and run.name in ("echo", "printf"):
        text = "\n".join(a or "?" for a in run.arguments if a not in ("-e", "-n"))
    if text is None:
        return None
    lines = [line.strip() for line in text.replace("\\n", "\n").split("\n")]
    lines = [line for line in lines if line and not line.startswith("#")]
    found = [_LINE.match(line) for line in lines]
    return frozenset(hit["name"] for hit in found if hit) if all(found) else None
