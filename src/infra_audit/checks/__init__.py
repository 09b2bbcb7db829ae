"""The checks: functions from a project to outcomes, one module each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..model import Outcome
from ..project.types import Project
from . import (
    carriage_returns,
    fails_on_success_path,
    health_ignores_database,
    lockfile_removed,
    manual_deploy,
    masked_failure,
    missing_apm,
    missing_backup,
    missing_compose,
    missing_dockerfile,
    missing_health_endpoint,
    missing_metrics,
    missing_pipeline,
    needs_root,
    no_errexit,
    no_infrastructure_as_code,
    no_rollback,
    no_such_subcommand,
    not_idempotent,
    production_install_before_build,
    remote_code,
    removal_of_live_path,
    secret_in_script,
    secret_regenerated,
    sentry_without_tracing,
    shell_runs,
    single_stage_build,
    sqlite_in_production,
    syntax_error,
    unchecked_cd,
    unreachable_code,
    unsafe_removal,
    unscheduled_backup,
    volumes_removed,
)

Check = Callable[[Project, dict[str, Any]], Iterator[Outcome]]

CHECKS: dict[str, Check] = {
    "shell/runs": shell_runs.check,
    "scripts/syntax-error": syntax_error.check,
    "scripts/carriage-returns": carriage_returns.check,
    "scripts/unreachable-code": unreachable_code.check,
    "scripts/unchecked-cd": unchecked_cd.check,
    "scripts/no-errexit": no_errexit.check,
    "scripts/masked-failure": masked_failure.check,
    "scripts/remote-code": remote_code.check,
    "scripts/fails-on-success-path": fails_on_success_path.check,
    "scripts/needs-root": needs_root.check,
    "scripts/not-idempotent": not_idempotent.check,
    "scripts/removal-of-live-path": removal_of_live_path.check,
    "scripts/no-such-subcommand": no_such_subcommand.check,
    "scripts/production-install-before-build": production_install_before_build.check,
    "scripts/secret-in-script": secret_in_script.check,
    "scripts/secret-regenerated": secret_regenerated.check,
    "scripts/lockfile-removed": lockfile_removed.check,
    "scripts/unsafe-removal": unsafe_removal.check,
    "scripts/volumes-removed": volumes_removed.check,
    "containers/missing-dockerfile": missing_dockerfile.check,
    "containers/missing-compose": missing_compose.check,
    "containers/single-stage-build": single_stage_build.check,
    "delivery/missing-pipeline": missing_pipeline.check,
    "delivery/manual-deploy": manual_deploy.check,
    "delivery/no-rollback": no_rollback.check,
    "servers/no-infrastructure-as-code": no_infrastructure_as_code.check,
    "database/sqlite-in-production": sqlite_in_production.check,
    "database/missing-backup": missing_backup.check,
    "database/unscheduled-backup": unscheduled_backup.check,
    "observability/missing-metrics": missing_metrics.check,
    "observability/missing-apm": missing_apm.check,
    "observability/sentry-without-tracing": sentry_without_tracing.check,
    "observability/missing-health-endpoint": missing_health_endpoint.check,
    "observability/health-ignores-database": health_ignores_database.check,
}
"""Every check by its name, `<topic>/<name>`."""
