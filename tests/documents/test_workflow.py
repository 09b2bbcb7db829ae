from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.documents.facts import Entry, Job, Step, Trigger, Value, Workflow
from infra_audit.documents.shell.syntax import Script
from infra_audit.documents.workflow import parse
from infra_audit.model import Span
from infra_audit.source.text import BOM, Text

JOBS = "jobs:\n  a:\n    runs-on: x\n"


def workflow(content: str) -> Workflow:
    found = parse(Text(".github/workflows/a.yml", content))
    assert found.problems == ()
    return found


def job(body: str) -> Job:
    """The job whose keys `body` holds."""
    indented = "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
    return workflow(f"jobs:\n  a:\n{indented}").jobs[0]


def step(body: str) -> Step:
    """The step whose keys `body` holds."""
    first, *rest = body.strip("\n").split("\n")
    return job("\n".join(["steps:", f"  - {first}", *(f"    {line}" for line in rest)])).steps[0]


def script(found: Step) -> Script:
    assert found.run is not None
    return found.run


def raw(value: Value | None) -> str | None:
    return None if value is None else value.raw


def pairs(entries: tuple[Entry, ...]) -> dict[str, str | None]:
    return {e.name: raw(e.value) for e in entries}


def trigger(event: str, **narrowed: tuple[str, ...]) -> dict[str, object]:
    return {"event": event, **narrowed}


def told(found: Trigger) -> dict[str, object]:
    """What a trigger says, without its place."""
    given = {field: getattr(found, field) for field in Trigger.__struct_fields__}
    return {name: value for name, value in given.items() if value and name != "span"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("on: push", [trigger("push")], id="string"),
        pytest.param("'on': push", [trigger("push")], id="quoted"),
        pytest.param(
            "on: [push, pull_request]", [trigger("push"), trigger("pull_request")], id="list"
        ),
        pytest.param(
            "on:\n  push:\n    branches: [main, 'v*']\n    paths-ignore: [docs/**]\n",
            [trigger("push", branches=("main", "v*"), paths=("!docs/**",))],
            id="branches and ignored paths",
        ),
        pytest.param(
            "on:\n  push:\n    tags: v*\n    branches-ignore: x\n",
            [trigger("push", branches=("!x",), tags=("v*",))],
            id="single strings",
        ),
        pytest.param(
            "on:\n  workflow_run:\n    workflows: [CI]\n    types: [completed]\n",
            [trigger("workflow_run", workflows=("CI",), types=("completed",))],
            id="another workflow",
        ),
        pytest.param(
            "on:\n  schedule:\n    - cron: '0 1 * * *'\n    - cron: 5 4 * * 0\n",
            [trigger("schedule", cron=("0 1 * * *", "5 4 * * 0"))],
            id="schedule",
        ),
        pytest.param(
            "on:\n  push:\n  workflow_dispatch:\n",
            [trigger("push"), trigger("workflow_dispatch")],
            id="empty events",
        ),
    ],
)
def test_triggers(written: str, expected: list[dict[str, object]]) -> None:
    assert [told(t) for t in workflow(f"{written}\n{JOBS}").triggers] == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("concurrency: deploy", ("deploy", False)),
        ("concurrency: {group: a, cancel-in-progress: true}", ("a", True)),
        ("concurrency: {group: a, cancel-in-progress: false}", ("a", False)),
        ("concurrency: {group: a, cancel-in-progress: '${{ x }}'}", ("a", None)),
        ("concurrency: {group: '${{ github.ref }}'}", ("${{ github.ref }}", False)),
    ],
)
def test_concurrency(written: str, expected: tuple[str, bool | None]) -> None:
    for found in (workflow(f"{written}\n{JOBS}").concurrency, job(written).concurrency):
        assert found is not None
        assert (raw(found.group), found.cancels) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("name: x", None),
        ("permissions: write-all", [("*", "write")]),
        ("permissions: read-all", [("*", "read")]),
        ("permissions: {}", []),
        (
            "permissions: {contents: read, id-token: write}",
            [("contents", "read"), ("id-token", "write")],
        ),
    ],
)
def test_permissions(written: str, expected: list[tuple[str, str]] | None) -> None:
    for found in (workflow(f"{written}\n{JOBS}").permissions, job(written).permissions):
        assert (None if found is None else [(p.scope, p.access) for p in found]) == expected


