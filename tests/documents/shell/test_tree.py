"""Statements: what a piece of shell becomes, in a short notation."""

from __future__ import annotations

import pytest
from msgspec.msgpack import decode, encode

from infra_audit.documents.shell.script import parse
from infra_audit.documents.shell.syntax import (
    AndOr,
    Arithmetic,
    Background,
    Case,
    Command,
    Function,
    Group,
    If,
    Loop,
    Pipeline,
    Redirect,
    Redirected,
    Script,
    Statement,
    Subshell,
    Unknown,
    Word,
)
from infra_audit.flow.constructs import substitutions
from infra_audit.source.text import Text


def block(statements: tuple[Statement, ...]) -> str:
    return "{" + "; ".join(map(show, statements)) + "}"


def told(word: Word | None) -> str:
    if word is None:
        return "none"
    return f"~{word.raw}" if word.literal is None else f"<{word.literal}>"


def listed(words: tuple[Word, ...]) -> str:
    return f"({' '.join(map(told, words))})"


def turned(redirect: Redirect) -> str:
    target = "" if redirect.target is None else told(redirect.target)
    lines = "" if redirect.heredoc is None else repr(redirect.heredoc.content)
    return redirect.descriptor + redirect.operator + target + lines


def show(statement: Statement) -> str:
    match statement:
        case Command():
            set_ = [
                f"{a.name}{'+' * a.append}={listed(a.elements) if a.elements else told(a.value)}"
                for a in statement.assignments
            ]
            words = [told(word) for word in statement.words]
            return " ".join([*set_, *words, *map(turned, statement.redirects)])
        case Pipeline():
            inside = " | ".join(map(show, statement.commands))
            return f"{'!' * statement.negated}({inside})"
        case AndOr():
            return f"({show(statement.left)} {statement.operator} {show(statement.right)})"
        case Background():
            return f"{show(statement.body)} &"
        case If():
            branches = [f"{block(b.condition)}{block(b.body)}" for b in statement.branches]
            last = "" if statement.otherwise is None else f" else{block(statement.otherwise)}"
            return f"if{' elif'.join(branches)}{last}"
        case Loop():
            words = "" if statement.words is None else [told(word) for word in statement.words]
            head = f"{statement.kind} {statement.variable}{statement.header}{words}"
            return f"{head}{block(statement.condition)}{block(statement.body)}"
        case Case():
            clauses = [
                f"{'|'.join(map(told, clause.patterns))}){block(clause.body)}{clause.terminator}"
                for clause in statement.clauses
            ]
            return f"case {told(statement.word)} {' '.join(clauses)}"
        case Group():
            return f"group{block(statement.body)}"
        case Subshell():
            return f"sub{block(statement.body)}"
        case Function():
            return f"def {statement.name} {show(statement.body)}"
        case Redirected():
            return f"[{show(statement.body)}]{' '.join(map(turned, statement.redirects))}"
        case Arithmetic():
            return statement.raw
        case Unknown():
            return "?"


