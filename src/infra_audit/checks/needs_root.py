"""Server scripts that only root can run, and what they need root for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join, normpath
from typing import Any

from ..documents.shell.syntax import Word
from ..flow import effects
from ..flow.behaviour import Run
from ..model import START, Evidence, Inapplicable, Location, Match, Outcome, Span, Undecided
from ..project.apps import folder_of
from ..project.inside import commands, lifted
from ..project.runners import is_own
from ..project.types import Act, Project
from ..project.wrappers import INSTALLS, installers, wrappers
from ..source.regex import regex

_ROLES = frozenset({"bootstrap", "deploy", "maintenance", "unknown"})
_CLIENTS = frozenset({"psql", "createdb", "createuser", "mysql", "mariadb", "mysqladmin"})
_LIBRARY = regex(
    r"(?:^|/)(?:libs?|library|common|functions|includes?|helpers|utils)/"
    r"|(?:^|[/_.-])(?:libs?|library|functions)\.\w+$"
)
_CONTAINED = frozenset({"image", "image-build", "compose"})
_RAISING = frozenset({"sudo", "doas", "sudo?", "as_root", "run_as_root", "maybe_sudo"})
_SYSTEM = regex(r"(writes|removes) /(?:etc|usr|lib|boot|root)(?:/|$)")
_ONLY_ROOT = effects.PACKAGES | {
    "changes users", "changes services", "changes the firewall", "changes the system",
}  # fmt: skip
_NOT_ALWAYS = frozenset({"supervisorctl", "loginctl", "snap", "visudo", "apk"})
_ANYTHING = "runs commands with sudo"
_LOGS_IN = "logs in as root"
_NO_USE = frozenset({"true", ":", "sudo", "id", "whoami", "test", "[", "echo", "printf"})
"""What is run with sudo only to see whether sudo would."""
_ASKS = regex(r"(?:require|check|ensure|need|assert|must_be|demand)_(?:is_)?(?:root|sudo)\w*")
_TELLS = regex(r"(?:am|is|running|run)_?(?:as_?|i_?)?_?root(?:_?user)?", re.IGNORECASE)
_ONCE = regex(
    r"\b(?:one-?shot|(?:on|for|of) an? (?:brand[- ]new|fresh|new|blank|clean)\b[^\n.]* (?:vm|vps|server|machine|host|instance|droplet))\b",
    re.IGNORECASE,
)
"""How a script says at its beginning that it makes a machine ready, once."""
_RELEASE = regex(r"(?:^|[-_./])(?:deploy|release|rollout)[^/]*$", re.IGNORECASE)
_RELEASING = regex(r"(?:deploy|release|rollout)(?:[:_-](?!setup|init|local|dev)[\w:-]*)?")
_REMOTE = frozenset({"ssh", "scp", "rsync", "sftp"})
_USER = regex(r"-[A-Zabe-fijklnsv]*u|--user")
_ROOT_AT = regex(r"root@[^\s/:]*")
_SUDOERS = regex(r"(?:^|/)(?:etc/sudoers(?:\.d)?(?:/|$)|sudoers(?:\.d/|$|[.-]))|polkit-1/rules")
_PACKER = (".pkr.hcl", ".pkr.json")
_MOST = 5


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each script, where it asks for root or first needs it."""
    if not project.deployables:
        yield Inapplicable("nothing is deployed from here: the scripts set up machines of others")
        return
    hosted = _hosted_steps(project)
    called = _released(project)
    within = _copied(project)
    allowed = _has_sudoers(project)
    functions = wrappers(project.acts)
    image = min((path for path in project.files if path.endswith(_PACKER)), default=None)
    if image is not None:
        where = Location(image, START)
        yield Undecided(where, "Packer builds images here, and what prepares an image runs as root")
    for act in project.acts:
        if act.purpose != "production" or act.role not in _ROLES or id(act.script) in hosted:
            continue
        if image is not None and not act.reached_by and act.role != "deploy":
            continue
        if {act.script.path, *(step.location.path for step in act.trail[:1])} <= within:
            continue
        library = _LIBRARY.search(act.script.path) or act.script.origin in (
            "command",
            "exec",
            "run",
        )
        passing = act.script.origin != "file" and act.role not in ("bootstrap", "deploy")
        if not library and not passing and not _CONTAINED.intersection(act.reached_by):
            yield from _matches(act, called, installers(act, functions), allowed=allowed)