def test_a_job() -> None:
    found = job("""
name: Deploy
needs: test
if: github.ref == 'refs/heads/main'
runs-on: [self-hosted, linux]
environment: {name: production, url: https://x}
env: {A: b, C: '${{ secrets.C }}'}
services:
  db: {image: 'postgres:16'}
  cache: redis
""")
    assert (raw(found.name), found.needs, found.runs_on) == (
        "Deploy",
        ("test",),
        ("self-hosted", "linux"),
    )
    assert raw(found.condition) == "github.ref == 'refs/heads/main'"
    assert raw(found.deploys_to) == "production"
    assert pairs(found.environment) == {"A": "b", "C": "${{ secrets.C }}"}
    assert [e.value.literal for e in found.environment if e.value] == ["b", None]
    assert pairs(found.services) == {"db": "postgres:16", "cache": "redis"}
    assert (found.span, found.extent) == (Span(2, 3, 2, 4), Span(2, 3, 11, 19))


def test_the_lists_of_a_matrix() -> None:
    found = job("""
strategy:
  matrix:
    node: [18, 20.x]
    os: ubuntu-24.04
    include: [{node: 16}]
""")
    assert [(e.name, raw(e.value)) for e in found.matrix] == [("node", "18"), ("node", "20.x")]
    left = job("strategy: {matrix: {node: [18, 20], exclude: [{node: 18}]}}")
    assert left.matrix == ()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("runs-on: ubuntu-latest", ("ubuntu-latest",)),
        ("runs-on: {group: big, labels: [linux]}", ("linux",)),
        ("runs-on: ${{ matrix.os }}", ("${{ matrix.os }}",)),
    ],
)
def test_runners(written: str, expected: tuple[str, ...]) -> None:
    assert job(written).runs_on == expected


def test_a_call_of_a_reusable_workflow() -> None:
    found = job("uses: ./.github/workflows/b.yml\nneeds: [a, b]\nwith: {env: production}")
    assert raw(found.uses) == "./.github/workflows/b.yml"
    assert (found.needs, pairs(found.inputs), found.steps) == (
        ("a", "b"),
        {"env": "production"},
        (),
    )


@pytest.mark.parametrize("switched", ["false", "${{ false }}", "!true"])
def test_what_is_switched_off_never_runs(switched: str) -> None:
    found = job(f"if: {json.dumps(switched)}\nsteps:\n  - run: ./deploy.sh")
    assert (found.id, found.steps) == ("a", ())
    assert job(f"if: {json.dumps(switched)}\nuses: ./.github/workflows/b.yml").uses is None
    off = f"steps:\n  - if: {json.dumps(switched)}\n    run: ./deploy.sh\n  - if: always()\n    run: b"
    assert [raw(each.condition) for each in job(off).steps] == ["always()"]


def test_a_step_that_uses_an_action() -> None:
    found = step("""
name: Set up
id: node
uses: actions/setup-node@v4
with: {node-version: 1.10, cache: true}
if: ${{ always() }}
continue-on-error: true
env: {A: }
""")
    assert (raw(found.name), found.id, raw(found.uses)) == (
        "Set up",
        "node",
        "actions/setup-node@v4",
    )
    assert pairs(found.inputs) == {"node-version": "1.10", "cache": "true"}
    assert found.condition is not None
    assert found.condition.literal is None
    assert raw(found.continue_on_error) == "true"
    assert pairs(found.environment) == {"A": None}
    assert found.run is None


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        ("", ("bash", ("errexit",))),
        ("bash", ("bash", ("errexit", "pipefail"))),
        ("sh", ("sh", ("errexit",))),
        ("bash {0}", ("bash", ())),
        ("bash -l {0}", ("bash", ())),
        ("bash -leo pipefail {0}", ("bash", ("errexit", "pipefail"))),
        (
            "/bin/bash -eu -o pipefail -x {0}",
            ("bash", ("errexit", "nounset", "pipefail", "xtrace")),
        ),
        ("nix develop -c bash -e {0}", ("bash", ("errexit",))),
        ("pwsh", ("pwsh", ())),
        ("python {0}", ("python", ())),
        ("${{ matrix.shell }}", ("", ())),
    ],
)
def test_shells(shell: str, expected: tuple[str, tuple[str, ...]]) -> None:
    found = script(step(f"run: echo a\nshell: {shell}" if shell else "run: echo a"))
    assert (found.interpreter, found.options) == expected


def test_another_language_has_no_statements() -> None:
    assert script(step("shell: python\nrun: |\n  import os\n  if os:\n    pass")).statements == ()


def test_a_windows_runner_has_another_shell() -> None:
    found = job("runs-on: windows-latest\nsteps:\n  - run: a\n  - {run: a, shell: bash}")
    assert [script(s).interpreter for s in found.steps] == ["pwsh", "bash"]


