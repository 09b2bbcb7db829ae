"""The sites of Caddy: their addresses, and where they pass requests on.

Source: Caddy's documentation of addresses, automatic HTTPS and `reverse_proxy`, as of 2.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec import Struct

from ..documents.directives import first, inside
from ..documents.facts import Directive, ProxyFile, Value
from ..documents.shell.words import MASK
from ..model import Location
from ..source.regex import regex
from .requests import address, is_hostname
from .types import Forward, Listening, Services, Site

_MANY = 500
_DEEP = 2
"""How far snippets that import others are followed."""


class _Frame(Struct, frozen=True):
    """A configuration with what its words may refer to."""

    file: ProxyFile
    variables: Mapping[str, str]
    services: Services
    snippets: Mapping[str, Directive]


def caddy_sites(
    files: tuple[ProxyFile, ...],
    services: Services,
    variables: Mapping[str, Mapping[str, str]],
) -> Iterator[Site]:
    """Every site of the configurations."""
    for file in files:
        if file.proxy != "caddy":
            continue
        snippets = {d.name.strip("()"): d for d in file.directives if d.name.startswith("(")}
        frame = _Frame(file, variables.get(file.path, {}), services, snippets)
        options = next((d for d in file.directives if d.name == "" and d.block is not None), None)
        plain = first(options.block if options else (), "auto_https")
        off = plain is not None and bool(plain.arguments) and plain.arguments[0].raw == "off"
        for directive in file.directives:
            if directive.block is not None and directive.name and directive.name[0] != "(":
                yield _site(frame, directive, automatic=not off)


def _site(frame: _Frame, directive: Directive, *, automatic: bool) -> Site:
    where = Location(frame.file.path, directive.span)
    words = [directive.name, *(value.raw for value in directive.arguments)]
    given = [_filled(frame, word) for text in words for word in text.split(",") if word]
    hosts = [found["host"] for text in given if (found := _ADDRESS.fullmatch(text))]
    listens = tuple(_listening(text, where, automatic=automatic) for text in given)
    block = _imported(frame, directive.block or ())
    secure = any(each.secure for each in listens) or first(block, "tls") is not None
    return Site(
        proxy="caddy",
        location=where,
        names=tuple(dict.fromkeys(filter(is_hostname, hosts))),
        named=len(hosts) == len(given) and all(is_hostname(host) for host in hosts if host),
        listens=listens,
        forwards=tuple(islice(_forwards(frame, block), _MANY)),
        redirects=(where,) if secure and automatic else (),
        secure=secure,
        roots=tuple(
            value.literal
            for d, _ in inside(block, "root")
            for value in d.arguments[-1:]
            if value.literal is not None
        ),
        file=frame.file.name,
    )


_ADDRESS = regex(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[^\]]*\]|[^:/]*)(?::(?P<port>\d+))?(?:/.*)?"
)
_LOCAL = frozenset({"", "localhost", "127.0.0.1", "[::1]"})


def _listening(text: str, where: Location, *, automatic: bool) -> Listening:
    """Where a site's address listens; a name without a port is served with TLS at 443."""
    found = _ADDRESS.fullmatch(text)
    if found is None or MASK in text:
        return Listening(None, "", secure=False, default=False, location=where)
    port, scheme, host = found["port"], found["scheme"], found["host"]
    plain = scheme == "http" or port == "80" or (not host and port != "443")
    secure = not plain and (automatic or scheme == "https" or port == "443")
    return Listening(
        port or ("443" if secure else "80"), "", secure=secure, default=not host, location=where
    )


def _imported(
    frame: _Frame, block: tuple[Directive, ...], around: tuple[str, ...] = ()
) -> tuple[Directive, ...]:
    """A block with what the snippets that it imports hold, as far as `_MANY` directives."""
    found: list[Directive] = []
    for directive in block:
        name = directive.arguments[0].raw if directive.arguments else ""
        snippet = frame.snippets.get(name) if directive.name == "import" else None
        if len(found) >= _MANY:
            break
        if snippet is None:
            found.append(directive)
        elif name not in around and len(around) < _DEEP:
            found += _imported(frame, snippet.block or (), (*around, name))
    return tuple(found[:_MANY])


def _forwards(frame: _Frame, block: tuple[Directive, ...]) -> Iterator[Forward]:
    for directive, around in inside(block, "reverse_proxy", "php_fastcgi"):
        words = list(directive.arguments)
        inner = next(
            (b for b in reversed(around) if b.name in ("handle", "handle_path", "route")), None
        )
        pattern = inner.arguments[0] if inner and inner.arguments else None
        if words and words[0].raw[:1] in ("/", "@", "*"):
            pattern = words.pop(0)
        words += [value for to, _ in inside(directive.block or (), "to") for value in to.arguments]
        for word in words:
            yield _forward(
                frame,
                directive,
                word,
                pattern,
                stripped=inner is not None and inner.name == "handle_path",
            )


def _forward(
    frame: _Frame, directive: Directive, word: Value, pattern: Value | None, *, stripped: bool
) -> Forward:
    text = _filled(frame, word.raw)
    asked = None if text.startswith("unix/") else address(text)
    host, port = (asked[1], asked[2]) if asked else (None, None)
    scheme = "fastcgi" if directive.name == "php_fastcgi" else asked[0] if asked else "unix"
    return Forward(
        pattern="*" if pattern is None else _pattern(pattern),
        scheme=scheme,
        host=host,
        port=port,
        path=None if stripped else "",
        location=Location(frame.file.path, directive.span),
        passed=Location(frame.file.path, directive.span),
        unit=frame.services(host, frame.file.path),
    )


def _pattern(value: Value) -> str | None:
    """A matcher of paths as written; what a named one (`@api`) holds for is not asked."""
    return None if value.literal is None or value.raw.startswith("@") else value.literal


_PLACEHOLDER = regex(r"\{\$?[\w.:/<>~*-]+\}|\{\{.*?\}\}|\{%.*?%\}|`[^`]*`|\$\([^)]*\)|\$\{[^}]*\}")
_VARIABLE = regex(r"\$\{?(\w+)\}?")


def _filled(frame: _Frame, raw: str) -> str:
    """A word with a mask for what is filled in later."""
    if frame.file.expanded:
        raw = _VARIABLE.sub(lambda hit: frame.variables.get(hit[1], MASK), raw)
    return _PLACEHOLDER.sub(MASK, raw)
