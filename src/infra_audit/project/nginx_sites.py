"""The servers of nginx: where they listen, what they are called and where they pass requests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from ..documents.directives import first, inside
from ..documents.facts import Directive, ProxyFile, Value
from ..documents.shell.words import MASK
from ..model import Location
from ..source.regex import regex
from .requests import address, is_hostname
from .types import Forward, Listening, Services, Site

_MANY = 500
_FEW = 20
"""How much of a block, of a site and of an upstream is looked at."""

Around = tuple[Directive, ...]
"""The blocks around a directive, outermost first."""


class _Frame(Struct, frozen=True):
    """A configuration with what its words may refer to."""

    file: ProxyFile
    variables: Mapping[str, str]
    """Those of the script that writes it."""
    services: Services
    upstreams: Mapping[str, tuple[_Frame, Directive]]


def nginx_sites(
    files: tuple[ProxyFile, ...],
    services: Services,
    variables: Mapping[str, Mapping[str, str]],
) -> Iterator[Site]:
    """Every server of the configurations; directives outside of any make a site without a name."""
    upstreams: dict[str, tuple[_Frame, Directive]] = {}
    frames = [
        _Frame(file, variables.get(file.path, {}), services, upstreams)
        for file in files
        if file.proxy == "nginx"
    ]
    for frame in frames:
        for directive, _ in inside(frame.file.directives, "upstream"):
            if directive.arguments:
                upstreams.setdefault(directive.arguments[0].raw, (frame, directive))
    for frame in frames:
        servers = [
            (server, around)
            for server, around in inside(frame.file.directives, "server")
            if server.block is not None
        ]
        for server, around in servers:
            yield _site(frame, server, around)
        if not servers:
            yield from _loose(frame)


def _site(frame: _Frame, server: Directive, around: Around) -> Site:
    block = server.block or ()
    listens = tuple(_listening(frame, d) for d in block if d.name == "listen" and d.arguments)
    if not listens:
        listens = (Listening("80", "", False, False, _place(frame, server)),)
    texts = [
        _text(frame, value, (*around, server))
        for d in block
        if d.name == "server_name"
        for value in d.arguments
    ]
    names = [text for text in texts if text not in ("", "_")]
    return Site(
        proxy="nginx",
        location=_place(frame, server),
        names=tuple(dict.fromkeys(filter(is_hostname, names))),
        named=all(map(is_hostname, names)),
        listens=listens,
        forwards=tuple(islice(_forwards(frame, block, (*around, server)), _MANY)),
        redirects=tuple(_redirects(frame, server)),
        secure=any(each.secure for each in listens) or _raw(first(block, "ssl")) == "on",
        roots=tuple(
            dict.fromkeys(
                text
                for d, blocks in inside(block, "root", "alias")
                if d.arguments and MASK not in (text := _text(frame, d.arguments[0], blocks))
            )
        ),
        file=frame.file.name,
    )


def _loose(frame: _Frame) -> Iterator[Site]:
    """What a file that others include passes on."""
    forwards = tuple(islice(_forwards(frame, frame.file.directives, ()), _MANY))
    if forwards:
        yield Site(
            proxy="nginx",
            location=forwards[0].location,
            named=False,
            forwards=forwards,
            file=frame.file.name,
        )


def _place(frame: _Frame, directive: Directive) -> Location:
    return Location(frame.file.path, directive.span)


def _raw(directive: Directive | None) -> str:
    return directive.arguments[0].raw if directive and directive.arguments else ""


_LISTENED = regex(r"(?:(?P<host>\[[^\]]*\]|[^:\[\]]*[^\d:\[\]][^:\[\]]*):)?(?P<port>\d+)")


def _listening(frame: _Frame, directive: Directive) -> Listening:
    flags = {value.raw for value in directive.arguments[1:]}
    text = _text(frame, directive.arguments[0], ())
    found = _LISTENED.fullmatch(text)
    host = (found["host"] or "") if found else text
    known = found or (MASK not in text and not text.startswith("unix:"))
    return Listening(
        (found["port"] if found else "80") if known else None,
        "" if host in ("*", "[::]", "0.0.0.0") else host.strip("[]").replace(MASK, ""),  # noqa: S104
        bool(flags & {"ssl", "quic"}),
        bool(flags & {"default_server", "default"}),
        _place(frame, directive),
    )


def _redirects(frame: _Frame, server: Directive) -> Iterator[Location]:
    """Where all requests, or all that came without TLS, are sent to https."""
    serving = any(map(_serves, server.block or ()))
    for d, around in inside(server.block or (), "return", "rewrite"):
        general = all(
            block.name == "if" or (block.name == "location" and _raw(block) == "/" and not serving)
            for block in around
        )
        target = d.arguments[1].raw if len(d.arguments) > 1 else _raw(d)
        if general and target.lstrip("\\").startswith("https://"):
            yield _place(frame, d)


def _serves(directive: Directive) -> bool:
    """Whether a location answers requests itself, a certificate's challenges and `/` left aside."""
    words = [value.raw for value in directive.arguments]
    aside = words == ["/"] or any(".well-known" in word for word in words)
    if directive.name != "location" or aside:
        return False
    block = directive.block or ()
    return first(block, "return") is None and any(
        d.name in _PASSING or d.name in ("root", "alias", "try_files") for d in block
    )


