"""The judge of bash syntax: where `bash -O extglob -n` gives up, and what is open there.

The grammar is that of bash 5.2's parse.y, read by recursive descent. Backquotes, `((`, `$((` and
here-documents hold whatever balances or ends them, as they do for `bash -n`. Where bash 5.2 gives
up with a status of 0 (`[[ a b ]]`, `for ((a;b;c)`), that is a fault all the same: it runs no
further. `$(time { a; })`, which 5.2 alone rejects, is none.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast

import msgspec

from ...source.regex import regex


class Fault(msgspec.Struct, frozen=True, gc=False):
    """Where bash gives up; offsets are 0-based code points into the text, ends exclusive."""

    opener: str
    """What stays open or is closed wrongly: `if`, `do`, `{`, `"`, `$(` …; empty where nothing."""
    opened: tuple[int, int] | None
    """The opener's place."""
    expected: str
    """What would close it or has to follow; empty where nothing would."""
    found: str
    """The token that does not fit; empty at the end of the text."""
    place: tuple[int, int]
    """The place of `found`, or of the end of the text."""


class Structure(msgspec.Struct, frozen=True, gc=False):
    """How far bash gets through a script, and why no farther."""

    complete: int
    """Just behind the last command line that bash runs; the text's length without a fault."""
    fault: Fault | None
    """The first thing that bash rejects."""


def check(text: str, ends: list[int] | None = None, traced: "Trace | None" = None) -> Structure:
    """Judge a script as bash does; silent where more than 80 constructs are open at once.

    `ends` is given the end of each complete command line, the text's own only where it got there;
    `traced` is given what was read.
    """
    source = _Source(text, trace=traced)
    try:
        while _skip(source) < len(text):
            _commands(source, "line")
            source.complete = source.at
            if ends is not None:
                ends.append(source.at)
    except _GivesUpError as end:
        return Structure(len(text) if end.fault is None else source.complete, end.fault)
    if ends is not None:
        ends.append(len(text))
    return Structure(len(text), None)


class Inside(msgspec.Struct, gc=False):
    """What a construct holds directly."""

    statements: list[int] = []
    """Where its statements, and a case's patterns, begin."""
    branches: list[int] = []
    """Where its `elif` and `else` stand."""


class Block(msgspec.Struct, gc=False):
    """A construct that waits for its end, or has found it."""

    opener: str
    start: int
    expected: str
    head: int = -1
    """Where the whole command begins, if not with the opener: the `while` of a `do`."""
    body: int = -1
    """Behind the first `then`."""
    end: int = -1
    """Behind what closes it; -1 while it is open."""
    inside: Inside | None = None
    """What it holds; None where nobody traces."""


class Heredoc(msgspec.Struct, gc=False):
    """A here-document: what ends it, and where it stands once its body has been read."""

    delimiter: str
    quoted: bool
    tabs: bool
    operator: tuple[int, int]
    """The place of `<<` with its word."""
    begin: int = -1
    """Where the body begins; -1 before it is reached."""
    end: int = -1
    """Behind the line that ends it; -1 where the text's end does."""


class Trace(msgspec.Struct):
    """The constructs that were read up to a fault, in their order."""

    blocks: list[Block] = []
    heredocs: list[Heredoc] = []


def trace(text: str) -> Trace:
    """What `check` reads, up to where it gives up."""
    source = _Source(text, trace=(traced := Trace()))
    with suppress(_GivesUpError):
        while _skip(source) < len(text):
            _commands(source, "line")
    return traced


class _Source(msgspec.Struct):
    """The text, the place reached in it and what waits there."""

    text: str
    at: int = 0
    complete: int = 0
    opened: list[Block] = []
    heredocs: list[Heredoc] = []
    substituted: dict[int, int] = {}
    trace: Trace | None = None


