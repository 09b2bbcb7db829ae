"""What a command asks of a server: curl, wget, nc and their like, as far as it is literal.

Sources: the manuals of curl, GNU and BusyBox wget, OpenBSD nc, httpie and wait-on, as of 2025.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal as Choice

from msgspec import Struct

from ..documents.shell.syntax import Literal, Opaque, Parameter, Word
from ..documents.shell.words import MASK
from ..flow.behaviour import Run
from ..model import Span
from ..source.regex import regex
from .askers import ASKERS, CARRIERS, INTERPRETERS, TOOLS

Scheme = Choice["http", "https", "tcp"]

_HOSTNAME = regex(r"[a-z0-9*.-][a-z0-9_*.-]*", re.IGNORECASE)
_HOLDER = regex(r"[A-Z]_|_[A-Z]|^YOUR|^(?:your|my)[-_.]?domain")


def is_hostname(text: str) -> bool:
    """Whether a text names a host, and is no mark that somebody replaces (`YOUR_DOMAIN`)."""
    return bool(_HOSTNAME.fullmatch(text)) and not _HOLDER.search(text)


class Request(Struct, frozen=True, gc=False):
    """One address that a command asks. What a variable decides is None."""

    tool: str
    """The command that asks, also where a package runner or a container's engine starts it."""
    scheme: Scheme
    host: str | None
    port: str | None
    path: str | None
    """`/`-led, without a query; None also where the scheme is `tcp`."""
    span: Span
    port_default: str | None = None
    reads: bool = True
    """Whether it only reads: GET or HEAD."""
    keeps: bool = False
    """Whether it keeps the answer in a file: a download."""


def requests(run: Run) -> Iterator[Request]:
    """The addresses that a run asks, in order; nothing for a tool that is not known."""
    for _, target in run.redirects:
        if found := _DEVICE.fullmatch(target or ""):
            yield Request("bash", "tcp", _known(found[1]), _known(found[2]), None, run.span)
    if run.name not in ASKERS:
        return
    tool, given = _line(run)
    match tool:
        case "curl" | "wget" | "wait-on" | "http" | "https":
            yield from _addresses(tool, given)
        case "nc" | "ncat" | "netcat":
            yield from _connected(tool, given)
        case name if name in INTERPRETERS:
            for word, text, default in given:
                if "http" in text:
                    yield from _in_code(tool, word, text, default)


Given = tuple[Word, str, str]
"""An argument's word, its text with masks for what is unknown, and the same with defaults."""


def _line(run: Run) -> tuple[str, list[Given]]:
    given = list(_words(run))
    if run.name in CARRIERS:
        for nth, (_, text, _) in enumerate(given):
            if text in TOOLS:
                return text, given[nth + 1 :]
    return run.name, given


_DEVICE = regex(r"/dev/tcp/([^/]+)/([^/]+)")