def _hosted_steps(project: Project) -> set[int]:
    """Steps on runners of their own: they are servers, and which is not known."""
    return {
        id(step.run)
        for workflow in project.workflows
        for job in workflow.jobs
        if is_own(job)
        for step in job.steps
        if step.run is not None
    }


def _copied(project: Project) -> frozenset[str]:
    """The files that images copy by name: what nothing else starts runs in a container."""
    return frozenset(
        normpath(join(folder, source.literal))
        for image in project.images
        for folder in {image.context or "", folder_of(image.dockerfile.path)}
        for stage in image.dockerfile.stages
        for instruction in stage.instructions
        if instruction.copy is not None and not instruction.copy.origin
        for source in instruction.copy.sources
        if source.literal
    )


def _released(project: Project) -> frozenset[str]:
    """The words of all that package scripts called `deploy` or `release` run."""
    return frozenset(
        word.removeprefix("./")
        for act in project.acts
        if act.script.origin == "npm" and _RELEASING.fullmatch(act.script.name)
        for run in act.behaviour.runs
        for word in (run.name, *run.arguments, *run.paths)
        if word
    )


def _has_sudoers(project: Project) -> bool:
    """Whether the repository says itself what its user may do with sudo."""
    listed = "\n".join(project.files)
    named = "sudoers" in listed or "polkit-1" in listed
    return (named and any(_SUDOERS.search(path) for path in project.files)) or any(
        _SUDOERS.search(path)
        for act in project.acts
        for run in act.behaviour.runs
        for path in effects.written(run)
    )


def _matches(
    act: Act, called: frozenset[str], functions: frozenset[str], *, allowed: bool
) -> Iterator[Match]:
    released = act.role == "deploy" or _releases(act) or act.script.path in called
    repeated = released and not _ONCE.search(act.script.header)
    needing = _needing(act, functions, repeated=repeated)
    restarts = False
    anchor = _anchor(act, needing)
    if anchor is None:
        bare = all(what == _ANYTHING for _, what in needing)
        if not needing or (bare and act.role in ("maintenance", "unknown")):
            return
        if all(map(_only_where_missing, needing)):
            return
        if all(_only_restarts(run) for run, _ in needing) and act.role != "bootstrap":
            raised = [each for each in needing if _RAISING.intersection(each[0].prefixes)]
            if allowed or not repeated or not raised:
                return
            restarts, needing = True, [(run, _ANYTHING) for run, _ in raised]
        anchor = _first(needing, act)
    by_need: dict[str, Run] = {}
    for run, what in needing:
        if what != _ANYTHING:
            by_need.setdefault(what, run)
    needs = [n for n in by_need if n != _LOGS_IN or by_need[n].span != anchor[0]]
    itself = len(needs) == 1 and by_need[needs[0]].span == anchor[0]
    yield Match(
        location=Location(act.script.path, anchor[0]),
        values={
            "what": anchor[1],
            "needs": f", which {needs[0]}" if itself else _listed(needs),
            "when": "; this is repeated at each release" if repeated else "",
        },
        evidence=tuple(
            Evidence(Location(run.path, run.span), what)
            for what, run in by_need.items()
            if run.span != anchor[0]
        )[:_MOST],
        severity="warning" if repeated and not restarts else None,
        trail=act.trail,
    )


