"""Python: which files say something about deployment, and what they say."""

from __future__ import annotations

from ...source.text import Text
from ..facts import PythonModule
from .selection import relevant

__all__ = ["parse", "relevant"]


def parse(text: Text) -> PythonModule:
    """The facts of a Python file that is worth reading."""
    from .module import module

    return module(text, text.content.encode(errors="surrogatepass"))
