"""Commands that are known to run until somebody ends them, as a container starts them."""

from __future__ import annotations

from posixpath import basename

from ..flow.behaviour import Run
from ..source.regex import regex
from .program import file_of

_ALWAYS = frozenset({
    "gunicorn", "uvicorn", "hypercorn", "daphne", "uwsgi", "granian", "waitress-serve", "puma", "unicorn", "sidekiq",
    "supervisord", "pm2-runtime", "php-fpm", "next-server", "remix-serve", "react-router-serve",
})  # fmt: skip
"""What does nothing else than serve."""
_VERBS: dict[str, frozenset[str]] = {
    "celery": frozenset({"worker", "beat", "flower"}),
    "next": frozenset({"start"}),
    "nuxt": frozenset({"start"}),
    "npm": frozenset({"start"}),
    "pnpm": frozenset({"start"}),
    "yarn": frozenset({"start"}),
    "rails": frozenset({"server", "s"}),
    "caddy": frozenset({"run"}),
}
_SCRIPTS = regex(r"start(?::prod(?:uction)?)?|serve(?::prod(?:uction)?)?")
"""What package scripts that serve are called."""
_RUNNERS = {
    "poetry": "run", "uv": "run", "pipenv": "run", "pdm": "run", "bundle": "exec", "npx": "", "bunx": "", "pnpm": "exec",
    "yarn": "exec", "npm": "exec",
}  # fmt: skip
"""Commands that run the one behind them, with the word that says so."""
_ENGINES = frozenset({"node", "nodejs", "tsx", "ts-node"})
_PYTHONS = frozenset({"python", "python3"})
_SERVED = regex(r"(?:^|/)(?:server|main|index|app|start|www)(?:\.[cm]?[jt]s)?$")
_MOST = 3


def serves(run: Run, *, application: bool) -> bool:
    """Whether a run surely serves until it is ended; of an `application` also a file that is called so."""
    name, words = basename(run.name), [word or "" for word in run.arguments]
    for _ in range(_MOST):
        if name not in _RUNNERS or (_RUNNERS[name] and words[:1] != [_RUNNERS[name]]):
            break
        rest = [w for w in words[bool(_RUNNERS[name]) :] if not w.startswith("-")]
        if not rest:
            return False
        name, words = rest[0], rest[1:]
    if _ASKS.intersection(words):
        return False
    if name in _ALWAYS:
        return True
    operands = [word for word in words if not word.startswith("-")]
    if name in ("npm", "pnpm", "yarn") and operands[:1] in (["run"], ["run-script"]):
        return len(operands) > 1 and _SCRIPTS.fullmatch(operands[1]) is not None
    if name in _VERBS:
        verbs = operands if name == "celery" else operands[:1]
        return not _VERBS[name].isdisjoint(verbs) and "--detach" not in words
    if name in _PYTHONS:
        return _is_module(words)
    if name == "java":
        return application and "-jar" in words
    return application and name in _ENGINES and _SERVED.search(file_of(words)) is not None


_ASKS = frozenset({"--version", "--help", "-h", "check", "--check"})


def _is_module(words: list[str]) -> bool:
    """`python -m gunicorn …`, or the server that Django brings."""
    if words[:1] == ["-m"]:
        return bool(_ALWAYS.intersection(words[1:2])) or (
            words[1:2] == ["celery"] and not _VERBS["celery"].isdisjoint(words)
        )
    return words[:2] == ["manage.py", "runserver"]
