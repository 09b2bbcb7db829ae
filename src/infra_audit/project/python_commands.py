"""What a command line starts that is Python: a server with its application, or a file."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import basename

from msgspec import Struct

from ..source.regex import regex

_MANAGERS = frozenset({"hatch", "pdm", "pipenv", "poetry", "rye", "uv"})
"""What runs the command behind `run` among the packages of the project."""
_WRAPPERS = frozenset(
    {"opentelemetry-instrument", "ddtrace-run", "exec", "newrelic-admin", "run-program"}
)
"""Commands that run the one behind them."""
_PYTHON = regex(r"python(?:3(?:\.\d+)?)?")
_TARGET = regex(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(?:\(.*\))?")
_MODULE = regex(r"[A-Za-z_][\w.]*")
_ADDRESS = regex(r"(?:(?P<host>\[[^\]]*\]|[^:]*):)?(?P<port>\d+)")
_SHORT = {
    "gunicorn": {"-b": "bind", "-c": "config"},
    "hypercorn": {"-b": "bind", "-c": "config"},
    "daphne": {"-b": "host", "-p": "port"},
    "flask": {"-h": "host", "-p": "port", "-A": "app"},
}
_VALUED = regex(
    r"--(?:access-log\w*|access-logfile|app|app-dir|backlog|chdir|config|env|env-file|error-logfile|forwarded-allow-ips|group|h11-\S+|interface"
    r"|keep-alive|keyfile|certfile|limit-\S+|log-\w+|loop|max-requests\S*|name|pid|reload-dir|root-path|ssl-\S+|threads|timeout\S*"
    r"|url-prefix|user|worker-\w+|workers|ws\S*|http|lifespan|graceful-timeout|paste|python-path|umask|statsd-\S+)|-[wktnuge]"
)
"""Options of servers that take the next word, the addresses aside."""
PORTS = {
    "uvicorn": "8000", "gunicorn": "8000", "hypercorn": "8000", "daphne": "8000", "waitress-serve": "8080", "fastapi": "8000",
    "flask": "5000", "manage.py": "8000", "granian": "8000",
}  # fmt: skip
"""Servers and the ports on which they listen where nothing else is said, by their manuals."""


class Started(Struct, frozen=True, kw_only=True):
    """A server, or a file of Python, that a command starts."""

    server: str
    """`uvicorn`, `gunicorn`, `manage.py` …; '' for a file that is run."""
    file: str = ""
    """The file, as written."""
    module: str = ""
    """The module that holds the application; of `python -m shop` the module that is run."""
    name: str = ""
    """The name of the application in it."""
    host: str | None = ""
    """As written; '' where it is not told, None where unknown."""
    port: str | None = ""
    """'' where it is not told, None where unknown."""
    config: str | None = ""
    """The file of settings that is named, '' for none, None where unknown."""
    develops: bool = False
    """Whether it is the server that a framework brings for developing."""

    @property
    def alone(self) -> bool:
        """Whether no variable can tell the server other options than those that are told here."""
        return self.server != "gunicorn" or bool(self.port)


def started(given: Sequence[str | None]) -> Started | None:
    """What a command line starts; None where that is no server of Python and no file of it."""
    words = _command(list(given))
    if not words or not words[0]:
        return None
    name, rest = basename(words[0]), words[1:]
    if _PYTHON.fullmatch(name):
        return _interpreted(rest)
    if name == "manage.py":
        return _django(rest)
    if {"--help", "--version"} & set(rest) or name not in PORTS:
        return None
    if name == "fastapi" and rest[:1] not in (["run"], ["dev"]):
        return None
    if name == "flask" and "run" not in rest[:4]:
        return None
    return _served(name, rest)


def is_step(given: Sequence[str | None]) -> bool:
    """Whether a command line is a step before a server: it ends by itself."""
    words = _command(list(given))
    if words and _PYTHON.fullmatch(basename(words[0] or "")):
        words = words[2:] if words[1:2] == ["-m"] else words[1:]
    name, verb = basename((words[0] if words else "") or ""), words[1:2]
    return (
        name == "alembic"
        or (name == "flask" and verb == ["db"])
        or (name == "manage.py" and bool(verb) and verb[0] in _STEPS)
    )


_STEPS = frozenset({
    "check", "collectstatic", "compilemessages", "createcachetable", "createsuperuser", "loaddata", "makemigrations", "migrate",
})  # fmt: skip


def _command(words: list[str | None]) -> list[str | None]:
    """The words from the command's name on, behind what runs it."""
    while words:
        name = basename(words[0] or "")
        if name in _MANAGERS and words[1:2] == ["run"]:
            words = words[2:]
        elif name in _WRAPPERS:
            words = words[1:]
        elif _PYTHON.fullmatch(name) and words[1:2] == ["-m"] and words[2:] and words[2] in PORTS:
            words = words[2:]
        else:
            return words
        while words and (words[0] or "").startswith("-"):
            words = words[1:]
    return words


