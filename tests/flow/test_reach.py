from __future__ import annotations

import pytest

from .scripts import behave

REGIONS = {
    "after an exit": ("exit 1\necho a\necho b\n", [(2, 3, "exit", "exit 1")]),
    "one region, however long": ("exit\n" + "echo a\n" * 20, [(2, 21, "exit", "exit")]),
    "after an exit in a branch": (
        "if x; then\n exit 1\n rm y\nfi\necho z\n",
        [(3, 3, "exit", "exit 1")],
    ),
    "both branches end": (
        "if x; then exit 1; else exit 2; fi\necho a\n",
        [(2, 2, "branches", "if")],
    ),
    "one branch ends": ("if x; then exit 1; fi\necho a\n", []),
    "every case ends": (
        "case $1 in\na) exit 1 ;;\n*) exit 2 ;;\nesac\nfoo\n",
        [(5, 5, "branches", "case")],
    ),
    "a case without a default": ("case $1 in\na) exit 1 ;;\nesac\nfoo\n", []),
    "or exit": ("make || exit 1\nfoo\n", []),
    "and exit": ("make && exit 0\nfoo\n", []),
    "true and exit": ("true && exit 0\nfoo\n", [(2, 2, "exit", "exit 0")]),
    "return or exit": ("return 1 2>/dev/null || exit 1\nfoo\n", [(2, 2, "exit", "exit 1")]),
    "return outside of functions": ("return 0\nfoo\n", []),
    "return in a function": ("f() {\n return 0\n foo\n}\nf\n", [(3, 3, "return", "return 0")]),
    "exit in a subshell": ("(exit 1)\nfoo\n", []),
    "exit in a pipeline": ("echo a | while read -r x; do exit 1; done\nfoo\n", []),
    "exit behind an ampersand": ("exit 1 &\nfoo\n", []),
    "exit in a substitution": ("x=$(exit 1)\nfoo\n", []),
    "behind an exit in a subshell": ("(\n exit 1\n foo\n)\n", [(3, 3, "exit", "exit 1")]),
    "exec with a command": ("exec node app.js\nfoo\nbar\n", [(2, 3, "exec", "exec node app.js")]),
    "exec with redirections only": ("exec >log 2>&1\nfoo\n", []),
    "exec that opens a descriptor": ("exec {fd}>log\nfoo\n", []),
    "exec of all arguments": ('exec "$@"\nfoo\n', []),
    "exec and execfail": ("shopt -s execfail\nexec node app.js\nfoo\n", []),
    "exec and its regret": ("exec node app.js\necho no node >&2\nexit 1\n", []),
    "exec of another language": ('exec python3 "$0" "$@"\nimport os\nprint(os)\n', []),
    "endless loop": ("while true; do\n work\ndone\ncleanup\n", [(4, 4, "loop", "while true")]),
    "endless for": ("for ((;;)); do\n work\ndone\ncleanup\n", [(4, 4, "loop", "for ((;;))")]),
    "until false": ("until false; do\n work\ndone\ncleanup\n", [(4, 4, "loop", "until false")]),
    "loop with a break": ("while true; do\n work && break\ndone\ncleanup\n", []),
    "break of the outer loop": (
        "while true; do\n while true; do\n  break 2\n done\ndone\nfoo\n",
        [],
    ),
    "break of the inner loop": (
        "while true; do\n while true; do\n  break\n done\ndone\nfoo\n",
        [(6, 6, "loop", "while true")],
    ),
    "break by a trap": ("trap break INT\nwhile true; do\n work\ndone\ncleanup\n", []),
    "break by an unknown command": ("while true; do\n $cmd\ndone\ncleanup\n", []),
    "endless loop that only says so": (
        "f() {\n while true; do\n  x && return 0\n done\n _err no\n return 1\n}\nf\n",
        [],
    ),
    "loop over known words": ("for x in a b; do\n exit 1\ndone\nfoo\n", [(4, 4, "exit", "exit 1")]),
    "loop over unknown words": ("for x in $y; do\n exit 1\ndone\nfoo\n", []),
    "function that never returns": (
        'die() {\n echo "$1"\n exit 1\n}\ndie no\nfoo\nbar\n',
        [(6, 7, "function", "die no")],
    ),
    "function defined too late": ("die no\nfoo\ndie() { exit 1; }\n", []),
    "function defined in a branch": ("if x; then\n die() { exit 1; }\nfi\ndie\nfoo\n", []),
    "function that may return": ('die() { [ -n "$1" ] && exit 1; }\ndie\nfoo\n', []),
    "function defined twice": ("die() { exit 1; }\ndie() { echo; }\ndie\nfoo\n", []),
    "function that a sourced file may replace": (
        "die() { exit 1; }\n. ./lib.sh\ndie\nfoo\n",
        [],
    ),
    "function that ends by another": (
        "die() { exit 1; }\nusage() { echo; die; }\nusage\nfoo\nbar\n",
        [(4, 5, "function", "usage")],
    ),
    "function that calls itself": ("f() { f; }\nf\nfoo\n", []),
    "after a break": (
        "while work; do\n break\n foo\n bar\ndone\n",
        [(3, 4, "break", "break")],
    ),
    "after a continue": (
        "for x in $y; do\n work\n continue\n foo\n bar\ndone\n",
        [(4, 5, "continue", "continue")],
    ),
    "after a break in a branch": ("while work; do\n if x; then break; fi\n foo\ndone\n", []),
    "after a failure under errexit": ("set -e\nfalse\nfoo\n", [(3, 3, "errexit", "false")]),
    "after a failure without errexit": ("false\nfoo\n", []),
    "after a negation under errexit": ("set -e\n! true\nfoo\n", []),
    "after a failing test under errexit": (
        "set -e\n[ a = b ]\nfoo\n",
        [(3, 3, "errexit", "[ a = b ]")],
    ),
    "after a test that a variable decides": ("set -e\nx=a\n[ $x = b ]\nfoo\n", []),
    "after a count from nothing under errexit": ("set -e\nn=0\n((n++))\nfoo\n", []),
    "after a function that fails under errexit": (
        "set -e\nf() { work; return 1; }\nf\nfoo\n",
        [(4, 4, "errexit", "f")],
    ),
    "after a subshell that fails under errexit": (
        "set -e\n(\n work\n exit 1\n)\nfoo\n",
        [(6, 6, "errexit", "( … )")],
    ),
    "after a pipeline that fails under errexit": (
        "set -eo pipefail\nfalse | cat\nfoo\n",
        [(3, 3, "errexit", "… | …")],
    ),
    "after a kill of the shell": (
        "kill -TERM $$\nfoo\n",
        [(2, 2, "exit", "kill -TERM $$")],
    ),
    "after a kill of another": ('kill -TERM "$pid"\nfoo\n', []),
    "after a function that exits here and returns there": (
        "f() {\n if [ $x = a ]; then exit 1; fi\n}\nx=b\nf\nx=a\nf\nfoo\n",
        [(8, 8, "exit", "f")],
    ),
    "after an eval that exits": ("eval 'exit 1'\nfoo\n", []),
    "exit that is a function": ("exit() { echo no; }\nexit 1\nfoo\n", []),
    "exit that is an alias": ("shopt -s expand_aliases\nalias exit=echo\nexit 1\nfoo\n", []),
    "exit whose redirection may fail": ("exit 1 >/some/where\nfoo\n", []),
    "exit with a message": ("{ echo no; exit 1; } >&2\nfoo\n", [(2, 2, "exit", "exit 1")]),
    "a final exit": ("usage() { exit 1; }\nusage\nexit 1\n", []),
    "notes behind the end": ("exit 0\n: <<'NOTES'\nanything\nNOTES\n", []),
    "an archive behind the end": ('tail -n +4 "$0" | tar x\nexit 0\n__ARCHIVE__\nfoo bar\n', []),
    "a script that reads itself": ("sed -n '/^#A/,$p' \"$0\"\nexit 0\n#A\nfoo\n", []),
    "functions used by traps": ("cleanup() { rm -f x; }\ntrap cleanup EXIT\nfoo\n", []),
    "nested definitions": ("f() { g() { echo; }; g; }\nf\n", []),
    "another shell's language": ("#!/usr/bin/env fish\nexit\nfoo\n", []),
}


