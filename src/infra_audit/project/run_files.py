"""The files of the repository that commands run, read or copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import basename, join, normpath

from msgspec import Struct
from msgspec.structs import replace

from ..documents.facts import Job
from ..documents.shell.syntax import Script
from ..flow.behaviour import Guard, Run
from ..model import Evidence, Location, Severity, Span
from ..source.regex import regex
from .apps import folder_of
from .checkouts import Checkout, checkout
from .images import resolved
from .made import Reach, writes
from .questions import questions
from .references import Reference
from .spots import ROOTS, spots
from .tree import folders
from .types import Act, Project

_ASIDE = frozenset({"test", "development", "library"})
_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ksh"})
_SOURCES = frozenset({"source", "."})
_INTERPRETERS = frozenset(
    {"node", "nodejs", "python", "python3", "ruby", "php", "perl", "tsx", "ts-node", "bun"}
)
_RUNNERS = frozenset({"npx", "pnpm", "yarn", "bunx", "npm"})
_SCRIPT = regex(r"[\w@./+-]*\w\.(?:sh|bash|[cm]?js|[cm]?ts|py|rb|php|pl)")
_FILE = regex(r"(?=.*\w)[\w@./+-]{1,300}")
_FOLDER = regex(r"(?:\./)?(?!\.\.)[\w@.-]+(?:/[\w@.-]+)*/?")
_ECOSYSTEM = regex(r"(?:[\w./-]+/)?(?:ecosystem|pm2|process)[\w.-]*\.(?:[cm]?js|json|ya?ml)")
_YAML = regex(r"[\w./-]+\.ya?ml")
_STATE = regex(
    r"\.(?:db|sqlite3?|dump|gz|tgz|zip|tar|log|pid|sock|bak|pem|crt|key|env)$|(?:^|/)\.env(?:\.(?!example|sample|template)[\w-]+)*$"
)
"""What programs, builds and people make, so that a copy of it takes what there is."""
_SENT = regex(
    r"^[\w@./+-]{0,300}(?:\w\.(?:sh|bash|py|rb|php|ya?ml|toml|txt|md|conf|service)|\.env\.(?:example|sample|template))$"
)
"""What a repository has where it is sent from a checkout: no build makes it, and it is no secret."""
_GITHUB = (".github/", ".gitea/", ".forgejo/")
_ASKS = regex(r"-[defrsxhL]")
_KEY = regex(r"(?:^~|/home/[^/]+|/root)/\.ssh/")
_PM2 = frozenset(
    {"start", "reload", "restart", "startOrReload", "startOrRestart", "startOrGracefulReload"}
)
_KNOWN_ACTIONS = regex(
    r"(?:actions/(?!download-artifact|cache|checkout)|docker/|pnpm/|oven-sh/|aws-actions/|google-github-actions/|azure/"
    r"|hashicorp/setup|superfly/|webfactory/|appleboy/|github/|codecov/|denoland/|astral-sh/|ruby/setup|shivammathur/"
    r"|dorny/|tj-actions/|step-security/|bahmutov/|slackapi/|peter-evans/|softprops/)"
)
"""Actions that add no file of the repository's kind to the checkout."""

_PLAIN = frozenset({"-e", "-x", "-u", "-ex", "-eu", "-eux", "-euo", "--", "--enable-source-maps"})
"""Options of shells and interpreters behind which the file comes."""
_VERBS = frozenset(
    {
        "up",
        "run",
        "exec",
        "logs",
        "down",
        "build",
        "pull",
        "ps",
        "config",
        "restart",
        "stop",
        "start",
    }
)

_SCP_VALUED = frozenset((f"-{letter}",) for letter in "cDFiJloPSX")
"""Options of scp that take the next word (scp(1) of OpenSSH 9)."""

Named = tuple[int, str]
"""The number of an argument, -1 for the command itself, and what the command does with it."""


def files_of_runs(project: Project) -> Iterator[Reference]:
    """Every file of the repository that a command of production names, where its folder is known."""
    steps = _checkouts(project)
    for act in project.acts:
        if act.purpose != "production" or act.role in _ASIDE or act.script.origin not in _WHERE:
            continue
        lone = act.script.origin == "npm" or act.role == "unknown"
        if act.reached_by or not lone:
            yield from _of_act(act, project, steps)


