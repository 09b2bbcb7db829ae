"""Whether a compose service is a developer's: its command, its mounts, its environment say so."""

from __future__ import annotations

from ..documents.facts import Mount, Service
from ..documents.shell.syntax import Command, Script
from ..source.regex import regex

_COMMAND = regex(
    r"\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:[\w:-]*:)?(?:dev|develop|debug|watch|start:dev|serve:dev)\b"
    r"|\b(?:next|astro|nuxt|turbo(?:\s+run)?|svelte-kit|remix|wrangler)\s+dev\b|\bvite(?!\s+preview)\b|\bnodemon\b|\bts-node-dev\b"
    r"|\btsx\s+watch\b|\bnode\s+--watch\b|--reload\b|\brunserver\b|\bflask\s+(?:--debug\s+)?run\b|\bair\b|\bwebpack[\s-](?:dev-)?serve"
    r"|\bartisan\s+serve\b|\bcargo\s+watch\b|\bmix\s+phx\.server\b|\bbin/dev\b|\bforeman\b|\bsleep\s+infinity\b|\btail\s+-f\s+/dev/null"
)
_TARGET = regex(r"^(?:dev|devel|develop|development|local|test|tests|builder|build)(?:$|[._-])")
_NAMES = frozenset({
    "NODE_ENV", "APP_ENV", "RAILS_ENV", "RACK_ENV", "FLASK_ENV", "DJANGO_ENV", "ASPNETCORE_ENVIRONMENT", "MIX_ENV", "ENV",
    "ENVIRONMENT", "GO_ENV",
})  # fmt: skip
_DEBUG = frozenset({"DEBUG", "APP_DEBUG", "FLASK_DEBUG", "DJANGO_DEBUG"})
_DEVELOPING = frozenset({"development", "dev", "local", "test", "testing"})
_OWN_FILE = regex(r"(?:^|[./_-])(?:dev|development|local|test|testing)(?:$|[._-])")
_ON = frozenset({"1", "true", "yes", "on"})
_FOLDER = regex(
    r"^(?:\.{1,2}/?|\.{1,2}(?:/[\w.-]+)*/(?:src|app|lib|web|server|client|api|frontend|backend)/?|\$\{?PWD\}?/?)$"
)
_CODE = regex(
    r"^/(?:usr/src/(?:app|\w+)|app|code|src|workspaces?|home/node/app|opt/app|var/www|srv)(?:/|$)"
)
_LOCAL = regex(
    r"^(?:https?://)?(?:(?:[\w-]+\.)*(?:localhost|127\.0\.0\.1(?:\.nip\.io)?|localtest\.me|lvh\.me))(?::\d+)?(?:/|$)"
)
"""An address of one's own machine, also by the names in the DNS that lead there."""
_PUBLIC = regex(r"(?:^|_)(?:(?:URL|ORIGIN|DOMAIN)S?|VIRTUAL_HOST|PUBLIC_HOST)$")


def develops(service: Service, path: str = "") -> str:
    """What shows that a service is for development or tests, '' if nothing does.

    That it is reached on this machine, or runs the code of the folder that it stands in, shows nothing
    in a file of which the `path` says production: a checkout on a server is served in this way too.
    """
    target = service.build.target.literal if service.build and service.build.target else None
    if target and _TARGET.search(target):
        return f"`{service.name}` builds the stage `{target}`"
    for script in (service.command, service.entrypoint):
        shown = _text(script)
        found = _COMMAND.search(shown) if shown else None
        if found:
            return f"`{service.name}` runs `{found[0]}`"
    if "develop" in service.keys:
        return f"`{service.name}` is synchronised while it runs"
    outside = PRODUCTION.search(path) is None
    if outside and any(map(_is_source, service.mounts)):
        return f"`{service.name}` runs the mounted source"
    return _by_environment(service, outside=outside)


PRODUCTION = regex(r"(?:^|[._/-])prod(?:uction)?(?:[._-]|$)")
"""What a file or a stage for production is called."""


def _by_environment(service: Service, *, outside: bool) -> str:
    for file in (*service.env_files, *service.optional_env_files):
        if _OWN_FILE.search(file.raw):
            return f"`{service.name}` reads {file.raw}"
    for entry in service.environment:
        value = entry.value.literal if entry.value else None
        if not value:
            continue
        developing = entry.name in _NAMES and value.lower() in _DEVELOPING
        if developing or (entry.name in _DEBUG and value.lower() in _ON):
            return f"`{service.name}` has {entry.name}={value}"
        if outside and _PUBLIC.search(entry.name) and _LOCAL.match(value):
            return f"`{service.name}` is reached at {value}"
    return ""


def _is_source(mount: Mount) -> bool:
    """Whether the code of the repository is mounted over that of the image."""
    if mount.kind != "bind" or mount.read_only or not mount.source or not mount.target:
        return False
    return bool(_FOLDER.match(mount.source) and _CODE.match(mount.target))


def _text(script: Script | None) -> str:
    if script is None:
        return ""
    commands = [s for s in script.statements if isinstance(s, Command)]
    words = [word.literal or word.raw for command in commands for word in command.words]
    inner = [_text(nested) for command in commands for nested in command.scripts]
    return " ".join((*words, *inner))