class _GivesUpError(Exception):
    """Ends the reading: with bash's fault, or without one where the nesting is too deep."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__()
        self.fault = fault


_DEEPEST: Final = 80  # open constructs; none takes more than seven of Python's 1,000 frames

_ENDS: Final = {
    "line": frozenset({"\n", ""}),
    "then": frozenset({"then"}),
    "elif": frozenset({"elif", "else", "fi"}),
    "fi": frozenset({"fi"}),
    "do": frozenset({"do"}),
    "done": frozenset({"done"}),
    "esac": frozenset({";;", ";&", ";;&", "esac"}),
    "}": frozenset({"}"}),
    ")": frozenset({")"}),
}
_EXPECTED: Final = {"line": "", "elif": "fi"}
_WORD: Final = "word"  # stands for every word that cannot be reserved
_REDIRECTING: Final = frozenset("<>&{0123456789")
_CONNECTORS: Final = frozenset({"&&", "||", "|", "|&"})
_PIPES: Final = frozenset({"|", "|&"})
_SEPARATORS: Final = frozenset({";", "&", "\n"})
_CLAUSE_ENDS: Final = frozenset({";;", ";&", ";;&", "esac"})
_CLOSERS: Final = _CLAUSE_ENDS | {
    "then",
    "elif",
    "else",
    "fi",
    "do",
    "done",
    "in",
    "}",
    "]]",
    ")",
    "",
}
_NO_COMMAND: Final = _CLOSERS | _CONNECTORS | _SEPARATORS
_DECLARATORS: Final = frozenset(
    ["alias", "declare", "eval", "export", "let", "local", "readonly", "typeset"]
)
_UNARY: Final = regex(r"-[a-hknoprstuvwxzGLNORS]")
_BINARY: Final = regex(r"==?|!=|=~|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef)")

# A word, piece by piece. Possessive throughout: a quote that never ends is scanned once, not once
# for each way to fail. What spans lines or nests is left to functions, which note its place.
_META: Final = r" \t\n;&|<>()"
_BLANK: Final = r"(?:[ \t]|\\\n)"
_TICKS: Final = r"`[^`\\]*+(?:\\[\s\S][^`\\]*+)*+`"
_ANSI: Final = r"\$'[^'\\]*+(?:\\[\s\S][^'\\]*+)*+'"
_NAMED: Final = r"\$\{[^'\"`\\{}$<>]*+\}"
_IN_DOUBLE: Final = rf'[^"\\`$]*+(?:(?:\\[\s\S]|\$\$|\$(?![({{\[$])|{_NAMED}|{_TICKS})[^"\\`$]*+)*+'
_ON_LINE: Final = _IN_DOUBLE.replace(r"\\`$", r"\\`$\n")
_QUOTED: Final = rf"\\[\s\S]|'[^'\n]*+'|\"{_ON_LINE}\"|{_TICKS}|{_ANSI}|\$\$"
_PIECE: Final = rf"[^{_META}'\"`\\$?*+@!]++|[?*+@!](?!\()|{_QUOTED}|{_NAMED}|\$(?![({{\['])"
_IN_BRACKETS: Final = rf"{_QUOTED}|\$(?!')"
_IN_EXPANSION: Final = rf"{_QUOTED}|{_NAMED}|\$(?![({{\['])|[<>]{{2}}|[<>](?!\()"
_INTO: Final = rf"(?:>>|>\||[<>]&|<>|&>>?|<<<|>|<(?!<)){_BLANK}*+(?![{_META}#\\])"

_Run = Callable[[str, int], re.Match[str]]


def _run(pattern: re.Pattern[str]) -> _Run:
    """The matching of a pattern that matches everywhere, be it the empty string."""
    return cast("_Run", pattern.match)


_word_run = _run(regex(rf"(?:{_PIECE})*+"))
_simple_run = _run(
    regex(rf"(?:{_PIECE})*+(?:{_BLANK}++|(?!#)(?:{_PIECE})++|{_INTO}(?:{_PIECE})++)*+")
)
_double_run = _run(regex(_IN_DOUBLE))
_round_run = _run(regex(rf"(?:[^()'\"`\\$]++|{_IN_BRACKETS})*+"))
_square_run = _run(regex(rf"(?:[^\[\]'\"`\\$]++|{_IN_BRACKETS})*+"))
_index_run = _run(regex(rf"(?:[^\[\]'\"`\\$<>]++|{_IN_EXPANSION})*+"))
_brace_run = _run(regex(rf"(?:[^}}'\"`\\$<>]++|{_IN_EXPANSION})*+"))

_blanks = _run(regex(rf"{_BLANK}*+(?:#[^\n]*+)?+"))
_space = _run(regex(r"(?:[ \t\n]|\\\n|#[^\n]*+)*+"))
_parenthesis = regex(rf"{_BLANK}*+\(").match
_parentheses = regex(rf"{_BLANK}*+\({_BLANK}*+\)").match
_options = _run(regex(rf"(?:{_BLANK}++-p(?![^{_META}]))?+(?:{_BLANK}++--(?![^{_META}]))?+"))
_token = regex(
    rf"&&|&>>?|\|\||\|&|;;&|;;|;&|[;&|()\n]|\Z|(?!!\()[^{_META}'\"`\\$]++(?=(?:\\\n)*+(?:[{_META}]|\Z))",
).match
_found = _run(regex(rf"&&|&>>?|\|\||\|&|;;&|;;|;&|<<-|<<<|<<|>>|[\n;&|<>()]|[^{_META}]*+"))
_numbered = regex(r"(?:[0-9]+|\{[A-Za-z_][^\s}]*\})(?=[<>])").match
_redirect = regex(r"<<-|<<<|<<|>>|>\||[<>]&|<>|&>>?|[<>](?!\()").match
_compared = regex(r"[<>](?![<>&|(])").match
_assigned = regex(r"[A-Za-z_][A-Za-z0-9_]*+(?:\[|\+?=)").match
_equals = _run(regex(r"(?:\+?=)?+"))
_declared = regex(rf"(?<![^{_META}])[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?\+?=\Z").search
_quotes = regex(r"""\$?'([^']*)'|\$?"([^"]*)"|\\(.)""")


