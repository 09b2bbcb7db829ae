"""Whether a text that bash cannot read is a shell script at all."""

from __future__ import annotations

import re

from ...source.regex import regex

_LANGUAGE = regex(
    r"(?:import\s.*\sfrom\s|import\s+['\"]|import\s+[\w.]+[ \t]*(?:;|\n|as\s)|from\s+[\w.]+\s+import\s"
    r"|const\s+\w+\s*=|export\s+(?:const|default|async|function|interface|type)\s"
    r"|(?:def|class)\s+\w+[^\n]*:[ \t]*\n|use\s+(?:strict|warnings);|require\s+['\"]|using\s+[\w.]+;"
    r"|@echo\s+off|param\s*\(|int\s+main\s*\(|\{\s*\"[^\"\n]*\"\s*:"
    r"|//|/\*|<\?php|<\?xml|<!DOCTYPE|<html|package\s+\w+|['\"]use strict)"
)
_BODY = regex(r"(?:\s|#[^\n]*)*")
_MARKS = regex(r"\{%|<%|\{\{|<ssinclude\s")
_QUOTED = regex(r"'[^'\n]*+'|\"(?:[^\"\\\n]|\\.)*+\"")
_INTERPRETERS = (
    r"(?:python|pypy|perl|ruby|node|deno|bun|lua|php|tclsh|wish|expect|java|scala|groovy|kotlin|racket"
    r"|guile|sbcl|clisp|emacs|[gmn]?awk|osascript|swift|go|julia|Rscript|ocaml|ghc|runghc|elixir|escript)"
)
_HANDS_OVER = regex(
    rf"exec(?<=\bexec)\b[^\n]*?(?:\b{_INTERPRETERS}[\d.]*\b|\$\{{?\w*(?:PY|PERL|RUBY|NODE|JAVA|INTERP))"
    r"[^\n]*?(?:\$0|\$\{0\}|BASH_SOURCE)"
)
_ZSH_WORDS = ("setopt", "autoload", "zstyle", "zmodload", "compdef", "bindkey", "${(")
_ZSH = regex(
    r"^[ \t]*(?:setopt|autoload|zstyle|zmodload|compdef|bindkey)\b|\$\{\([\w@]+\)", re.MULTILINE
)
_WINDOWS = regex(
    r"\b(?:Add|Compress|Copy|Expand|ForEach|Get|Import|Install|Invoke|Join|Move|New|Out|Remove|Resolve"
    r"|Select|Set|Start|Stop|Test|Where|Write)-[A-Z]\w+|\$env:\w"
    r"|\b(?:if|elseif|foreach|while|switch)[ \t]*\([ \t]*[$-][^\n]*\)[ \t]*\{"
    r"|\bif\s+(?:/i\s+)?(?:not\s+)?exist\b|^[ \t]*@echo\s|%[A-Za-z_]{3,}%|\bfor\s+(?:/\w\s+)?%",
    re.MULTILINE,
)
_WINDOWS_MARKS = (
    regex(r"-(?<=[a-z]-)[A-Z]\w"),
    regex(r"\$env:"),
    regex(r"\([ \t]*[$-][^\n]*\)[ \t]*\{"),
    regex(r"exist"),
    regex(r"@echo"),
    regex(r"%(?:(?<=\s%)|[A-Za-z_]{3})"),
)
"""What the alternatives of `_WINDOWS` have in them.

Each begins with a character of its own, so that the six take a tenth of the time of the whole.
"""


def is_other_language(content: str) -> bool:
    """Whether a text that names no interpreter begins like another language's."""
    begin = _BODY.match(content)
    return _LANGUAGE.match(content, begin.end() if begin else 0) is not None


def is_for_another_shell(content: str) -> bool:
    """Whether a text that bash cannot read shows that zsh, PowerShell or cmd is to read it.

    The runner of a step or of a package's script may be one of Windows, where nothing says so.
    """
    bare = _QUOTED.sub("", content)
    if any(word in content for word in _ZSH_WORDS) and _ZSH.search(content):
        return True
    return any(mark.search(bare) for mark in _WINDOWS_MARKS) and _WINDOWS.search(bare) is not None


def is_template(content: str) -> bool:
    """Whether something fills a text in before a shell reads it.

    What stands in quotes or in a here-document (`docker ps --format '{{.Names}}'`) is for others.
    """
    if not _MARKS.search(content):
        return False
    from .blocks import trace

    at, kept = 0, []
    for heredoc in trace(content).heredocs:
        if heredoc.begin >= at:
            kept.append(content[at : heredoc.begin])
            at = len(content) if heredoc.end < 0 else heredoc.end
    kept.append(content[at:])
    return _MARKS.search(_QUOTED.sub("", "".join(kept))) is not None


def hands_over(content: str, end: int) -> bool:
    """Whether what stands before `end` gives the file itself to another language's interpreter."""
    return _HANDS_OVER.search(content, 0, end) is not None
