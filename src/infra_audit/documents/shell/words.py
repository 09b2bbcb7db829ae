"""Words: what the shell makes of one, as far as its text alone tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from sys import intern

from ...model import Span
from ...source.regex import regex
from ...source.text import Text
from .syntax import Literal, Opaque, Parameter, Part, Word, word_at

MASK = "\ue000"
"""Stands for each character that a template engine fills in later (or that the parser blanked out).

It is no shell metacharacter, so it reads as a part of a word, and a word with it is never literal.
"""

Found = Mapping[int, tuple[int, Part]]
"""Substitutions that the parser found: where each begins, where it ends and what it is."""

Spanner = Callable[[int, int], Span]

PLAIN = regex(r"[\w./:=@%+,-]+", re.ASCII)
"""Words in which no character means anything to the shell."""

SHORT = 80
"""The longest word that is remembered: scripts repeat their short ones."""

_TOLD = regex(r"[^(`\ue000]*")
"""Words that say it all: nothing runs in them, and nothing was masked."""

_QUICK = regex(
    r"""\"([^"\\$`\ue000]*)\"|'([^'\ue000]*)'|("?)\$(\{)?([A-Za-z_]\w*)(?(4)\})\3""", re.ASCII
)
_UNQUOTED = regex(r"""[^\\'"$`*?\[{~<>@+!\ue000]+""")
_QUOTED = regex(r'[^\\"$`\ue000]+')
_OPERAND = regex(r"""[^\\'"$`\ue000]+""")
_NAME = regex(r"\w+|[@*#?$!-]", re.ASCII)
_VARIABLE = regex(r"[A-Za-z_]\w*|[0-9@*#?$!-]", re.ASCII)
_OPERATOR = regex(r":[-=?+]|##?|%%?|/[/#%]?|\^\^?|,,?|@|:|[-=?+]")
_BRACE = regex(r"\{(?:[^{}\s'\",.]|\.(?!\.))*+(?:,|\.\.)[^{}\s'\"]*+(?:\{[^{}\s]*+\}[^{}\s]*+)*+\}")
_TILDE = regex(r"~[\w+.-]*(?=/|:|$)", re.ASCII)
_BRACKET = regex(r"\[[^\]\s/]{1,200}\]")
_ANSI = regex(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|(.))", re.DOTALL
)
_ANSI_SHORT = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "v": "\v",
}


def word(  # noqa: PLR0913 (called once a word: no bundle is made)
    text: Text, start: int, end: int, span: Spanner, found: Found, *, expanded: bool = True
) -> Word:
    """The word at `start` to `end` of `text`; not `expanded` where globs and braces are text."""
    raw = text.content[start:end]
    if end - start <= SHORT and (known := told(raw, expanded)) is not None:
        literal, raw, parts, quoted = known
        return word_at(span(start, end), literal, raw, parts, quoted=quoted)
    if PLAIN.fullmatch(raw):
        return word_at(span(start, end), raw, raw)
    return _scanned(text, start, end, span, found, expanded=expanded)


Told = tuple[str | None, str, tuple[Part, ...], bool]
"""Of a word all but its place: what it is literally, as written, its parts, and whether quoted."""


@lru_cache(1 << 14)
def told(raw: str, expanded: bool) -> Told | None:
    """The word that a text surely is wherever it stands; None where its place matters."""
    if PLAIN.fullmatch(raw):
        return raw, raw, (), False
    if quick := _QUICK.fullmatch(raw):
        return _quick(quick, raw)
    if not _TOLD.fullmatch(raw) or "$[" in raw:
        return None
    made = _scanned(Text("", raw), 0, len(raw), _nowhere, {}, expanded=expanded)
    if any(isinstance(part, Parameter) and part.operand is not None for part in made.parts):
        return None
    return made.literal, raw, made.parts, made.quoted


def _nowhere(start: int, end: int) -> Span:
    return Span(1, start, 1, end)


def split(text: Text) -> tuple[Word, ...]:
    """The words of a command line (`ExecStart=`); one unknown word where they cannot be told."""
    from .fragments import split

    return split(text)


def _quick(match: re.Match[str], raw: str) -> Told:
    """A word that is one quoted text or one parameter."""
    text = match[1] if match[2] is None else match[2]
    if text is not None:
        return text, raw, (), True
    return None, raw, _lone(match[5]), raw[0] == '"'


