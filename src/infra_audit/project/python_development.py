"""Files of Python that serve by a server which is made for developing."""

from __future__ import annotations

from ..model import Evidence, Location
from .python_commands import started
from .python_names import Python
from .python_programs import entry, framework_of, served_by

_WERKZEUG = frozenset({"Flask", "Quart"})
"""Frameworks whose own `run` is no server for production, by their manuals."""


def serves_to_develop(
    words: tuple[str | None, ...], home: str, known: Python
) -> tuple[str, Evidence] | None:
    """The server that the file starts which a command runs, and where, if it is one for developing."""
    found = started(words)
    path = entry(found, known, home) if found is not None and not found.server else None
    module = known.modules.get(path) if path else None
    if module is None:
        return None
    for serve in served_by(module):
        where = Evidence(Location(module.path, serve.span), "what it starts")
        reloads = any(
            one.name == "reload" and one.value is not None and one.value.literal == "True"
            for one in serve.options
        )
        if serve.server == "uvicorn.run" and reloads:
            return "uvicorn.run(reload=True)", where
        own = serve.server.rpartition(".")[2] == "run" and serve.target in serve.server
        if own and framework_of(known, module, serve) in _WERKZEUG:
            return f"{serve.server}()", where
    return None
