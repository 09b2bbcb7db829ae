from __future__ import annotations

import pytest
from msgspec.structs import replace

from infra_audit.documents import dockerfile, package_json, prisma
from infra_audit.documents.facts import Entry, Handler, Job, Listen, Module, Step, Value, Workflow
from infra_audit.documents.shell.syntax import Script, word_at
from infra_audit.flow.behaviour import Behaviour, Circumstances, Run
from infra_audit.model import (
    START,
    Evidence,
    Finding,
    Fingerprint,
    Kind,
    Location,
    RuleId,
    Severity,
    Span,
)
from infra_audit.project.types import (
    Act,
    Delivery,
    Deployable,
    Mechanism,
    Port,
    Project,
    Route,
    Routes,
    Store,
    Unit,
)
from infra_audit.remedy.plan import plan
from infra_audit.remedy.steps import STEPS
from infra_audit.source.text import Text

_PACKAGE = package_json.parse(
    Text(
        "package.json",
        """{
  "name": "shop",
  "engines": {"node": ">=20"},
  "scripts": {
    "build": "prisma migrate deploy && next build",
    "start": "next start -p 3100",
    "test": "vitest run"
  }
}
""",
    )
)
_SCHEMA = prisma.parse(
    Text(
        "prisma/schema.prisma",
        'datasource db {\n  provider = "sqlite"\n  url      = env("SHOP_DATABASE")\n}\n',
    )
)


_WHOLE = {
    "containerise": "containers/missing-dockerfile",
    "orchestrate": "containers/missing-compose",
}
"""The rules whose findings ask for all that a step can bring."""


def _finding(
    step: str, path: str = "deploy.sh", severity: Severity = "warning", rule: str = ""
) -> Finding:
    return Finding(
        rule=RuleId(rule or _WHOLE.get(step, f"topic/{step or 'none'}")),
        severity=severity,
        precision="high",
        title="A title",
        message="message",
        location=Location(path, Span(7, 1, 7, 2)),
        fingerprint=Fingerprint(f"{step}:{path}:{severity}"),
        fix="Mend\nit.",
        step=step,
    )


def _run(line: int, *words: str) -> Run:
    span = Span(line, 1, line, 9)
    return Run(
        name=words[0],
        arguments=words[1:],
        words=tuple(word_at(span, word, word) for word in words),
        span=span,
        about=Circumstances("deploy.sh"),
    )


def _act(path: str, role: str, *runs: Run) -> Act:
    return Act(
        script=Script(path=path, span=START, origin="file"),
        behaviour=Behaviour(runs=runs),
        purpose="production",
        role=role,  # type: ignore[arg-type]
        reasons=(),
    )


_PROJECT = Project(
    files=frozenset({"package.json", "pnpm-lock.yaml", "deploy.sh"}),
    kind=Kind("server"),
    deployables=(
        Deployable(
            folder="",
            name="shop",
            runtime="node",
            kind="server",
            serves=True,
            evidence=(),
            package=_PACKAGE,
            frameworks=("next",),
        ),
    ),
    stores=(
        Store(engine="sqlite", source="prisma", location=Location("prisma/schema.prisma", START)),
        Store(engine="redis", source="dependency", location=Location("package.json", START)),
        Store(engine="mysql", source="compose", location=Location("c.yaml", START), purpose="test"),
    ),
    packages=(_PACKAGE,),
    schemas=(_SCHEMA,),
    acts=(
        _act(
            "deploy.sh",
            "deploy",
            _run(2, "echo", "hi"),
            _run(3, "git", "pull"),
            _run(4, "systemctl", "restart", "shop"),
        ),
        _act(
            "setup.sh",
            "bootstrap",
            _run(2, "apt-get", "install", "-y", "nginx", "redis-server"),
            _run(3, "useradd", "--system", "shop"),
            _run(4, "systemctl", "enable", "shop"),
            _run(5, "ufw", "allow", "OpenSSH"),
        ),
    ),
)


