"""The commands that may ask a server, by themselves or by starting another command; see `requests`."""

from __future__ import annotations

ENGINES = frozenset({"docker", "docker-compose", "podman", "podman-compose", "kubectl"})
"""Commands that run another one in a container."""
CARRIERS = ENGINES | {"npx", "pnpm", "yarn", "bunx"}
"""Commands behind which one of `TOOLS` may stand."""
TOOLS = frozenset({"curl", "wget", "wait-on", "http", "https", "nc", "ncat", "netcat"})
INTERPRETERS = frozenset(
    {"node", "nodejs", "bun", "deno", "python", "python2", "python3", "ruby", "php", "perl"}
)
"""Commands to which a program is given that may hold an address."""
ASKERS = CARRIERS | TOOLS | INTERPRETERS

LOOPBACK = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1", "::", "ip6-localhost"})  # noqa: S104
"""Names of the machine, or the container, that asks."""
