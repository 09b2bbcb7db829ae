"""The files and applications of the repository that commands of Python start, and where those listen."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from msgspec import Struct

from ..documents.facts import PythonModule, Serve
from .apps import folder_of
from .python_commands import PORTS, Started, bound
from .python_names import PACKAGE, Python, is_root, meant, module_file

_OPEN = frozenset({"waitress-serve", "fastapi"})
"""Those that listen at all addresses then; the others do at 127.0.0.1."""
_VARIABLES = {"uvicorn": "UVICORN_PORT", "gunicorn": "PORT", "flask": "FLASK_RUN_PORT"}
"""The variables that tell them a port."""
_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]", "", "*"})  # noqa: S104


class Address(Struct, frozen=True):
    """Where a server listens: at the host '' for all addresses, None where unknown."""

    host: str | None
    port: str | None
    """None where unknown, or where a variable decides it."""
    variable: str = ""
    default: str | None = None
    """The port where the variable is not set."""


def address(found: Started, known: Python, home: str) -> Address:
    """Where a server listens, by its command, its file of settings, or its manual."""
    host, port = found.host, found.port
    if found.server in ("gunicorn", "hypercorn") and port == "":
        host, port = _configured(found, known, home)
    if port is None:
        return Address(None, None)
    usual = "" if found.server in _OPEN and not found.develops else "127.0.0.1"
    shown = (
        None
        if host is None
        else usual
        if host == "" and not port
        else ""
        if host in _EVERYWHERE
        else host
    )
    if (
        host == ""
        and port
        and found.server in ("uvicorn", "flask", "manage.py", "daphne", "granian")
    ):
        shown = usual
    if port:
        return Address(shown, port)
    variable = _VARIABLES.get(found.server, "")
    default = PORTS[found.server]
    return Address(shown, None, variable, default) if variable else Address(shown, default)


def _configured(found: Started, known: Python, home: str) -> tuple[str | None, str | None]:
    """What a file of settings says of the address; '' where it says nothing."""
    if found.config is None:
        return None, None
    if found.config:
        path = file_of(known, found.config.removeprefix("file:"), home)
        module = known.modules.get(path) if path else None
        if module is None:
            return None, None
    else:
        near = f"{home}/gunicorn.conf.py" if home else "gunicorn.conf.py"
        usual = [p for p in known.files if p == near or p.endswith("/gunicorn.conf.py")]
        if not usual or found.server != "gunicorn":
            return "", ""
        module = known.modules.get(usual[0]) if len(usual) == 1 else None
    given = [a for a in module.assignments if a.name in ("bind", "bind.*")] if module else []
    if module is not None and not given:
        return "", ""
    return (
        bound(given[0].value.literal) if len(given) == 1 and not given[0].branch else (None, None)
    )


def file_of(known: Python, word: str, home: str) -> str | None:
    """The file of the repository that a word names in a command that stands in the folder `home`.

    It may stand at another place on a server or in an image, so that it is told by its last parts.
    """
    parts = [part for part in normpath(word).split("/") if part not in ("", ".", "..")]
    for at in range(len(parts)):
        tail = "/".join(parts[at:])
        found = [p for p in known.files if p == tail or p.endswith(f"/{tail}")]
        near = f"{home}/{tail}" if home else tail
        if near in found:
            return near
        if found:
            return found[0] if len(found) == 1 else None
    return None


def module_of(known: Python, name: str, home: str) -> str | None:
    """The file of the module that a command names, told as `file_of` does."""
    plain = name.replace(".", "/")
    found = {p for p in known.files if f"/{p}".endswith((f"/{plain}.py", f"/{plain}/__init__.py"))}
    for near in (f"{home}/{plain}" if home else plain, plain):
        own = [p for p in (f"{near}.py", f"{near}/__init__.py") if p in found]
        if own:
            return own[0]
    return found.pop() if len(found) == 1 else None


def entry(found: Started, known: Python, home: str) -> str | None:
    """The file of the repository that a command runs or takes the application from."""
    if found.file:
        return file_of(known, found.file, home)
    path = module_of(known, found.module, home) if found.module else None
    if path is None or found.server:
        return path
    main = f"{folder_of(path)}/__main__.py".lstrip("/")
    return main if path.endswith("__init__.py") and main in known.files else path


def served_by(module: PythonModule) -> Iterator[Serve]:
    """The servers that a file surely starts when it is the program itself."""
    for serve in module.serves:
        if serve.branch != "if" and (not serve.scope or serve.scope in module.called):
            yield serve


def framework_of(known: Python, module: PythonModule, serve: Serve) -> str:
    """What is served: `Flask`, `FastAPI` …; '' where that is not known."""
    target, _, name = serve.target.partition(":")
    path: str | None = module.path
    if name:
        path, target = module_file(known, module.path, target), name
    found = meant(known, path, serve.scope if not name else "", target) if path else None
    made = found.application if found is not None and found.path != PACKAGE else None
    return made.made.rpartition(".")[2] if made is not None and is_root(made) else ""
