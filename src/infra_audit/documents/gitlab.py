"""Pipelines of GitLab: each file of one as a workflow, whose jobs have one step for all that they run.

Source: "CI/CD YAML syntax reference" of GitLab's documentation; how a script is run, `shells/bash.go`
of GitLab Runner: `before_script` and `script` in one shell with errexit and pipefail, `after_script`
in another, whatever became of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from ..model import Problem, Span
from ..source.regex import regex
from ..source.text import Text
from . import yaml
from .facts import Concurrency, Entry, Job, Step, Trigger, Value, Workflow
from .gitlab_jobs import Reader, Written
from .gitlab_rules import (
    Case,
    Runs,
    Verdict,
    allowed,
    cases,
    is_other,
    references,
    verdict,
)
from .shell import script
from .shell.syntax import Script
from .shell.words import MASK
from .yaml import Mapping, Node, Scalar

Others = Callable[[Callable[[str], bool]], Iterable[Text]]
"""Gives the files of the repository whose paths are asked for."""

SHARED = "shared"
"""The label of a runner that takes jobs without tags: of the instance, and made anew for each job."""
_OPTIONS = ("errexit", "pipefail")
_STAGES = (".pre", "build", "test", "deploy", ".post")
_FILES = 100
"""How many files of a pipeline are read."""
_MOST_JOBS = 300
"""How many jobs of a file are read."""
_LONGEST = 1_000_000
"""How long all scripts of a file may be together, those that several jobs share counted for each."""
_ADDS_NO_DEPLOYMENT = regex(
    r"(?i)^(?:security/|workflows/|jobs/(?:sast|secret|dependency|license|container|code|iac|browser|api|dast|coverage))"
)
"""Templates of GitLab that scan, or say when pipelines run."""
_INPUT = regex(r"\$\[\[.{0,200}?\]\]")
_WILD = regex(r"\*\*/?|\*")
_MOST_WILD = 2
_DAEMON = regex(r"(?:^|/)docker(?::|$)|dind")
_HOSTED = regex(r"^(?:saas-|gitlab-org)")
_INSTANCE = regex(
    r"\bgitlab\.(?!com\b|ci\b)[\w.-]+\.[a-z]+(?::\d+)?/|https?://(?!gitlab\.com/)[\w.-]+(?::\d+)?/(?:[\w.-]+/)+-/"
)
"""An address on a GitLab of somebody's own, of whose runners nothing is known."""
_POWERSHELL = regex(
    r"(?i)\$env:|\bwrite-(?:host|output)\b|\b(?:get|set|new|remove|copy|test)-(?:item|content|location|path)\b"
)
_NO_CHECKOUT = {"GIT_STRATEGY": ("none", "empty"), "GIT_CHECKOUT": ("false",)}


def parse(text: Text, others: Others = lambda _: ()) -> tuple[Workflow, ...]:
    """The pipeline that `text` is, and the files of the repository that it includes."""
    files = _files(text, others)
    outside = any(file.unread is not None for file in files)
    common: dict[str, Node] = {}
    for file in (*files[1:], files[0]):  # what includes another file overrides it
        common |= yaml.fields(file.root)
    found = []
    for file in files:
        apart = outside or any(other.has_defaults for other in files if other is not file)
        lowered = _Lowered(file, common, apart=apart, alone=not outside and len(files) == 1)
        found.append(replace(lowered.workflow(), parted=len(files) > 1))
    return tuple(found)


# ── its files ────────────────────────────────────────────────────────────────────────────────────


class _File(Struct):
    """One file of a pipeline."""

    text: Text
    root: Node | None
    problems: tuple[Problem, ...]
    conditional: bool
    unread: Value | None = None

    @property
    def has_defaults(self) -> bool:
        """Whether it says what all jobs run first, also those of other files."""
        given = yaml.fields(self.root)
        return "before_script" in given or "before_script" in yaml.fields(given.get("default"))


def _files(text: Text, others: Others) -> list[_File]:
    files = [_file(text, conditional=False)]
    seen = {text.path}
    left = _FILES
    for file in files:
        for node in yaml.items(yaml.get(file.root, "include")):
            left -= 1
            local, conditional = _included(node)
            given = tuple(others(_asked(local))) if local and left > 0 else ()
            if not given and file.unread is None:
                file.unread = _named(file.text, node)
            for other in given:
                if other.path not in seen and len(files) < _FILES:
                    seen.add(other.path)
                    files.append(_file(other, conditional=conditional or file.conditional))
    return files