@pytest.mark.parametrize(("text", "expected"), REGIONS.values(), ids=REGIONS)
def test_regions(text: str, expected: list[tuple[int, int, str, str]]) -> None:
    found = behave(text)
    regions = [
        (r.span.line, r.span.end_line, r.cause.kind, r.cause.text) for r in found.unreachable
    ]
    assert regions == expected


def test_a_region_reaches_to_the_end_of_what_bash_never_reads() -> None:
    found = behave("if x; then\n foo\nfi\nexit 1\n\nbar\nfi\nbaz\n")
    (region,) = found.unreachable
    assert (region.span.line, region.span.end_line, region.statements) == (6, 8, 2)


def test_the_heading_of_a_function_that_never_returns_is_named() -> None:
    (region,) = behave("f() { exit 1; }\nf\nfoo\nbar\n").unreachable
    assert region.cause.via is not None
    assert (region.cause.via.line, region.cause.via.column) == (1, 1)


def test_return_ends_what_is_sourced() -> None:
    (region,) = behave("return 0\nfoo\n", sourced=True).unreachable
    assert region.cause.kind == "return"


ENDINGS = {
    "always fails": ("make\nexit 1\n", [(1, "exit 1", False, True)]),
    "fails behind help": (
        'case "$1" in\n-h|--help) echo; exit 0 ;;\nesac\nmake\nexit 1\n',
        [(0, "exit 0", True, False), (1, "exit 1", False, True)],
    ),
    "fails when nothing worked": (
        "for i in 1 2; do\n curl x && exit 0\ndone\nexit 1\n",
        [(0, "exit 0", True, False), (1, "exit 1", True, False)],
    ),
    "fails where the build worked": (
        "if npm run build; then\n exit 1\nelse\n exit 0\nfi\n",
        [(1, "exit 1", True, True), (0, "exit 0", True, False)],
    ),
    "fails where the build failed": (
        "if ! npm run build; then\n exit 1\nfi\necho ok\n",
        [(1, "exit 1", True, False), (0, "", False, True)],
    ),
    "a question is no step": (
        "if grep -q x y; then\n exit 1\nfi\n",
        [(1, "exit 1", True, False), (None, "", False, True)],
    ),
    "or exit": ("make || exit 3\necho ok\n", [(3, "exit 3", True, False), (0, "", False, True)]),
    "or exit as it failed": (
        "make || exit\nexit 1\n",
        [(None, "exit", True, False), (1, "exit 1", False, True)],
    ),
    "a subshell's exit": ("(exit 4)\necho\n", [(0, "", False, True)]),
    "the function that is called": (
        "main() {\n make\n exit 1\n}\nmain\n",
        [(1, "exit 1", False, True)],
    ),
    "the function has returned where it worked": (
        "f() {\n if [ -w x ]; then\n  return\n fi\n exit 1\n}\nf\necho\n",
        [(1, "exit 1", True, False), (0, "", False, True)],
    ),
    "the function returns where it failed": (
        "f() {\n make || return\n [ -w x ] || return 1\n exit 1\n}\nf\n",
        [(1, "exit 1", False, True), (None, "", False, True)],
    ),
    "another function has returned": (
        "g() { [ -w x ] && return 0; make; }\nf() {\n g\n exit 1\n}\nf\n",
        [(1, "exit 1", False, True)],
    ),
    "the function that dies": (
        "die() { exit 7; }\n[ -d x ] || die a\n[ -d y ] || die b\necho\n",
        [(7, "die a", True, False), (7, "die b", True, False), (0, "", False, True)],
    ),
    "no end where bash gives up": ("if x; then\n foo\n", []),
}