_VALUED: dict[str, frozenset[str]] = {
    "curl": frozenset({
        "-H", "--header", "-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--json", "-F", "--form",
        "-X", "--request", "-o", "--output", "-w", "--write-out", "-u", "--user", "-m", "--max-time", "-A",
        "--user-agent", "-e", "--referer", "-b", "--cookie", "-c", "--cookie-jar", "--retry", "--retry-delay",
        "--retry-max-time", "--connect-timeout", "--cacert", "--cert", "--key", "-E", "-x", "--proxy", "--noproxy",
        "--interface", "-T", "--upload-file", "--unix-socket", "--resolve", "--connect-to", "-K", "--config", "-D",
        "--dump-header", "--max-redirs", "--limit-rate", "-C", "-r", "--range", "-y", "-Y", "-z", "-t", "-Q",
        "--ciphers", "--capath", "--max-filesize", "--stderr", "--trace", "--trace-ascii", "--proto", "--tls-max",
        "--url-query", "--aws-sigv4", "--oauth2-bearer",
    }),
    "wget": frozenset({
        "-O", "--output-document", "-o", "--output-file", "-a", "-t", "--tries", "-T", "--timeout", "-U",
        "--user-agent", "-P", "--directory-prefix", "-w", "--wait", "-Q", "-e", "--header", "--post-data",
        "--post-file", "--user", "--password", "--method", "--body-data", "-i", "--input-file", "--ca-certificate",
        "-Y", "-S:",
    }),
    "wait-on": frozenset({
        "-t", "--timeout", "-d", "--delay", "-i", "--interval", "-s", "--simultaneous", "-w", "--window", "-c",
        "--config", "--httpTimeout", "--tcpTimeout",
    }),
    "http": frozenset({
        "-a", "--auth", "-o", "--output", "--timeout", "-p", "--print", "--verify", "--session", "-A", "--auth-type",
        "--proxy",
    }),
}  # fmt: skip
"""By tool: the options that take the word behind them."""
_WRITES = regex(
    r"-X(?!GET|HEAD)\w+|POST|PUT|PATCH|DELETE"
    r"|(?:-d|--data(?:-\w+)?|--json|-F|--form|--upload-file|--post-data|--post-file)(?:=.*)?",
    re.DOTALL,
)
_KEEPS = regex(r"-o|--output(?:=.*)?|-\w*O|--remote-name(?:-all)?|--output-document(?:=.*)?")
_NOWHERE = frozenset({"/dev/null", "-", "/dev/stdout", "/dev/stderr"})


def _addresses(tool: str, given: list[Given]) -> Iterator[Request]:
    name = "http" if tool == "https" else tool
    valued = _VALUED[name]
    reads = not any(_WRITES.fullmatch(text) for _, text, _ in given)
    keeps = _keeps(name, [text for _, text, _ in given])
    skip = False
    for word, text, default in given:
        if skip:
            skip = False
        elif text.startswith("-"):
            option, equals, value = text.partition("=")
            if option == "--url" and equals:
                yield from _asked(tool, word, value, default, reads=reads, keeps=keeps)
            skip = text in valued or (
                name == "curl" and _CLUSTER.fullmatch(text) is not None and f"-{text[-1]}" in valued
            )
        elif name != "http" or not (text.isupper() or "=" in text):
            yield from _asked(tool, word, text, default, reads=reads, keeps=keeps)


_CLUSTER = regex(r"-[A-Za-z]{2,}", re.ASCII)


def _keeps(tool: str, texts: list[str]) -> bool:
    """Whether the answer goes to a file."""
    for nth, text in enumerate(texts):
        if _KEEPS.fullmatch(text) or (tool == "curl" and _CLUSTERED_OUTPUT.fullmatch(text)):
            value = text.partition("=")[2] or (texts[nth + 1] if nth + 1 < len(texts) else "")
            glued = text[text.index("O") + 1 :] if text.startswith("-") and "O" in text else ""
            return (glued or value) not in _NOWHERE
    return tool == "wget" and not any(t == "--spider" or "O-" in t for t in texts)


_CLUSTERED_OUTPUT = regex(r"-[A-Za-z]*[oO]", re.ASCII)


def _asked(  # noqa: PLR0913 (what all addresses of a line have in common)
    tool: str, word: Word, text: str, default: str, *, reads: bool, keeps: bool
) -> Iterator[Request]:
    found = address(text)
    if found is not None:
        scheme, host, port, path = found
        other = address(default) if port is None else None
        yield Request(
            tool,
            scheme,
            host,
            port,
            path,
            word.span,
            port_default=other[2] if other else None,
            reads=reads,
            keeps=keeps,
        )


_ADDRESS = regex(
    r"(?:(?P<scheme>https?|https?-get|tcp):(?://)?)?(?:[^/@?#\s]*@)?(?P<host>\[[^\]\s]*\]|[^/:?#\s]*)"
    r"(?::(?P<port>[^/?#\s]*))?(?P<path>/[^?#\s]*)?(?:[?#].*)?",
    re.DOTALL,
)


