"""Which runs start the application itself, and with it all that it reads from its environment."""

from __future__ import annotations

from ..flow import effects
from ..flow.behaviour import Run

_SERVERS = frozenset({
    "node", "next", "tsx", "bun", "deno", "gunicorn", "uvicorn", "uwsgi", "daphne", "hypercorn", "java", "puma", "unicorn",
    "php-fpm", "pm2-runtime",
})  # fmt: skip
_NEIGHBOURS = frozenset({
    "nginx", "caddy", "apache2", "httpd", "ssh", "sshd", "postgresql", "mysql", "mariadb", "redis", "redis-server",
    "docker", "fail2ban", "cron", "ufw", "mongod", "haproxy", "traefik", "rsyslog", "chrony", "supervisor",
})  # fmt: skip
"""Services that read no environment of the application."""


def launches(run: Run) -> bool:
    """Whether a run starts the application, and not only a service beside it."""
    if run.name in _SERVERS:
        return not {"-e", "-p", "-c", "--eval", "--version", "-v"}.intersection(run.arguments[:1])
    if effects.plain(run)[:2] in {("npm", "start"), ("yarn", "start"), ("pnpm", "start")}:
        return True
    if run.name == "exec" or ("exec" in run.prefixes and not run.name):
        return True
    return bool(set(effects.restarts(run)) - _NEIGHBOURS)