@pytest.mark.parametrize(("text", "expected"), ENDINGS.values(), ids=ENDINGS)
def test_endings(text: str, expected: list[tuple[int | None, str, bool, bool]]) -> None:
    endings = [(e.status, e.text, e.conditional, e.success) for e in behave(text).endings]
    assert endings == expected


CALLED = {
    "by its name": ("f() { a; }\nf\n", True),
    "never": ("f() { a; }\ng\n", False),
    "only by itself": ("f() { f; }\ng\n", False),
    "by whoever sources the file": ("X=1\nf() { a; }\n", True),
    "by a trap": ("f() { a; }\ntrap 'f 1' EXIT\n", True),
    "by a trap in a subshell": ("f() { a; }\n(trap f EXIT; g)\n", True),
    "by declare -f": ('f() { a; }\nssh host "$(declare -f f); f"\n', True),
    "as an argument": ("f() { a; }\nretry 3 f\n", True),
    "by dispatch": ('f() { a; }\n"$@"\n', True),
    "by a built name": ('do_f() { a; }\n"do_$1"\n', True),
    "by eval": ('f() { a; }\neval "$x"\n', True),
    "by what is sourced": ("f() { a; }\n. ./lib.sh\n", True),
    "by an array": ("f() { a; }\nsteps=(f g)\n", True),
    "by a handler": ("command_not_found_handle() { f; }\nf() { a; }\n", True),
}