@lru_cache(512)
def _lone(name: str) -> tuple[Part, ...]:
    """The part of a word that is one variable: one value for all that name it."""
    return (Parameter(intern(name)),)


def _scanned(  # noqa: PLR0913 (as word)
    text: Text, start: int, end: int, span: Spanner, found: Found, *, expanded: bool
) -> Word:
    """The word as its characters tell, one after another."""
    scan = _Scan(text, end, span, found)
    bare = expanded and text.content[start:end] not in {"[", "[[", "!", "{"}
    _unquoted(scan, start, expanded=bare)
    return _finished(scan, start, end)


class _Scan:
    """The parts of a word while they are gathered."""

    __slots__ = ("content", "depth", "end", "found", "parts", "pending", "quoted", "span", "text")

    def __init__(self, text: Text, end: int, span: Spanner, found: Found, depth: int = 0) -> None:
        self.text = text
        self.content = text.content
        self.end = end
        self.span = span
        self.found = found
        self.depth = depth
        self.parts: list[Part] = []
        self.pending: list[str] = []
        self.quoted = False

    def add(self, part: Part) -> None:
        """Append a part behind the literal text gathered so far."""
        if self.pending:
            text = "".join(self.pending)
            self.pending.clear()
            self.parts.append(Literal(text))
        self.parts.append(part)


def _finished(scan: _Scan, start: int, end: int) -> Word:
    if scan.pending or (scan.quoted and not scan.parts):
        scan.parts.append(Literal("".join(scan.pending)))
    parts = tuple(scan.parts)
    literal: str | None = None
    match parts:
        case (Literal(text),):
            literal, parts = text, ()
        case ():
            literal = ""
    raw = scan.text.written[start:end]
    return word_at(scan.span(start, end), literal, raw, parts, quoted=scan.quoted)


def _unquoted(scan: _Scan, at: int, *, expanded: bool) -> None:
    content, end, pending = scan.content, scan.end, scan.pending
    begin = at
    while at < end:
        run = _UNQUOTED.match(content, at, end)
        if run is not None:
            pending.append(run[0])
            at = run.end()
            continue
        character = content[at]
        if character == "'":
            at = _single(scan, at)
        elif character == '"':
            at = _double(scan, at + 1)
        elif character == "\\":
            at = _escaped(scan, at)
        elif character in "$`":
            at = _dollar(scan, at, quoted=False)
        elif character == MASK:
            at = _masked(scan, at)
        else:
            at = _special(scan, at, begin, expanded=expanded)


def _special(scan: _Scan, at: int, begin: int, *, expanded: bool) -> int:
    """Globs, braces, tildes and process substitutions, or the character itself."""
    content, end = scan.content, scan.end
    character = content[at]
    if character == "~" and (at == begin or (not expanded and content[at - 1] == ":")):
        tilde = _TILDE.match(content, at, end)
        if tilde is not None:
            scan.add(Opaque("tilde", tilde[0]))
            return tilde.end()
    elif character in "<>" and at in scan.found:
        stop, part = scan.found[at]
        scan.add(part)
        return stop
    elif expanded and character in "*?@+!" and content[at + 1 : at + 2] == "(":
        stop = _balanced(content, at + 2, end, "()")
        scan.add(Opaque("glob", content[at:stop]))
        return stop
    elif expanded and character in "*?":
        scan.add(Opaque("glob", character))
        return at + 1
    elif expanded and character in "[{":
        matched = (_BRACKET if character == "[" else _BRACE).match(content, at, end)
        if matched is not None:
            scan.add(Opaque("glob" if character == "[" else "brace", matched[0]))
            return matched.end()
    scan.pending.append(character)
    return at + 1


def _single(scan: _Scan, at: int) -> int:
    scan.quoted = True
    stop = scan.content.find("'", at + 1, scan.end)
    if stop < 0:
        stop = scan.end
    text = scan.content[at + 1 : stop]
    if MASK in text:
        scan.add(Opaque("other", scan.text.written[at + 1 : stop]))
    else:
        scan.pending.append(text)
    return min(stop + 1, scan.end)


