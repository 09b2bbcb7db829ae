"""Programs that run until somebody ends them: servers and workers, by what they are known for."""

from __future__ import annotations

from ..source.regex import regex
from .programs import Program
from .service_units import ServiceUnit

RUNTIMES = frozenset({
    "node", "nodejs", "npm", "pnpm", "yarn", "bun", "deno", "next", "nuxt", "nest", "tsx", "ts-node", "remix-serve", "serve",
    "pm2-runtime", "gunicorn", "uvicorn", "hypercorn", "daphne", "uwsgi", "granian", "celery", "flask", "waitress-serve", "streamlit",
    "puma", "unicorn", "sidekiq", "rails", "bundle", "java", "dotnet", "php-fpm", "mix", "python", "python3", "pypy3", "ruby",
    "php",
})  # fmt: skip
"""What applications are run by."""
_SCRIPTED = frozenset({"node", "nodejs", "python", "python3", "pypy3", "ruby", "php"})
"""Those of which only the script knows; a unit that is enabled is no task that somebody starts."""
_ENDING = regex(
    r"migrat|seed|backup|import|export|cleanup|clean-?up|prune|rotate|setup|install|init|report|once|build|deploy|update|upgrade"
    r"|check|test|sync|restore|collectstatic"
)
"""Words in a command line, or a unit's name, that make it a task."""
_DETACHED = frozenset({"-d", "--detach"})


def stays(unit: ServiceUnit, programs: tuple[Program, ...]) -> Program | None:
    """The program that a unit surely keeps running, None where it may end by itself."""
    if _ENDING.search(unit.name.lower()) or not programs:
        return None
    kept = [p for p in programs if _is_kept(p)]
    if not kept:
        return None
    last = kept[-1]
    if last.name in _SCRIPTED and not any(section == "Install" for section, _ in unit.settings):
        return None
    text = " ".join(word.raw for word in last.run.words)
    return None if _ENDING.search(text.lower()) else last


def _is_kept(program: Program) -> bool:
    arguments = [word or "" for word in program.run.arguments]
    name = program.name
    if name in ("docker", "docker-compose", "podman"):
        started = {"run", "up", "start"} & set(arguments)
        return bool(started) and not _DETACHED & set(arguments) and "exec" not in arguments
    if name in ("npm", "pnpm", "yarn", "bun"):
        return bool({"start", "run", "serve", "preview"} & set(arguments[:1])) or name == "bun"
    return name in RUNTIMES and not {"-e", "-c", "--version"} & set(arguments[:1])