_PASSING = {
    "proxy_pass": "http",
    "grpc_pass": "grpc",
    "fastcgi_pass": "fastcgi",
    "uwsgi_pass": "uwsgi",
    "scgi_pass": "scgi",
}
_TARGET = regex(r"(?:(?P<scheme>\w+)://)?(?P<place>[^/]*)(?P<path>/.*)?")


def _forwards(frame: _Frame, block: tuple[Directive, ...], above: Around) -> Iterator[Forward]:
    for d, blocks in inside(block, *_PASSING):
        if not d.arguments:
            continue
        around = (*above, *blocks)
        text = _text(frame, d.arguments[0], around)
        found = _TARGET.fullmatch(text)
        stream = any(each.name == "stream" for each in around)
        scheme = (found["scheme"] if found else "") or ("tcp" if stream else _PASSING[d.name])
        path = (found["path"] if found else "") or ""
        place = found["place"] if found else MASK
        inner = next((b for b in reversed(around) if b.name == "location"), None)
        words = [value.literal for value in inner.arguments] if inner else ["/"]
        forward = Forward(
            pattern=None if None in words else " ".join(word or "" for word in words),
            scheme=scheme,
            host=None,
            port=None,
            path=""
            if "unix:" in text
            else None
            if MASK in path or (MASK in text and not path)
            else path,
            location=_place(frame, d),
            passed=_place(frame, d),
        )
        if place.startswith("unix:") or text.startswith("unix:"):
            yield replace(forward, scheme="unix", host="")
        elif place in frame.upstreams:
            yield from _through(forward, place, frame)
        else:
            yield _at(forward, place, frame)


def _through(forward: Forward, name: str, frame: _Frame) -> Iterator[Forward]:
    """One forward for each server of an upstream, at the place where that is named."""
    there, upstream = frame.upstreams[name]
    for server in (upstream.block or ())[:_FEW]:
        if server.name == "server" and server.arguments:
            text = _text(there, server.arguments[0], ())
            found = replace(forward, upstream=name, location=_place(there, server))
            if text.startswith("unix:"):
                yield replace(found, scheme="unix", host="")
            else:
                yield _at(found, text, frame)


def _at(forward: Forward, place: str, frame: _Frame) -> Forward:
    """A forward to a host and a port."""
    scheme = "https" if forward.scheme == "https" else "http"
    asked = address(f"{scheme}://{place}") if place else None
    host, port = (asked[1], asked[2]) if asked else (None, None)
    return replace(forward, host=host, port=port, unit=frame.services(host, frame.file.path))


_VARIABLE = regex(r"(?P<escaped>\\)?\$(?:\{(?P<braced>\w+)\}|(?P<bare>\w+)|\{[^}]*\}|\([^)]*\))")
_TEMPLATE = regex(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|`[^`]*`|__[A-Z][A-Z0-9_]*__")


def _text(frame: _Frame, value: Value, around: Around, depth: int = 0) -> str:
    """A word with a mask for what is unknown: what neither the script nor a `set` around it gives."""
    if value.literal is not None:
        return value.literal

    def known(hit: re.Match[str]) -> str:
        name = hit["braced"] or hit["bare"] or ""
        if frame.file.expanded and not hit["escaped"]:
            return frame.variables.get(name, MASK)
        return _set(frame, name, around, depth)

    return _VARIABLE.sub(known, _TEMPLATE.sub(MASK, value.raw))


def _set(frame: _Frame, name: str, around: Around, depth: int) -> str:
    """What `set $name …` gives, where the blocks around give it once."""
    given = [
        d.arguments[1]
        for block in around
        for d in (block.block or ())[:_MANY]
        if d.name == "set" and len(d.arguments) == 2 and d.arguments[0].raw.strip("\\${}") == name
    ]
    return _text(frame, given[0], around, depth + 1) if len(given) == 1 and depth < 4 else MASK