def _commands(source: _Source, until: str, *, empty: bool = False) -> str:
    """Read commands up to and with the token that ends them; give it back."""
    ends = _ENDS[until]
    owed, joined, ended, piped = not empty, False, False, False
    while True:
        if owed or until != "line":
            _skip(source)
        lexeme = _peek(source)
        if lexeme in ends and not owed:
            _step(source, lexeme)
            return lexeme
        if ended or lexeme in _NO_COMMAND:
            raise _misfit(source, _EXPECTED.get(until, until))
        if source.trace is not None and not joined:
            _note(source)
        _command(source, lexeme, piped=piped)
        _skip_blanks(source)
        lexeme = _peek(source)
        owed = joined = lexeme in _CONNECTORS
        piped = lexeme in _PIPES
        ended = not owed and (lexeme not in _SEPARATORS or lexeme in ends)
        if not ended and lexeme != "\n":
            source.at += len(lexeme)
            _skip_blanks(source)


def _command(source: _Source, lexeme: str, *, piped: bool) -> None:
    """Read one command; before it, unless behind a pipe, stand `!` and `time`."""
    while lexeme == "!" or (lexeme == "time" and not piped):
        if piped:
            raise _fault(source)
        source.at += len(lexeme)
        if lexeme == "time":
            source.at = _options(source.text, source.at).end()
        _skip_blanks(source)
        lexeme = _peek(source)
        if lexeme in {";", "\n", ""}:
            return
    if lexeme in _BLOCKS:
        _block(source, lexeme)
    elif lexeme in _NO_COMMAND:
        raise _misfit(source, "")
    else:
        _simple(source)


def _block(source: _Source, lexeme: str) -> None:
    """Read one compound command with its redirections; behind those only an operator may stand."""
    start = source.at
    source.at += len(lexeme)
    _BLOCKS[lexeme](source, lexeme, start)
    redirected = False
    while _skip_blanks(source) < len(source.text) and _redirection(source):
        redirected = True
    if redirected and source.text[source.at : source.at + 1] not in "\n;&|)":
        raise _fault(source)


def _if(source: _Source, lexeme: str, start: int) -> None:
    """Read an `if` command."""
    _open(source, lexeme, start, "fi")
    block = source.opened[-1]
    _commands(source, "then")
    block.body = source.at
    while (branch := _commands(source, "elif")) != "fi":
        if block.inside is not None:
            block.inside.branches.append(source.at - len(branch))
        if branch == "else":
            _commands(source, "fi")
            break
        _open(source, branch, source.at - len(branch), "then")
        _commands(source, "then")
        _close(source)
    _close(source)


def _while(source: _Source, lexeme: str, start: int) -> None:
    """Read a `while` or `until` loop."""
    _open(source, lexeme, start, "do")
    _commands(source, "do")
    source.at -= len("do")
    _loop(source)


def _for(source: _Source, lexeme: str, start: int) -> None:
    """Read a `for` or `select` loop."""
    _open(source, lexeme, start, "do")
    _skip_blanks(source)
    if lexeme == "for" and source.text.startswith("((", source.at):
        _three_expressions(source)
    else:
        if not _word(source):
            raise _fault(source)
        if _skip_blanks(source) and _peek(source) == "{":
            raise _fault(source, "do", source.opened[-1])
    _skip_blanks(source)
    if _peek(source) == ";":
        source.at += 1
    _skip(source)
    if _peek(source) == "in":
        _words(source)
    _loop(source)