def _needing(act: Act, functions: frozenset[str], *, repeated: bool) -> list[tuple[Run, str]]:
    """The runs that need root, in the order of their places, and what for."""
    own = {routine.name for routine in act.behaviour.functions}
    given = [run for run in act.behaviour.runs if _RAISING & {*run.prefixes} and _is_ci(run, act)]
    raised = {run.function for run in given if run.function}
    runs = [
        lifted(run)
        for run in act.behaviour.runs
        if run.name not in own
        and run.function not in functions
        and run not in given
        and not raised.intersection(run.prefixes)
    ]
    others = _as_others(act) | _if_allowed(act)
    found = [(run, what) for run in runs if run.span not in others and (what := _need(run, act))]
    if act.role == "unknown":
        found = [(run, what) for run, what in found if _RAISING.intersection(run.prefixes)]
    found += [
        (run, INSTALLS)
        for run in act.behaviour.runs
        if run.name in functions and run.reach == "reached"
    ]
    if repeated:
        logins = [run for run in runs if run.reach == "reached" and _root_at(run)]
        shells = [run for run in logins if run.name == "ssh"]
        found += [(run, _LOGS_IN) for run in shells or logins]
    return sorted(found, key=lambda each: each[0].span)


def _is_ci(run: Run, act: Act) -> bool:
    """Whether only a runner of a pipeline gets there, which is given all rights."""
    listed = commands(act.script) if run.guards else {}
    for guard in run.guards:
        words = [word.raw for word in listed[guard.span].words] if guard.span in listed else []
        if any(map(_CI.search, words)) and not {"!", "!="} & {*words}:
            return guard.negated == ("-z" in words)
    return False


_CI = regex(r"\$\{?(?:CI|GITHUB_ACTIONS|GITLAB_CI)\b")


def _as_others(act: Act) -> set[Span]:
    """The commands that sudo runs as a user who is not root."""
    return {span for span, command in commands(act.script).items() if _other(command.words)}


def _if_allowed(act: Act) -> set[Span]:
    """The commands that sudo runs where it is allowed without a password, and else are left out."""
    ignored = {run.span for run in act.behaviour.runs if run.outcome == "ignored"}
    return {
        span
        for span, command in commands(act.script).items()
        if span in ignored and [word.raw for word in command.words[:2]] == ["sudo", "-n"]
    }


def _other(words: tuple[Word, ...]) -> bool:
    raw = [word.raw.strip("\"'") for word in words]
    sudo = next((nth for nth, word in enumerate(raw[:3]) if word in ("sudo", "doas")), None)
    rest = iter(raw[sudo + 1 :] if sudo is not None else ())
    for word in rest:
        if not word.startswith("-") or word == "--":
            return False
        if _USER.fullmatch(word):
            return next(rest, "root") not in ("root", "#0", "0")
        if word.startswith("--user="):
            return word != "--user=root"
        if word in ("-g", "-h", "-p", "-C", "-r", "-t", "-T", "-U", "-D", "-R"):
            next(rest, None)
    return False


def _root_at(run: Run) -> str:
    """The `root@host` that a run logs in to; '' for none."""
    if run.name not in _REMOTE or run.remote is not None:
        return ""
    values = run.arguments if len(run.arguments) == len(run.words) - 1 else ()
    for nth, word in enumerate(run.words[1:]):
        value = values[nth] if values else None
        found = _ROOT_AT.match(value or word.raw.strip("\"'"))
        if found is not None:
            host = found[0].rstrip("\"'")
            return f"{host}…" if host.endswith("@") else host
    return ""


def _anchor(act: Act, needing: list[tuple[Run, str]]) -> tuple[Span, str] | None:
    """Where the script itself asks for root, and how; None where it does not."""
    if act.behaviour.demands_root:
        return act.behaviour.demands_root[0], "refuses to run for anybody but root"
    if act.behaviour.refuses_root:
        return None
    own = {routine.name for routine in act.behaviour.functions}
    real = any(what != _ANYTHING for _, what in needing)
    for run in act.behaviour.runs:
        ends = run.outcome in ("aborts", "unchecked", "handled")
        if ends and run.reach == "reached" and _ASKS.fullmatch(run.name):
            return run.span, f"asks for root by `{run.name}`"
        tells = run.name in own and run.outcome == "tested" and _TELLS.fullmatch(run.name)
        if tells and real and run.reach == "reached":
            return run.span, f"asks for root by `{run.name}`"
    return None


