"""Commands of migration tools that delete data, or change a schema without a history, and of which database.

Sources: the references of the Prisma CLI, Laravel's Artisan, TypeORM, Sequelize and Drizzle Kit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal as Choice

from msgspec import Struct
from msgspec.structs import replace

from ..flow.behaviour import Run
from ..source.regex import regex
from .apps import folder_of
from .engines import engine
from .types import Act, Project

_CONTAINERS = frozenset({"docker", "docker-compose", "podman", "podman-compose", "kubectl"})
_RUNNERS = frozenset(
    {"npx", "bunx", "pnpx", "npm", "pnpm", "yarn", "bun", "dotenv", "dotenvx", "env-cmd", "node"}
)
_TOOLS = frozenset({"prisma", "typeorm", "sequelize", "sequelize-cli", "drizzle-kit", "artisan"})
_VERSION = regex(r"(?<=.)@[\w.^~*-]+$")
_TRIAL_FILE = regex(r"\.env[\w.-]*\.(?:test|e2e|dev\w*|local|ci|preview|staging)\b")
_ARTISAN = frozenset({"migrate:fresh", "migrate:refresh", "migrate:reset", "db:wipe"})


class Destruction(Struct, frozen=True):
    """What a command does to data.

    `wipe`: all of it goes; `loss`: what the new schema has no place for; `drift`: all of it where
    the history of migrations differs, and a person has to answer; `push`: none, as the schema is
    changed without a history of migrations, and not at all where data would be lost.
    """

    kind: Choice["wipe", "loss", "drift", "push"]
    tool: str
    asks: bool = False
    """Whether it asks first, and fails where nobody can answer."""
    schema: str | None = None
    """The schema that it is told to take."""


def destroys(run: Run) -> Destruction | None:
    """What a run does to the data of a database; None for nothing or unknown."""
    words = _tool(inner(run)) if _may_destroy(run.name) else []
    if not words:
        return None
    tool, *rest = words
    given = frozenset(w.partition("=")[0] for w in rest if w.startswith("-"))
    verbs = [w for w in rest if not w.startswith("-")][:2]
    if given & {"--help", "-h", "--dry-run", "--pretend"} or not verbs:
        return None
    if tool == "prisma":
        return _prisma(verbs, given, _option(rest, "--schema"))
    if tool == "artisan" and verbs[0] in _ARTISAN and "--force" in given:
        return Destruction("wipe", "artisan")
    if (tool, verbs[0]) in {("typeorm", "schema:drop"), ("sequelize", "db:drop")}:
        return Destruction("wipe", tool)
    if (tool, verbs[0]) == ("drizzle-kit", "push"):
        return Destruction("loss" if "--force" in given else "push", tool)
    if (tool, verbs[0]) == ("typeorm", "schema:sync"):
        return Destruction("loss", tool)
    return None


def _prisma(verbs: list[str], given: frozenset[str], schema: str | None) -> Destruction | None:
    match verbs:
        case ["migrate", "reset"]:
            sure = bool(given & {"--force", "-f"})
            return Destruction("wipe", "prisma", asks=not sure, schema=schema)
        case ["db", "push"] if "--force-reset" in given:
            return Destruction("wipe", "prisma", schema=schema)
        case ["db", "push"] if "--accept-data-loss" in given:
            return Destruction("loss", "prisma", schema=schema)
        case ["db", "push"]:
            return Destruction("push", "prisma", schema=schema)
        case ["migrate", "dev"] if "--create-only" not in given:
            return Destruction("drift", "prisma", asks=True, schema=schema)
        case _:
            return None


def inner(run: Run) -> Run:
    """The command that a container is told to run; the run itself where it is none of those."""
    words = run.arguments
    if run.name not in _CONTAINERS or not {"exec", "run"}.intersection(words[:12]):
        return run
    for nth, word in enumerate(words):
        if word in _RUNNERS or word in _TOOLS or word == "php":
            return replace(run, name=word or "", arguments=words[nth + 1 :])
    return run


def _tool(run: Run) -> list[str]:
    """The tool that a run starts, by its own name, with its known words; [] for none of interest."""
    if run.name == "npm" and not {"exec", "x"}.intersection(run.arguments[:2]):
        return []
    words = [run.name, *(word or "" for word in run.arguments[:40])]
    for nth, word in enumerate(words[:9]):
        name = _VERSION.sub("", word).rpartition("/")[2]
        if word.endswith("prisma/build/index.js"):
            name = "prisma"
        if name.startswith("typeorm-ts-node"):
            name = "typeorm"
        if name in _TOOLS:
            return [name.removesuffix("-cli"), *words[nth + 1 :]]
        if _TRIAL_FILE.search(word):
            return []
        if nth == 0 and name not in _RUNNERS and name != "php":
            return []
    return []


@lru_cache(1 << 12)
def _may_destroy(name: str) -> bool:
    """Whether a command of this name may be a tool of interest, or start one."""
    bare = _VERSION.sub("", name).rpartition("/")[2]
    return (
        bare in _TOOLS | _RUNNERS | _CONTAINERS | {"php"}
        or bare.startswith("typeorm-ts-node")
        or name.endswith("prisma/build/index.js")
    )


def _option(words: list[str], name: str) -> str | None:
    for nth, word in enumerate(words):
        if word == name:
            return words[nth + 1] if words[nth + 1 : nth + 2] else None
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def engines_meant(done: Destruction, run: Run, act: Act, project: Project) -> frozenset[str]:
    """The engines of the schemas that a Prisma command may work on; empty where none is known."""
    schemas = [s for s in project.schemas if s.datasources]
    if done.schema:
        tail = done.schema.removeprefix("./").rstrip("/")
        named = [
            s for s in schemas if f"/{s.path}".endswith(f"/{tail}") or f"/{tail}/" in f"/{s.path}"
        ]
        schemas = named or schemas
    else:
        folder = run.directory if run.directory and not run.directory.startswith("/") else None
        home = folder if folder is not None else folder_of(act.script.path)
        near = [s for s in schemas if home and s.path.startswith(f"{home}/")]
        schemas = near or schemas
    found = set()
    for schema in schemas:
        for source in schema.datasources:
            provider = source.provider.literal if source.provider else None
            found.add((engine(provider) if provider else None) or "unknown")
    return frozenset(found)