def _three_expressions(source: _Source) -> None:
    """Step over the `((…;…;…))` of a loop."""
    start = source.at
    source.at += 2
    _span(source, "((", start)
    inside = source.text[start + 2 : source.at - 1]
    if not source.text.startswith(")", source.at) or inside.count(";") != 2:
        raise _fault(source, place=(start, source.at))
    source.at += 1


def _words(source: _Source) -> None:
    """Step over the `in` of a loop and its words, up to the `do`."""
    source.at += len("in")
    while True:
        _skip_blanks(source)
        if not _word(source):
            break
    if _peek(source) not in {";", "\n", ""}:
        raise _fault(source)
    if _peek(source) == ";":
        source.at += 1
    _skip(source)


def _loop(source: _Source) -> None:
    """Read the `do … done` or `{ … }` of a loop whose head was read."""
    lexeme = _peek(source)
    if lexeme not in {"do", "{"}:
        raise _fault(source, "do", source.opened[-1])
    head = source.opened.pop().start
    closer = "done" if lexeme == "do" else "}"
    _open(source, lexeme, source.at, closer, head)
    source.at += len(lexeme)
    _commands(source, closer)
    _close(source)


def _case(source: _Source, lexeme: str, start: int) -> None:
    """Read a `case` command."""
    _open(source, lexeme, start, "esac")
    _skip_blanks(source)
    if not _word(source):
        raise _fault(source, "", source.opened[-1])
    _skip(source)
    if _peek(source) != "in":
        raise _fault(source, "in", source.opened[-1])
    source.at += len("in")
    ended = ""
    while ended != "esac":
        _skip(source)
        if _peek(source) == "esac":
            source.at += len("esac")
            break
        if source.trace is not None:
            _note(source)
        _patterns(source)
        ended = _commands(source, "esac", empty=True)
    _close(source)


def _patterns(source: _Source) -> None:
    """Step over the patterns of a clause and the `)` behind them."""
    if _peek(source) == "(":
        source.at += 1
    while True:
        _skip_blanks(source)
        if not _word(source):
            raise _fault(source, "esac", source.opened[-1])
        _skip_blanks(source)
        if _peek(source) != "|":
            break
        source.at += 1
    if _peek(source) != ")":
        raise _fault(source, ")", source.opened[-1])
    source.at += 1


def _group(source: _Source, lexeme: str, start: int) -> None:
    """Read a `{ … }`."""
    _open(source, lexeme, start, "}")
    _commands(source, "}")
    _close(source)


def _subshell(source: _Source, lexeme: str, start: int) -> None:
    """Read a `( … )`, or a `(( … ))` where the parentheses at its end touch."""
    if source.text.startswith("(", source.at):
        source.at += 1
        _span(source, "((", start)
        if source.text.startswith(")", source.at):
            source.at += 1
            return
        source.at = start + 1
    _open(source, lexeme, start, ")")
    _commands(source, ")")
    _close(source)


def _coprocess(source: _Source, _lexeme: str, _start: int) -> None:
    """Read what follows `coproc`: a command, or a name and a compound command."""
    _skip_blanks(source)
    lexeme, start = _peek(source), source.at
    if lexeme not in _BLOCKS and lexeme not in _NO_COMMAND:
        _word(source)
        _skip_blanks(source)
        if _peek(source) in _BLOCKS:
            lexeme = _peek(source)
        else:
            source.at = start
    if lexeme in {"function", "coproc"}:
        raise _fault(source)
    _command(source, lexeme, piped=True)


def _function(source: _Source, _lexeme: str, _start: int) -> None:
    """Read a function definition that begins with the word `function`."""
    _skip_blanks(source)
    if not _word(source):
        raise _fault(source)
    if parentheses := _parentheses(source.text, source.at):
        source.at = parentheses.end()
    _skip(source)
    _function_body(source)


def _function_body(source: _Source) -> None:
    """Read the compound command that is a function's body."""
    lexeme = _peek(source)
    if lexeme not in _BLOCKS or lexeme in {"function", "coproc"}:
        raise _fault(source, "{")
    _block(source, lexeme)