def _interpreted(rest: list[str | None]) -> Started | None:
    """The file or the module that the interpreter is given."""
    waiting = list(rest)
    while waiting:
        word = waiting.pop(0)
        if word is None:
            return None
        if word == "-m" and waiting:
            module = waiting[0] or ""
            return Started(server="", module=module) if _MODULE.fullmatch(module) else None
        if word in ("-W", "-X") and waiting:
            waiting.pop(0)
        elif not word.startswith("-"):
            if basename(word) == "manage.py":
                return _django(waiting)
            return Started(server="", file=word) if word.endswith(".py") else None
        elif word == "-c":
            return None
    return None


def _django(rest: list[str | None]) -> Started | None:
    """`manage.py runserver 0.0.0.0:8000`."""
    if rest[:1] not in (["runserver"], ["runserver_plus"]):
        return None
    given = [word for word in rest[1:] if word is None or not word.startswith("-")]
    host, port = bound(given[0]) if given else ("", "")
    return Started(server="manage.py", file="manage.py", host=host, port=port, develops=True)


def _served(name: str, rest: list[str | None]) -> Started:
    told, operands = _told(name, rest)
    target = next((one for one in operands if one and _TARGET.fullmatch(one)), "")
    if not target and name in ("gunicorn", "waitress-serve"):
        target = next((one for one in reversed(operands) if one and _MODULE.fullmatch(one)), "")
    module, _, app = target.partition(":")
    host, port = told.get("host", ""), told.get("port", "")
    address = next((told[option] for option in ("bind", "listen") if option in told), "")
    if address != "":
        host, port = bound(address)
    if "uds" in told or "fd" in told:
        host, port = None, None
    return Started(
        server=name,
        module=module,
        name=app,
        file=next((o for o in operands if name == "fastapi" and o and o.endswith(".py")), ""),
        host=host,
        port=port if port is None or port.isdigit() or not port else None,
        config=told.get("config", ""),
        develops=name == "flask" or operands[:1] == ["dev"],
    )


def _told(name: str, rest: list[str | None]) -> tuple[dict[str, str | None], list[str | None]]:
    """What the options tell of an address, and the words that are no options."""
    told: dict[str, str | None] = {}
    operands: list[str | None] = []
    waiting = list(rest)
    while waiting:
        word = waiting.pop(0)
        if word is None or not word.startswith("-"):
            operands.append(word)
            continue
        option, equals, value = word.partition("=")
        known = _SHORT.get(name, {}).get(option[:2] if not option.startswith("--") else "")
        if not option.startswith("--") and known and len(option) > 2:
            told[known] = option[2:]
            continue
        known = known or option.removeprefix("--")
        if known in ("host", "port", "bind", "listen", "uds", "fd", "config", "app"):
            told[known] = value if equals else waiting.pop(0) if waiting else None
        elif _VALUED.fullmatch(option) and not equals and waiting:
            waiting.pop(0)
    return told, operands


def bound(address: str | None) -> tuple[str | None, str | None]:
    """The host and the port of an address; None where unknown, as for a socket."""
    found = _ADDRESS.fullmatch(address.removeprefix("tcp://")) if address else None
    if found is not None:
        return found["host"] or "", found["port"]
    return (address, "") if address and _HOST.fullmatch(address) else (None, None)


_HOST = regex(r"[\d.]+|localhost")