def _first(needing: list[tuple[Run, str]], act: Act) -> tuple[Span, str]:
    """The first real change, else the first command with sudo."""
    run, what = next((each for each in needing if each[1] != _ANYTHING), needing[0])
    if what == _LOGS_IN:
        how = " by default" if run.assumed else ""
        return run.span, f"{_LOGS_IN}{how} (`{run.name} … {_root_at(run)}`)"
    return run.span, f"runs `{_shown(run, act)}`"


def _releases(act: Act) -> bool:
    """Whether a script that also sets the server up is what brings each new version there."""
    fresh = any(effects.builds(r) or effects.installs_dependencies(r) for r in act.behaviour.runs)
    return fresh and act.role == "bootstrap" and _RELEASE.search(act.script.path) is not None


def _need(run: Run, act: Act) -> str:
    """What a run does that only root may do; '' for nothing."""
    if run.reach != "reached" or (act.script.origin == "step" and run.remote is None):
        return ""
    if {"--user", "--version", "--help"} & set(run.arguments) or run.name in _NOT_ALWAYS:
        return ""
    if run.name == "systemctl" and {"status", "is-active", "is-enabled", "show"} & set(
        run.arguments
    ):
        return ""
    raised = bool(_RAISING.intersection(run.prefixes))
    what = effects.mutates_server(run)
    if what in _ONLY_ROOT and not run.captured:
        return what
    system = _SYSTEM.match(what)
    if system is not None and (raised or not run.assumed):
        return f"{system[1]} system files"
    if raised and run.name in _CLIENTS:
        return "administers the database"
    return _ANYTHING if raised and run.name not in _NO_USE else ""


def _only_where_missing(needing: tuple[Run, str]) -> bool:
    """Whether a run installs a tool where it is missing: where it is there, the script needs no root."""
    run, what = needing
    missing = any(guard.kind == "command -v" and guard.negated for guard in run.guards)
    return missing and what in (INSTALLS, _ANYTHING)


def _only_restarts(run: Run) -> bool:
    """Whether one line in sudoers or polkit would do: the restart of a service."""
    return bool(effects.restarts(run) or effects.stops(run))


def _listed(needs: list[str]) -> str:
    if len(needs) < 2:
        return "".join(f", and {need}" for need in needs)
    return f", {', '.join(needs[:-1])} and {needs[-1]}"


def _shown(run: Run, act: Act) -> str:
    """A run as written, with what is known of its variables, cut behind a word."""
    command = commands(act.script).get(run.span)
    words = [word.raw for word in run.words]
    if command is not None and _RAISING.intersection(run.prefixes):
        before = [word.raw for word in command.words[: len(command.words) - len(words)]]
        words[:0] = [word for word in before if _RAISES.fullmatch(word)][:1]
    values = run.arguments if len(run.arguments) == len(run.words) - 1 else ()
    for nth, value in enumerate(values, start=len(words) - len(values)):
        if value and "$" in words[nth] and value.isprintable() and " " not in value:
            words[nth] = value
    redirects = zip(run.redirects, run.targets, strict=True)
    target = next(
        (f" {o} {t}" for (o, _), t in redirects if ">" in o and t and _SHOWN.match(t)), ""
    )
    text = " ".join(" ".join(words).split())
    if len(text) > _LONG:
        text = f"{text[: text.rindex(' ', 0, _LONG)] if ' ' in text[:_LONG] else text[:_LONG]} …"
    return text + target


_SHOWN = regex(r"/(?:etc|usr)/")
_RAISES = regex(r"(?:sudo|doas|as_root|run_as_root|maybe_sudo|\"?\$.*)")
_LONG = 80
