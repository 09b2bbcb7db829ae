"""Installs without the dependencies of development, followed by what cannot run without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..documents.facts import Dependency, Module, Package
from ..flow import effects
from ..flow.behaviour import Behaviour, Run
from ..model import Evidence, Location, Match, Outcome, Severity
from ..project.apps import folder_of
from ..project.binaries import BINARIES, lacking, left_out
from ..project.callees import script_name
from ..project.installs import with_development
from ..project.layers import behaviours
from ..project.manifests import script_of
from ..project.releases import shown
from ..project.stretches import Placed, Stretch, stretches
from ..project.types import Act, Project
from ..source.regex import regex

_ASIDE = frozenset({"test", "development", "library"})
_MANAGERS = frozenset({"npm", "pnpm", "yarn"})
_RUNNERS = frozenset({"pnpm", "yarn"})
_FOLDERS = frozenset(
    {"--prefix", "-C", "--dir", "--cwd", "--filter", "-F", "-r", "--recursive", "-w", "--workspace"}
)
"""Options with which a manager works elsewhere than where it is called."""
_AFTERWARDS = {
    "npm": ("install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"),
    "pnpm": ("install", "postinstall"),
    "yarn": ("install", "postinstall"),
}
"""The scripts that a manager runs when it has installed for production (npm 7 and later, Yarn 1)."""
_SETTINGS = frozenset(
    {"NPM_CONFIG_PRODUCTION", "npm_config_production", "NPM_CONFIG_OMIT", "NPM_CONFIG_INCLUDE"}
)
_BASES = regex(r"(?:^|/)(?:node|alpine|debian|ubuntu|amazonlinux)(?:[:@]|$)")
"""Images that have no such tools of their own."""
_DEEPEST = 4
_CONFIGURED = {
    "vite": ("vite.config.", "postcss.config."),
    "next": ("postcss.config.",),
}
"""The configuration that a build reads, which imports or names further packages."""


class _Need(Struct, frozen=True):
    """A dependency that is not there, what needs it, and where that shows."""

    dependency: Dependency
    use: str
    evidence: tuple[Evidence, ...]


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each such install, at the first thing that it lets fail."""
    known = behaviours(project)
    everywhere = frozenset(_everywhere(project))
    seen: set[tuple[Location, Location]] = set()
    for stretch in stretches(project):
        if not _is_plain(stretch):
            continue
        mild = _may_be_filled(stretch, project)
        for match, build in _Course(stretch, project, known, everywhere).matches():
            if (match.location, build) not in seen:
                seen.add((match.location, build))
                yield replace(match, severity="warning") if mild else match


def _everywhere(project: Project) -> Iterator[str]:
    """What some script installs for the whole machine."""
    for act in project.acts:
        for run in act.behaviour.runs:
            if run.name in _MANAGERS and _is_global(run):
                for word in run.arguments:
                    yield _VERSION.sub("", word or "")


_VERSION = regex(r"(?<=.)@.*")


def _is_global(run: Run) -> bool:
    given = run.arguments
    return bool({"-g", "--global", "--location=global"}.intersection(given)) or given[:1] == (
        "global",
    )


def _is_plain(stretch: Stretch) -> bool:
    """Whether an image has no tools but those that its own instructions bring."""
    return stretch.image is None or _BASES.search(stretch.base) is not None


def _may_be_filled(stretch: Stretch, project: Project) -> bool:
    """Whether a COPY may bring the node_modules of whoever builds the image, which a clone has not."""
    image = stretch.image
    if image is None:
        return False
    folder = image.context or ""
    ignoring = (f"{folder}/.dockerignore".lstrip("/"), f"{image.dockerfile.path}.dockerignore")
    return not any(path in project.files for path in ignoring)