def _double(scan: _Scan, at: int) -> int:
    content, end, pending = scan.content, scan.end, scan.pending
    scan.quoted = True
    while at < end:
        run = _QUOTED.match(content, at, end)
        if run is not None:
            pending.append(run[0])
            at = run.end()
            continue
        character = content[at]
        if character == '"':
            return at + 1
        if character == "\\":
            at = _escaped_in_quotes(scan, at, '$`"\\')
        elif character == MASK:
            at = _masked(scan, at)
        else:
            at = _dollar(scan, at, quoted=True)
    return at


def _escaped(scan: _Scan, at: int) -> int:
    following = scan.content[at + 1 : min(at + 2, scan.end)]
    if following != "\n":
        scan.quoted = True
        scan.pending.append(following or "\\")
    return at + 1 + len(following)


def _escaped_in_quotes(scan: _Scan, at: int, special: str) -> int:
    following = scan.content[at + 1 : min(at + 2, scan.end)]
    if following == "\n":
        return at + 2
    scan.pending.append(following if following and following in special else "\\" + following)
    return at + 1 + len(following)


def _masked(scan: _Scan, at: int) -> int:
    stop = at
    while stop < scan.end and scan.content[stop] == MASK:
        stop += 1
    scan.add(Opaque("other", scan.text.written[at:stop]))
    return stop


def _dollar(scan: _Scan, at: int, *, quoted: bool) -> int:
    content, end = scan.content, scan.end
    if at in scan.found:
        stop, part = scan.found[at]
        scan.add(part)
        return stop
    following = content[at + 1 : min(at + 2, end)]
    if content[at] == "`" or following in {"(", "["}:
        stop = _computed(content, at, end)
        counted = content.startswith(("$((", "$["), at)
        scan.add(Opaque("arithmetic" if counted else "other", content[at:stop]))
        return stop
    if following == "{":
        return _parameter(scan, at, quoted=quoted)
    if following == "'" and not quoted:
        return _ansi(scan, at + 2)
    if following == '"' and not quoted:
        return _double(scan, at + 2)
    name = _VARIABLE.match(content, at + 1, end)
    if name is None:
        scan.pending.append("$")
        return at + 1
    scan.add(_lone(name[0])[0])
    return name.end()


def _computed(content: str, at: int, end: int) -> int:
    """Where a substitution or an arithmetic expansion ends that the parser did not mark."""
    if content[at] == "`":
        stop = content.find("`", at + 1, end)
        return end if stop < 0 else stop + 1
    return _balanced(content, at + 2, end, "()" if content[at + 1] == "(" else "[]")


def _parameter(scan: _Scan, at: int, *, quoted: bool) -> int:
    content = scan.content
    stop = closing(content, at + 2, scan.end)
    if stop is None or scan.depth > 20:
        stop = scan.end if stop is None else stop
        scan.add(Opaque("other", content[at:stop]))
        return stop
    inner, last = at + 2, stop - 1
    prefix = ""
    if content[inner] in "!#" and last - inner > 1 and _NAME.match(content, inner + 1, last):
        prefix, inner = content[inner], inner + 1
    name = _NAME.match(content, inner, last)
    if name is None:
        scan.add(Opaque("other", content[at:stop]))
        return stop
    inner = name.end()
    subscript = ""
    if content[inner] == "[":
        after = _balanced(content, inner + 1, last, "[]")
        subscript, inner = content[inner:after], after
    operator = _OPERATOR.match(content, inner, last)
    if operator is None:
        known = inner == last
        scan.add(
            Parameter(intern(name[0]), intern(prefix + subscript))
            if known
            else Opaque("other", content[at:stop])
        )
        return stop
    operand = _operand(scan, operator.end(), last, quoted=quoted)
    scan.add(Parameter(intern(name[0]), intern(prefix + subscript + operator[0]), operand))
    return stop


def _operand(outer: _Scan, start: int, end: int, *, quoted: bool) -> Word:
    """The word behind an operator: blanks and globs are text in it, quotes are not."""
    content = outer.content
    scan = _Scan(outer.text, end, outer.span, outer.found, outer.depth + 1)
    at = start
    while at < end:
        run = _OPERAND.match(content, at, end)
        if run is not None:
            scan.pending.append(run[0])
            at = run.end()
            continue
        character = content[at]
        if character == "'" and quoted:
            scan.pending.append("'")
            at += 1
        elif character == "'":
            at = _single(scan, at)
        elif character == '"':
            at = _double(scan, at + 1)
        elif character == "\\":
            at = _escaped_in_quotes(scan, at, '$`"\\}') if quoted else _escaped(scan, at)
        elif character == MASK:
            at = _masked(scan, at)
        else:
            at = _dollar(scan, at, quoted=quoted)
    return _finished(scan, start, end)