CASES = {
    "a list binds from the left": ("a && b || c", "((<a> && <b>) || <c>)"),
    "a pipe binds tighter": ("a | b || c | d", "((<a> | <b>) || (<c> | <d>))"),
    "a redirection belongs to the last": ("a && b > x", "(<a> && <b> ><x>)"),
    "redirections in the middle": (
        "a | b > x || c 2>&1 | d",
        "((<a> | <b> ><x>) || (<c> 2>&<1> | <d>))",
    ),
    "negation is of the pipeline": ("! a | b && c", "(!(<a> | <b>) && <c>)"),
    "negated group": ("! { a; } || b", "(!(group{<a>}) || <b>)"),
    "negated if": ("! if a; then b; fi", "!(if{<a>}{<b>})"),
    "timed pipeline": ("time -p a | b", "(<a> | <b>)"),
    "timed group": ("time { a; }", "(group{<a>})"),
    "background": ("a && b & c", "(<a> && <b>) &\n<c>"),
    "background group with a log": ("{ a; } > x 2>&1 &", "[group{<a>}]><x> 2>&<1> &"),
    "only a redirection": (">x", "><x>"),
    "a redirection in front": ("> x cmd a", "<cmd> <a> ><x>"),
    "an assignment with a redirection": ("x=1 > y", "x=<1> ><y>"),
    "assignments": ("x= y+=z; a=1 b=$c cmd", "x=<> y+=<z>\na=<1> b=~$c <cmd>"),
    "arrays": (
        "x=(a 'b c' $(d) # e\n f\\ g); declare -A m+=([k]=v)",
        "x=(<a> <b c> ~$(d) <f g>)\nm+=(~[k]=v) <declare> <-A>",
    ),
    "an empty array": ("x=() a", "x=none <a>"),
    "an assignment with a redirection before another": (
        "x=1 2>/dev/null\ny=2\ncmd",
        "x=<1> 2></dev/null>\ny=<2>\n<cmd>",
    ),
    "an assignment with a redirection in a branch": (
        "if a; then\n  x=$(b c) 2>y # d\n  z=3\nfi",
        "if{<a>}{x=~$(b c) 2><y>; z=<3>}",
    ),
    "an assignment with a redirection before a pipeline": (
        "a && x=1 2>y\nb | c",
        "(<a> && x=<1> 2><y>)\n(<b> | <c>)",
    ),
    "a list behind a pipeline of three": ("a | b | c\nd || e", "(<a> | <b> | <c>)\n(<d> || <e>)"),
    "a list behind a pipeline and a comment": (
        "a | b | c x # d\n\n[ e ] && f",
        "(<a> | <b> | <c> <x>)\n(<[> <e> <]> && <f>)",
    ),
    "a list behind a pipeline into a file": (
        "f() {\n  a | b | c >x\n  y=$(d) || e\n}",
        "def f group{(<a> | <b> | <c> ><x>); (y=~$(d) || <e>)}",
    ),
    "a backslash at the beginning of a line": ("a b\n\\c d", "<a> <b>\n<c> <d>"),
    "a bare redirection behind a pipeline": (
        "a | b | [ c ]\n>x || d",
        "(<a> | <b> | <[> <c> <]>)\n(><x> || <d>)",
    ),
    "assignments on lines of their own": (
        "x=1 y=$(a)\nz=2\nb | c | d\ne && f",
        "x=<1> y=~$(a)\nz=<2>\n(<b> | <c> | <d>)\n(<e> && <f>)",
    ),
    "declarations": ('export X="a b" Y; unset -v Z', "X=<a b> <export> <Y>\n<unset> <-v> <Z>"),
    "branches": (
        "if a; then b; elif c; d; then e; else f; fi",
        "if{<a>}{<b>} elif{<c>; <d>}{<e>} else{<f>}",
    ),
    "loops": (
        "for x in a *; do b; done; for y; do c; done; until d; do e; done",
        "for x['<a>', '~*']{}{<b>}\nfor y{}{<c>}\nuntil {<d>}{<e>}",
    ),
    "counting loops": ("for ((i=0;i<3;i++)); do d; done", "for(( i=0;i<3;i++{}{<d>}"),
    "select": ("select x in a; do b; done", "select x['<a>']{}{<b>}"),
    "a loop fed by a process": (
        "while read -r l; do a; done < <(ls)",
        "[while {<read> <-r> <l>}{<a>}]<~<(ls)",
    ),
    "a for over lines": ("for V\n in a\n do b\ndone", "for V['<a>']{}{<b>}"),
    "cases": (
        'case $x in (a|"b") c;; d*) e;& *) f; esac',
        "case ~$x <a>|<b>){<c>};; ~d*){<e>};& ~*){<f>}",
    ),
    "a last clause that falls through": (
        "case a in b) c ;& esac\nx",
        "case <a> <b>){<c>};&\n<x>",
    ),
    "a last clause that goes on": (
        "case a in b) c ;; d) e\n;;&\nesac",
        "case <a> <b>){<c>};; <d>){<e>};;&",
    ),
    "loops over nothing": (
        "for x in ; do y; done; select x in\ndo y; done",
        "for x[]{}{<y>}\nselect x[]{}{<y>}",
    ),
    "functions": (
        "function f { a; }; g() ( b ); h() { c; } >x",
        "def f group{<a>}\ndef g sub{<b>}\ndef h [group{<c>}]><x>",
    ),
    "tests are commands": (
        '[ "$a" = b -a ! -f x ] && [[ -f y || ( $a == z ) ]]',
        '(<[> ~"$a" <=> <b> <-a> <!> <-f> <x> <]> && <[[> <-f> <y> <||> <(> ~$a <==> <z> <)> <]]>)',
    ),
    "arithmetic": ("(( x++ )) && y", "((( x++ )) && <y>)"),
    "bare brackets": ("echo ! { } [ ] =", "<echo> <!> <{> <}> <[> <]> <=>"),
    "comments between": ("a # b\n# c\nd", "<a>\n<d>"),
    "continued lines": ("a \\\n  b && \\\n c", "(<a> <b> && <c>)"),
    "heredoc": ("cat > x <<'E'\n$a\nE\nb", "<cat> ><x> <<'$a\\n'\n<b>"),
    "heredoc into a pipe": (
        "a && cat <<E | b || c\nx\nE",
        "((<a> && (<cat> <<'x\\n' | <b>)) || <c>)",
    ),
    "heredoc and then": ("a <<E && b\nx\nE", "(<a> <<'x\\n' && <b>)"),
    "heredoc with a target behind": ("a <<E >x 2>&1\nx\nE", "<a> <<'x\\n' ><x> 2>&<1>"),
    "heredoc with words behind": ("a <<E b | c\nx\nE", "(<a> <b> <<'x\\n' | <c>)"),
    "words behind a redirection": ("a >x b c && d", "(<a> <b> <c> ><x> && <d>)"),
    "an escaped blank before a word": ("a 'b'\\ c \\ d", "<a> <b c> < d>"),
    "a word over two lines": ("a b\\\nc d", "<a> <bc> <d>"),
    "heredoc in the background": ("a <<-E &\n\tx\n\tE\nb", "<a> <<-'x\\n' &\n<b>"),
    "two heredocs": ("a <<A <<B\n1\nA\n2\nB\nb", "<a> <<'1\\n' <<'2\\n'\n<b>"),
    "heredoc before a brace": ("f() { a <<E; }\nx\nE", "def f group{<a> <<'x\\n'}"),
    "heredoc without an end": ("a <<E\nx", "<a> <<'x'"),
    "heredoc in a branch": ("if a; then b <<E\nfi\nE\nfi", "if{<a>}{<b> <<'fi\\n'}"),
    "herestring": ('a <<< "b" | c', "(<a> <<<<b> | <c>)"),
    "herestring behind another": ('if a 2>&1 <<<"$x"; then b; fi', 'if{<a> 2>&<1> <<<~"$x"}{<b>}'),
    "reading and writing": ("a <>b; c 3<&-", "<a> <><b>\n<c> 3<&-"),
    "braces in front": ("{a,b} c", "~{a,b} <c>"),
    "a semicolon in an expansion": ("a ${v:-b;c} && d", "(<a> ~${v:-b;c} && <d>)"),
    "parentheses in an expansion": ('a "${v:+ (+ ${w})}"; b', '<a> ~"${v:+ (+ ${w})}"\n<b>'),
    "a base in arithmetic": ("a $((10#$x)); b", "<a> ~$((10#$x))\n<b>"),
    "extended globs": ("rm !(a|b); c", "<rm> ~!(a|b)\n<c>"),
    "reserved words as arguments": ("echo if then fi done", "<echo> <if> <then> <fi> <done>"),
    "expressions in masks": ("a \ue000\ue000/b", "<a> ~\ue000\ue000/b"),
}