class _Course:
    """What has been installed where, while the runs of one stretch go by."""

    def __init__(
        self,
        stretch: Stretch,
        project: Project,
        known: Mapping[int, Behaviour],
        everywhere: frozenset[str],
    ) -> None:
        self.stretch = stretch
        self.project = project
        self.known = known
        self.installs: dict[str, Placed] = {}
        self.everywhere = everywhere

    def matches(self) -> Iterator[tuple[Match, Location]]:
        """A match for each production install that something later, or its own scripts, cannot do with."""
        for placed in self.stretch.runs:
            if placed.act.role in _ASIDE:
                continue
            name = placed.run.name
            if name in _MANAGERS and (_adds(placed.run) or _installs(placed.run)):
                yield from self._installed(placed)
            elif (
                not name
                or name in ("make", "just", "source", ".", "eval", "bash", "sh")
                or "/" in name
            ):
                if "node_modules/.bin/" not in name:
                    self.installs.clear()
            else:
                yield from self._used(placed)

    def _installed(self, placed: Placed) -> Iterator[tuple[Match, Location]]:
        run = placed.run
        before = self.installs.pop(placed.place, None)
        if _is_global(run):
            if before is not None:
                self.installs[placed.place] = before
            return
        if _adds(run) or _FOLDERS.intersection(run.arguments):
            return
        prunes = effects.plain(run)[1:2] == ("prune",)
        if prunes and before is not None:
            self.installs[placed.place] = before
        elif self._is_for_production(placed):
            self.installs[placed.place] = placed
            yield from self._finished(placed)

    def _is_for_production(self, placed: Placed) -> bool:
        told = with_development(placed.run, placed.environment)
        if told is not False:
            here = {**placed.environment, **dict(placed.run.environment)}
            told_otherwise = _SETTINGS.intersection(here) or any(
                path.endswith(".npmrc") for path in self.project.files
            )
            if told or told_otherwise or here.get("NODE_ENV") != "production":
                return False
            if any(word is None for word in placed.run.arguments):
                return False
        berry = any(path.endswith(".yarnrc.yml") for path in self.project.files)
        return placed.run.name != "yarn" or not berry

    def _finished(self, placed: Placed) -> Iterator[tuple[Match, Location]]:
        """What the manager runs itself at the end of the install."""
        if placed.package is None or "--ignore-scripts" in placed.run.arguments:
            return
        if effects.plain(placed.run)[1:2] == ("prune",):
            return
        for name in _AFTERWARDS[placed.run.name]:
            need = self._of_script(name, placed, placed.run.name, 0)
            if need is not None:
                use = f"its own `{name}` script needs{_for(need)}"
                yield self._match(placed, placed, need, use)
                return

    def _used(self, placed: Placed) -> Iterator[tuple[Match, Location]]:
        install = self.installs.get(placed.place)
        if install is None or placed.package is None or not _follows(placed.run, install.run):
            return
        need = self._needed(placed, install.run.name)
        if need is not None:
            del self.installs[placed.place]
            use = f"`{shown(placed.run)}` needs{_for(need)}"
            yield self._match(install, placed, need, use)

    def _needed(self, placed: Placed, manager: str) -> _Need | None:
        run, package = placed.run, placed.package
        if package is None or _FOLDERS.intersection(run.arguments):
            return None
        name = script_name(run) if run.name in (*_MANAGERS, "bun") else None
        if name is not None and script_of(package, name) is not None:
            return self._of_script(name, placed, manager, 0)
        tool = run.name.rpartition("node_modules/.bin/")[2] if "/" in run.name else ""
        if run.name in _RUNNERS:
            words = [w for w in effects.plain(run)[1:] if w not in ("exec", "run")]
            tool = words[0] if words else ""
        return self._of_tool(tool, run, manager, package) if tool else None

    def _of_script(self, name: str, placed: Placed, manager: str, depth: int) -> _Need | None:
        package = placed.package
        for full in (f"pre{name}", name, f"post{name}"):
            script = script_of(package, full)
            behaviour = self.known.get(id(script.script)) if script is not None else None
            for run in behaviour.runs if behaviour is not None else ():
                if run.reach != "reached" or run.outcome in ("ignored", "handled"):
                    continue
                if not _surely(run):
                    continue
                inner = script_name(run) if run.name in (*_MANAGERS, "bun") else None
                if inner is not None and depth < _DEEPEST:
                    need = self._of_script(inner, placed, manager, depth + 1)
                elif package is not None:
                    need = self._of_tool(run.name, run, manager, package)
                if need is not None:
                    return need
        return None

    def _of_tool(self, tool: str, run: Run, manager: str, package: Package) -> _Need | None:
        if tool not in BINARIES or self.everywhere.intersection(BINARIES[tool]):
            return None
        place = Evidence(Location(run.path, run.span), f"runs `{tool}`")
        missing = left_out(tool, manager, package, self.project)
        if missing is not None:
            return _Need(missing, f"`{tool}`", (place, _declared(missing, package)))
        builds = "build" in run.arguments
        for module in self._configurations(tool, package) if builds else ():
            for name, where in _plugins(module):
                dependency = _development(name, package)
                if dependency is not None and lacking(name, manager, package, self.project):
                    read = Evidence(Location(module.path, where.span), f"`{tool}` loads it here")
                    path = module.path.rpartition("/")[2]
                    evidence = (place, read, _declared(dependency, package))
                    return _Need(dependency, f"`{path}`", evidence)
        return None

    def _configurations(self, tool: str, package: Package) -> Iterator[Module]:
        folder = folder_of(package.path)
        for module in self.project.modules:
            name = module.path.rpartition("/")[2]
            if folder_of(module.path) == folder and name.startswith(_CONFIGURED.get(tool, ("?",))):
                yield module

    def _match(
        self, install: Placed, build: Placed, need: _Need, use: str
    ) -> tuple[Match, Location]:
        at = Location(build.run.path, build.run.span)
        ran = (Evidence(at, "fails here"),) if build is not install else ()
        match = Match(
            location=Location(install.run.path, install.run.span),
            values={
                "install": shown(install.run),
                "package": need.dependency.name,
                "use": use,
                "why": _why(install),
            },
            evidence=(*ran, *need.evidence),
            severity=_severity(install.act),
            trail=install.act.trail,
        )
        return match, at


