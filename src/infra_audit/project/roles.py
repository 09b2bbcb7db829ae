"""What each script is for, told by what it does, then by who calls it, last by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..documents.shell.syntax import Script
from ..flow import effects
from ..flow.behaviour import Behaviour, Run
from ..model import Evidence, Location
from ..source.regex import regex
from .apps import folder_of
from .facts import Facts
from .shipping import ships
from .trails import Hosted, Reached
from .types import Act, Purpose, Role

_NAMES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (regex(r"back-?up|\bdump\b", re.IGNORECASE), "backup"),
    (
        regex(
            r"(?:^|[^a-z]|unit|smoke|run|load|self)test(?:s|er|ing|suite)?(?:[^a-z]|$)"
            r"|\be2e\b|\bspec\b",
            re.IGNORECASE,
        ),
        "test",
    ),
    (
        regex(r"bootstrap|provision|setup[-_]?(?:server|vps|host|ubuntu|debian)", re.IGNORECASE),
        "bootstrap",
    ),
    (regex(r"deploy|release|rollout|update|upgrade", re.IGNORECASE), "deploy"),
    (regex(r"entry-?point", re.IGNORECASE), "entrypoint"),
    (regex(r"\bdev\b|(?:^|[^a-z])local(?:dev|host)?(?:[^a-z]|$)", re.IGNORECASE), "development"),
    (regex(r"build|compile|bundle", re.IGNORECASE), "build"),
)
_ASIDE = regex(
    r"un-?install|remove|clean-?up|teardown|purge|stand-?by|replicat|fail-?over", re.IGNORECASE
)
"""Names of scripts that undo an installation, or keep a second machine for the case of loss: no release."""
_ENTRYPOINT = regex(r"(?:docker[-_])?entry-?point(?:\.\w+)?", re.IGNORECASE)
_BUILDER = regex(r"(?:^|[-_])builder(?:\.|$)", re.IGNORECASE)
"""Names of scripts that take the sources to a machine which only builds and tests them."""
_LIBRARY = regex(
    r"(?:^|/)(?:lib|libs|common|utils|helpers|functions|include|includes)(?:/|[._-]|$)",
    re.IGNORECASE,
)


def acts(facts: Facts, reached: Reached) -> tuple[Act, ...]:
    """Every script with what it can do, its role and its trail."""
    found: dict[int, Act] = {}
    for hosted in reached.hosted:
        script = hosted.script
        if id(script) in found:
            continue
        behaviour = reached.behaviours[id(script)]
        hosts = reached.reached_by.get(id(script), ())
        purpose = facts.purposes.get(script.path, "production")
        role, reasons = _role(hosted, behaviour, hosts, facts)
        found[id(script)] = Act(
            script=script,
            behaviour=behaviour,
            purpose=purpose,
            role=role,
            reasons=reasons,
            trail=reached.trails.get(id(script), ()),
            reached_by=hosts,
            deployable=folder_of(script.path) if script.origin == "npm" else None,
        )
    return tuple(found.values())


def _role(
    hosted: Hosted, behaviour: Behaviour, hosts: tuple[str, ...], facts: Facts
) -> tuple[Role, tuple[Evidence, ...]]:
    script = hosted.script
    purpose = facts.purposes.get(script.path, "production")
    known = _by_place(script, purpose, behaviour, hosts)
    if known is not None:
        return known, ()
    deeds = _Deeds(behaviour, facts)
    told = _by_deeds(deeds, script)
    if told is not None:
        return ("entrypoint", told[1]) if _is_main(script, told[0], hosts) else told
    if set(hosts) and set(hosts) <= {"ci-job"}:
        return "ci", ()
    return _by_name(script, deeds), ()


def _by_place(
    script: Script, purpose: Purpose, behaviour: Behaviour, hosts: tuple[str, ...]
) -> Role | None:
    """The role that a script has by what it is for and what reaches it, whatever it does."""
    if purpose in ("test", "development"):
        return "test" if purpose == "test" else "development"
    if script.origin == "run" or hosts == ("image-build",):
        return "build"
    if "image" in hosts and script.origin == "file":
        return "entrypoint"
    if script.origin == "step" and set(hosts) <= {"ci-job", "schedule"}:
        return "ci"
    if script.origin == "file" and behaviour.functions and _only_defines(behaviour):
        return "library"
    return None


def _is_main(script: Script, told: Role, hosts: tuple[str, ...]) -> bool:
    """Whether what a script does to a machine it does to the container whose process it becomes."""
    if told not in ("bootstrap", "deploy", "maintenance"):
        return False
    named = script.origin == "file" and _ENTRYPOINT.fullmatch(script.path.rpartition("/")[2])
    return bool(named) or (bool(hosts) and {"image", "compose", "image-build"}.issuperset(hosts))


def _only_defines(behaviour: Behaviour) -> bool:
    """Whether all that a script does stands in functions that it does not call itself."""
    return bool(behaviour.runs) and all(
        run.function or run.name in _SETTINGS for run in behaviour.runs
    )


_SETTINGS = frozenset({"", "set", "shopt", "export", "readonly", "declare", "local", "source", ".", "return", "true", ":",
                       "["})  # fmt: skip
"""What a library does when it is sourced."""


class _Deeds:
    """The commands of a script that tell what it is for."""

    def __init__(self, behaviour: Behaviour, facts: Facts) -> None:
        runs = [r for r in behaviour.runs if r.reach != "unreachable" and not _develops(r, facts)]
        self.runs = runs
        self.mutating = [r for r in runs if effects.mutates_server(r)]
        known = [r for r in runs if effects.is_known(r)]
        self.starting = [r for r in known if effects.restarts(r)]
        self.fetching = [r for r in runs if _fetches(r)]
        self.building = [r for r in known if effects.installs_dependencies(r) or effects.builds(r)]
        self.migrating = [r for r in known if effects.migrates(r)]
        self.dumping = [r for r in known if effects.dumps(r) or _copies_volume(r)]
        self.shipping = [r for r in runs if (shipped := ships(r)) and shipped[0] == "deploy"]
        self.remote = [r for r in runs if r.remote is not None]


def _develops(run: Run, facts: Facts) -> bool:
    """Whether a run starts services by compose files that are none of production."""
    if run.name not in ("docker", "docker-compose"):
        return False
    words = effects.plain(run)
    if words[:3] != ("docker", "compose", "up") and words[:2] != ("docker-compose", "up"):
        return False
    given = [after for word, after in pairwise(run.arguments) if word in ("-f", "--file")]
    if given:
        named = {
            c.path
            for c in facts.composes
            if c.path.rpartition("/")[2] in {(g or "").rpartition("/")[2] for g in given}
        }
    else:
        folder = (
            run.directory if run.directory is not None and not run.directory.startswith("/") else ""
        )
        named = {
            c.path
            for c in facts.composes
            if folder_of(c.path) == folder and _DEFAULT.search(c.path)
        }
    return bool(named) and not any(facts.is_production(path) for path in named)


_DEFAULT = regex(r"(?:^|/)(?:docker-)?compose\.ya?ml$")


def _fetches(run: Run) -> bool:
    verbs = ("pull", "fetch", "clone", "checkout", "reset")
    if run.name == "git" and any(verb in verbs for verb in run.arguments[:3] if verb):
        return True
    return run.name in ("docker", "docker-compose", "podman") and "pull" in effects.plain(run)[1:3]


def _by_deeds(deeds: _Deeds, script: Script) -> tuple[Role, tuple[Evidence, ...]] | None:
    if deeds.dumping and not deeds.starting and not deeds.building and _backs_up(deeds, script):
        return "backup", _reasons(deeds.dumping)
    if _ASIDE.search(script.path.rpartition("/")[2]):
        return ("maintenance", _reasons(deeds.mutating)) if deeds.mutating else None
    based = [r for r in deeds.mutating if _base(r)]
    kinds = {_base(r) for r in based}
    name = script.path.rpartition("/")[2] if script.origin == "file" else ""
    if len(kinds) >= 2 or (kinds - {"writes /etc"} and deeds.starting):
        if _RENEWS.search(name) and not deeds.fetching and not deeds.building:
            return "maintenance", _reasons(based)
        if deeds.fetching and _NAMES[3][0].search(script.path) and len(based) < 3:
            return "deploy", _reasons(deeds.starting or based)
        return "bootstrap", _reasons(based)
    if not deeds.starting and _BUILDER.search(script.path.rpartition("/")[2]):
        return "build", ()
    renewed = deeds.fetching or deeds.building or deeds.migrating or deeds.shipping
    if deeds.starting and (renewed or deeds.remote):
        return "deploy", _reasons(deeds.starting)
    if deeds.shipping and (deeds.building or deeds.remote or _NAMES[3][0].search(script.path)):
        return "deploy", _reasons(deeds.shipping)
    if _NAMES[3][0].search(name) and deeds.fetching and deeds.building:
        return "deploy", _reasons(deeds.fetching)
    if deeds.dumping and _backs_up(deeds, script):
        return "backup", _reasons(deeds.dumping)
    if kinds - {"writes /etc"} and _INSTALLS.search(name):
        return "bootstrap", _reasons(based)
    if deeds.mutating or deeds.starting:
        return "maintenance", _reasons(deeds.mutating or deeds.starting)
    return None


_RENEWS = regex(r"up(?:grade|date)(?!.*(?:install|setup|bootstrap|provision))", re.IGNORECASE)
"""Names of scripts that expect an installation and bring it up to date."""
_INSTALLS = regex(r"(?:install(?:er)?|setup)(?:\.\w+)?$", re.IGNORECASE)
"""Names of scripts that install on a new machine, whatever they leave to others to do."""
_BASE = frozenset(
    {"installs packages", "changes users", "changes the firewall", "changes the system"}
)
"""What a server is set up with, as `effects.mutates_server` calls it."""
_COPIERS = frozenset({"cp", "tar", "rsync", "zip", "mv", "install"})
"""What copies anything: a copy before a change is no backup script."""


def _base(run: Run) -> str:
    """What a run sets up that a server has before the application comes, '' for nothing."""
    what = effects.mutates_server(run)
    if what.startswith(("writes /etc/", "removes /etc/")):
        return "writes /etc"
    if what in effects.PACKAGES:
        return "installs packages"
    return what if what in _BASE else ""


def _copies_volume(run: Run) -> bool:
    """A container that packs a volume, as Docker's manual backs one up."""
    if run.name not in ("docker", "podman"):
        return False
    words = effects.plain(run)
    return (
        words[1:2] == ("run",)
        and "tar" in words
        and any(
            (word or "").startswith(("c", "-c", "--create"))
            for word in words[words.index("tar") + 1 :][:1]
        )
    )


def _backs_up(deeds: _Deeds, script: Script) -> bool:
    named = bool(_NAMES[0][0].search(script.path.rpartition("/")[2] + script.name))
    return named or any(run.name not in _COPIERS for run in deeds.dumping)


def _by_name(script: Script, deeds: _Deeds) -> Role:
    """A name alone tells only what makes no rule about production speak."""
    if script.origin != "file":
        return "unknown"
    name = script.path.rpartition("/")[2]
    if _LIBRARY.search(script.path) and not deeds.runs:
        return "library"
    for pattern, role in _NAMES:
        if pattern.search(name) and role in ("test", "development", "build", "entrypoint"):
            return role
    return "library" if _LIBRARY.search(script.path) else "unknown"


def _reasons(runs: list[Run]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(_reason(run) for run in runs))[:3]


def _reason(run: Run) -> Evidence:
    shown = " ".join((run.name, *(word.raw for word in run.words[1:4])))
    return Evidence(Location(run.path, run.span), f"`{shown}`")


def production(found: tuple[Act, ...], *roles: Role) -> Iterator[Act]:
    """The acts of production that have one of the roles."""
    for act in found:
        if act.purpose == "production" and act.role in roles:
            yield act
