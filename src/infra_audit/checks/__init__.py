"""The checks: functions from a project to outcomes, one module each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from ..model import Outcome
from ..project.types import Project

Check = Callable[[Project, dict[str, Any]], Iterator[Outcome]]

CHECKS: dict[str, str] = {
    "shell/runs": "shell_runs",
    "scripts/syntax-error": "syntax_error",
    "scripts/carriage-returns": "carriage_returns",
    "scripts/unreachable-code": "unreachable_code",
    "scripts/unchecked-cd": "unchecked_cd",
    "scripts/no-errexit": "no_errexit",
    "scripts/masked-failure": "masked_failure",
    "scripts/remote-code": "remote_code",
    "scripts/fails-on-success-path": "fails_on_success_path",
    "scripts/needs-root": "needs_root",
    "scripts/increment-trips-errexit": "increment_trips_errexit",
    "scripts/errexit-hides-empty-check": "errexit_hides_empty_check",
    "scripts/grep-count-or-echo": "grep_count_or_echo",
    "scripts/checked-for-another": "checked_for_another",
    "scripts/not-idempotent": "not_idempotent",
    "scripts/removal-of-live-path": "removal_of_live_path",
    "scripts/no-such-subcommand": "no_such_subcommand",
    "scripts/production-install-before-build": "production_install_before_build",
    "scripts/secret-in-script": "secret_in_script",
    "scripts/secret-regenerated": "secret_regenerated",
    "scripts/lockfile-removed": "lockfile_removed",
    "scripts/unsafe-removal": "unsafe_removal",
    "scripts/volumes-removed": "volumes_removed",
    "containers/missing-dockerfile": "missing_dockerfile",
    "containers/missing-compose": "missing_compose",
    "containers/single-stage-build": "single_stage_build",
    "containers/database-port-exposed": "database_port_exposed",
    "containers/admin-tool-exposed": "admin_tool_exposed",
    "containers/ephemeral-database": "ephemeral_database",
    "containers/unready-dependency": "unready_dependency",
    "containers/no-restart-policy": "no_restart_policy",
    "containers/secret-in-image": "secret_in_image",
    "containers/literal-credential": "literal_credential",
    "containers/root-user": "root_user",
    "containers/unpinned-base-image": "unpinned_base_image",
    "containers/end-of-life-base": "end_of_life_base",
    "containers/missing-dockerignore": "missing_dockerignore",
    "containers/docker-socket-mounted": "docker_socket_mounted",
    "containers/probe-tool-missing": "probe_tool_missing",
    "containers/entrypoint-without-exec": "entrypoint_without_exec",
    "database/local-host-in-container": "local_host_in_container",
    "delivery/missing-pipeline": "missing_pipeline",
    "delivery/manual-deploy": "manual_deploy",
    "delivery/no-rollback": "no_rollback",
    "delivery/type-errors-ignored": "type_errors_ignored",
    "delivery/deploy-races": "deploy_races",
    "delivery/pull-request-deploys": "pull_request_deploys",
    "delivery/no-health-gate": "no_health_gate",
    "delivery/script-injection": "script_injection",
    "delivery/environment-file-in-repository": "environment_file_in_repository",
    "delivery/insecure-ssh": "insecure_ssh",
    "delivery/deploy-without-tests": "deploy_without_tests",
    "delivery/sleep-as-readiness": "sleep_as_readiness",
    "delivery/stops-before-build": "stops_before_build",
    "delivery/unpinned-action": "unpinned_action",
    "delivery/broad-token": "broad_token",
    "delivery/workflow-never-runs": "workflow_never_runs",
    "servers/no-infrastructure-as-code": "no_infrastructure_as_code",
    "database/destructive-migration-command": "destructive_migration_command",
    "database/no-migration-on-deploy": "no_migration_on_deploy",
    "database/provider-mismatch": "provider_mismatch",
    "servers/runtime-blocked-by-hardening": "runtime_blocked_by_hardening",
    "servers/watchdog-without-notify": "watchdog_without_notify",
    "servers/development-server": "development_server",
    "servers/not-started-at-boot": "not_started_at_boot",
    "servers/no-automatic-restart": "no_automatic_restart",
    "servers/runs-as-root": "runs_as_root",
    "servers/crash-loop-reboots": "crash_loop_reboots",
    "servers/plain-http": "plain_http",
    "servers/debug-mode": "debug_mode",
    "servers/unbounded-logs": "unbounded_logs",
    "database/sqlite-in-production": "sqlite_in_production",
    "database/sqlite-outside-volume": "sqlite_outside_volume",
    "database/missing-backup": "missing_backup",
    "database/unscheduled-backup": "unscheduled_backup",
    "database/unchecked-dump": "unchecked_dump",
    "database/copy-of-open-database": "copy_of_open_database",
    "database/backup-on-same-disk": "backup_on_same_disk",
    "database/hardcoded-url": "hardcoded_url",
    "database/data-in-repository": "data_in_repository",
    "database/backup-of-another-engine": "backup_of_another_engine",
    "database/migration-not-in-journal": "migration_not_in_journal",
    "observability/missing-metrics": "missing_metrics",
    "observability/missing-apm": "missing_apm",
    "observability/sentry-without-tracing": "sentry_without_tracing",
    "observability/missing-error-tracking": "missing_error_tracking",
    "observability/sentry-full-sampling": "sentry_full_sampling",
    "observability/sentry-sends-pii": "sentry_sends_pii",
    "observability/sentry-not-loaded": "sentry_not_loaded",
    "observability/missing-health-endpoint": "missing_health_endpoint",
    "observability/health-ignores-database": "health_ignores_database",
    "observability/probe-path-not-served": "probe_path_not_served",
    "wiring/missing-file": "missing_file",
    "wiring/unserved-host": "unserved_host",
    "wiring/port-mismatch": "port_mismatch",
    "wiring/missing-npm-script": "missing_npm_script",
    "wiring/package-manager-skew": "package_manager_skew",
    "wiring/contradicting-checks": "contradicting_checks",
    "wiring/unprovided-variable": "unprovided_variable",
    "wiring/missing-dependency-unit": "missing_dependency_unit",
    "wiring/secret-with-default": "secret_with_default",
    "wiring/build-time-variable": "build_time_variable",
    "wiring/placeholder-secret-deployed": "placeholder_secret_deployed",
    "wiring/env-file-not-interpolated": "env_file_not_interpolated",
    "wiring/standalone-not-used": "standalone_not_used",
    "wiring/runtime-version-skew": "runtime_version_skew",
}
"""The module of every check by the check's name, `<topic>/<name>`."""