def _for(need: _Need) -> str:
    """What a dependency is needed for, where that is not called like it."""
    return "" if need.use == f"`{need.dependency.name}`" else f" for {need.use}"


def _severity(act: Act) -> Severity | None:
    """A script that nothing here starts may still be one that nobody uses."""
    return None if act.reached_by or act.role != "unknown" else "warning"


def _why(install: Placed) -> str:
    """What makes it an install for production where its own words do not."""
    words = " ".join(word.raw for word in install.run.words)
    return "" if regex(r"dev|prod|-P\b").search(words) else " under NODE_ENV=production"


def _installs(run: Run) -> bool:
    words = effects.plain(run)
    return effects.installs_dependencies(run) in _MANAGERS or words[1:2] == ("prune",)


def _adds(run: Run) -> bool:
    """Whether a run installs packages that it names, or takes some away."""
    words = effects.plain(run)
    if words[1:2] and words[1] in (
        "add",
        "remove",
        "uninstall",
        "rm",
        "update",
        "upgrade",
        "link",
        "global",
        "dedupe",
    ):
        return True
    return len(words) > 2 and words[1] in ("install", "i", "in")


def _follows(run: Run, install: Run) -> bool:
    """Whether a run happens whenever the install has happened, as far as conditions tell."""
    since = len(install.guards)
    if run.guards[:since] != install.guards or install.loop:
        return False
    apart = install.conditional and run.function != install.function
    return not apart and _surely(run, since)


def _surely(run: Run, since: int = 0) -> bool:
    """Whether nothing but the success of earlier commands decides that a run happens."""
    return not run.conditional or all(
        not guard.negated and guard.kind not in _QUESTIONS for guard in run.guards[since:]
    )


_QUESTIONS = frozenset({"test", "case", "arithmetic", "command -v", "grep", "id"})


def _development(name: str, package: Package) -> Dependency | None:
    return next(
        (d for d in package.dependencies if d.name == name and d.group == "devDependencies"), None
    )


def _declared(dependency: Dependency, package: Package) -> Evidence:
    return Evidence(Location(package.path, dependency.span), "only a dependency of development")


def _plugins(module: Module) -> Iterator[tuple[str, Any]]:
    """The packages that a configuration loads whenever it is read: imports, plugins of PostCSS."""
    for entry in module.config:
        if module.path.rpartition("/")[2].startswith("postcss."):
            yield entry.name.removeprefix("plugins."), entry
    for imported in module.imports:
        if not imported.dynamic and not imported.specifier.startswith((".", "/", "node:")):
            parts = imported.specifier.split("/")
            yield "/".join(parts[: 2 if parts[0].startswith("@") else 1]), imported