def _actions(
    step: str, project: Project = _PROJECT, path: str = "deploy.sh", rule: str = ""
) -> str:
    (planned,) = plan((_finding(step, path, rule=rule),), project)
    return "\n".join(planned.actions)


def test_only_steps_with_findings_are_planned_and_name_what_they_resolve() -> None:
    first, second = _finding("containerise", "a"), _finding("containerise", "b")
    (step,) = plan((first, _finding(""), second), _PROJECT)
    assert step.id == "containerise"
    assert step.depends_on == ()
    assert step.resolves == (first.fingerprint, second.fingerprint)


def test_nothing_found_nothing_planned() -> None:
    assert plan((), _PROJECT) == ()


def test_every_step_comes_after_those_that_it_depends_on() -> None:
    steps = plan(tuple(_finding(step.id) for step in reversed(STEPS)), _PROJECT)
    assert [step.id for step in steps] == [step.id for step in STEPS]
    done: set[str] = set()
    for step in steps:
        assert done.issuperset(step.depends_on)
        done.add(step.id)


def test_what_breaks_on_the_next_run_is_mended_first() -> None:
    findings = (_finding("containerise"), _finding("harden-scripts", severity="error"))
    assert [step.id for step in plan(findings, _PROJECT)] == ["harden-scripts", "containerise"]


def test_a_step_depends_only_on_steps_of_this_plan() -> None:
    findings = (_finding("migrate-database"), _finding("pipeline"))
    assert [step.depends_on for step in plan(findings, _PROJECT)] == [(), ("migrate-database",)]


def test_a_step_of_a_rule_pack_says_what_its_findings_say() -> None:
    (step,) = plan((_finding("pay-the-bill"),), _PROJECT)
    assert (step.id, step.title, step.actions) == ("pay-the-bill", "Pay the bill", ("Mend it.",))


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param("containerise", "Write `Dockerfile` with", id="file"),
        pytest.param(
            "containerise", "`node:24-slim`: Node.js is `>=20` (`package.json:3`), and 20 has had no security fix since "
            "2026-04.", id="Node.js"
        ),
        pytest.param(
            "containerise", "`pnpm install --frozen-lockfile` (`pnpm-lock.yaml`)", id="manager"
        ),
        pytest.param("containerise", "Listen on `3100` (`package.json:6`)", id="the port"),
        pytest.param("containerise", "Take the migration out of the build script", id="migration"),
        pytest.param("orchestrate", "Write `compose.yaml`", id="compose"),
        pytest.param("orchestrate", "postgresql, in place of sqlite", id="the store to come"),
        pytest.param("orchestrate", "redis", id="the store that is"),
        pytest.param("migrate-database", "In `prisma/schema.prisma:2` write", id="provider"),
        pytest.param("migrate-database", "give `SHOP_DATABASE` to the application", id="the URL"),
        pytest.param("migrate-database", "`prisma migrate deploy` once", id="migrations"),
        pytest.param("migrate-database", "Back up postgresql each night", id="backup"),
        pytest.param("pipeline", "Write `.github/workflows/deploy.yml`", id="the workflow"),
        pytest.param("pipeline", "`pnpm run test` (`vitest run`, `package.json:7`)", id="tests"),
        pytest.param("pipeline", "`git pull` (3), `systemctl restart shop` (4);", id="the script"),
        pytest.param("harden-scripts", "`deploy.sh`: line 7: a title.", id="the lines"),
        pytest.param(
            "infrastructure-as-code",
            "`setup.sh` sets up: packages `nginx`, `redis-server`; users and groups `shop`; "
            "services `shop`; firewall rules `ufw allow OpenSSH`.",
            id="what the script sets up",
        ),
    ],
)  # fmt: skip
def test_the_actions_are_those_of_this_repository(step: str, expected: str) -> None:
    path = "gone" if step == "infrastructure-as-code" else "deploy.sh"
    assert expected in _actions(step, path=path)


