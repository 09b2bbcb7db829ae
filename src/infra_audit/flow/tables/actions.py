"""Commands that are run to do something, so that as a condition they ask whether it worked."""

from __future__ import annotations

RESTARTS = frozenset(
    {
        "restart",
        "reload",
        "start",
        "try-restart",
        "reload-or-restart",
        "condrestart",
        "force-reload",
    }
)
"""What systemctl and service call a start."""

ACTIONS: dict[str, frozenset[str]] = {
    "systemctl": RESTARTS | {"stop", "enable", "disable", "daemon-reload"},
    "service": frozenset(),
    "npm": frozenset({"ci", "install", "i", "run"}),
    "pnpm": frozenset({"install", "i", "run", "build"}),
    "yarn": frozenset({"install", "build", "run", ""}),
    "bun": frozenset({"install", "run"}),
    "apt-get": frozenset({"install", "update", "upgrade"}),
    "apt": frozenset({"install", "update", "upgrade"}),
    "docker": frozenset({"build", "push", "pull", "run", "compose", "tag", "load"}),
    "docker-compose": frozenset({"up", "build", "pull", "down"}),
    "git": frozenset({"clone", "pull", "fetch", "checkout", "reset", "push"}),
    "pm2": frozenset({"restart", "reload", "start", "save"}),
    "certbot": frozenset({""}),
    "make": frozenset({"", "build", "install", "all"}),
    "cd": frozenset(),
    "mkdir": frozenset(),
    "cp": frozenset(),
    "mv": frozenset(),
    "rsync": frozenset(),
    "scp": frozenset(),
    "tar": frozenset(),
    "pg_dump": frozenset(),
    "mysqldump": frozenset(),
    "npx": frozenset({"prisma", "next", "tsc", "vite"}),
}
"""Each with the verbs for which this holds; an empty set stands for whatever follows."""