def _simple(source: _Source) -> None:
    """Read a simple command up to the operator that ends it, or the definition of a function."""
    text = source.text
    begin = start = source.at
    while text[start : start + 1] in _REDIRECTING and _redirection(source):
        start = _skip_blanks(source)
    redirected = start > begin
    assigned = _assignments(source)
    start = source.at
    _word(source)
    named = source.at > start and not (assigned or redirected)
    if named and (parenthesis := _parenthesis(text, source.at)):
        source.at = parenthesis.end()
        _empty_parameters(source)
        return
    declares = text[start : source.at] in _DECLARATORS
    while True:
        source.at = _simple_run(text, source.at).end()
        character = text[source.at : source.at + 1]
        if character in "\n;|)#" or (character == "&" and not text.startswith("&>", source.at)):
            return
        if character != "(":
            if not _piece(source) and not _redirection(source):
                raise _fault(source)
        elif declares and _declared(text, max(start, source.at - 200), source.at):
            _array(source, nests=True)
        else:
            raise _fault(source)


def _empty_parameters(source: _Source) -> None:
    """Read what follows the name and the `(` of a function: `)` and a body."""
    _skip_blanks(source)
    if _peek(source) != ")":
        raise _fault(source)
    source.at += 1
    _skip(source)
    _function_body(source)


def _assignments(source: _Source) -> bool:
    """Step over the assignments before a command; false where there is none."""
    found = False
    while assigned := _assigned(source.text, source.at):
        source.at = assigned.end()
        if source.text[source.at - 1] == "[":
            _span(source, "[", source.at - 1)
            source.at = _equals(source.text, source.at).end()
        if source.text.startswith("=(", source.at - 1):
            _array(source, nests=False)
        _word(source)
        _skip_blanks(source)
        found = True
    return found


def _array(source: _Source, *, nests: bool) -> None:
    """Read the `( … )` of an array assignment; arrays nest where a builtin declares them."""
    start = source.at
    _open(source, "(", start, ")")
    source.at += 1
    while True:
        _skip(source)
        if source.text.startswith("[", source.at):
            _span(source, "[", source.at)
            source.at = _equals(source.text, source.at).end()
            if nests and source.text.startswith("=(", source.at - 1):
                _array(source, nests=nests)
        elif source.text.startswith(")", source.at):
            break
        elif not _word(source):
            raise _fault(source, ")", source.opened[-1])
        _word(source)
    source.at += 1
    _close(source)


def _redirection(source: _Source) -> bool:
    """Step over a redirection and its target; false where none stands."""
    start = source.at
    if not (operator := _redirect(source.text, start)):
        numbered = _numbered(source.text, start)
        if not numbered:
            return False
        source.at = numbered.end()
        return _redirection(source)
    source.at = operator.end()
    _skip_blanks(source)
    target = source.at
    if not _word(source):
        raise _fault(source)
    if operator.group() in {"<<", "<<-"}:
        word = source.text[target : source.at]
        delimiter = _quotes.sub(r"\1\2\3", word)
        tabs = operator.group() == "<<-"
        heredoc = Heredoc(delimiter, delimiter != word, tabs, (start, source.at))
        source.heredocs.append(heredoc)
        if source.trace is not None:
            source.trace.heredocs.append(heredoc)
    return True


def _condition(source: _Source, lexeme: str, start: int) -> None:
    """Read a `[[ … ]]`."""
    _open(source, lexeme, start, "]]")
    _terms(source, "]]")
    _close(source)


def _terms(source: _Source, closer: str) -> None:
    """Read the terms of a condition up to and with what closes it."""
    while True:
        _term(source)
        _skip(source)
        lexeme = _peek(source)
        if lexeme not in {"&&", "||"}:
            break
        source.at += len(lexeme)
    if lexeme != closer:
        raise _fault(source, closer, source.opened[-1])
    source.at += len(closer)


def _term(source: _Source) -> None:
    """Read one term of a condition: in parentheses, or one word, or an operator and its words."""
    _skip(source)
    while (lexeme := _peek(source)) == "!":
        source.at += 1
        _skip(source)
    if lexeme == "(":
        _open(source, "(", source.at, ")")
        source.at += 1
        _terms(source, ")")
        _close(source)
        return
    word = _operand(source)
    if not _UNARY.fullmatch(word):
        operator = _comparison(source)
        if not operator:
            return
        if operator == "=~":
            _skip_blanks(source)
            _pattern(source)
            return
    _skip_blanks(source)
    _operand(source)


