"""The facts of a file that is read with its syntax tree."""

from __future__ import annotations

from ...model import Location, Problem, Span
from ...source.text import Text
from ..facts import Demand, Entry, EnvironmentUse, Module
from .answers import answers
from .environment import assigned
from .exports import default, exports, segment
from .functions import functions
from .handed import handed
from .imports import imports
from .listens import listens
from .nest import global_settings, nest_routes
from .options import configuration, is_whole
from .passing import passing
from .receivers import receivers
from .routes import routes
from .selection import demanding, in_browser, names_sqlite
from .sentry import inits
from .tree import Tree, grow


def module(
    text: Text, data: bytes, extent: Span, environment: tuple[EnvironmentUse, ...]
) -> Module:
    """The facts of a file; a problem only where an error left nothing to read."""
    tree = grow(text, data)
    imported = imports(tree)
    known = functions(answers(tree))
    named = receivers(tree, imported)
    found = Module(
        path=text.path,
        span=extent,
        imports=imported,
        sentry=inits(tree, imported),
        environment=environment,
        routes=routes(known, named) + nest_routes(known, imported),
        exports=exports(known),
        listens=listens(tree, imported),
        handed=handed(tree, named),
        acts_at=passing(tree),
        functions=tuple(known.export(name) for name in known.top),
        demands=_demands(tree),
        assigned=assigned(text),
        names_sqlite=names_sqlite(data),
        in_browser=in_browser(data),
        drops_rights=b"process.setuid" in data,
        config=_config(tree) + segment(tree) + global_settings(tree),
        config_whole=_is_whole(tree),
        problems=(),
        broken=tree.root.has_error,
    )
    if not tree.root.has_error or _says(found):
        return found
    problem = Problem(Location(text.path, extent), "This is no valid TypeScript or JavaScript.")
    return Module(path=text.path, span=extent, problems=(problem,), broken=True)


def _demands(tree: Tree) -> tuple[Demand, ...]:
    if not demanding(tree.text.path, tree.data):
        return ()
    from .demands import demands

    return demands(tree)


def _config(tree: Tree) -> tuple[Entry, ...]:
    name = tree.text.path.rpartition("/")[2]
    exported = default(tree) if ".config." in name and not name.startswith("sentry.") else None
    return configuration(tree, exported) if exported is not None else ()


def _is_whole(tree: Tree) -> bool:
    exported = default(tree) if ".config." in tree.text.path.rpartition("/")[2] else None
    return exported is not None and not tree.root.has_error and is_whole(tree, exported)


def _says(found: Module) -> bool:
    return any(
        (
            found.imports,
            found.sentry,
            found.environment,
            found.routes,
            found.exports,
            found.listens,
            found.functions,
            found.config,
        )
    )