@pytest.mark.parametrize(("shell", "expected"), CASES.values(), ids=CASES)
def test_statements(shell: str, expected: str) -> None:
    script = parse(Text("x.sh", shell), "file")
    assert script.fault is None
    assert "\n".join(map(show, script.statements)) == expected


def test_a_command_ends_before_its_heredoc() -> None:
    (command,) = parse(Text("x.sh", "cat <<E >y\nb\nE\n"), "file").statements
    assert isinstance(command, Command)
    assert (command.span.line, command.span.end_line, command.span.end_column) == (1, 1, 11)
    heredoc = command.redirects[0].heredoc
    assert heredoc is not None
    assert (heredoc.span.line, heredoc.span.end_line) == (2, 3)


INSIDE = {
    "arithmetic": "(( $(x) + `y` ))",
    "an expansion": 'a "$(( $(x) + 1 ))" $[ $(y) ]',
    "a counting loop": "for ((i=$(x); i < $(y); i++)); do :; done",
    "a heredoc": "a <<E\n$(x) \\$(b) \\`c\\` `y`\nE",
    "arithmetic in a heredoc": "a <<E\n$((1 + $(x))) ${b:-$(y)}\nE",
    "a heredoc of a loop": "while a; do b; done <<E\n$(x; y)\nE",
}


@pytest.mark.parametrize("shell", INSIDE.values(), ids=INSIDE)
def test_what_arithmetic_and_heredocs_run(shell: str) -> None:
    (statement,) = parse(Text("x.sh", shell), "file").statements
    inside = [s for each in substitutions(statement) for s in each.body]
    assert "\n".join(map(show, inside)) == "<x>\n<y>"


@pytest.mark.parametrize(
    "shell", ["a <<'E'\n$(x)\nE", "ssh a <<E\n$(x)\nE", "cat <<E | bash\n$(x)\nE"]
)
def test_heredocs_in_which_this_shell_is_not_told_to_run_anything(shell: str) -> None:
    (statement,) = parse(Text("x.sh", shell), "file").statements
    for part in statement.commands if isinstance(statement, Pipeline) else (statement,):
        assert not substitutions(part)


@pytest.mark.parametrize("shell", ["a && " * 9999 + "b", "a | " * 9999 + "b"], ids=["&&", "|"])
def test_a_long_list_is_read(shell: str) -> None:
    script = parse(Text("x.sh", shell), "file")
    (statement,) = script.statements
    assert isinstance(statement, AndOr | Pipeline)
    assert decode(encode(script), type=Script) == script


@pytest.mark.parametrize(
    "shell",
    [
        "(" * 400 + "a" + ")" * 400,
        "a && b || " * 400 + "b",
        "$(" * 300 + "a" + ")" * 300,
        "if a; then " * 200,
    ],
    ids=["subshells", "a list", "substitutions", "branches"],
)
def test_too_deep_is_no_exception(shell: str) -> None:
    parse(Text("x.sh", shell), "file")