def _operand(source: _Source) -> str:
    """Step over a word of a condition and give it back."""
    start = source.at
    if _peek(source) == "]]" or not _word(source):
        raise _fault(source, "", source.opened[-1])
    return source.text[start : source.at]


def _comparison(source: _Source) -> str:
    """Step over the operator between two words; empty where the term ends with the first one."""
    _skip_blanks(source)
    if compared := _compared(source.text, source.at):
        source.at = compared.end()
        return compared.group()
    if _peek(source) in {"]]", "&&", "||", ")"}:
        return ""
    start = source.at
    if _word(source) and _BINARY.fullmatch(source.text, start, source.at):
        return source.text[start : source.at]
    source.at = start
    raise _fault(source, "]]", source.opened[-1])


def _pattern(source: _Source) -> None:
    """Step over the regular expression behind `=~`, in which `(` and `|` are ordinary."""
    start = source.at
    if _peek(source) == "]]":
        raise _fault(source, "", source.opened[-1])
    while True:
        _word(source)
        if source.text.startswith("|", source.at):
            source.at += 1
        elif source.text.startswith("(", source.at):
            _span(source, "(", source.at)
        else:
            break
    if source.at == start:
        raise _fault(source, "", source.opened[-1])


def _word(source: _Source) -> bool:
    """Step over one word; false where none begins."""
    start = source.at
    while True:
        source.at = _word_run(source.text, source.at).end()
        if not _piece(source):
            return source.at > start


def _piece(source: _Source) -> bool:
    """Step over the one piece of a word that no pattern takes whole; false at a word's end."""
    text, start = source.text, source.at
    two = text[start : start + 2]
    if two in {"$(", "<(", ">("}:
        _substitution(source, two)
    elif two in _PIECES:
        _span(source, two, start)
    elif two[:1] == '"':
        _double(source)
    elif two[:1] == "'":
        _single(source)
    elif two[:1] == "`":
        raise _unended(source, "`")
    elif two == "$'":
        raise _unended(source, two)
    elif two == "\\":
        source.at += 1
    else:
        return False
    return True


def _single(source: _Source) -> None:
    """Step over a single-quoted string of several lines."""
    end = source.text.find("'", source.at + 1)
    if end < 0:
        raise _unended(source, "'")
    _open(source, "'", source.at, "'")
    source.at = end + 1
    _close(source)


def _unended(source: _Source, opener: str) -> _GivesUpError:
    """The fault of a quote that the text never ends."""
    _open(source, opener, source.at, opener[-1])
    source.at = len(source.text)
    return _misfit(source, opener[-1])


def _double(source: _Source) -> None:
    """Step over a double-quoted string."""
    _open(source, '"', source.at, '"')
    source.at += 1
    while True:
        source.at = _double_run(source.text, source.at).end()
        if source.text.startswith('"', source.at):
            break
        if not _piece(source):
            raise _misfit(source, '"')
    source.at += 1
    _close(source)


def _substitution(source: _Source, opener: str) -> None:
    """Read a command or process substitution; `$((` takes whatever has its parentheses balanced."""
    start = source.at
    if start in source.substituted:
        source.at = source.substituted[start]
        return
    if source.text.startswith("(", start + 2):
        _span(source, opener, start)
        return
    _open(source, opener, start, ")")
    source.at += 2
    outer, source.heredocs = source.heredocs, []
    _commands(source, ")", empty=True)
    _skip_heredocs(source)
    source.heredocs = outer
    _close(source)
    source.substituted[start] = source.at


def _span(source: _Source, opener: str, start: int) -> None:
    """Step over everything up to the bracket that balances an opener."""
    run, bracket, closer = _SPANS[opener]
    _open(source, opener, start, closer)
    source.at = start + len(opener)
    depth = 1
    while depth:
        source.at = run(source.text, source.at).end()
        character = source.text[source.at : source.at + 1]
        if character == closer:
            depth -= 1
            source.at += 1
        elif character == bracket != "":
            depth += 1
            source.at += 1
        elif not _piece(source):
            raise _misfit(source, closer)
    _close(source)


def _skip_blanks(source: _Source) -> int:
    """Step over blanks and a comment, up to the line's end; give the place back."""
    source.at = _blanks(source.text, source.at).end()
    return source.at


