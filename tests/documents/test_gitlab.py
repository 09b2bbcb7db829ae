"""Pipelines of GitLab: their jobs, what these take over, run and wait for, and what starts them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.documents.facts import Job, Workflow
from infra_audit.documents.gitlab import parse
from infra_audit.documents.shell.syntax import Command
from infra_audit.source.text import BOM, Text

PATH = ".gitlab-ci.yml"


def pipeline(content: str, **others: str) -> tuple[Workflow, ...]:
    """The files of a pipeline; `others` are those that it may include, by their names without suffix."""

    def asked(wanted: Callable[[str], bool]) -> Iterator[Text]:
        for name, text in others.items():
            if wanted(f"ci/{name}.yml"):
                yield Text(f"ci/{name}.yml", text)

    return parse(Text(PATH, content), asked)


def jobs(content: str, **others: str) -> dict[str, Job]:
    """The jobs of a pipeline in one file, by their names."""
    first = pipeline(content, **others)[0]
    return {job.id: job for job in first.jobs}


def commands(job: Job, step: int = 0) -> list[str]:
    """What a step of a job runs, as written."""
    run = job.steps[step].run
    assert run is not None
    return [
        " ".join(word.raw for word in statement.words)
        for statement in run.statements
        if isinstance(statement, Command)
    ]


def started(job: Job) -> dict[str, tuple[str, ...]]:
    """What starts a job: its events with their branches, and `tags` where only tags do."""
    assert job.triggers is not None
    return {t.event: t.branches or (("tags",) if t.tags else ()) for t in job.triggers}


# ── what a job runs ──────────────────────────────────────────────────────────────────────────────

RUN = {
    "what comes first and the script": (
        "a: {before_script: [one], script: [two, three]}",
        ["one", "two", "three"],
    ),
    "a single string": ("a:\n  script: one", ["one"]),
    "what all jobs run first": (
        "default: {before_script: [one]}\na: {script: [two]}",
        ["one", "two"],
    ),
    "the same at the top": ("before_script: [one]\na: {script: [two]}", ["one", "two"]),
    "nothing of it": ("before_script: [one]\na: {before_script: [], script: [two]}", ["two"]),
    "a job that inherits nothing": (
        "default: {before_script: [one]}\na: {inherit: {default: false}, script: [two]}",
        ["two"],
    ),
    "a job that inherits something else": (
        "default: {before_script: [one], image: x}\na: {inherit: {default: [image]}, script: [two]}",
        ["two"],
    ),
    "a job that extends another": (
        ".b: {before_script: [one], script: [two]}\na: {extends: .b, script: [three]}",
        ["one", "three"],
    ),
    "a job that extends two": (
        ".b: {script: [one]}\n.c: {script: [two]}\na: {extends: [.b, .c]}",
        ["two"],
    ),
    "an anchor": (".b: &b {script: [one]}\na: {<<: *b}", ["one"]),
    "a list in a list": (".b: &b [one, two]\na: {script: [*b, [three]]}", ["one", "two", "three"]),
    "a reference": (
        ".b: {script: [one, two]}\na: {script: [!reference [.b, script], three]}",
        ["one", "two", "three"],
    ),
    "a block": ("a:\n  script:\n    - |\n      one\n      two\n", ["one", "two"]),
    "a reference to a list": (
        ".b: [one, two]\na: {script: [!reference [.b], three]}",
        ["one", "two", "three"],
    ),
    "an input": ("spec: {inputs: {x: {}}}\n---\na: {script: ['one $[[ inputs.x ]]']}", None),
}


@pytest.mark.parametrize(("content", "expected"), RUN.values(), ids=RUN)
def test_a_job_runs_all_in_one_shell(content: str, expected: list[str] | None) -> None:
    (job,) = jobs(content).values()
    assert job.uses is None
    assert job.steps[0].run is not None
    assert job.steps[0].run.options == ("errexit", "pipefail")
    assert job.steps[0].run.origin == "step"
    if expected is None:
        command = job.steps[0].run.statements[0]
        assert isinstance(command, Command)
        assert command.words[1].literal is None
    else:
        assert commands(job) == expected


UNREAD = {
    "another pipeline": "a: {trigger: {include: child.yml}}",
    "steps": "a: {run: [{name: x, script: y}]}",
    "what it extends": "a: {extends: .gone, script: [one]}",
    "a reference to nothing": "a: {script: [!reference [.gone, script]]}",
    "a reference to itself": ".b: {script: [!reference [.b, script]]}\na: {script: [!reference [.b, script]]}",
    "no command": "a: {script: []}",
    "what comes first, from elsewhere": "include: {project: x/y, file: z.yml}\na: {script: [one]}",
}


@pytest.mark.parametrize("content", UNREAD.values(), ids=UNREAD)
def test_what_is_not_known_is_told(content: str) -> None:
    (job,) = jobs(content).values()
    assert job.steps == ()
    assert job.uses is not None
    assert job.uses.literal is None


def test_what_runs_afterwards_is_another_script_that_may_fail() -> None:
    (job,) = jobs("a: {script: [one], after_script: [two]}").values()
    assert [commands(job, 0), commands(job, 1)] == [["one"], ["two"]]
    assert job.steps[1].continue_on_error is not None


def test_powershell_is_not_read() -> None:
    (job,) = jobs("a: {script: ['Write-Host $env:PATH', 'if (1) {}']}").values()
    assert job.steps[0].run is not None
    assert (job.steps[0].run.interpreter, job.steps[0].run.statements) == ("pwsh", ())


def test_places_lie_in_the_file() -> None:
    content = 'a:\n  before_script:\n    - one\n  script:\n    - "two \\"x\\""\n    - >-\n      three\n      four\n'
    (job,) = jobs(content).values()
    assert job.steps[0].run is not None
    places = [(s.span.line, s.span.column) for s in job.steps[0].run.statements]
    assert places == [(3, 7), (5, 8), (7, 7)]
    assert job.span.line == 1
    assert job.extent.end_line == 8


# ── what it waits for ────────────────────────────────────────────────────────────────────────────

NEEDS = {
    "stages": ("stages: [x, y]\na: {stage: x, script: [i]}\nb: {stage: y, script: [i]}", ("a",)),
    "the usual stages": ("a: {script: [i]}\nb: {stage: deploy, script: [i]}", ("a",)),
    "the first of all": ("a: {stage: .pre, script: [i]}\nb: {stage: build, script: [i]}", ("a",)),
    "needs": (
        "a: {stage: build, script: [i]}\nc: {script: [i]}\nb: {stage: deploy, needs: [{job: c}], script: [i]}",
        ("c",),
    ),
    "no needs": ("a: {stage: build, script: [i]}\nb: {needs: [], script: [i]}", ()),
    "another branch": (
        "a: {stage: build, script: [i], only: [dev]}\nb: {script: [i], only: [main]}",
        (),
    ),
    "what people may start": (
        "a: {stage: build, script: [i], when: manual}\nb: {script: [i]}",
        (),
    ),
    "what people have to start": (
        "a: {stage: build, script: [i], rules: [{when: manual}]}\nb: {script: [i]}",
        ("a",),
    ),
}


@pytest.mark.parametrize(("content", "expected"), NEEDS.values(), ids=NEEDS)
def test_a_job_waits(content: str, expected: tuple[str, ...]) -> None:
    assert jobs(content)["b"].needs == expected


# ── what starts it ───────────────────────────────────────────────────────────────────────────────

BRANCH = "$CI_COMMIT_BRANCH"
STARTED = {
    "each push": ("", {"push": ()}),
    "a branch": ("only: [main]", {"push": ("main",)}),
    "branches by a pattern": ("only: ['/^release.*/']", {"push": ("!main",)}),
    "tags": ("only: [tags]", {"push": ("tags",)}),
    "merge requests": ("only: [merge_requests]", {"pull_request": ()}),
    "a schedule": ("only: [schedules]", {"schedule": ()}),
    "all but a branch": ("except: [main]", {"push": ("!main",)}),
    "all but branches": ("except: {refs: [branches]}", {"push": ("tags",)}),
    "by hand": ("only: [main]\n  when: manual", {"workflow_dispatch": ("main",)}),
    "what variables decide": ("only: {variables: [$X]}", {"unknown": ()}),
    "a rule for a branch": (f"rules: [{{if: '{BRANCH} == \"main\"'}}]", {"push": ("main",)}),
    "a rule for the default branch": (
        f"rules: [{{if: {BRANCH} == $CI_DEFAULT_BRANCH}}]",
        {"push": ("main",)},
    ),
    "a rule for one of two": (
        f"rules: [{{if: '{BRANCH} =~ /^(main|dev)$/'}}]",
        {"push": ("main", "dev")},
    ),
    "a rule for tags": ("rules: [{if: $CI_COMMIT_TAG =~ /^v/}]", {"push": ("tags",)}),
    "a rule by hand": (
        f"rules: [{{if: '{BRANCH} == \"main\"', when: manual}}]",
        {"workflow_dispatch": ("main",)},
    ),
    "a rule by hand for the job": (
        f"when: manual\n  rules: [{{if: '{BRANCH} == \"main\"'}}]",
        {"workflow_dispatch": ("main",)},
    ),
    "never": (
        f"rules: [{{if: '{BRANCH} == \"main\"', when: never}}, {{when: always}}]",
        {"push": ("!main",), "pull_request": ()},
    ),
    "an event": (
        "rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'}]",
        {"pull_request": ()},
    ),
    "a schedule by a rule": (
        "rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]",
        {"schedule": ()},
    ),
    "a variable of their own": ("rules: [{if: $DEPLOY}]", {"unknown": ()}),
    "a variable beside what cannot be": (
        "rules: [{if: '$CI_MERGE_REQUEST_IID && $DEPLOY && $CI_COMMIT_TAG'}]",
        {},
    ),
    "files": ("rules: [{changes: [src/**]}]", {"push": (), "pull_request": ()}),
    "parentheses": (
        f'rules: [{{if: \'({BRANCH} == "main" || {BRANCH} == "dev") && $CI_COMMIT_TAG == null\'}}]',
        {"push": ("main", "dev")},
    ),
    "not a branch": (
        f"rules: [{{if: '{BRANCH} != \"main\" && {BRANCH} !~ /^dev$/'}}]",
        {"push": ("!main", "!dev"), "pull_request": ()},
    ),
    "an expression that nobody reads": ("rules: [{if: '$A ==='}]", {"unknown": ()}),
    "after a failure": ("when: on_failure", {}),
}


@pytest.mark.parametrize(("written", "expected"), STARTED.values(), ids=STARTED)
def test_a_job_is_started(written: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert started(jobs(f"a:\n  script: [i]\n  {written}\n")["a"]) == expected


def test_the_pipeline_decides_first() -> None:
    rules = "workflow: {rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'}]}\n"
    assert started(jobs(rules + "a: {script: [i]}")["a"]) == {}


# ── where, for whom, with what ───────────────────────────────────────────────────────────────────


def test_what_stands_beside_a_job() -> None:
    found = jobs(
        """
