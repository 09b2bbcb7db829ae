"""Containers that a script starts by `docker run`, in the form in which compose describes them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal as Choice

from msgspec import Struct

from ..documents.facts import Compose, Entry, Mount, Service, Value
from ..documents.shell.syntax import Word
from ..flow.behaviour import Run
from ..source.regex import regex
from .entrances import TRIAL
from .types import Act, Project

_FLAGS = regex(
    r"-[dit]+|--(?:detach|interactive|tty|init|read-only|privileged|rm|no-healthcheck|publish-all)|-P"
)
"""Options without a value."""
_DETACHES = regex(r"-[it]*d[it]*|--detach(?:=true)?")
_VALUED = frozenset(
    (
        *(
            "-p",
            "--publish",
            "-v",
            "--volume",
            "--mount",
            "--tmpfs",
            "-e",
            "--env",
            "--env-file",
            "--name",
        ),
        *(
            "--network",
            "--net",
            "--network-alias",
            "--restart",
            "-w",
            "--workdir",
            "-u",
            "--user",
            "-m",
            "--memory",
        ),
        *(
            "--cpus",
            "--log-driver",
            "--log-opt",
            "-l",
            "--label",
            "--add-host",
            "-h",
            "--hostname",
            "--platform",
        ),
        *(
            "--pull",
            "--shm-size",
            "--link",
            "--expose",
            "--dns",
            "--cap-add",
            "--cap-drop",
            "--security-opt",
        ),
        *(
            "--ulimit",
            "--memory-swap",
            "--entrypoint",
            "--health-cmd",
            "--health-interval",
            "--stop-timeout",
        ),
    )
)
_ROLES = frozenset({"deploy", "bootstrap", "maintenance", "unknown"})


class Started(Struct, frozen=True):
    """What `docker run` starts, as a service of a compose file that only it describes."""

    compose: Compose
    service: Service
    built: str | None
    """The Dockerfile that the same script builds it from."""
    open: bool
    """Whether some of its options are not known."""
    plain: bool = False
    """Whether it starts what the image says."""


def started_by_docker(project: Project) -> Iterator[Started]:
    """What scripts of production start in the background, to go on running."""
    for act in project.acts:
        if act.purpose != "production" or act.role not in _ROLES or TRIAL.search(act.script.path):
            continue
        for run in act.behaviour.runs:
            if run.name in ("docker", "podman") and run.arguments[:1] == ("run",):
                found = _started(run, act)
                if found is not None and run.reach == "reached":
                    yield found


def built_elsewhere(project: Project) -> frozenset[str]:
    """The Dockerfiles that a script builds with a context that it makes itself: a folder in a variable."""
    paths = [d.path for d in project.dockerfiles]
    found: set[str] = set()
    for act in project.acts:
        for run in act.behaviour.runs if paths else ():
            if "build" not in run.arguments:
                continue
            raws = [_bare(word) for word in run.words]
            if raws[-1].startswith("$"):
                named = [after for word, after in pairwise(raws) if word in ("-f", "--file")]
                ends = [_VARIABLES.sub("", name).lstrip("/") for name in named]
                found.update(
                    p for p in paths for end in ends if end and f"/{p}".endswith(f"/{end}")
                )
    return frozenset(found)


_VARIABLES = regex(r"\$\{?\w+\}?")


def _started(run: Run, act: Act) -> Started | None:
    words = list(run.words[2:])
    if len(run.words) != len(run.arguments) + 1:
        return None
    given: list[tuple[str, Word]] = []
    unknown = detached = False
    while len(words) > 1 and (words[0].raw.startswith("-") or words[0].literal is None):
        word = words.pop(0)
        name, equals, _ = word.raw.partition("=")
        if _FLAGS.fullmatch(name):
            detached = detached or bool(_DETACHES.fullmatch(word.raw))
        elif name in _VALUED:
            given.append((name, word if equals else words.pop(0)))
        else:
            unknown = True
    if not words or not detached:
        return None
    image = words[0]
    place = Compose(path=act.script.path, span=run.span)
    service = Service(
        name=next((_raw(w, "--name") for n, w in given if n == "--name"), _bare(image)),
        span=run.span,
        extent=run.span,
        image=Value(image.literal, _bare(image), image.span),
        environment=tuple(_entry(w, n) for n, w in given if n in ("-e", "--env")),
        env_files=tuple(Value(w.literal, w.raw, w.span) for n, w in given if n == "--env-file"),
        mounts=tuple(
            _mount(n, w) for n, w in given if n in ("-v", "--volume", "--mount", "--tmpfs")
        ),
        user=next(
            (Value(w.literal, _bare(w), w.span) for n, w in given if n in ("-u", "--user")), None
        ),
        working_dir=next(
            (Value(w.literal, w.raw, w.span) for n, w in given if n in ("-w", "--workdir")), None
        ),
    )
    plain = len(words) == 1 and not any(name == "--entrypoint" for name, _ in given)
    return Started(place, service, _built(image, act), unknown, plain)


def _bare(word: Word) -> str:
    return word.raw.strip("\"'")


def _raw(word: Word, name: str) -> str:
    """The value of an option, whether it stands behind `=` or alone."""
    return _bare(word).removeprefix(f"{name}=").strip("\"'")


def _entry(word: Word, option: str) -> Entry:
    name, equals, value = _raw(word, option).partition("=")
    literal = value if "$" not in value and "`" not in value else None
    return Entry(name, Value(literal, value, word.span) if equals else None, word.span)


def _mount(option: str, word: Word) -> Mount:
    raw = _raw(word, option)
    kind: Choice["volume", "bind", "tmpfs", "unknown"] = (
        "tmpfs" if option == "--tmpfs" else "unknown"
    )
    if option == "--mount":
        fields = dict(f.partition("=")[::2] for f in raw.split(","))
        target = fields.get("target") or fields.get("dst") or fields.get("destination")
        kind = "tmpfs" if fields.get("type") == "tmpfs" else kind
    else:
        parts = raw.split(":")
        target = parts[0] if option == "--tmpfs" or len(parts) == 1 else parts[1]
    known = target is not None and "$" not in target and target.startswith("/")
    return Mount(kind, None, target if known else None, False, word.span)


def _built(image: Word, act: Act) -> str | None:
    """The Dockerfile from which the script itself builds what it starts: that of the checkout."""
    for run in act.behaviour.runs:
        raws = [_bare(word) for word in run.words[1:]]
        if run.name in ("docker", "podman") and "build" in raws[:2] and _bare(image) in raws:
            named = [after for word, after in pairwise(raws) if word in ("-f", "--file")]
            where = raws[-1].rstrip("/")
            if where in (".", "./"):
                return (named[0] if named else "Dockerfile").removeprefix("./")
            return (
                named[0].removeprefix("./") if named else f"{where.removeprefix('./')}/Dockerfile"
            )
    return None