def test_defaults_hold_until_something_nearer_says_otherwise() -> None:
    found = workflow("""
defaults: {run: {shell: bash, working-directory: web}}
jobs:
  a:
    steps:
      - run: a
      - {run: a, working-directory: api, shell: sh}
  b:
    defaults: {run: {working-directory: worker}}
    steps:
      - run: a
""")
    told = [
        (s.interpreter, s.directory) for j in found.jobs for st_ in j.steps for s in [script(st_)]
    ]
    assert told == [("bash", "web"), ("sh", "api"), ("bash", "worker")]


def test_a_script_lies_in_its_file() -> None:
    content = (
        "jobs:\n  a:\n    steps:\n      - name: Ship it\n        run: |\n          a\n          b\n"
    )
    found = script(workflow(content).jobs[0].steps[0])
    assert (found.origin, found.name, found.directory) == ("step", "Ship it", None)
    assert (found.span.line, found.span.column) == (6, 11)


def test_what_an_ssh_action_runs_elsewhere() -> None:
    found = step(
        "uses: appleboy/ssh-action@v1\nwith:\n  host: x\n  script: |\n    cd /srv\n    git pull"
    )
    assert found.remote is not None
    assert (found.remote.origin, found.remote.span.line) == ("argument", 8)


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        pytest.param("", ["a workflow needs `jobs`, this has none"], id="empty"),
        pytest.param("on: push", ["a workflow needs `jobs`, this has none"], id="no jobs"),
        pytest.param("jobs: [a]", ["a workflow needs `jobs`, this has none"], id="list of jobs"),
        pytest.param("jobs: {a: {}, a: {}}", ["the key `a` is given twice"], id="a job twice"),
        pytest.param(
            "on: {{ x }}: y", ["a template, and no YAML before it is rendered"], id="template"
        ),
    ],
)
def test_problems(content: str, messages: list[str]) -> None:
    assert [p.message for p in parse(Text("a.yml", content)).problems] == messages


FILE = """name: Deploy
on: {push: {branches: [main]}}
permissions: {contents: read}
concurrency: deploy
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: x
        run: |
          echo ${{ github.ref }}
          cd é
"""


def test_round_trip() -> None:
    found = workflow(FILE)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Workflow) == found


def test_line_ends_and_byte_order_mark_change_no_fact() -> None:
    found = workflow(FILE)
    for other in (workflow(FILE.replace("\n", "\r\n")), workflow(BOM + FILE)):
        assert other.jobs[0].steps == found.jobs[0].steps
        assert [told(t) for t in other.triggers] == [told(t) for t in found.triggers]


NODES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(0, 9),
        st.text(st.sampled_from("ab:/.-${}'\"= 1\n&~[]é"), max_size=12),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "on",
                    "push",
                    "jobs",
                    "steps",
                    "run",
                    "uses",
                    "with",
                    "shell",
                    "script",
                    "runs-on",
                    "env",
                    "name",
                    "if",
                    "needs",
                    "permissions",
                    "concurrency",
                    "environment",
                    "services",
                    "image",
                    "group",
                    "defaults",
                    "branches",
                    "schedule",
                    "<<",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=16,
)


@given(NODES, NODES)
def test_any_workflow_can_be_read(trigger: object, body: object) -> None:
    content = msgspec.json.encode({"on": trigger, "jobs": {"a": body}}).decode()
    found = parse(Text("a.yml", content))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Workflow) == found


@given(st.text(max_size=80))
def test_any_text_can_be_read(content: str) -> None:
    parse(Text("a.yml", content))
    parse(Text("a.yml", f"jobs:\n  a:\n    steps:\n    - run: {content}\n"))


def test_what_is_put_into_code_has_its_place() -> None:
    text = (
        "on: issues\njobs:\n  a:\n    steps:\n"
        "      - run: |\n          # ${{ a.b }}\n          echo ${{ c.d || '}}' }} ${{ open\n"
        "      - uses: actions/github-script@v7\n        with:\n          script: x(${{ e.f }})\n"
        "      - uses: actions/cache@v4\n        with:\n          script: ${{ g.h }}\n"
    )
    steps = parse(Text("w.yml", text)).jobs[0].steps
    found = [
        (e.text, e.sink, e.remark, e.span.line, e.span.column) for s in steps for e in s.expansions
    ]
    assert found == [
        ("a.b", "run", True, 6, 13),
        ("c.d || '}}'", "run", False, 7, 16),
        ("e.f", "script", False, 10, 21),
    ]
