"""A shell text made easy for tree-sitter: what it is known to misread is overwritten, length kept.

Quoted text, parameter expansions, arithmetic, `[[ … ]]`, extended globs and comments become plain
word characters; a heredoc becomes a redirection, its body blanks; `!` and `time` before a compound
command become blanks. Words are read from the original text anyway, so nothing is lost but the
commands inside what was overwritten.
"""

from __future__ import annotations

import re

from msgspec import Struct

from ...source.regex import regex
from .words import closing


class Simple(Struct, frozen=True):
    """The easier text, and for the offset of each `<<` the offsets of its body."""

    content: str
    heredocs: dict[int, tuple[int, int]]


_TOKEN = regex(
    r"""\\[\s\S]?|'|"|\$'|\$\{|\$\(\(|\$\(|\(\(|[()\n`]|<<<|<<-?|<>|\{[^\s{}'"`$]*(?:,|\.\.)[^\s{}'"`$]*\}|[?*+@!]\(|(?<![^\s;|&(`])(?:\#|\[\[(?=\s))"""
    r"""|(?<![^\s;|&(`])(?:!|time)(?=[ \t]+(?:[{]|if|while|until|for|case|select)\s)"""
    r"""|(?<![^\s;|&(`])for[ \t]+\w+[ \t]*\n\s*(?=(?:in|do)\s)"""
)
_WORD = r"""(?:[^\s"'$`\\;&|<>()]|'[^']*'|"[^"]*"|\$\([^()]*\)|`[^`]*`|\\.|\$)"""
_ASSIGNING = regex(
    rf"""((?:^|[;&|({{]|\b(?:then|do|else)\b)[ \t]*(?:[A-Za-z_]\w*\+?={_WORD}*+[ \t]+)+"""
    rf"""(?:\d*(?:>>?|<|[<>]&|&>>?)[ \t]*{_WORD}++[ \t]*)+)(?:\n|[ \t](?=\#))(?!\s*;)""",
    re.MULTILINE,
)
_ESCAPED_NAME = regex(r"^(?<!\\\n)([ \t]*)\\(?=[A-Za-z])", re.MULTILINE)
_LAST_CLAUSE = regex(r";;?&(?=\s*esac\b)")
_NO_WORDS = regex(r"(\b(?:for|select)[ \t]+\w+[ \t]+)in(?=[ \t]*[;\n])")
_COUNTING = regex(r"(?<!\S)for\s*\Z")
_QUOTE_TOKEN = regex(r'\\[\s\S]?|"|\$\{|\$\(\(|\$\(|`')
_DELIMITER = regex(r"""[ \t]*((?:[^\s;&|<>()'"\\]|'[^'\n]*'|"[^"\n]*"|\\.)+)""")
_UNQUOTE = regex(r"""['"\\]""")
_INSIDE = regex(r"""\\[\s\S]?|'[^']*'|[()]""")
_TEST_END = regex(r"""\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|(?<=\s)\]\](?=[\s;|&)]|$)""")
_NOT_BREAK = regex(r"[^\n]")


def simplify(content: str) -> Simple:  # noqa: PLR0915 (one pass over a flat list of tokens)
    """The easier form of `content`."""
    out = list(content)
    heredocs: dict[int, tuple[int, int]] = {}
    waiting: list[tuple[int, str, bool]] = []
    stack: list[str] = []
    at = 0
    while at < len(content):
        quoted = bool(stack) and stack[-1] == '"'
        token = (_QUOTE_TOKEN if quoted else _TOKEN).search(content, at)
        if token is None:
            if quoted:
                _blank(out, at, len(content))
            break
        start, end = token.span()
        mark = token[0]
        if quoted:
            _blank(out, at, start)
        at = end
        if mark[0] == "\\":
            if quoted or mark[1:] != "\n":
                _blank(out, start, end)
        elif mark == '"':
            if quoted:
                stack.pop()
            else:
                stack.append('"')
        elif mark == "$(":
            stack.append(")")
        elif mark == "`":
            if quoted or "`" not in stack:
                stack.append("`")
            else:
                while stack.pop() != "`":
                    pass
        elif mark == "${":
            at = closing(content, end, len(content)) or len(content)
            _blank(out, start, at)
        elif mark == "$((":
            at = _double(content, end)
            if at:
                _blank(out, end, at - 2)
            else:
                at = start + 2
                stack.append(")")
        elif quoted:
            continue
        elif mark in {"'", "$'"}:
            at = _single(content, end, escapes=mark == "$'")
            _blank(out, end, at - 1)
        elif mark == "((":
            at = _double(content, end)
            if at:
                _blank(out, end, at - 2)
                if _COUNTING.search(content, max(start - 40, 0), start) and at - 2 - end >= 3:
                    out[end + 1] = out[at - 3] = ";"
            else:
                at = start + 1
                stack.append(")")
        elif mark == "(":
            stack.append(")")
        elif mark == ")":
            if stack and stack[-1] == ")":
                stack.pop()
        elif mark == "#":
            line = content.find("\n", start)
            at = len(content) if line < 0 else line
            out[start:at] = " " * (at - start)
        elif mark == "[[":
            at = _test(content, end)
            _blank(out, end + 1, at - 3)
        elif mark[:3] == "for":
            line = content.index("\n", start)
            out[line] = ";" if content.startswith("do", end) else " "
        elif mark in {"!", "time"}:
            out[start:end] = " " * (end - start)
        elif mark == "<>":
            out[start + 1] = " "
        elif mark[0] == "{":
            _blank(out, start, end)
        elif mark == "<<<":
            out[start:end] = "  <"
        elif mark in {"<<", "<<-"}:
            at = _delimited(content, start, end, out, waiting)
        elif mark == "\n" and waiting:
            at = _bodies(content, end, out, waiting, heredocs)
        elif mark[-1] == "(" and mark[0] in "?*+@!":
            at = _close(content, end)
            _blank(out, start, at)
    return Simple("".join(out), heredocs)