def test_stores_of_tests_are_left_alone() -> None:
    assert "mysql" not in _actions("orchestrate")


def test_what_is_unknown_is_said_as_such() -> None:
    bare = replace(
        _PROJECT,
        files=frozenset(),
        packages=(),
        deployables=(replace(_PROJECT.deployables[0], package=None),),
    )
    told = _actions("containerise", bare)
    assert "The Node.js version is written nowhere that was read" in told
    assert "The package manager cannot be told" in told
    assert "The port is written nowhere that was read" in told


def test_versions_that_disagree_are_all_named() -> None:
    span = Span(9, 1, 9, 3)
    setup = Step(
        uses=Value("actions/setup-node@v4", "actions/setup-node@v4", span),
        inputs=(Entry("node-version", Value("18", "18", span), span),),
        span=span,
    )
    job = Job(id="test", span=span, extent=span, steps=(setup,))
    project = replace(_PROJECT, workflows=(Workflow(path="ci.yml", span=START, jobs=(job,)),))
    told = _actions("containerise", project)
    assert "it is `>=20` (`package.json:3`), `18` (`ci.yml:9`)" in told


def test_another_runtime_gets_no_node_image() -> None:
    python = replace(_PROJECT.deployables[0], runtime="python", package=None)
    told = _actions("containerise", replace(_PROJECT, deployables=(python,)))
    assert "Base both on one pinned Python image." in told
    assert "node:" not in told


def test_an_unknown_runtime_gets_no_node_image_where_nothing_is_of_node() -> None:
    unknown = replace(_PROJECT.deployables[0], runtime="", package=None)
    shown = plan(
        (_finding("containerise"),), replace(_PROJECT, deployables=(unknown,), packages=())
    )
    assert "Base both on one pinned image." in shown[0].actions
    assert not any("Node.js" in action for action in shown[0].actions)


def test_what_is_there_is_extended() -> None:
    image = replace(_PROJECT.deployables[0], images=("docker/Dockerfile",))
    project = replace(
        _PROJECT,
        deployables=(image,),
        orchestration=(Mechanism("Compose", Location("compose.yaml", START)),),
        pipelines=(Mechanism("GitHub Actions", Location("ci.yml", START)),),
        provisioning=(Mechanism("Ansible", Location("site.yml", START)),),
    )
    rework = _actions("containerise", project, rule="containers/single-stage-build")
    assert "Rework `deploy.sh` into a build stage" in rework
    assert "Extend `compose.yaml`" in _actions("orchestrate", project)
    assert "Extend what is there (`ci.yml`)" in _actions("pipeline", project)
    assert "Extend Ansible (`site.yml`)" in _actions("infrastructure-as-code", project)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ((), "Add `/api/health` to the next routes that asks sqlite and redis"),
        (("/api/health",), "Let `/api/health` (`route.ts:1`) be the probe"),
    ],
    ids=["none yet", "there already"],
)
def test_the_health_route_is_named(table: tuple[str, ...], expected: str) -> None:
    where = Location("route.ts", START)
    routes = tuple(Route(path, ("GET",), where, Handler(), "route.ts") for path in table)
    project = replace(
        _PROJECT,
        routes=(Routes("", "next", known=True, reason="", table=routes, location=where),),
    )
    assert expected in _actions("observe", project)


def test_only_what_the_findings_concern_is_described() -> None:
    web = replace(_PROJECT.deployables[0], folder="apps/web", name="web")
    api = replace(_PROJECT.deployables[0], folder="apps/api", name="api")
    project = replace(_PROJECT, deployables=(web, api))
    told = _actions("containerise", project, "apps/api/package.json")
    assert "Write `apps/api/Dockerfile`" in told
    assert "apps/web" not in told