_DEPLOYABLES = ("deployables",)
_COMPOSES = ("composes",)
_STORES = ("stores",)
_PACKAGES = ("packages",)
_MODULES = ("modules",)
_CODE = ("modules", "python")
_IMAGES = ("images",)
_WORKFLOWS = ("workflows",)

NEEDS: dict[str, tuple[str, ...]] = {
    "scripts/production-install-before-build": _PACKAGES,
    "scripts/volumes-removed": _COMPOSES,
    "containers/missing-dockerfile": _DEPLOYABLES,
    "containers/single-stage-build": _IMAGES,
    "containers/secret-in-image": _IMAGES,
    "containers/missing-compose": _DEPLOYABLES,
    "containers/database-port-exposed": _COMPOSES,
    "wiring/build-time-variable": _COMPOSES,
    "wiring/placeholder-secret-deployed": ("composes", "ecosystems", "hostings"),
    "containers/admin-tool-exposed": _COMPOSES,
    "containers/ephemeral-database": _COMPOSES,
    "containers/unready-dependency": _COMPOSES,
    "containers/no-restart-policy": _COMPOSES,
    "containers/literal-credential": _COMPOSES,
    "containers/root-user": _IMAGES,
    "containers/unpinned-base-image": ("images", "composes"),
    "containers/end-of-life-base": ("images", "composes", "acts"),
    "containers/docker-socket-mounted": _COMPOSES,
    "containers/missing-dockerignore": _COMPOSES,
    "delivery/type-errors-ignored": _PACKAGES,
    "containers/probe-tool-missing": ("probes",),
    "containers/entrypoint-without-exec": ("images", "composes"),
    "database/local-host-in-container": _COMPOSES,
    "delivery/missing-pipeline": _DEPLOYABLES,
    "delivery/deploy-races": _WORKFLOWS,
    "delivery/pull-request-deploys": _WORKFLOWS,
    "delivery/script-injection": _WORKFLOWS,
    "delivery/broad-token": _WORKFLOWS,
    "delivery/workflow-never-runs": _WORKFLOWS,
    "delivery/unpinned-action": ("workflows", "actions"),
    "delivery/environment-file-in-repository": ("dotenvs",),
    "database/no-migration-on-deploy": _STORES,
    "database/provider-mismatch": ("schemas",),
    "servers/crash-loop-reboots": ("unit_files",),
    "servers/debug-mode": ("python",),
    "servers/no-automatic-restart": ("units", "acts"),
    "database/sqlite-in-production": _STORES,
    "database/sqlite-outside-volume": _STORES,
    "database/missing-backup": _DEPLOYABLES,
    "database/copy-of-open-database": _STORES,
    "database/backup-on-same-disk": _STORES,
    "database/data-in-repository": ("data",),
    "database/migration-not-in-journal": _PACKAGES,
    "database/backup-of-another-engine": _STORES,
    "observability/missing-metrics": _DEPLOYABLES,
    "observability/missing-apm": _DEPLOYABLES,
    "observability/sentry-without-tracing": _CODE,
    "observability/missing-error-tracking": _DEPLOYABLES,
    "observability/sentry-full-sampling": _CODE,
    "observability/sentry-sends-pii": _CODE,
    "observability/sentry-not-loaded": _MODULES,
    "observability/missing-health-endpoint": _DEPLOYABLES,
    "observability/health-ignores-database": ("routes",),
    "observability/probe-path-not-served": ("probes",),
    "wiring/unserved-host": _COMPOSES,
    "wiring/env-file-not-interpolated": _COMPOSES,
    "wiring/port-mismatch": ("ports",),
    "wiring/missing-npm-script": _PACKAGES,
    "wiring/package-manager-skew": _PACKAGES,
    "wiring/missing-dependency-unit": ("unit_files",),
    "wiring/standalone-not-used": _MODULES,
    "wiring/runtime-version-skew": _PACKAGES,
}
"""The tables of a project of which a check needs any: where all are empty it has nothing to say.

What is left out here is always run. A check that need not run is not imported either, which is most
of what it costs a small repository.
"""

LACKING: dict[str, str] = {
    "delivery/deploy-races": "no job here deploys",
    "delivery/pull-request-deploys": "no pull request starts what deploys",
    "delivery/script-injection": "no text of strangers gets into code here",
    "delivery/broad-token": "no workflow here ships anything",
    "delivery/unpinned-action": "no action of others is taken by a name that moves",
    "delivery/environment-file-in-repository": (
        "no file of environment variables here holds a credential"
    ),
}
"""What a check says of a project without what it needs, where that belongs in the review."""


def needed(name: str, project: Project) -> bool:
    """Whether the check of that name may have something to say of a project."""
    tables = NEEDS.get(name)
    return tables is None or any(getattr(project, table) for table in tables)


def check(name: str) -> Check:
    """The check of that name; what it takes is imported at its first use."""
    found: Check = import_module(f".{CHECKS[name]}", __name__).check
    return found
