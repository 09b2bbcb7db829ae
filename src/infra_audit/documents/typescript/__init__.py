"""TypeScript and JavaScript: which files say something about deployment, and what they say."""

from __future__ import annotations

from msgspec.structs import replace

from ...model import Span
from ...source.text import Text
from ..facts import EnvironmentUse, Module
from ..oversized import oversized
from .environment import assigned, uses
from .selection import demanding, in_browser, names_sqlite, relevant, routed, structural

__all__ = ["parse", "relevant"]


def parse(text: Text, *, whole: bool = False) -> Module:
    """The facts of a TypeScript or JavaScript file.

    A file whose path and words promise no more than that it reads environment variables, and a large route that
    is no probe's, is read without a syntax tree. `whole` asks for the tree all the same: for a
    file that a handler's calls lead to. A generated or minified file has no facts.
    """
    data = text.content.encode(errors="surrogatepass")
    extent = text.span(0, len(text.content))
    if oversized(data):
        return Module(path=text.path, span=extent)
    environment = uses(text)
    if whole or structural(text.path, data):
        from .module import module

        return module(text, data, extent, environment)
    found = replace(
        _outline(text, extent, environment),
        assigned=assigned(text),
        names_sqlite=names_sqlite(data),
        in_browser=in_browser(data),
    )
    if not demanding(text.path, data):
        return found
    from .demands import demanded

    return demanded(found, text, data)


def _outline(text: Text, extent: Span, environment: tuple[EnvironmentUse, ...]) -> Module:
    if not routed(text.path):
        return Module(path=text.path, span=extent, environment=environment)
    from .outline import outlined, segment_outlined

    return Module(
        path=text.path,
        span=extent,
        environment=environment,
        exports=outlined(text),
        config=segment_outlined(text),
    )
