"""Where tests stand, where they run, and which jobs wait for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..documents.facts import Job, Step, Workflow
from ..flow.behaviour import Run
from ..model import START, Location, Span
from ..source.regex import regex
from .deploys import Link, Started
from .tree import by_name
from .types import Project

_NO_TEST = regex(
    r"no test specified|^\s*(?:exit 0|true|echo\b[^&|;]*|(?:npx )?cypress open\b[^&|;]*)\s*$",
    re.IGNORECASE,
)
_TESTS = regex(
    r"(?:^|[\s/:_.-])(?:tests?|tested|testing|check|checks|spec|specs|verify|ci|e2e|unit|integration|coverage|validate|quality|qa"
    r"|vitest|jest|mocha|ava|pytest|tox|nox|rspec|phpunit|pest|playwright|cypress|ctest|gotestsum|artisan|surefire)(?=$|[\s/:_.-])",
    re.IGNORECASE,
)
"""Words that say that something is tested, in a command, a job or a step."""
_SURE = regex(
    r"(?:^|[\s/])(?:(?:npm|pnpm|yarn|bun|turbo|nx|make|just|task)\s(?:.*\s)?(?:t|tests?(?::[\w:-]+)?)"
    r"|vitest|jest|mocha|pytest|rspec|phpunit|(?:go|cargo|dotnet|mix|rails|artisan|playwright) test)(?=$|\s)"
)
_WITH_TESTS = frozenset({("mvn", "verify"), ("mvn", "package"), ("mvn", "install"), ("gradle", "build"),
                         ("./gradlew", "build"), ("./mvnw", "package"), ("./mvnw", "verify"), ("./mvnw", "install")})  # fmt: skip
_SAYING = frozenset({
    "echo", "printf", "cd", "rm", "mkdir", "cp", "mv", "ssh", "git", "export", "[", "[[", "test", "",
})  # fmt: skip


def tests(project: Project, scripts: Started) -> Location | None:
    """Where tests are: the test script of a package that tests something, a job that surely runs some, a file."""
    for package in project.packages:
        if project.purposes.get(package.path, "production") != "production":
            continue
        for script in package.scripts:
            if script.name == "test" and not _NO_TEST.search(script.command):
                return Location(package.path, script.span)
    for workflow in project.workflows:
        if project.purposes.get(workflow.path, "production") == "production":
            for job in workflow.jobs:
                for where in surely_tests(workflow, job, scripts):
                    return where
    path = min(_files(project), default=None) or min(_folders(project), default=None)
    return None if path is None else Location(path, START)


def _files(project: Project) -> Iterator[str]:
    """The files of tests below a file that sets up what runs them."""
    named = by_name(project.files)
    for setting, test in _RUN_BY.items():
        below = {path.rpartition("/")[0] for path in named.get(setting, ()) if _is_own(path)}
        for path in project.files if below else ():
            if test.fullmatch(path.rpartition("/")[2]) and _is_own(path):
                folder = path.rpartition("/")[0]
                while folder and folder not in below:
                    folder = folder.rpartition("/")[0]
                if folder in below:
                    yield path


def _folders(project: Project) -> Iterator[str]:
    """The files in the folders of tests of what Python runs."""
    named = by_name(project.files)
    tops = {p.rpartition("/")[0] for name in _PROJECTS for p in named.get(name, ()) if _is_own(p)}
    for path in project.files if tops else ():
        below = any(not top or path.startswith(f"{top}/") for top in tops)
        if below and _FOLDER.search(path) and _is_own(path):
            yield path


def _is_own(path: str) -> bool:
    return _FOREIGN.search(path) is None


_PYTHON = regex(r"test_\w+\.py|\w+_test\.py")
_RUN_BY = {
    "conftest.py": _PYTHON,
    "pytest.ini": _PYTHON,
    "go.mod": regex(r"\w+_test\.go"),
    "spec_helper.rb": regex(r"\w+_spec\.rb"),
    "phpunit.xml": regex(r"(?!Example)\w+Test\.php"),
    "phpunit.xml.dist": regex(r"(?!Example)\w+Test\.php"),
}
"""What sets tests up, and what files of such tests are called; frameworks bring an example of one."""
_PROJECTS = ("manage.py", "pyproject.toml", "setup.py", "requirements.txt", "Pipfile")
"""What a project of Python has at its root, below which a folder of tests needs no more to tell."""
_FOLDER = regex(r"(?:^|/)tests?/(?:[^/]+/)*test_\w+\.py$")
_FOREIGN = regex(r"(?:^|/)(?:node_modules|vendor|site-packages|third_party|examples?)/")


def surely_tests(workflow: Workflow, job: Job, scripts: Started) -> Iterator[Location]:
    """The steps of a job that run tests by a command that does nothing else."""
    for step in job.steps:
        own = [act for act in scripts.get((workflow.path, step.span), ()) if act.script is step.run]
        for act in own:
            for run in act.behaviour.runs:
                words = " ".join((run.name, *(word or "" for word in run.arguments[:4])))
                if _SURE.search(words) and run.name not in _SAYING:
                    yield Location(run.path, run.span)


def tests_in(workflow: Workflow, job: Job, scripts: Started) -> Iterator[Location]:
    """The steps of a job that test, and where its name says that it does."""
    for step in job.steps:
        if _tests(workflow, step, scripts):
            yield Location(workflow.path, step.uses.span if step.uses else _named(step))
    if _TESTS.search(job.id) or (job.uses is not None and _TESTS.search(job.uses.raw)):
        yield Location(workflow.path, job.span)


def _named(step: Step) -> Span:
    return step.run.span if step.run is not None else step.span


def _tests(workflow: Workflow, step: Step, scripts: Started) -> bool:
    acts = scripts.get((workflow.path, step.span), ())
    plain = bool(acts) and all(_is_plain(run) for act in acts for run in act.behaviour.runs)
    if step.name is not None and _TESTS.search(step.name.raw) and not plain:
        return True
    if step.uses is not None:
        return (
            _TESTS.search(step.uses.raw.partition("@")[0].replace("actions/checkout", ""))
            is not None
        )
    return any(is_test(run) for act in acts for run in act.behaviour.runs)


def _is_plain(run: Run) -> bool:
    """Whether a run is one that tests nothing of the application, whatever its step is called."""
    return run.remote is not None or run.name in _SAYING or run.name in _PLAIN


_PLAIN = frozenset({
    "curl", "wget", "sleep", "exit", "true", "false", ":", "set", "grep", "sed", "awk", "head", "tail", "cat", "tr", "cut", "date",
    "ls", "chmod", "chown", "touch", "scp", "rsync", "ssh-keyscan", "ssh-add", "ssh-agent", "eval", "which", "command", "jq",
})  # fmt: skip
"""Commands that look, fetch, send and say."""


def is_test(run: Run) -> bool:
    """Whether a run tests something, as far as its words say."""
    if run.name in _SAYING or run.remote is not None:
        return False
    given = [word or "" for word in run.arguments[:4]]
    if given[:1] == ["ci"]:
        return False
    if any((run.name, word) in _WITH_TESTS for word in given):
        return True
    return bool(_TESTS.search(" ".join((run.name, *given))))


def before(chain: tuple[Link, ...]) -> Iterator[Link]:
    """The jobs that must have succeeded before a job starts, and the job itself."""
    for workflow, job in chain:
        yield workflow, job
        by_id = {other.id: other for other in workflow.jobs}
        open_, seen = list(job.needs), set[str]()
        while open_:
            name = open_.pop()
            if name not in seen and name in by_id:
                seen.add(name)
                yield workflow, by_id[name]
                open_ += by_id[name].needs