@pytest.mark.parametrize(("text", "called"), CALLED.values(), ids=CALLED)
def test_functions_that_may_be_called(text: str, called: bool) -> None:
    functions = {f.name.removeprefix("do_"): f.called for f in behave(text).functions}
    assert functions["f"] is called


ROOT = {
    "EUID": ("if [[ $EUID -ne 0 ]]; then\n echo no\n exit 1\nfi\n", 1),
    "id -u": ('[ "$(id -u)" != "0" ] && exit 1\n', 1),
    "id -u or": ('[ "$(id -u)" -eq 0 ] || { echo no; exit 1; }\n', 1),
    "arithmetic": ("if (( EUID != 0 )); then exit 1; fi\n", 1),
    "in a function": ('f() {\n if [ "$EUID" -ne 0 ]; then exit 1; fi\n}\nf\n', 1),
    "whoami": ('if [ "$(whoami)" != root ]; then exit 1; fi\n', 1),
    "not as root": ('if [ "$EUID" -eq 0 ]; then exit 1; fi\n', 0),
    "only a warning": ('if [ "$EUID" -ne 0 ]; then echo careful; fi\n', 0),
}


@pytest.mark.parametrize(("text", "count"), ROOT.values(), ids=ROOT)
def test_demands_root(text: str, count: int) -> None:
    assert len(behave(text).demands_root) == count


@pytest.mark.parametrize(
    "head", ["while s{}", "for x in $y{}", "until s{}", "for ((;;)); do s{} || break"]
)
def test_loops_in_loops_are_followed_however_deep(head: str) -> None:
    depth = 90
    heads = "".join(f"{head.format(n)}{'' if 'do' in head else '; do'}\n" for n in range(depth))
    found = behave(f"{heads}work\n" + "done\n" * depth + "exit 3\necho\necho\n")
    assert not found.bounded
    assert found.exits.codes == (3,)
    assert [region.statements for region in found.unreachable] == [2]


def test_definitions_that_depend_are_followed_however_many() -> None:
    choices = "".join(f"if a{n}; then f{n}() {{ exit {n}; }}; fi\n" for n in range(40))
    found = behave(f"{choices}f7\necho\nexit 50\n")
    assert not found.bounded
    assert {7, 50} <= set(found.exits.codes)


@pytest.mark.parametrize(("count", "bounded"), [(2_000, False), (16_385, True)])
def test_functions_that_call_each_other_are_followed_up_to_a_bound(
    count: int, bounded: bool
) -> None:
    found = behave("".join(f"f{n}() {{ f{n + 1}; }}\n" for n in range(count)) + "f0\nexit 3\nx\n")
    assert found.bounded is bounded
    assert found.exits.codes == (() if bounded else (3,))
