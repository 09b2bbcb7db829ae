"""Commands that start a development server, by the manuals of their tools."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import basename

from ..source.regex import regex

_RUNNERS: dict[str, int] = {
    "npx": 1, "bunx": 1, "pnpx": 1, "cross-env": 1, "dotenv": 1, "env-cmd": 1, "yarn": 1, "pnpm": 1, "exec": 1, "dlx": 1, "bundle": 2,
    "poetry": 2, "uv": 2, "pipenv": 2, "pdm": 2, "hatch": 2,
}  # fmt: skip
"""What runs the tool named behind it, and how many words come before that name."""
_VERBS: dict[str, frozenset[str]] = {
    "next": frozenset({"dev"}),
    "nuxt": frozenset({"dev"}),
    "nuxi": frozenset({"dev"}),
    "astro": frozenset({"dev"}),
    "remix": frozenset({"dev", "vite:dev"}),
    "react-router": frozenset({"dev"}),
    "gatsby": frozenset({"develop"}),
    "strapi": frozenset({"develop"}),
    "medusa": frozenset({"develop"}),
    "expo": frozenset({"start"}),
    "docusaurus": frozenset({"start"}),
    "vitepress": frozenset({"dev"}),
    "ng": frozenset({"serve"}),
    "vue-cli-service": frozenset({"serve"}),
    "react-scripts": frozenset({"start"}),
    "webpack": frozenset({"serve"}),
    "wrangler": frozenset({"dev"}),
    "tsx": frozenset({"watch"}),
    "fastapi": frozenset({"dev"}),
    "flask": frozenset({"run"}),
    "django-admin": frozenset({"runserver"}),
    "manage.py": frozenset({"runserver", "runserver_plus"}),
    "artisan": frozenset({"serve"}),
}
"""Tools with the subcommands that serve for development (their command-line references)."""
_ALWAYS = frozenset({"nodemon", "ts-node-dev", "tsnd", "webpack-dev-server", "browser-sync"})
_VITE = frozenset({"build", "optimize"})
_WATCHING: dict[str, frozenset[str]] = {
    "node": frozenset({"--watch"}),
    "bun": frozenset({"--watch", "--hot"}),
    "uvicorn": frozenset({"--reload"}),
    "gunicorn": frozenset({"--reload"}),
    "nest": frozenset({"--watch"}),
}
"""Servers that a switch makes load changed files at once."""
_INTERPRETERS = frozenset({"python", "python3", "php", "node", "deno"})
_SCRIPT = regex(r"(?:\S*/)?(?:manage\.py|artisan)")
_ASSIGNED = regex(r"\w+=.*")


def development_server(given: Sequence[str | None]) -> str:
    """The development server that a command line starts, as one would call it; '' for none."""
    words = _tool(list(given))
    if not words or words[0] is None:
        return ""
    name, rest = basename(words[0]), [word or "" for word in words[1:]]
    operands = [word for word in rest if not word.startswith("-")]
    if {"--help", "--version"} & set(rest):
        return ""
    if name in _ALWAYS:
        return name
    if name == "vite":
        if None in words[:2] or (operands and operands[0] in _VITE):
            return ""
        return "vite preview" if operands[:1] == ["preview"] else "vite"
    if name == "php" and "-S" in rest[:1]:
        return "php -S"
    switch = next((word for word in rest if word in _WATCHING.get(name, ())), "")
    if switch:
        return f"{name} {switch}"
    verbs = _VERBS.get(name, frozenset())
    # An option's value may stand before the subcommand: `flask --app shop run`.
    verb = next((word for word in operands[:3] if word in verbs), "")
    return f"{name} {verb}" if verb and (name == "flask" or operands[0] == verb) else ""


def _tool(words: list[str | None]) -> list[str | None]:
    """The words from the tool's name on, behind runners and interpreters."""
    while words:
        name = basename(words[0] or "")
        if name in _RUNNERS:
            words = words[_RUNNERS[name] :]
            while words and words[0] and (words[0][:1] == "-" or _ASSIGNED.fullmatch(words[0])):
                words = words[1:]
        elif name in _INTERPRETERS and words[1:2] == ["-m"]:
            words = words[2:]
        elif name in _INTERPRETERS and words[1:] and _SCRIPT.fullmatch(words[1] or ""):
            return words[1:]
        elif name in _INTERPRETERS and words[1:] and "/.bin/" in (words[1] or ""):
            words = words[1:]
        else:
            return words
    return words