_WHERE = frozenset({"file", "step", "npm", "argument"})


def _of_act(act: Act, project: Project, steps: dict[int, Reach]) -> Iterator[Reference]:
    reach: Reach = "nowhere"
    if act.script.origin == "step":
        if id(act.script) not in steps:
            return
        reach = steps[id(act.script)]
    asked = questions(act.script)
    server = checkout(act, project)
    for run, spot in zip(act.behaviour.runs, spots(act.behaviour.runs, act.script), strict=True):
        if run.reach == "reached" and reach != "anywhere" and not _is_guarded(run, asked):
            for at, does in _named(run):
                places = _places(at, run, spot, act, server)
                if places is None or (does == "changes to" and not places.sure):
                    continue
                if not _may_be_made(places.paths, reach, project):
                    found = _reference(at, does, places, run, act)
                    yield replace(found, severity=_severity(act, run, project))
            if reach == "nowhere" and run.name == "cd":
                for each in _of_matrix(run, act, project):
                    yield replace(each, severity=_severity(act, run, project))
        written = writes(run)
        if written != "nowhere" and not run.captured and not _renews(run, server):
            reach = "anywhere" if "anywhere" in (written, reach) else written


def _of_matrix(run: Run, act: Act, project: Project) -> Iterator[Reference]:
    """The folders of a checkout that a step changes to, one for each value of its job's matrix."""
    raw = run.words[1].raw.strip("\"'") if len(run.words) == 2 else ""
    name = _MATRIX.search(raw)
    if name is None or run.directory is None or act.script.origin != "step":
        return
    for value, where in _values(name[1], act, project):
        filled = _MATRIX.sub(value, raw)
        path = resolved(run.directory, filled) if _FOLDER.fullmatch(filled) else None
        if path:
            yield Reference(
                shown=filled,
                places=(path,),
                needs="the step changes to",
                location=Location(run.path, run.words[1].span),
                trail=act.trail,
                evidence=(Evidence(where, f"one of its runs has `{value}`"),),
            )