variables: {A: x, B: {value: y, description: z}, C: $A}
a:
  image: {name: node:22}
  services: [docker:27-dind, postgres:17, {name: a/b:1, alias: c}]
  environment: {name: production, action: stop}
  resource_group: production
  allow_failure: {exit_codes: 1}
  parallel: {matrix: [{D: [1, 2]}]}
  variables: {D: 1, E: 2}
  artifacts: {paths: [dist]}
  cache: [{paths: [.npm]}, {untracked: true}]
  script: [i]
""",
    )["a"]
    assert found.image is not None
    assert found.image.raw == "node:22"
    assert [(e.name, e.value.raw if e.value else "") for e in found.services] == [
        ("postgres", "postgres:17"),
        ("c", "a/b:1"),
    ]
    assert found.daemon is not None
    assert found.daemon.raw == "docker:27-dind"
    assert found.deploys_to is not None
    assert (found.deploys_to.raw, found.action) == ("production", "stop")
    assert found.concurrency is not None
    assert found.concurrency.cancels is False
    assert found.may_fail is not None
    assert [e.name for e in found.environment] == ["E"]
    assert found.brought == (".npm", "*", "dist")
    assert found.runs_on == ("shared",)


WHERE = {
    "no tag": ("a: {script: [i]}", ("shared",)),
    "a tag": ("a: {tags: [shop], script: [i]}", ()),
    "a tag of GitLab's": ("a: {tags: [saas-linux-small-amd64], script: [i]}", ("shared", "saas-linux-small-amd64")),
    "a GitLab of their own": ("a: {image: gitlab.shop.example/x/y, script: [i]}", ()),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), WHERE.values(), ids=WHERE)
def test_where_a_job_runs(content: str, expected: tuple[str, ...]) -> None:
    assert jobs(content)["a"].runs_on == expected


def test_a_server_that_is_reached_by_ssh_is_no_daemon_of_the_job() -> None:
    content = "a: {services: [docker:dind], variables: {DOCKER_HOST: 'ssh://x'}, script: [i]}"
    assert jobs(content)["a"].daemon is None


# ── its files ────────────────────────────────────────────────────────────────────────────────────


def test_files_of_the_repository_are_read() -> None:
    root = "include: [{local: /ci/*.yml}]\nstages: [x, y]\na: {stage: x, script: [i]}"
    found = pipeline(root, one="b: {stage: y, script: [i]}", two="c: {stage: x, script: [i]}")
    assert [w.path for w in found] == [PATH, "ci/one.yml", "ci/two.yml"]
    assert [[j.id for j in w.jobs] for w in found] == [["a"], ["b"], ["c"]]
    assert all(w.unread is not None for w in found)
    assert all(job.uses is None for w in found for job in w.jobs)


def test_another_file_says_the_stages() -> None:
    found = pipeline(
        "include: ci/one.yml\na: {stage: y, script: [i]}\nb: {stage: x, script: [i]}",
        one="stages: [x, y]",
    )
    assert found[0].jobs[0].needs == ("b",)


def test_what_another_file_runs_first_is_not_known() -> None:
    found = pipeline("include: ci/one.yml\nbefore_script: [x]", one="b: {script: [i]}")
    assert found[1].jobs[0].uses is not None


def test_a_file_that_rules_include_starts_nothing_for_sure() -> None:
    root = "include: [{local: ci/one.yml, rules: [{if: $X}]}]\na: {script: [i]}"
    found = pipeline(root, one="b: {script: [i]}")
    assert [t.event for t in found[1].jobs[0].triggers or ()] == ["unknown"]


NAMED = {
    "ci/one.yml": True,
    "/ci/one.yml": True,
    "ci/*.yml": True,
    "**.yml": True,
    "**/*.yml": True,
    "ci/**/*.yml": True,
    "c*/*e.yml": True,
    "*/o*.yml": True,
    "*.yml": False,
    "ci/two*.yml": False,
    "*o*.yml": False,
    "c*x*.yml": False,
    "ci/one.yml*/x": False,
}


@pytest.mark.parametrize(("local", "expected"), NAMED.items())
def test_a_pattern_names_files(local: str, expected: bool) -> None:
    found = pipeline(f"include: [{{local: '{local}'}}]\na: {{script: [i]}}", one="b: {script: [i]}")
    assert (len(found) == 2) == expected


INCLUDED = {
    "a scanner": ("{template: Jobs/SAST.gitlab-ci.yml}", None),
    "a template": ("{template: Nodejs.gitlab-ci.yml}", "Nodejs.gitlab-ci.yml"),
    "an address": ("https://example.com/x.yml", "https://example.com/x.yml"),
    "a project": ("{project: x/y, file: [z.yml]}", "z.yml"),
    "a component": ("{component: x/y@1}", "x/y@1"),
    "a file that is not there": ("ci/gone.yml", "ci/gone.yml"),
    "too many patterns": ("'ci/**/**/**/**/one.yml'", "ci/**/**/**/**/one.yml"),
    "nothing that is known": ("{artifact: x}", "include"),
}


@pytest.mark.parametrize(("node", "expected"), INCLUDED.values(), ids=INCLUDED)
def test_what_is_included_from_elsewhere_is_told(node: str, expected: str | None) -> None:
    (found,) = pipeline(f"include: [{node}]\na: {{script: [i]}}", one="b: {script: [i]}")
    assert (found.unread.raw if found.unread else None) == expected


# ── faults ───────────────────────────────────────────────────────────────────────────────────────

FAULTS = {
    "neither": ("a: {stage: x}", "has neither `script` nor `trigger`"),
    "a circle": (".a: {extends: .b}\n.b: {extends: .a}\nc: {extends: .a, script: [i]}", "extends itself"),
    "a mapping": ("a:\n  script:\n    - echo a: b\n", "is a mapping without quotes"),
    "no YAML": ("a: [", "not YAML"),
    "jobs upon jobs": (
        f".a: {{{', '.join(f'k{n}: v' for n in range(2000))}}}\n"
        + "".join(f"b{n}: {{extends: .a, script: [i]}}\n" for n in range(250)),
        "to be read",
    ),
    "very many jobs": ("".join(f"a{n}: {{script: i}}\n" for n in range(30_000)), "too many"),
    "a long script for many": (
        f".a: {{script: ['{'x' * 5000}']}}\n" + "".join(f"b{n}: {{extends: .a}}\n" for n in range(250)),
        "to be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_a_problem(content: str, said: str) -> None:
    before = time.perf_counter()
    (found,) = pipeline(content)
    assert any(said in problem.message for problem in found.problems)
    assert time.perf_counter() - before < 5


def test_references_upon_references_are_not_followed_far() -> None:
    many = ", ".join(["!reference [.a{}, script]"] * 9)
    content = "".join(f".a{n}: {{script: [{many.replace('{}', str(n + 1))}]}}\n" for n in range(9))
    before = time.perf_counter()
    (job,) = jobs(
        f"{content}.a9: {{script: [i]}}\nb: {{script: [!reference [.a0, script]]}}"
    ).values()
    assert job.uses is not None
    assert time.perf_counter() - before < 5


def test_long_rules_are_not_held_against_each_job_anew() -> None:
    rules = ", ".join(["{if: '$A && $B && $CI_COMMIT_TAG'}"] * 300)
    content = f".a: {{rules: [{rules}]}}\n" + "".join(
        f"b{n}: {{extends: .a, script: [i]}}\n" for n in range(300)
    )
    before = time.perf_counter()
    pipeline(content)
    assert time.perf_counter() - before < 5


ODD = ["", "a", "[]", "a: b", "a: {script: {b: c}}", "a: {script: [[[[[[[[[[[[[i]]]]]]]]]]]]]}",
       "include: {local: [a]}", "stages: {a: b}\na: {script: i, stage: [b]}", "a: {extends: {b: c}, script: i}",
       "a: {rules: i, script: i}", "a: {only: {refs: {a: b}}, script: i}", "a: {needs: i, script: i}", "default: i\na: {script: i}",
       "a: {services: [{alias: b}], script: i}", "a: {variables: [b], script: i}", "a: {script: !reference []}",
       "workflow: {rules: i}\na: {script: i}", "a: {environment: [i], script: i}"]  # fmt: skip


@pytest.mark.parametrize("content", ODD)
def test_anything_is_read(content: str) -> None:
    for workflow in pipeline(content):
        again = msgspec.json.decode(msgspec.json.encode(workflow), type=Workflow)
        assert again == workflow


@given(st.text(alphabet="ab:{}[]-,.\n &*!<'\"$|> script extends rules only needs", max_size=200))
def test_nothing_breaks_it(content: str) -> None:
    pipeline(BOM + content)