def test_the_ports_inside_of_its_own_units_count() -> None:
    own = Unit(source="compose", name="shop", location=Location("c.yaml", START), deployable="")
    cache = Unit(source="compose", name="redis", location=Location("c.yaml", START))
    where = Location("c.yaml", Span(9, 1, 9, 5))
    ports = (
        Port(kind="published", number="80", location=where, unit=own, target="8080"),
        Port(kind="container", number="8080", location=where, unit=own),
        Port(kind="container", number="9000-9005", location=where, unit=own),
        Port(kind="container", number="6379", location=where, unit=cache),
        Port(kind="container", number="5000", location=where),
    )
    bare = replace(_PROJECT.deployables[0], package=None)
    told = _actions("containerise", replace(_PROJECT, deployables=(bare,), ports=ports))
    assert "Listen on `8080` (`c.yaml:9`) and say so" in told


def test_the_ports_of_another_application_are_not_those_of_the_root() -> None:
    module = Module(
        path="apps/api/main.ts", span=START, listens=(Listen(port="4000", variable="", span=START),)
    )
    root = replace(_PROJECT.deployables[0], package=None)
    api = replace(root, folder="apps/api", name="api")
    project = replace(_PROJECT, deployables=(root, api), modules=(module,))
    assert "4000" not in _actions("containerise", project)
    assert "Listen on `4000`" in _actions("containerise", project, "apps/api/x")


def test_the_package_manager_that_the_manifest_names_wins() -> None:
    package = replace(_PACKAGE, manager="yarn@4.1.0")
    named = replace(_PROJECT.deployables[0], package=package)
    told = _actions("containerise", replace(_PROJECT, deployables=(named,)))
    assert "`yarn install --immutable` (`packageManager` in `package.json`)" in told


def test_a_backup_script_that_nothing_runs_is_told_from_one_that_is_run() -> None:
    idle = _act("backup.sh", "backup")
    assert "`backup.sh` is run by nothing" in _actions(
        "migrate-database", replace(_PROJECT, acts=(idle,))
    )
    timed = replace(idle, reached_by=("timer",))
    assert "`backup.sh` is run by the repository" in _actions(
        "migrate-database", replace(_PROJECT, acts=(timed,))
    )


def test_a_deploy_job_that_is_there_is_kept() -> None:
    delivery = Delivery(
        kind="deploy", what="ssh", workflow="ci.yml", job="ship", location=Location("ci.yml", START)
    )
    project = replace(_PROJECT, deliveries=(delivery,))
    told = _actions("pipeline", project)
    assert "Keep `ship` as the deploy job (`ci.yml:1`, `ssh`)." in told
    races = _actions("pipeline", project, "ci.yml", "delivery/deploy-races")
    assert "(`ci.yml:1`, `ssh`), with `concurrency`." in races
    untested = _actions("pipeline", project, "ci.yml", "delivery/deploy-without-tests")
    assert "(`ci.yml:1`, `ssh`), with `needs` on the tests." in untested


def test_each_deploy_job_is_kept_once_by_the_command_that_renews() -> None:
    where = Location("deploy.yml", START)

    def delivery(job: str, what: str, workflow: str = "deploy.yml") -> Delivery:
        return Delivery(kind="deploy", what=what, workflow=workflow, job=job, location=where)

    found = (
        delivery("ship", "ssh … mkdir -p /opt/shop"),
        delivery("ship", "ssh … cd /opt/shop &&\n   docker compose up -d"),
        delivery("ship", "ssh … docker image prune -af"),
        delivery("tidy", "ssh … docker system prune -f"),
        delivery("rollback", "ssh … docker compose up -d"),
        delivery("copy", "aws s3 cp", "backup.yml"),
        delivery("again", "ssh … docker compose up -d"),
    )
    failed = Job(
        id="again", span=START, extent=START, condition=Value("failure()", "failure()", START)
    )
    workflow = Workflow(path="deploy.yml", span=START, jobs=(failed,))
    told = _actions("pipeline", replace(_PROJECT, deliveries=found, workflows=(workflow,)))
    kept = [line for line in told.splitlines() if line.startswith("Keep")]
    assert kept == [
        "Keep `ship` as the deploy job (`deploy.yml:1`, `ssh … cd /opt/shop && docker compose up -d`)."
    ]