def _asked(local: str) -> Callable[[str], bool]:
    """Whether a path is what an `include` of local files names, perhaps by a pattern: `**` is any path."""
    name = local.lstrip("/")
    (head, *middle, tail), deep = _parts(name), [s.startswith("**") for s in _WILD.findall(name)]
    if len(deep) > _MOST_WILD:
        return lambda _: False
    if not deep:
        return name.__eq__

    def holds(path: str) -> bool:
        inner = path[len(head) : len(path) - len(tail)]
        if not (path.startswith(head) and path.endswith(tail) and len(path) >= len(head + tail)):
            return False
        if not middle:
            return deep[0] or "/" not in inner
        first = 0 if deep[1] else max(inner.rfind("/") + 1 - len(middle[0]), 0)
        last = len(inner) if deep[0] or "/" not in inner else inner.find("/")
        return inner.find(middle[0], first, last + len(middle[0])) >= 0

    return holds


def _parts(name: str) -> list[str]:
    """What stands around the wildcards of a pattern, as one and nothing where it has none."""
    parts = _WILD.split(name)
    return parts if len(parts) > 1 else [name, ""]


def _file(text: Text, *, conditional: bool) -> _File:
    documents, problems = yaml.nodes(text)
    headed = len(documents) > 1 and "spec" in yaml.fields(documents[0])
    root = documents[1 if headed else 0] if documents else None
    return _File(text, root, problems, conditional)


def _included(node: Node) -> tuple[str, bool]:
    """The path that an `include` names in this repository, and whether rules decide of it."""
    if isinstance(node, Scalar):
        return ("" if "://" in node.value else node.value), False
    return yaml.string(yaml.get(node, "local")) or "", yaml.get(node, "rules") is not None


def _named(text: Text, node: Node) -> Value | None:
    """What an `include` names that is not read; None for what can add no deployment and no test."""
    named = node if isinstance(node, Scalar) else None
    for key in ("template", "local", "remote", "component", "file", "project"):
        named = named or next(iter(yaml.scalars(yaml.get(node, key))), None)
    if named is None:
        return Value(None, "include", yaml.span(text, node))
    if yaml.get(node, "template") is named and _ADDS_NO_DEPLOYMENT.search(named.value):
        return None
    return Value(None, named.value, yaml.span(text, named))


# ── one of them ──────────────────────────────────────────────────────────────────────────────────


