from __future__ import annotations

import pytest
from msgspec.structs import replace

from infra_audit.documents import package_json, prisma
from infra_audit.documents.facts import Entry, Handler, Job, Step, Value, Workflow
from infra_audit.documents.shell.syntax import Script, word_at
from infra_audit.flow.behaviour import Behaviour, Circumstances, Run
from infra_audit.model import START, Finding, Fingerprint, Kind, Location, RuleId, Severity, Span
from infra_audit.project.types import (
    Act,
    Delivery,
    Deployable,
    Mechanism,
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


def _finding(step: str, path: str = "deploy.sh", severity: Severity = "warning") -> Finding:
    return Finding(
        rule=RuleId(f"topic/{step or 'none'}"),
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


def _actions(step: str, project: Project = _PROJECT, path: str = "deploy.sh") -> str:
    (planned,) = plan((_finding(step, path),), project)
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
            "containerise", "`node:20-slim`: Node.js is `>=20` (`package.json:3`)", id="Node.js"
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
    assert "one pinned python image" in told
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
    assert "Rework `docker/Dockerfile`" in _actions("containerise", project)
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


def test_the_port_of_a_unit_counts() -> None:
    unit = Unit(
        source="systemd", name="shop", location=Location("shop.service", START), ports=("8080",)
    )
    bare = replace(_PROJECT.deployables[0], package=None)
    told = _actions("containerise", replace(_PROJECT, deployables=(bare,), units=(unit,)))
    assert "`8080` (`shop.service:1`)" in told


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
    told = _actions("pipeline", replace(_PROJECT, deliveries=(delivery,)))
    assert "Keep `ci.yml:1` (`ssh`) as the deploy job" in told


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