def address(text: str) -> tuple[Scheme, str | None, str | None, str | None] | None:
    """Scheme, host, port and path of an address; `MASK` in a part makes that part unknown.

    What stands before the first literal slash may hold a path of its own where no scheme is
    written (`$BASE/health`), so the path is unknown then.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or not (found["host"] or found["port"]):
        return None
    given = (found["scheme"] or "").removesuffix("-get")
    scheme: Scheme = "tcp" if given == "tcp" else "https" if given == "https" else "http"
    if scheme == "tcp" and not found["port"]:
        return scheme, "localhost", _known(found["host"]), None
    bare = found["host"]
    host = _known(bare.strip("[]")) if bare else "localhost"
    port = _known(found["port"]) if found["port"] is not None else None
    if found["port"] is None and host is not None:
        port = "443" if scheme == "https" else "80"
    if port is not None and not port.isdigit():
        port = None
    path = _known(found["path"] or "/")
    filled = not found["path"] and text.endswith(MASK)
    if scheme == "tcp" or filled or (host is None and not given):
        path = None
    return scheme, host, port, path


def _known(text: str) -> str | None:
    return None if MASK in text or "$" in text or "{{" in text else text


def _connected(tool: str, given: list[Given]) -> Iterator[Request]:
    """`nc -z host port`."""
    bare = []
    skip = False
    for word, text, _ in given:
        if skip:
            skip = False
        elif text.startswith("-"):
            skip = text in {"-w", "-i", "-s", "-p", "-x", "-X", "-q"} or text.endswith("w")
        else:
            bare.append((word, text))
    if len(bare) == 2:
        (_, host), (word, port) = bare
        number = _known(port)
        if number is None or number.isdigit():
            yield Request(tool, "tcp", _known(host), number, None, word.span)


_URL = regex(
    r"(?P<quote>['\"`])(?P<url>https?://[^'\"`\s]*)(?P<close>['\"`])?(?P<joined>\s*[+.%])?"
)
_FILLED = regex(r"\$\{[^{}]*\}|\{[^{}]*\}|%[sd]")
_OPTION = regex(
    r"\b(?P<name>host|hostname|port|path)['\"]?\s*:\s*(?:['\"`](?P<text>[^'\"`]*)['\"`]|(?P<number>\d+)\s*[,}])"
)


def _in_code(tool: str, word: Word, text: str, default: str) -> Iterator[Request]:
    """The addresses in a program that is given as an argument."""
    found = list(_URL.finditer(text))
    for hit in found:
        url = _FILLED.sub(MASK, hit["url"])
        if hit["joined"] or not hit["close"]:
            url += MASK
        asked = address(url)
        if asked is not None:
            other = _URL.search(default) if asked[2] is None else None
            fallback = address(_FILLED.sub(MASK, other["url"])) if other else None
            yield Request(tool, *asked, word.span, port_default=fallback[2] if fallback else None)
    if not found:
        options = {hit["name"]: hit["text"] or hit["number"] for hit in _OPTION.finditer(text)}
        if "port" in options or "path" in options:
            host = options.get("host") or options.get("hostname") or "localhost"
            path = _known(options["path"].partition("?")[0]) if "path" in options else None
            yield Request(tool, "http", _known(host), options.get("port"), path, word.span)


def _words(run: Run) -> Iterator[Given]:
    words = run.words[1:]
    values = run.arguments if len(run.arguments) == len(words) else (None,) * len(words)
    for word, value in zip(words, values, strict=True):
        known = value is not None and MASK not in value
        if word.literal is None and (run.assumed or not known):
            default = value if value is not None and known else spelled(word, defaults=True)
            yield word, spelled(word, defaults=False), default
        else:
            text = value if value is not None and known else spelled(word, defaults=False)
            yield word, text, text


def spelled(word: Word, *, defaults: bool) -> str:
    """A word's text, a mask in the place of what the shell fills in, or its default."""
    if word.literal is not None:
        return word.literal
    out = []
    for part in word.parts:
        match part:
            case Literal():
                out.append(part.text)
            case Opaque(kind="glob"):  # which the shell leaves as it is where no file has that name
                out.append(part.raw)
            case Parameter(operator=":-" | "-", operand=Word(literal=str() as literal)) if defaults:
                out.append(literal)
            case _:
                out.append(MASK)
    return "".join(out)