class _Lowered:
    """A file of a pipeline on its way to a workflow.

    `common` is what the files say of all jobs, as the stages. `apart` is whether another file may
    say what the jobs run first, `alone` whether there is none.
    """

    def __init__(self, file: _File, common: dict[str, Node], *, apart: bool, alone: bool) -> None:
        self.file, self.text, self.apart, self.alone = file, file.text, apart, alone
        self.reader = Reader(file.root)
        self.problems: list[Problem] = list(file.problems)
        self.written = list(islice(self.reader.jobs(), _MOST_JOBS + 1))
        stages = yaml.strings(common.get("stages") or common.get("types"))
        self.stages = (".pre", *stages, ".post") if stages else _STAGES
        refs = [ref for each in self.written for ref in references(each.given)]
        self.cases = cases(self.text.content, refs)
        rules = yaml.get(common.get("workflow"), "rules")
        if rules is not None:
            known = tuple(yaml.items(rules))
            self.cases = tuple(c for c in self.cases if allowed(known, c))
        self.known: dict[tuple[object, ...], tuple[Verdict, ...]] = {}
        self.shared = tuple(_entries(self.text, self.reader.root.get("variables")))
        self.elsewhere = _INSTANCE.search(self.text.content) is not None
        self.length = 0

    def workflow(self) -> Workflow:
        """The workflow."""
        many = len(self.written) > _MOST_JOBS
        jobs = [job for each in self.written if not many and (job := self._job(each)) is not None]
        for node, message in self.reader.faults:
            self._problem(node, message)
        if many or self.reader.exhausted or self.length > _LONGEST:
            place = self.text.location(0, 0)
            self.problems.append(
                Problem(place, "its jobs are too many, or share too much, to be read")
            )
            jobs = []
        return Workflow(
            path=self.text.path,
            span=self.text.span(0, len(self.text.content)),
            system="gitlab",
            unread=self.file.unread,
            triggers=_together(jobs),
            environment=self.shared,
            jobs=tuple(self._after_others(jobs)),
            problems=tuple(dict.fromkeys(self.problems)),
        )

    def _problem(self, node: Node, message: str) -> None:
        self.problems.append(Problem(self.text.location(node.start, node.end), message))

    def _job(self, written: Written) -> Job | None:
        text, given, key = self.text, written.given, written.key
        verdicts = self._verdicts(given)
        runs = [each for each in ("script", "run", "trigger") if each in given]
        if not runs:
            if written.whole and self.alone:
                lacks = f"the job `{key.value}` has neither `script` nor `trigger`"
                self._problem(key, f"{lacks}, so GitLab refuses the file")
            return None
        steps = self._steps(written) if runs == ["script"] and self._is_whole(written) else ()
        environment, when = given.get("environment"), yaml.scalar(given.get("when"))
        services = tuple(_services(text, given.get("services")))
        entries = self._variables(written)
        return Job(
            id=key.value,
            span=yaml.span(text, key),
            extent=text.span(key.start, max(key.end, written.body.end)),
            needs=tuple(_needs(given["needs"])) if "needs" in given else (),
            condition=_value(text, when) if when and when.value == "on_failure" else None,
            runs_on=() if self.elsewhere else _runs_on(given.get("tags")),
            deploys_to=_by_name(text, environment),
            action=yaml.string(yaml.get(environment, "action")) or "start",
            environment=entries,
            uses=None if steps else Value(None, _unread(given), yaml.span(text, key)),
            concurrency=self._concurrency(given),
            steps=steps,
            services=tuple(s for s in services if not _DAEMON.search(_raw(s))),
            stage=yaml.string(self.reader.value(given.get("stage"))) or "test",
            triggers=self._triggers(verdicts, written),
            may_fail=self._may_fail(written, verdicts),
            image=_by_name(text, given.get("image")),
            daemon=_daemon(services, (*self.shared, *entries)),
            brought=tuple(self._brought(given, (*self.shared, *entries))),
        )

    def _is_whole(self, written: Written) -> bool:
        return written.whole and ("before_script" in written.given or not self.apart)

    # ── what it runs ──

    def _steps(self, written: Written) -> tuple[Step, ...]:
        given, place = written.given, yaml.span(self.text, written.key)
        run = self._script(written, "before_script", "script")
        if run is None:
            return ()
        after = self._script(written, "after_script")
        found = [Step(run=run, span=place)]
        if after is not None:
            span = yaml.span(self.text, given["after_script"])
            whatever = Value("true", "true", span)
            found.append(Step(run=after, span=span, continue_on_error=whatever))
        return tuple(found)

    def _script(self, written: Written, *keys: str) -> Script | None:
        """The script of a job's lists one after the other; None for none, and where it is not known."""
        commands: list[Scalar] = []
        main = 0
        for key in keys:
            main = len(commands)
            for item in self.reader.items(written.given.get(key)):
                if isinstance(item, Mapping):
                    self._problem(
                        item,
                        "a command with `: ` in it is a mapping without quotes, so GitLab refuses the file",
                    )
                if not isinstance(item, Scalar):
                    return None
                commands.append(item)
        self.length += sum(len(command.value) + 1 for command in commands)
        if not commands[main:] or self.length > _LONGEST:
            return None
        piece = _joined(self.text, commands)
        span = self.text.span(commands[main].start, max(commands[-1].end, commands[main].end))
        name = written.key.value
        if _POWERSHELL.search(piece.content):
            return Script(
                path=self.text.path, span=span, origin="step", interpreter="pwsh", name=name
            )
        found = script.parse(piece, "step", interpreter="bash", options=_OPTIONS, name=name)
        return replace(found, span=span)

    def _variables(self, written: Written) -> tuple[Entry, ...]:
        matrix = yaml.get(written.given.get("parallel"), "matrix")
        several = {key.value for row in yaml.items(matrix) for key, _ in yaml.pairs(row)}
        own = _entries(self.text, self.reader.value(written.given.get("variables")))
        return tuple(entry for entry in own if entry.name not in several)

    def _brought(self, given: dict[str, Node], entries: tuple[Entry, ...]) -> Iterator[str]:
        """What caches and other jobs bring into its checkout."""
        said = {entry.name: _raw(entry) for entry in entries}
        if (
            any(said.get(name) in values for name, values in _NO_CHECKOUT.items())
            or said.get("GIT_SUBMODULE_STRATEGY", "none") != "none"
            or not self.alone
        ):
            yield "*"
        for cache in yaml.items(given.get("cache")):
            yield from self._paths(cache)
        for other in self.written:
            yield from self._paths(other.given.get("artifacts"))

    def _paths(self, node: Node | None) -> Iterator[str]:
        given = yaml.fields(node)
        if "untracked" in given:
            yield "*"
        for item in self.reader.items(given.get("paths")):
            yield item.value if isinstance(item, Scalar) else "*"

    # ── when it runs ──

    def _verdicts(self, given: dict[str, Node]) -> tuple[Verdict, ...]:
        """What becomes of a job in each kind of pipeline."""
        key = tuple(
            raw if (raw := yaml.string(given.get(name))) is not None else id(given.get(name))
            for name in ("rules", "only", "except", "when", "allow_failure")
        )
        found = self.known.get(key)
        if found is None:
            rules = tuple(self.reader.items(given["rules"])) if "rules" in given else None
            found = tuple(verdict(given, rules, case) for case in self.cases)
            self.known[key] = found
        return found

    def _triggers(self, verdicts: tuple[Verdict, ...], written: Written) -> tuple[Trigger, ...]:
        """What starts a job. Schedules are set up elsewhere: that there is one must be meant here."""
        given = written.given
        runs = dict(zip(self.cases, (v.runs for v in verdicts), strict=True))
        said = (given[name] for name in ("rules", "only", "except", "when") if name in given)
        span = yaml.span(self.text, next(said, written.key))
        if self.file.conditional:
            return (_trigger("unknown", span),)
        found = []
        alone = {case for case, when in runs.items() if when == "by itself"}
        pushed = [case for case in alone if case.event == "push"]
        if pushed:
            found.append(_limited("push", "by itself", runs, span))
        if any(case.event == "pull_request" for case in alone):
            found.append(_trigger("pull_request", span))
        timed = any(case.event == "schedule" for case in alone)
        if timed and (not pushed or self._names_schedule(given)):
            found.append(_trigger("schedule", span))
        if "by hand" in runs.values():
            found.append(_limited("workflow_dispatch", "by hand", runs, span))
        if not pushed and "unknown" in runs.values():
            found.append(_trigger("unknown", span))
        return tuple(found)

    def _names_schedule(self, given: dict[str, Node]) -> bool:
        places = [given[name] for name in ("rules", "only") if name in given]
        return any("schedule" in self.text.content[p.start : p.end] for p in places)

    def _may_fail(self, written: Written, verdicts: tuple[Verdict, ...]) -> Value | None:
        if not any(v.may_fail for v in verdicts if v.runs != "never"):
            return None
        node = written.given.get("allow_failure") or written.key
        return Value("true", "true", yaml.span(self.text, node))

    def _after_others(self, jobs: list[Job]) -> Iterator[Job]:
        """The jobs with all that they wait for: what they need, else each job of the stages before."""
        given = {each.key.value: each.given for each in self.written}
        here = {job.id: self._verdicts(given[job.id]) for job in jobs}
        runs = {name: _cases(v, lambda v: v.runs != "never") for name, v in here.items()}
        waited = {
            name: _cases(
                v, lambda v: v.runs != "never" and not (v.runs == "by hand" and v.may_fail)
            )
            for name, v in here.items()
        }
        ranks = {job.id: self._rank(job) for job in jobs}
        for job in jobs:
            if "needs" in given[job.id]:
                names = dict.fromkeys(name for name in job.needs if name in here)
            else:
                names = dict.fromkeys(n for n, rank in ranks.items() if rank < ranks[job.id])
            met = tuple(name for name in names if runs[job.id] & waited[name])
            yield replace(job, needs=met)

    def _rank(self, job: Job) -> int:
        return self.stages.index(job.stage) if job.stage in self.stages else len(self.stages)

    def _concurrency(self, given: dict[str, Node]) -> Concurrency | None:
        """What keeps two runs of a job apart: `resource_group`; one that may be interrupted is not."""
        group = yaml.scalar(given.get("resource_group"))
        cut = yaml.scalar(given.get("interruptible"))
        if cut is not None and cut.value == "true":
            decided = _value(self.text, cut)
            return Concurrency(
                decided, cancels=None, span=yaml.span(self.text, cut), decided=decided
            )
        if group is None:
            return None
        return Concurrency(
            _value(self.text, group), cancels=False, span=yaml.span(self.text, group)
        )