def test_a_job_of_gitlab_is_kept_apart_by_its_resource_group() -> None:
    where = Location(".gitlab-ci.yml", START)
    delivery = Delivery(
        kind="deploy", what="helm upgrade", workflow=where.path, job="ship", location=where
    )
    workflow = Workflow(path=where.path, span=START, jobs=(), system="gitlab")
    project = replace(_PROJECT, deliveries=(delivery,), workflows=(workflow,))
    told = _actions("pipeline", project, where.path, "delivery/deploy-races")
    assert "`helm upgrade`), with `resource_group`." in told


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        pytest.param("scripts/restore.sh", (_run(2, "git", "pull"),), id="restores by name"),
        pytest.param("scripts/again.sh", (_run(2, "pg_restore", "-d", "shop", "x.dump"),), id="restores by deed"),
        pytest.param("scripts/rotate-secrets.sh", (_run(2, "git", "pull"),), id="rotates secrets"),
        pytest.param("scripts/hotfix.sh", (_run(2, "git", "pull"),), id="mends by hand"),
        pytest.param("scripts/new.sh", (_run(2, "az", "vm", "create", "--name", "a"),), id="makes a machine"),
    ],
)  # fmt: skip
def test_what_is_no_release_is_not_moved(path: str, runs: tuple[Run, ...]) -> None:
    told = _actions("pipeline", replace(_PROJECT, acts=(_act(path, "deploy", *runs),)))
    assert path not in told


def test_only_what_changes_something_is_moved() -> None:
    act = _act(
        "deploy.sh",
        "deploy",
        _run(2, "git", "status"),
        _run(3, "git", "log", "--oneline"),
        _run(4, "docker", "ps"),
        _run(5, "cat", "VERSION"),
        _run(6, "log_info", "now"),
        _run(17, "git", "fetch", "--prune"),
        _run(8, "docker", "image", "prune"),
        _run(9, "pg_restore", "-d", "shop", "x.dump"),
    )
    told = _actions("pipeline", replace(_PROJECT, acts=(act,)))
    assert "into the deploy job: `git fetch --prune` (17); what builds" in told


def test_a_long_command_is_cut() -> None:
    act = _act("deploy.sh", "deploy", _run(2, "remote", "cd /opt &&\n  " + "docker pull a " * 9))
    told = _actions("pipeline", replace(_PROJECT, acts=(act,)))
    assert "`remote cd /opt && docker pull a docker pull a docker pull a…` (2)" in told


def test_lines_in_which_something_is_found_are_not_moved() -> None:
    down = _finding("pipeline", rule="delivery/stops-before-build")
    act = _act("deploy.sh", "deploy", _run(3, "git", "pull"), _run(7, "docker", "compose", "down"))
    (step,) = plan((down,), replace(_PROJECT, acts=(act,)))
    assert "`git pull` (3); what builds" in "\n".join(step.actions)
    alone = replace(act, behaviour=Behaviour(runs=act.behaviour.runs[1:]))
    (step,) = plan((down,), replace(_PROJECT, acts=(alone,)))
    assert "Move what" not in "\n".join(step.actions)


def test_the_line_that_shows_a_release_by_hand_is_moved() -> None:
    act = _act("deploy.sh", "deploy", _run(7, "systemctl", "restart", "shop"))
    told = _actions("pipeline", replace(_PROJECT, acts=(act,)), rule="delivery/manual-deploy")
    assert "`systemctl restart shop` (7); what builds" in told


def test_a_deploy_script_of_which_nothing_is_known_is_moved_as_a_whole() -> None:
    told = _actions("pipeline", replace(_PROJECT, acts=(_act("deploy.sh", "deploy"),)))
    assert "Move what `deploy.sh` does into the deploy job." in told


_DOCKERFILE = dockerfile.parse(
    Text(
        "api/Dockerfile",
        "FROM node:18-alpine AS build\nRUN npm ci\nFROM node:18-alpine\nUSER node\n",
    )
)