def separated(content: str) -> str:
    r"""The text, its length kept, with what the parser cannot do without.

    That is a `;` behind a line of assignments and redirections, a plain `;;` before `esac`, no
    `in` before no words, and no backslash at the beginning of a line (`\rm x`).
    """
    content = _ASSIGNING.sub(r"\1;", content)
    content = _LAST_CLAUSE.sub(lambda match: ";;" + " " * (len(match[0]) - 2), content)
    content = _ESCAPED_NAME.sub(r"\1 ", content)
    return _NO_WORDS.sub(r"\1  ", content)


def _blank(out: list[str], start: int, end: int) -> None:
    if end > start:
        out[start:end] = "_" * (end - start)


def _single(content: str, at: int, *, escapes: bool) -> int:
    while escapes and at < len(content) and content[at] != "'":
        at += 2 if content[at] == "\\" else 1
    end = content.find("'", at)
    return len(content) if end < 0 else end + 1


def _close(content: str, at: int) -> int:
    """Where the parenthesis closes that was opened before `at`."""
    depth = 1
    for token in _INSIDE.finditer(content, at):
        if token[0] == "(":
            depth += 1
        elif token[0] == ")":
            depth -= 1
            if not depth:
                return token.end()
    return len(content)


def _double(content: str, at: int) -> int:
    """Where the `))` ends that closes an arithmetic expression, or 0 where there is none."""
    depth = 0
    for token in _INSIDE.finditer(content, at):
        if token[0] == "(":
            depth += 1
        elif token[0] == ")" and depth:
            depth -= 1
        elif token[0] == ")":
            return token.end() + 1 if content.startswith(")", token.end()) else 0
    return 0


def _test(content: str, at: int) -> int:
    for token in _TEST_END.finditer(content, at):
        if token[0] == "]]":
            return token.end()
    return len(content)


def _delimited(
    content: str, start: int, end: int, out: list[str], waiting: list[tuple[int, str, bool]]
) -> int:
    delimiter = _DELIMITER.match(content, end)
    if delimiter is None:
        return end
    waiting.append((start, _UNQUOTE.sub("", delimiter[1]), content[start:end] == "<<-"))
    out[start:end] = " " * (end - start - 1) + "<"
    _blank(out, delimiter.start(1), delimiter.end(1))
    return delimiter.end()


def _bodies(
    content: str,
    at: int,
    out: list[str],
    waiting: list[tuple[int, str, bool]],
    heredocs: dict[int, tuple[int, int]],
) -> int:
    """Blank the bodies of the heredocs that wait for the line's end; where the last one ends."""
    for start, delimiter, tabs in waiting:
        begin = at
        heredocs[start] = begin, len(content)
        while at < len(content):
            line = content.find("\n", at)
            end = len(content) if line < 0 else line
            text = content[at:end]
            after = min(end + 1, len(content))
            if (text.lstrip("\t") if tabs else text) == delimiter:
                heredocs[start] = begin, at
                out[begin:end] = _NOT_BREAK.sub(" ", content[begin:end])
                at = after
                break
            at = after
        else:
            out[begin:] = _NOT_BREAK.sub(" ", content[begin:])
    waiting.clear()
    return max(at - 1, 0) if content[at - 1 : at] == "\n" else at
