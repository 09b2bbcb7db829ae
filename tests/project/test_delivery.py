"""What the jobs of workflows ship, and which of it is for trial only."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.types import Delivery

from .linked_project import project, workflow

CI = ".github/workflows/ci.yml"
SSH = "- uses: appleboy/ssh-action@v1\n  with:\n    host: h\n    script: ./deploy.sh"


def found_in(folder: Path, files: dict[str, str]) -> tuple[Delivery, ...]:
    return project(folder, files).deliveries


SHIPPED: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "an action over ssh": ({CI: workflow(SSH)}, [("deploy", "appleboy/ssh-action")]),
    "an action that pushes an image": (
        {CI: workflow("- uses: docker/build-push-action@v6\n  with:\n    push: true")},
        [("image", "docker/build-push-action")],
    ),
    "an action that only builds": ({CI: workflow("- uses: docker/build-push-action@v6")}, []),
    "an unknown action that pushes": (
        {CI: workflow("- uses: acme/build-push@v1")},
        [("image", "acme/build-push")],
    ),
    "an unknown action that deploys": (
        {CI: workflow("- uses: acme/deploy-it@v1")},
        [("unknown", "acme/deploy-it")],
    ),
    "an action that installs a tool": (
        {CI: workflow("- uses: superfly/flyctl-actions/setup-flyctl@v1")},
        [],
    ),
    "an action that adds a key": ({CI: workflow("- uses: webfactory/ssh-agent@v0.9.0")}, []),
    "wrangler that migrates": (
        {
            CI: workflow(
                "- uses: cloudflare/wrangler-action@v3\n  with:\n    command: d1 migrations list"
            )
        },
        [],
    ),
    "a command": ({CI: workflow("- run: flyctl deploy")}, [("deploy", "flyctl deploy")]),
    "a script of the repository": (
        {
            CI: workflow("- run: ./scripts/ship.sh"),
            "scripts/ship.sh": "#!/bin/bash\nrsync -az dist/ me@host:/srv\n",
        },
        [("deploy", "rsync -az dist/")],
    ),
    "a package script": (
        {
            CI: workflow("- run: npm run ship"),
            "package.json": '{"scripts": {"ship": "wrangler deploy"}}',
        },
        [("deploy", "wrangler deploy")],
    ),
    "a target of make": (
        {
            CI: workflow("- run: make ship"),
            "Makefile": "ship: build\n\t./scripts/ship.sh\nbuild:\n\t./scripts/build.sh\n",
            "scripts/ship.sh": "#!/bin/bash\nssh me@host ./update.sh\n",
            "scripts/build.sh": "#!/bin/bash\ndocker push me/app\n",
        },
        [("deploy", "ssh me@host ./update.sh")],
    ),
    "a composite action of the repository": (
        {
            CI: workflow("- uses: ./.github/actions/ship"),
            ".github/actions/ship/action.yml": (
                "runs:\n  using: composite\n  steps:\n    - run: docker push me/app\n      shell: bash\n"
            ),
        },
        [("image", "docker push me/app")],
    ),
    "a reusable workflow elsewhere": (
        {CI: "on: push\njobs:\n  ship:\n    uses: acme/flows/.github/workflows/ship.yml@v1\n"},
        [("unknown", "acme/flows/.github/workflows/ship.yml@v1")],
    ),
    "a reusable workflow elsewhere that checks": (
        {CI: "on: push\njobs:\n  look:\n    uses: acme/flows/.github/workflows/check-run.yml@v1\n"},
        [],
    ),
    "a restart on a runner of one's own": (
        {
            CI: workflow("- run: sudo systemctl restart shop").replace(
                "ubuntu-latest", "[self-hosted, linux]"
            )
        },
        [("deploy", "systemctl restart shop")],
    ),
    "a restart on a hosted runner": (
        {CI: workflow("- run: sudo systemctl restart postgresql")},
        [],
    ),
    "a workflow of another folder": ({"apps/web/.github/workflows/ci.yml": workflow(SSH)}, []),
}


@pytest.mark.parametrize(("files", "expected"), SHIPPED.values(), ids=SHIPPED)
def test_a_job_ships(
    tmp_path: Path, files: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert [(d.kind, d.what) for d in found_in(tmp_path, files)] == expected


TRIALS: dict[str, tuple[str, str, bool]] = {
    "a push": (CI, workflow(SSH), False),
    "a pull request": (CI, workflow(SSH, on="pull_request"), True),
    "a pull request that was merged": (
        CI,
        workflow(
            SSH,
            on="{pull_request: {types: [closed]}}",
            more="if: github.event.pull_request.merged == true",
        ),
        False,
    ),
    "a pull request that was closed": (
        CI,
        workflow(SSH, on="{pull_request: {types: [closed]}}"),
        True,
    ),
    "a branch for trial": (CI, workflow(SSH, on="{push: {branches: [develop]}}"), True),
    "two branches": (CI, workflow(SSH, on="{push: {branches: [develop, main]}}"), False),
    "an environment called preview": (CI, workflow(SSH, more="environment: preview"), True),
    "an environment called production in a job called test": (
        CI,
        workflow(SSH, job="test", more="environment: production"),
        False,
    ),
    "an environment by expression": (
        CI,
        workflow(SSH, more="environment: ${{ inputs.stage }}"),
        False,
    ),
    "a job for staging": (CI, workflow(SSH, job="deploy-staging"), True),
    "a job that tests and deploys": (CI, workflow(SSH, job="test-and-deploy"), False),
    "a job that tests an installation": (CI, workflow(SSH, job="install-test"), True),
    "a workflow that tests": (".github/workflows/do-test.yml", workflow(SSH, job="install"), True),
    "a workflow that tests and a job that deploys": (
        ".github/workflows/test.yml",
        workflow(SSH, job="deploy"),
        False,
    ),
}


@pytest.mark.parametrize(("path", "text", "expected"), TRIALS.values(), ids=TRIALS)
def test_a_delivery_is_a_trial(tmp_path: Path, path: str, text: str, expected: bool) -> None:
    assert [d.preview for d in found_in(tmp_path, {path: text})] == [expected]


def test_a_reusable_workflow_names_its_callers(tmp_path: Path) -> None:
    called = ".github/workflows/ship.yml"
    files = {
        called: workflow(SSH, on="workflow_call", job="ship"),
        CI: f"on: push\njobs:\n  release:\n    needs: test\n    uses: ./{called}\n",
    }
    (delivery,) = found_in(tmp_path, files)
    assert (delivery.workflow, delivery.job, delivery.callers) == (
        called,
        "ship",
        (f"{CI}#release",),
    )
    assert not delivery.preview


def test_a_reusable_workflow_that_only_pull_requests_call_is_a_trial(tmp_path: Path) -> None:
    called = ".github/workflows/ship.yml"
    files = {
        called: workflow(SSH, on="workflow_call", job="ship"),
        CI: f"on: pull_request\njobs:\n  go:\n    uses: ./{called}\n",
    }
    assert [d.preview for d in found_in(tmp_path, files)] == [True]


HELM: dict[str, tuple[str, bool]] = {
    "a release is kept": ("helm upgrade --install shop ./chart", True),
    "after it is deleted": (
        "helm uninstall $NAME --wait\n    helm upgrade -i $NAME ./chart",
        False,
    ),
    "after its workloads are": (
        "helm uninstall shop --keep-history\n    helm upgrade -i shop ./chart",
        True,
    ),
    "after another is": ("helm uninstall old\n    helm upgrade -i shop ./chart", True),
}


@pytest.mark.parametrize(("commands", "expected"), HELM.values(), ids=HELM)
def test_helm_keeps_the_releases_that_are_not_deleted(
    tmp_path: Path, commands: str, expected: bool
) -> None:
    files = {".github/workflows/ci.yml": workflow(f"- run: |\n    {commands}")}
    assert [d.managed for d in found_in(tmp_path, files)] == [expected]