_MATRIX = regex(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")


def _values(name: str, act: Act, project: Project) -> Iterator[tuple[str, Location]]:
    """The literal values that the matrix of a step's job has for a name."""
    for workflow in project.workflows if act.script.origin == "step" else ():
        for job in workflow.jobs:
            step = next((step for step in job.steps if step.run is act.script), None)
            decided = step is not None and "matrix." in (
                step.condition.raw if step.condition else ""
            )
            if step is not None and not decided:
                for entry in job.matrix:
                    if entry.name == name and entry.value is not None and entry.value.literal:
                        yield entry.value.literal, Location(workflow.path, entry.value.span)


def _is_guarded(run: Run, asked: Callable[[Span], bool]) -> bool:
    """Whether its failure is provided for, or files were asked for before."""
    if run.outcome in ("ignored", "handled") or (run.outcome == "tested" and asked(run.span)):
        return True
    return any(
        guard.kind != "test" or _asks_for_file(guard)
        for guard in run.guards
        if guard.kind in ("test", "command -v", "ls", "stat", "find", "git", "grep")
    )


def _asks_for_file(guard: Guard) -> bool:
    """Whether a test asks for a file; that of a key for a login is none of the repository."""
    asks = any(_ASKS.fullmatch(word or "") for word in guard.words)
    return asks and not any(_KEY.search(word or "") for word in guard.words)


def _named(run: Run) -> Iterator[Named]:
    """The files that a run names and cannot do without."""
    given = run.arguments
    name = run.name
    first = next(
        (n for n, v in enumerate(given) if v is None or not v.startswith(("-", "+"))), None
    )
    leading = given[: first or 0]
    if name in _SHELLS or name in _INTERPRETERS:
        code = name in _INTERPRETERS and "-e" in leading
        if (
            first is not None
            and not code
            and _PLAIN.issuperset(leading)
            and _is_script(given[first])
        ):
            yield first, "runs"
    elif name in _SOURCES:
        if first is not None and _is_script(given[first]) and "/" in (given[first] or ""):
            yield first, "sources"
    elif name in _RUNNERS and first is not None and given[first] in ("tsx", "ts-node", "exec"):
        at = next(
            (n for n in range(first + 1, len(given)) if given[n] not in ("tsx", "ts-node")), -1
        )
        if at > 0 and given[at - 1] in ("tsx", "ts-node") and _is_script(given[at]):
            yield at, "runs"
    elif "/" in name and _is_script(name) and not name.startswith(("/", "~")):
        yield -1, "runs"
    elif name == "cd":
        if len(given) == 1 and _FOLDER.fullmatch(given[0] or ""):
            yield 0, "changes to"
    elif name == "chmod":
        yield from ((n, "changes the mode of") for n, v in enumerate(given) if n and _is_script(v))
    elif name in ("docker", "docker-compose"):
        yield from _of_docker(run)
    elif name == "pm2" and given[:1] and given[0] in _PM2:
        if len(given) > 1 and _ECOSYSTEM.fullmatch(given[1] or ""):
            yield 1, "starts"
    elif name == "cp":
        operands = [n for n, v in enumerate(given) if v is None or not v.startswith("-")]
        if not any(v and v.startswith("-") and "t" in v for v in given):
            for n in operands[:-1]:
                value = given[n] or ""
                if (
                    _FILE.fullmatch(value)
                    and "." in basename(value)[1:]
                    and not _STATE.search(value)
                ):
                    yield n, "copies"
    elif name == "scp":
        yield from ((n, "sends") for n in _sent(run) if _SENT.search(given[n] or ""))


def _sent(run: Run) -> Iterator[int]:
    """The numbers of the arguments that scp takes from this machine to another."""
    written = run.written[1:]
    operands = [
        n
        for n, word in enumerate(written)
        if not word.startswith("-") and written[n - 1 : n] not in _SCP_VALUED
    ]
    if operands and ":" in written[operands[-1]]:
        yield from operands[:-1]


def _is_script(value: str | None) -> bool:
    return value is not None and _SCRIPT.fullmatch(value) is not None


def _of_docker(run: Run) -> Iterator[Named]:
    """`-f` of compose and of `docker build`."""
    values = run.arguments
    compose = run.name == "docker-compose" or values[:1] == ("compose",)
    build = run.name == "docker" and (values[:1] == ("build",) or values[:2] == ("buildx", "build"))
    if "--project-directory" in values or not (compose or build):
        return
    for nth, value in enumerate(values[:-1]):
        if compose and value in _VERBS:
            return
        if value in ("-f", "--file"):
            target = values[nth + 1] or ""
            if compose and _YAML.fullmatch(target):
                yield nth + 1, "starts the services of"
            if build and _FILE.fullmatch(target):
                yield nth + 1, "builds"


def _reference(at: int, does: str, places: Places, run: Run, act: Act) -> Reference:
    aligned = len(run.words) == len(run.arguments) + 1
    return Reference(
        shown=run.name if at < 0 else run.arguments[at] or "",
        places=places.paths,
        needs=f"{_actor(act)} {does}",
        location=Location(run.path, run.words[at + 1].span if aligned else run.span),
        trail=act.trail,
        evidence=places.evidence,
        anywhere=not places.sure,
    )


def _renews(run: Run, server: Checkout | None) -> bool:
    """Whether a run only makes the checkout what the repository is."""
    return server is not None and server.evidence.location.span == run.span


def _may_be_made(found: tuple[str, ...], reach: Reach, project: Project) -> bool:
    """Whether a command before it may make what the repository lacks."""
    return reach == "outputs" and any(
        "/" not in p or not _has(folder_of(p), project) for p in found
    )


def _actor(act: Act) -> str:
    match act.script.origin:
        case "step":
            return "the step" if act.script.path.startswith(_GITHUB) else "the job"
        case "npm":
            return f"`npm run {act.script.name}`"
        case _:
            return "the script"


def _severity(act: Act, run: Run, project: Project) -> Severity | None:
    """What is sure to be reached on the way to production is an error."""
    if run.conditional or run.function or run.assumed:
        return "warning"
    hosts = set(act.reached_by) - {"prose"}
    if folder_of(act.script.path) not in {d.folder for d in project.deployables}:
        hosts.discard("package-start")
    if act.role in ("deploy", "bootstrap", "backup") or hosts - {"ci-job", "package-build"}:
        return None
    return "warning"


class Places(Struct, frozen=True):
    """What a path may be; `sure` where its folder is known and not only likely."""

    paths: tuple[str, ...]
    sure: bool
    evidence: tuple[Evidence, ...] = ()


def _places(
    at: int, run: Run, spot: str | None, act: Act, server: Checkout | None
) -> Places | None:
    """What the path may be; None where it cannot be told: an image may hold more than the repository."""
    value = run.name if at < 0 else run.arguments[at] or ""
    if value.startswith("~") or "://" in value:
        return None
    if server is not None and run.remote == server.remote:
        inside = server.inside(join(spot or "?", value))
        path = resolved("", inside) if inside else None
        if path:
            return Places((path,), False, (server.evidence,))
    if value.startswith("/") or run.remote is not None:
        return None
    known = run.paths[at] if 0 <= at < len(run.paths) else None
    if known is None and at < 0 and run.words and "$" in run.words[0].raw:
        return Places((normpath(value),), False)
    if known is None and at < 0 and run.directory is not None and not run.directory.startswith("/"):
        known = resolved(run.directory, value)
    known = None if known is None else normpath(known)
    if known is not None:
        return None if known.startswith(("/", "..")) or not known else Places((known,), True)
    if act.script.origin != "file" or act.role == "entrypoint" or run.directory is not None:
        return None
    if spot is None or spot[:1] in ROOTS:
        return None
    home = folder_of(act.script.path)
    found = [resolved(folder, join(spot, value)) for folder in {"", home, *_upwards(home)}]
    return Places(tuple(sorted(p for p in found if p)), False) if all(found) else None


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        folder = folder_of(folder)
        yield folder


def _has(folder: str, project: Project) -> bool:
    return not folder or folder in folders(project.files)


def _checkouts(project: Project) -> dict[int, Reach]:
    """The steps that run in a checkout of this repository and no other, with what may be in it besides."""
    found: dict[int, Reach] = {}
    reach: Reach | None
    for workflow in project.workflows:
        if workflow.system == "gitlab":
            for job in workflow.jobs:
                reach = _brought(job, project)
                found |= {id(step.run): reach for step in job.steps if step.run is not None}
            continue
        if not workflow.path.startswith(_GITHUB):
            continue
        for job in workflow.jobs:
            reach = None
            for step in job.steps:
                uses = step.uses.raw if step.uses else ""
                if uses.startswith("actions/checkout@"):
                    names = {e.name for e in step.inputs}
                    other = bool(
                        names & {"repository", "path", "ref", "sparse-checkout", "submodules"}
                    )
                    reach = "anywhere" if other or reach == "anywhere" else reach or "nowhere"
                elif uses and reach is not None and not _KNOWN_ACTIONS.match(uses):
                    reach = "anywhere"
                if step.run is not None and reach is not None:
                    if reach != "anywhere":
                        found[id(step.run)] = reach
                    reach = _after(step.run, reach, project)
    return found


def _brought(job: Job, project: Project) -> Reach:
    """Where caches and other jobs may put files into the checkout of a job."""
    tops = {path.removeprefix("./").partition("/")[0] for path in job.brought}
    if any(not _PLAIN_NAME.fullmatch(top) or _has(top, project) for top in tops):
        return "anywhere"
    return "outputs" if tops else "nowhere"


_PLAIN_NAME = regex(r"[\w.-]+")


def _after(script: Script, reach: Reach, project: Project) -> Reach:
    act = next((a for a in project.acts if a.script is script), None)
    for run in act.behaviour.runs if act else ():
        found = writes(run)
        if found == "anywhere" and not run.captured and run.remote is None:
            return "anywhere"
        if found == "outputs":
            reach = found
    return reach