def _skip(source: _Source) -> int:
    """Step over blanks, comments, newlines and here-documents; give the place back."""
    while source.heredocs:
        if not source.text.startswith("\n", _skip_blanks(source)):
            return source.at
        source.at += 1
        _skip_heredocs(source)
    source.at = _space(source.text, source.at).end()
    return source.at


def _skip_heredocs(source: _Source) -> None:
    """Step over the bodies that begin here."""
    for heredoc in source.heredocs:
        _skip_body(source, heredoc)
    source.heredocs.clear()


def _skip_body(source: _Source, heredoc: Heredoc) -> None:
    """Step over one here-document; the text's end closes it too, as bash only warns."""
    text, delimiter = source.text, heredoc.delimiter
    substituted = any(block.opener in {"$(", "<(", ">("} for block in source.opened)
    continued = False
    heredoc.begin = source.at
    while source.at < len(text):
        start = source.at
        newline = text.find("\n", start)
        source.at = len(text) if newline < 0 else newline + 1
        line = text[start : source.at].rstrip("\n")
        stripped = line.lstrip("\t") if heredoc.tabs else line
        if not continued and stripped.startswith(delimiter):
            if delimiter in {stripped, line}:
                heredoc.end = source.at
                return
            if substituted and ")" in stripped[len(delimiter) :]:
                source.at = start + len(line) - len(stripped) + len(delimiter)
                heredoc.end = source.at
                return
        continued = not heredoc.quoted and (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _peek(source: _Source) -> str:
    """The operator or the plain word that stands here; empty at the end of the text."""
    lexeme = _token(source.text, source.at)
    return lexeme.group() if lexeme else _WORD


def _step(source: _Source, lexeme: str) -> None:
    """Step over a token that ends commands; here-documents follow a newline."""
    source.at += len(lexeme)
    if lexeme == "\n":
        _skip_heredocs(source)


def _open(source: _Source, opener: str, start: int, expected: str, head: int = -1) -> None:
    """Note a construct as open."""
    if len(source.opened) >= _DEEPEST:
        raise _GivesUpError(None)
    block = Block(opener, start, expected, head)
    source.opened.append(block)
    if source.trace is not None:
        block.inside = Inside()
        source.trace.blocks.append(block)


def _note(source: _Source) -> None:
    """Note that a statement begins here, inside the innermost construct."""
    if source.opened and (inside := source.opened[-1].inside) is not None:
        inside.statements.append(source.at)


def _close(source: _Source) -> None:
    """Note the innermost construct as closed here."""
    source.opened.pop().end = source.at


def _misfit(source: _Source, expected: str) -> _GivesUpError:
    """The fault of a token that would end something else, or of one that nothing can begin with."""
    if source.opened and _peek(source) in _CLOSERS:
        return _fault(source, expected, source.opened[-1])
    return _fault(source)


def _fault(
    source: _Source,
    expected: str = "",
    opened: Block | None = None,
    place: tuple[int, int] | None = None,
) -> _GivesUpError:
    """The fault of the token here, which leaves `opened` open."""
    start, end = place or _found(source.text, source.at).span()
    if place is None and start == end < len(source.text):
        end += 1
    found = source.text[start:end]
    if opened is None:
        return _GivesUpError(Fault("", None, expected, found, (start, end)))
    place = (opened.start, opened.start + len(opened.opener))
    return _GivesUpError(Fault(opened.opener, place, expected, found, (start, end)))


_PIECES: Final = frozenset(["?(", "*(", "+(", "@(", "!(", "$[", "${"])
_SPANS: Final = {
    "(": (_round_run, "(", ")"),
    "((": (_round_run, "(", ")"),
    "$(": (_round_run, "(", ")"),
    "<(": (_round_run, "(", ")"),
    ">(": (_round_run, "(", ")"),
    "?(": (_round_run, "(", ")"),
    "*(": (_round_run, "(", ")"),
    "+(": (_round_run, "(", ")"),
    "@(": (_round_run, "(", ")"),
    "!(": (_round_run, "(", ")"),
    "$[": (_square_run, "[", "]"),
    "[": (_index_run, "[", "]"),
    "${": (_brace_run, "", "}"),
}
_BLOCKS: Final[dict[str, Callable[[_Source, str, int], None]]] = {
    "if": _if,
    "while": _while,
    "until": _while,
    "for": _for,
    "select": _for,
    "case": _case,
    "function": _function,
    "coproc": _coprocess,
    "{": _group,
    "(": _subshell,
    "[[": _condition,
}