def _cases(verdicts: tuple[Verdict, ...], held: Callable[[Verdict], bool]) -> int:
    """The kinds of pipelines for which something holds, a bit for each."""
    return sum(1 << nth for nth, verdict in enumerate(verdicts) if held(verdict))


def _joined(text: Text, commands: list[Scalar]) -> Text:
    """The commands as one text, each on lines of its own."""
    content, at = [], 0
    places: list[tuple[int, int]] = []
    for command in commands:
        value = command.value.rstrip("\n")
        places += ((at + here, there) for here, there in yaml.layout(text, command))
        content.append(value)
        at += len(value) + 1
    piece = text.piece("\n".join(content), tuple(places))
    masked = _INPUT.sub(lambda hit: MASK * len(hit[0]), piece.content)
    return piece if masked == piece.content else piece.masked(masked)


def _value(text: Text, scalar: Scalar) -> Value:
    """A scalar, literal where no variable and no input fills it in."""
    raw = scalar.value
    return Value(None if "$" in raw else raw, raw, yaml.span(text, scalar))


def _entries(text: Text, node: Node | None) -> Iterator[Entry]:
    for key, given in yaml.pairs(node):
        inner = yaml.get(given, "value") if isinstance(given, Mapping) else given
        scalar = yaml.scalar(inner)
        value = None if scalar is None else _value(text, scalar)
        yield Entry(key.value, value, yaml.span(text, key))