def test_a_base_that_has_ended_gives_way_to_a_supported_one_and_nothing_else_is_asked() -> None:
    finding = replace(
        _finding("containerise", rule="containers/end-of-life-base"),
        location=Location("api/Dockerfile", _DOCKERFILE.stages[1].base.span),
    )
    (step,) = plan((finding,), replace(_PROJECT, dockerfiles=(_DOCKERFILE,)))
    assert step.actions == (
        (
            "Base `api/Dockerfile:1`, `api/Dockerfile:3` on `node:24-alpine` in place of "
            "`node:18-alpine`: Node.js 18 has had no security fix since 2025-04."
        ),
        "Ask for the same version where an old one is asked for: `>=20` (`package.json:3`).",
    )


def test_an_ended_version_of_which_no_successor_is_known_gets_what_its_rule_says() -> None:
    told = _actions("containerise", path="compose.yaml", rule="containers/end-of-life-base")
    assert told == "`compose.yaml:7`: Mend it."


def test_a_missing_dockerignore_asks_for_that_alone() -> None:
    told = _actions("containerise", rule="containers/missing-dockerignore")
    assert told.startswith("Keep `.env*`")
    assert "\n" not in told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("FROM node:24\nRUN npm ci\n", "Rework `Dockerfile` into a build stage and a run stage.", id="one stage"),
        pytest.param(
            "FROM node:24 AS build\nRUN npm ci\nFROM node:24\nCOPY --from=build /app /app\n",
            "Leave what only the build needs out of the last stage of `Dockerfile`.", id="two stages",
        ),
    ],
)  # fmt: skip
def test_an_image_with_build_tools_is_rid_of_them(text: str, expected: str) -> None:
    finding = replace(
        _finding("containerise", rule="containers/single-stage-build"),
        evidence=(Evidence(Location("Dockerfile", START), "the stage that is shipped"),),
    )
    parsed = dockerfile.parse(Text("Dockerfile", text))
    (step,) = plan((finding,), replace(_PROJECT, dockerfiles=(parsed,)))
    assert step.actions[0] == expected
    assert not any("not root" in action for action in step.actions)


def test_an_image_of_another_runtime_gets_no_commands_of_npm() -> None:
    python = replace(_PROJECT.deployables[0], runtime="python", package=None)
    told = _actions(
        "containerise",
        replace(_PROJECT, deployables=(python,)),
        rule="containers/single-stage-build",
    )
    assert told == "Rework `deploy.sh` into a build stage and a run stage."


def test_services_that_the_compose_file_has_are_not_asked_for() -> None:
    where = Location("compose.yaml", START)
    unit = Unit(source="compose", name="shop", location=where, deployable="")
    store = Store(engine="redis", source="compose", location=where)
    project = replace(_PROJECT, units=(unit,), stores=(*_PROJECT.stores, store))
    told = _actions("orchestrate", project)
    assert "redis" not in told
    assert "`shop`" not in told
    assert "A service for postgresql" in told


def test_a_finding_of_one_service_asks_for_what_its_rule_says() -> None:
    findings = tuple(
        _finding("orchestrate", f"{n}.yaml", rule="containers/no-restart-policy") for n in range(6)
    )
    (step,) = plan(findings, _PROJECT)
    assert step.actions == ("`0.yaml:7`, `1.yaml:7`, `2.yaml:7`, `3.yaml:7` and 2 more: Mend it.",)


def test_many_applications_are_named_and_only_some_described() -> None:
    apps = tuple(
        replace(_PROJECT.deployables[0], folder=f"apps/{n}", name=f"app{n}") for n in range(6)
    )
    told = plan(
        tuple(_finding("containerise", f"apps/{n}/x") for n in range(6)),
        replace(_PROJECT, deployables=apps),
    )[0].actions
    assert "The same for `apps/5`." in told
    assert not any("apps/5/Dockerfile" in action for action in told)