def _ansi(scan: _Scan, at: int) -> int:
    content = scan.content
    scan.quoted = True
    stop = at
    while stop < scan.end and content[stop] != "'":
        stop += 2 if content[stop] == "\\" else 1
    text = content[at : min(stop, scan.end)]
    scan.pending.append(_ANSI.sub(_decoded, text))
    return min(stop + 1, scan.end)


def _decoded(match: re.Match[str]) -> str:
    sixteen = match[1] or match[2] or match[3]
    if sixteen or match[4]:
        code = int(sixteen, 16) if sixteen else int(match[4], 8)
        return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"
    return _ANSI_SHORT.get(match[5], match[5] if match[5] in "\\'\"?" else match[0])


_BRACES = regex(r"""\\.|'[^']*'|"|\$\{|\}|\$\(|\(|\)|`[^`]*`""", re.DOTALL)


def closing(content: str, at: int, end: int) -> int | None:
    """Where the `${` ends whose inside begins at `at`, None if it does not."""
    stack = ["}"]
    for token in _BRACES.finditer(content, at, end):
        mark = token[0]
        if mark == '"':
            if stack[-1] == '"':
                stack.pop()
            else:
                stack.append('"')
        elif mark == "${":
            stack.append("}")
        elif mark == "$(" or (mark == "(" and stack[-1] == ")"):
            stack.append(")")
        elif mark == stack[-1]:
            stack.pop()
            if not stack:
                return token.end()
    return None


def _balanced(content: str, at: int, end: int, pair: str) -> int:
    """Where the bracket closes that was opened before `at`; `end` if it does not."""
    depth = 1
    while at < end:
        character = content[at]
        if character == "\\":
            at += 1
        elif character == pair[0]:
            depth += 1
        elif character == pair[1]:
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return end


_KEPT = regex(r"""'[^']*'?|\$'(?:[^'\\]|\\.)*'?|\$?"|\\|`[^`]*`|\$\(|[^'"\\$`]+|\$""", re.DOTALL)


def kept(content: str, start: int, end: int) -> list[tuple[int, int]]:
    r"""The stretches of a word that remain when one level of quotes and escapes is removed.

    Expansions remain as they stand, those that the outer shell expands (`"$x"`) like those that
    it passes on (`"\$x"`, `'$x'`).
    """
    ranges: list[tuple[int, int]] = []
    double = False
    at = start
    while at < end:
        token = _KEPT.match(content, at, end)
        stop = token.end() if token else at + 1
        mark = content[at:stop]
        if mark in {'"', '$"'} and not (mark == '$"' and double):
            double = not double
        elif mark == "\\":
            following = content[stop : min(stop + 1, end)]
            literal = double and following not in set('$`"\\\n')
            begin = at if literal else stop
            stop = min(stop + 1, end)
            if following != "\n":
                ranges.append((begin, stop))
        elif mark == "$(":
            stop = _balanced(content, stop, end, "()")
            ranges.append((at, stop))
        elif mark[0] == "'" and not double:
            ranges.append((at + 1, stop - (len(mark) > 1 and mark[-1] == "'")))
        elif mark[:2] == "$'" and not double:
            ranges.append((at + 2, stop - (len(mark) > 2 and mark[-1] == "'")))
        elif mark[0] in "'$" and double and stop - at > 1:
            stop = at + 1
            ranges.append((at, stop))
        else:
            ranges.append((at, stop))
        at = stop
    return ranges


def unescaped(content: str) -> list[tuple[int, int]]:
    """The stretches of an unquoted heredoc's body that remain when the outer shell has read it."""
    ranges: list[tuple[int, int]] = []
    at = 0
    while (found := content.find("\\", at)) >= 0:
        following = content[found + 1 : found + 2]
        if following == "\n":
            ranges.append((at, found))
            at = found + 2
        elif following and following in "$`\\":
            ranges += (at, found), (found + 1, found + 2)
            at = found + 2
        else:
            ranges.append((at, found + 1))
            at = found + 1
    ranges.append((at, len(content)))
    return [each for each in ranges if each[0] < each[1]]
