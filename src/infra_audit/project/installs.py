"""What an image keeps of the dependencies that only its build needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from posixpath import normpath

from msgspec import Struct

from ..flow import effects
from ..flow.behaviour import Run
from ..source.regex import regex
from .layers import Layer

_NODE = frozenset({"npm", "pnpm", "yarn", "bun"})
_PRODUCTION = regex(
    r"--omit(?:=|\s+)\S*dev|--production(?:=true)?(?:\s|$)|--only(?:=|\s+)prod(?:uction)?(?:\s|$)|--prod(?:\s|=true|$)|(?:^|\s)-P(?:\s|$)|--no-dev"
)
_ALL = regex(
    r"--include(?:=|\s+)\S*dev|--production=false|--dev(?:\s|$)|--prod=false|--also(?:=|\s+)dev"
)
FOLDERS = ("--prefix", "-C", "--dir", "--cwd")
"""Options that name the folder in which to install."""
_COMPILERS = frozenset({
    "build-essential", "gcc", "g++", "build-base", "clang", "gcc-c++", "cmake", "base-devel", "@development-tools",
})  # fmt: skip
_COMPILING = ("cargo", "go", "mvn", "./mvnw", "gradle", "./gradlew", "dotnet", "make", "cmake")


class Install(Struct, frozen=True):
    """A command that installs all dependencies, also those of development, and where."""

    run: Run
    directory: str | None


class Contents(Struct, frozen=True):
    """What the layers of a stage leave behind."""

    install: Install | None
    build: Run | None
    """A build after it."""
    tools: Run | None
    """The command that installs a compiler which is never removed."""
    compiles: Run | None
    """What uses the compiler, or a compiled language's own build."""


def contents(found: Iterable[Layer]) -> Contents:
    """What is left in a stage when all of its layers have run."""
    install: Install | None = None
    build = tools = compiles = None
    only_production = False
    for layer in found:
        removed = _removes_tools(layer.runs)
        if any(_sets_production(run) for run in layer.runs):
            only_production = True
        for run in layer.runs:
            manager = effects.installs_dependencies(run)
            if manager in _NODE:
                told = None if only_production else with_development(run, layer.environment)
                if told:
                    install, build = Install(run, _place(run, layer)), None
                elif told is False and (run.name != "yarn" or "workspaces" not in run.arguments):
                    install = None
            elif _prunes(run):
                install = None
            elif _builds(run):
                build = run
            if _brings_tools(run) and not removed:
                tools = run
            elif tools is not None and _compiles(run):
                compiles = run
            if run.name in _COMPILING and effects.builds(run):
                compiles = run
        if tools is not None and removed:
            tools = None
    return Contents(install, build if install else None, tools, compiles)


def compilers(run: Run) -> tuple[str, ...]:
    """The packages of an install that only a build needs."""
    return tuple(word for word in run.arguments if word in _COMPILERS)


def with_development(run: Run, environment: Mapping[str, str | None]) -> bool | None:
    """Whether an install brings development's dependencies too; None where that is not known."""
    text = " ".join(word.raw for word in run.words)
    if _ALL.search(text):
        return True
    if _PRODUCTION.search(text):
        return False
    if any(word is None for word in run.arguments) or "$" in text:
        return None
    here = dict(run.environment)
    for name in ("NODE_ENV", "NPM_CONFIG_PRODUCTION", "npm_config_production", "NPM_CONFIG_OMIT"):
        if name in here or name in environment:
            value = here.get(name, environment.get(name))
            return None if value not in ("development", "test", "false", "") else True
    return True


def _sets_production(run: Run) -> bool:
    """`npm config set omit dev` and its like: every install after it is for production."""
    return (
        run.name in _NODE
        and run.arguments[:1] == ("config",)
        and bool({"omit", "production", "only"} & set(run.arguments))
    )


def _place(run: Run, layer: Layer) -> str | None:
    if any(word in FOLDERS for word in run.arguments):
        return None
    directory = layer.directory if run.directory in (None, "/") else run.directory
    return normpath(directory) if directory else None


def _prunes(run: Run) -> bool:
    words = effects.plain(run)
    if words[:2] in {("npm", "prune"), ("pnpm", "prune"), ("yarn", "autoclean")}:
        return True
    if run.name in ("node-prune", "modclean"):
        return True
    if run.name == "yarn" and "focus" in words:
        return True
    return run.name == "rm" and any(
        word.raw.strip("\"'").endswith("node_modules") for word in run.words
    )


def _builds(run: Run) -> bool:
    words = effects.plain(run)
    if (
        run.name in ("npx", "bunx", "pnpm", "yarn", "bun")
        and len(words) > 1
        and words[1] in ("exec", "x")
    ):
        words = (words[0], *words[2:])
    if effects.builds(run) or run.name in ("tsc", "webpack", "rollup", "esbuild", "tsup"):
        return True
    return len(words) > 1 and words[0] in ("npx", "bunx", "pnpm", "yarn") and words[1] in (
        "tsc", "webpack", "rollup", "esbuild", "tsup",
    )  # fmt: skip


def _brings_tools(run: Run) -> bool:
    verbs = {
        "apt-get": "install",
        "apt": "install",
        "apk": "add",
        "dnf": "install",
        "yum": "install",
        "microdnf": "install",
    }
    if verbs.get(run.name) not in run.arguments:
        return False
    if (
        any(word and word.startswith(("--virtual", "-t")) for word in run.arguments)
        and run.name == "apk"
    ):
        return False
    return bool(compilers(run))


def _removes_tools(runs: tuple[Run, ...]) -> bool:
    return any(
        run.name in ("apt-get", "apt", "apk", "dnf", "yum", "microdnf")
        and {"remove", "purge", "del", "autoremove", "erase"} & set(run.arguments)
        for run in runs
    )


def _compiles(run: Run) -> bool:
    if effects.installs_dependencies(run) or effects.builds(run):
        return True
    return (
        run.name in ("pip", "pip3", "gem", "uv", "python", "python3") and "install" in run.arguments
    )