def _services(text: Text, node: Node | None) -> Iterator[Entry]:
    """Service containers, under the names at which jobs reach them."""
    for item in yaml.items(node):
        image = yaml.scalar(yaml.get(item, "name") if isinstance(item, Mapping) else item)
        if image is not None:
            bare = image.value.partition("@")[0].rpartition(":")[0] or image.value
            alias = yaml.string(yaml.get(item, "alias")) or bare.replace("/", "-")
            yield Entry(alias, _value(text, image), yaml.span(text, image))


def _raw(entry: Entry) -> str:
    return entry.value.raw if entry.value is not None else ""


def _daemon(services: tuple[Entry, ...], entries: tuple[Entry, ...]) -> Value | None:
    """The Docker daemon that a job is given; none where it is that of a server reached by ssh."""
    told = [entry.value for entry in entries if entry.name == "DOCKER_HOST" and entry.value]
    if told:
        return None if told[-1].raw.startswith(("ssh://", "unix://")) else told[-1]
    return next((each.value for each in services if _DAEMON.search(_raw(each))), None)


def _by_name(text: Text, node: Node | None) -> Value | None:
    """An image or an environment, told by its name alone or in a mapping."""
    scalar = yaml.scalar(yaml.get(node, "name") if isinstance(node, Mapping) else node)
    return None if scalar is None else _value(text, scalar)


def _runs_on(tags: Node | None) -> tuple[str, ...]:
    """The labels of the runner; which machines have a tag of somebody's own is not known."""
    given = yaml.strings(tags)
    return (SHARED, *given) if all(map(_HOSTED.match, given)) else ()


def _needs(node: Node) -> Iterator[str]:
    for item in yaml.items(node):
        named = yaml.string(yaml.get(item, "job") if isinstance(item, Mapping) else item)
        if named is not None:
            yield named


def _unread(given: dict[str, Node]) -> str:
    """What a job runs that is not read here."""
    return next((key for key in ("trigger", "run", "extends") if key in given), "script")


def _trigger(event: str, span: Span) -> Trigger:
    return Trigger(event, (), (), (), span)


def _limited(event: str, how: Runs, runs: dict[Case, Runs], span: Span) -> Trigger:
    """The pushes after which a job runs in some way: their branches where not all do, tags if no branch does."""
    named = {c.branch: when == how for c, when in runs.items() if c.event == "push" and c.branch}
    tagged = any(c.tag and when == how for c, when in runs.items())
    others = any(here for branch, here in named.items() if is_other(branch))
    branches = {branch: here for branch, here in named.items() if not is_other(branch)}
    if others:
        shown = tuple(f"!{branch}" for branch, here in branches.items() if not here)
        return Trigger(event, shown, (), (), span)
    shown = tuple(branch for branch, here in branches.items() if here)
    return Trigger(event, shown, ("*",) if tagged else (), (), span)


def _together(jobs: list[Job]) -> tuple[Trigger, ...]:
    """What starts any of the jobs, each event once."""
    found: dict[str, Trigger] = {}
    for job in jobs:
        for trigger in job.triggers or ():
            found.setdefault(trigger.event, trigger)
    return tuple(found.values())
