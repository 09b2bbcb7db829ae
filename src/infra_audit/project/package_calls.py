"""Calls of package scripts, and the package.json that each one asks."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join

from msgspec import Struct
from msgspec.structs import replace

from ..documents.facts import Package
from ..flow.behaviour import Run
from ..model import Evidence
from ..source.regex import regex
from .apps import folder_of
from .callees import script_name
from .checkouts import Checkout, checkout
from .contents import Place, housed, place
from .images import resolved
from .manifests import by_folder
from .spots import ROOTS, spots
from .types import Act, Project

MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_SELECTS = frozenset({"--filter", "-F", "--workspace"})
_FOLDERS = frozenset({"--prefix", "-C", "--dir", "--cwd"})
_EVERYWHERE = regex(
    r"-r|--recursive|--parallel|--workspaces|-ws|--all|-T|-B|--top-level|--binaries-only|--if-present|--filter-prod.*"
)
_NAME = regex(r"[\w@][\w:./@-]*")


class PackageCall(Struct, frozen=True):
    """A run that asks for a package script, where that can be told: `folder` and `workspace` by options."""

    script: str
    folder: str = ""
    workspace: str = ""
    direct: bool = False
    """Without `run`: pnpm, yarn and bun then look for a binary too."""


class Asked(Struct, frozen=True):
    """The packages that a run may ask, of which all must lack what it wants; `sure` where it is one."""

    packages: tuple[Package, ...]
    sure: bool
    evidence: tuple[Evidence, ...] = ()


def package_call(run: Run) -> PackageCall | None:
    """The package script that a run asks for; None where there is none or that cannot be told."""
    script = script_name(run) if run.name in MANAGERS else None
    if script is None or not _NAME.fullmatch(script):
        return None
    folder = workspace = ""
    given = list(run.arguments)
    first = next((word for word in given if word is not None and not word.startswith("-")), "")
    direct = first not in ("run", "run-script")
    if run.name == "yarn" and given[:1] == ["workspace"]:
        workspace = given[1] or "?"
    while given:
        word = given.pop(0)
        if word == "--" or (word == script and run.name != "npm"):
            break
        if word is None or _EVERYWHERE.fullmatch(word) or word == "workspaces":
            return None
        option, equals, value = word.partition("=")
        if option == "-w" and run.name != "npm":
            return None
        if option in _SELECTS or option == "-w":
            workspace = value if equals else (given.pop(0) or "?") if given else "?"
        elif option in _FOLDERS:
            folder = value if equals else (given.pop(0) or "?") if given else "?"
    return PackageCall(script, folder, workspace, direct)


def contained(run: Run) -> tuple[str, Run] | None:
    """The service of compose in which a run starts a package manager, and that command as its own run."""
    composes = run.name == "docker-compose" or run.arguments[:1] == ("compose",)
    if run.name not in ("docker", "docker-compose") or not composes:
        return None
    verb = next((v for v in ("exec", "run") if v in run.arguments), None)
    if verb is None or len(run.words) != len(run.arguments) + 1:
        return None
    at = run.arguments.index(verb) + 1
    while at < len(run.arguments) and (run.arguments[at] or "").startswith("-"):
        at += 2 if run.arguments[at] in _OF_EXEC else 1
    given = run.arguments[at : at + 2]
    if len(given) < 2 or given[0] is None or given[1] not in MANAGERS:
        return None
    inner = replace(
        run,
        name=given[1],
        arguments=run.arguments[at + 2 :],
        words=run.words[at + 2 :],
        paths=(),
    )
    return given[0], inner


_OF_EXEC = frozenset(
    {
        "-e",
        "--env",
        "-u",
        "--user",
        "-w",
        "--workdir",
        "--index",
        "-v",
        "--volume",
        "--name",
        "-p",
        "-l",
    }
)
"""Options of `docker compose exec` and `run` that take the next word."""


class Places:
    """Where the commands of one project find their package.json."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.packages = by_folder(project)
        self.hosts = {
            id(i.script): place(d, s, i)
            for d in project.dockerfiles
            for s in d.stages
            for i in s.instructions
            if i.script is not None
        }

    def of(self, act: Act) -> Iterator[tuple[Run, Asked | None]]:
        """Each run of a script with the packages that its folder has; None where they are not known."""
        server = checkout(act, self.project) if act.script.origin == "file" else None
        runs = act.behaviour.runs
        for run, spot in zip(runs, spots(runs, act.script), strict=True):
            yield (
                run,
                self._of(run, spot, act, server)
                if run.name in MANAGERS or run.name == "npx"
                else None,
            )

    def _of(self, run: Run, spot: str | None, act: Act, server: Checkout | None) -> Asked | None:
        host = self.hosts.get(id(act.script))
        if host is not None:
            return self._in_image(run, host)
        if server is not None and run.remote == server.remote and spot is not None:
            inside = server.inside(spot)
            if inside is not None:
                return self._at(inside, (server.evidence,))
        if run.remote is not None or act.script.origin not in ("step", "npm", "file"):
            return None
        if run.directory is not None:
            return None if run.directory.startswith("/") else self._at(run.directory)
        if act.script.origin == "file" and spot == "":
            return Asked(tuple(self.packages.values()), False) if self.packages else None
        return None

    def inside(self, service: str) -> Asked | None:
        """All packages, any of which may stand in the container of a service whose image is made here."""
        made = any(delivery.kind == "image" for delivery in self.project.deliveries)
        found = [
            each
            for compose in self.project.composes
            for each in compose.services
            if each.name == service
        ]
        own = bool(found) and all(s.build is not None or made for s in found)
        packages = tuple(self.packages.values())
        return Asked(packages, False) if own and packages else None

    def _at(self, folder: str, evidence: tuple[Evidence, ...] = ()) -> Asked | None:
        """The package of a folder, or the nearest above it, as the managers look for it."""
        if folder and not any(path.startswith(f"{folder}/") for path in self.project.files):
            return None
        while folder not in self.packages:
            if not folder:
                return None
            folder = folder_of(folder)
        return Asked((self.packages[folder],), True, evidence)

    def _in_image(self, run: Run, where: Place) -> Asked | None:
        dockerfile, _, until = where
        folder = run.directory
        if folder is None or not folder.startswith("/") or (until is None and folder == "/"):
            return None
        contexts = (i.context for i in self.project.images if i.dockerfile is dockerfile)
        found = housed(where, folder, self.project.packages, contexts)
        return Asked((found,), True) if found is not None else None

    def selected(self, asked: Asked | None, call: PackageCall) -> Asked | None:
        """The packages that a call asks once its options have chosen."""
        if call.workspace:
            named = [
                p
                for p in self.project.packages
                if call.workspace in (p.name, folder_of(p.path)) and p.path != "package.json"
            ]
            named = named or [
                p
                for p in self.project.packages
                if folder_of(p.path) == call.workspace.removeprefix("./")
            ]
            return Asked((named[0],), True) if len(named) == 1 and asked is not None else None
        if call.folder:
            if asked is None or not asked.sure or call.folder.startswith(tuple(ROOTS)):
                return None
            at = resolved(folder_of(asked.packages[0].path), join("", call.folder))
            return (
                Asked((self.packages[at],), True, asked.evidence) if at in self.packages else None
            )
        return asked
