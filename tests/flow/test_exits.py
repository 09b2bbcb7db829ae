from __future__ import annotations

import pytest

from infra_audit.flow.behaviour import Exits

from .scripts import behave, succeeding

# `work` is a command from outside, which works or fails. What is expected is what bash 5.2 does:
# the statuses of the script, `*` for that of a failed `work`; then those when every `work` works.
# Where pipefail counts, `*` also stands for a writer that SIGPIPE ends.
EXITS = {
    "the status of the last command": ("work\n", "0 *", "0"),
    "a failure in the middle": ("work\ntrue\n", "0", "0"),
    "errexit ends at a failure": ("set -e\nwork\ntrue\n", "0 *", "0"),
    "errexit with a status of its own": ("set -e\n(exit 3)\necho a\n", "3", "3"),
    "errexit that is switched off again": ("set -e\nset +e\nfalse\ntrue\n", "0", "0"),
    "errexit by its long name": ("set -o errexit\nfalse\ntrue\n", "1", "1"),
    "errexit and a condition": ("set -e\nif false; then exit 3; fi\nexit 4\n", "4", "4"),
    "errexit and a condition of while": ("set -e\nwhile false; do :; done\nexit 4\n", "4", "4"),
    "errexit and a negation": ("set -e\n! true\nexit 4\n", "4", "4"),
    "errexit and a negation in the end": ("set -e\n! true\n", "1", "1"),
    "errexit and an or": ("set -e\nfalse || true\nexit 4\n", "4", "4"),
    "errexit and the last of an or": ("set -e\nfalse || false\nexit 4\n", "1", "1"),
    "errexit and the first of an and": ("set -e\nfalse && true\nexit 4\n", "4", "4"),
    "errexit and the last of an and": ("set -e\ntrue && false\nexit 4\n", "1", "1"),
    "errexit and an and that ends the script": ("set -e\nwork && true\n", "0 *", "0"),
    "errexit in a function in a condition": (
        "set -e\nf() { false; return 3; }\nif f; then exit 5; fi\nexit 4\n",
        "4",
        "4",
    ),
    "errexit in a function before an or": (
        "set -e\nf() { false; echo a; }\nf || exit 3\nexit 4\n",
        "4",
        "4",
    ),
    "errexit in a function": ("set -e\nf() { false; echo a; }\nf\nexit 4\n", "1", "1"),
    "errexit and a function that ends with an and": (
        "set -e\nf() { false && true; }\nf\nexit 4\n",
        "1",
        "1",
    ),
    "errexit in a subshell": ("(set -e; false; exit 4)\nexit $?\n", "1", "1"),
    "errexit in a subshell before an or": ("(set -e; false; exit 4) || exit 5\n", "5", "5"),
    "errexit in a group": ("set -e\n{ false; exit 4; }\n", "1", "1"),
    "errexit and arithmetic": ("set -e\nn=0\n((n++))\nexit 4\n", "1", "1"),
    "errexit and arithmetic that counts first": ("set -e\nn=0\n((++n))\nexit 4\n", "4", "4"),
    "errexit and let": ("set -e\nlet n=0\nexit 4\n", "1", "1"),
    "a substitution in an assignment": ("set -e\nx=$(false)\nexit 4\n", "1", "1"),
    "a substitution in a local assignment": (
        "set -e\nf() { local x=$(false); }\nf\nexit 4\n",
        "4",
        "4",
    ),
    "a substitution in an exported assignment": ("set -e\nexport X=$(false)\nexit 4\n", "4", "4"),
    "a substitution among arguments": ("set -e\necho $(false)\nexit 4\n", "4", "4"),
    "errexit inside of a substitution": ("set -e\nx=$(false; echo a)\nexit 4\n", "4", "4"),
    "inherit_errexit": (
        "set -e\nshopt -s inherit_errexit\nx=$(false; echo a)\nexit 4\n",
        "1",
        "1",
    ),
    "two substitutions in an assignment": ("x=$(exit 3)$(exit 4)\nexit $?\n", "4", "4"),
    "a pipeline reports its last command": ("work | true\n", "0", "0"),
    "a pipeline whose last command fails": ("true | (exit 3)\n", "3", "3"),
    "pipefail": ("set -o pipefail\n(exit 3) | true\n", "3 *", "3"),
    "pipefail reports the rightmost failure": (
        "set -o pipefail\n(exit 3) | (exit 4) | true\n",
        "4 *",
        "4",
    ),
    "pipefail without errexit goes on": ("set -o pipefail\n(exit 3) | true\nexit 5\n", "5", "5"),
    "pipefail with errexit": ("set -eo pipefail\n(exit 3) | true\nexit 5\n", "3 *", "3"),
    "a pipeline that is negated": ("! (exit 3) | (exit 4)\n", "0", "0"),
    "an exit in a pipeline": ("true | exit 3\nexit 4\n", "4", "4"),
    "lastpipe": ("shopt -s lastpipe\ntrue | exit 3\nexit 4\n", "3", "3"),
    "lastpipe keeps what is assigned": (
        "shopt -s lastpipe\nx=a\ntrue | x=b\n[ $x = b ] && exit 3\nexit 4\n",
        "3",
        "3",
    ),
    "an assignment in a pipeline is lost": (
        "x=a\ntrue | x=b\n[ $x = b ] && exit 3\nexit 4\n",
        "4",
        "4",
    ),
    "the trap of EXIT keeps the status": ("trap 'true' EXIT\nexit 3\n", "3", "3"),
    "the trap of EXIT that exits": ("trap 'exit 4' EXIT\nexit 3\n", "4", "4"),
    "the trap of EXIT that exits with nothing": ("trap 'false; exit' EXIT\nexit 3\n", "3", "3"),
    "the trap of EXIT by number": ("trap 'exit 4' 0\nwork\n", "4", "4"),
    "the trap of EXIT that is taken back": ("trap 'exit 4' EXIT\ntrap - EXIT\nexit 3\n", "3", "3"),
    "the trap of EXIT under errexit": ("set -e\ntrap 'exit 4' EXIT\nfalse\n", "4", "4"),
    "the trap of EXIT in a subshell": ("trap 'exit 4' EXIT\n(exit 3)\ntrap - EXIT\n", "0", "0"),
    "the trap of EXIT and exec": ("trap 'exit 4' EXIT\nexec work\n", "0 4 *", "0"),
    "the trap of ERR that exits": ("trap 'exit 4' ERR\nfalse\nexit 3\n", "4", "4"),
    "the trap of ERR that goes on": ("trap 'echo a' ERR\nfalse\nexit 3\n", "3", "3"),
    "the trap of ERR in a condition": (
        "trap 'exit 4' ERR\nif false; then :; fi\nexit 3\n",
        "3",
        "3",
    ),
    "the trap of ERR in a function": (
        "trap 'exit 4' ERR\nf() { false; true; }\nf\nexit 3\n",
        "3",
        "3",
    ),
    "errtrace": ("set -E\ntrap 'exit 4' ERR\nf() { false; true; }\nf\nexit 3\n", "4", "4"),
    "the trap of ERR in a subshell": ("trap 'exit 4' ERR\n(false; exit 5)\nexit 3\n", "4", "4"),
    "exec takes the place of the shell": ("exec work\nexit 3\n", "0 *", "0"),
    "exec with redirections only": ("exec 2>&1\nexit 3\n", "3", "3"),
    "execfail keeps the shell": ("shopt -s execfail\nexec work\nexit 3\n", "0 3 *", "0"),
    "exit without a status": ("(exit 3)\nexit\n", "3", "3"),
    "exit with the status before": ("work\nexit $?\n", "0 *", "0"),
    "exit with a status of two words": ("exit 256\n", "0", "0"),
    "exit with a negative status": ("exit -1\n", "255", "255"),
    "exit with no number": ("exit abc\n", "2", "2"),
    "exit with a variable": ("x=3\nexit $x\n", "3", "3"),
    "exit with a kept status": ("work\nx=$?\ntrue\nexit $x\n", "0 *", "0"),
    "exit with a status that a branch chose": (
        "x=0\nif ! work; then x=5; fi\nexit $x\n",
        "0 5",
        "0",
    ),
    "a return at the top": ("return 3\n", "2", "2"),
    "a return at the top that is caught": ("return 3 2>/dev/null || exit 4\n", "4", "4"),
    "the status of a function": ("f() { return 3; }\nf\n", "3", "3"),
    "return without a status": ("f() { (exit 3); return; }\nf\n", "3", "3"),
    "the status before a function": ("f() { exit $?; }\n(exit 3)\nf\n", "3", "3"),
    "a function that is defined later": ("f\nexit 3\nf() { exit 4; }\n", "3", "3"),
    "a function that is defined anew": ("f() { exit 3; }\nf() { exit 4; }\nf\n", "4", "4"),
    "a local variable": (
        "x=a\nf() { local x=b; }\nf\n[ $x = a ] && exit 3\nexit 4\n",
        "3",
        "3",
    ),
    "the command that is given": ('f() { "$@"; }\nf exit 3\n', "3", "3"),
    "the command that is given behind a shift": (
        'f() { shift; "$@" || return 5; }\ng() { return 3; }\nf a g\n',
        "5",
        "5",
    ),
    "the command that is handed on": (
        'f() { "$@"; }\ng() { f "$@" || exit 6; }\ng false\n',
        "6",
        "6",
    ),
    "the first of what is given": ('f() { "$1" 3; }\nf exit\n', "3", "3"),
    "a loop whose condition fails at once": ("while false; do exit 3; done\n", "0", "0"),
    "a loop that breaks": ("while true; do break; done\nexit 3\n", "3", "3"),
    "a loop that breaks two": (
        "while true; do while true; do break 2; done; exit 4; done\nexit 3\n",
        "3",
        "3",
    ),
    "a loop that continues the outer one": (
        "for a in 1 2; do while true; do continue 2; done; exit 4; done\nexit 3\n",
        "3",
        "3",
    ),
    "break outside of loops": ("break\nexit 3\n", "3", "3"),
    "break in a function in a loop": (
        "f() { break; }\nfor a in 1 2; do f; done\nexit 3\n",
        "3",
        "3",
    ),
    "the status of a loop": ("for a in 1; do (exit 3); done\n", "3", "3"),
    "the status of a loop without a turn": ("false\nfor a in; do exit 3; done\n", "0", "0"),
    "a loop until something works": ("until work; do :; done\nexit 3\n", "3", "3"),
    "a counting for": ("for ((i = 0; i < 2; i++)); do :; done\nexit 3\n", "3", "3"),
    "a case without a fit": ("false\ncase a in b) exit 3 ;; esac\n", "0", "0"),
    "a case that falls through": ("case a in a) ;& b) exit 3 ;; esac\nexit 4\n", "3", "3"),
    "a case that looks further": (
        "case ab in a*) true ;;& *b) exit 3 ;; esac\nexit 4\n",
        "3",
        "3",
    ),
    "a case that looks further in vain": (
        "case a in a) true ;;& b) exit 3 ;; *) exit 5 ;; esac\nexit 4\n",
        "5",
        "5",
    ),
    "a clause that is empty": ("false\ncase a in a) ;; esac\n", "0", "0"),
    "a kill of this shell": ("kill -TERM $$\nexit 3\n", "143", "143"),
    "a kill by number": ("kill -9 $$\nexit 3\n", "137", "137"),
    "nounset and a default": ("set -u\necho ${nowhere:-a}\nexit 3\n", "3", "3"),
    "without nounset": ("echo $nowhere\nexit 3\n", "3", "3"),
    "eval": ("eval 'exit 3'\nexit 4\n", "3", "3"),
    "command before a builtin": ("command exit 3\nexit 4\n", "3", "3"),
    "command before a function's name": ("f() { exit 3; }\ncommand -v f\nexit 4\n", "4", "4"),
    "a background job": ("(exit 3) &\nexit 4\n", "4", "4"),
    "wait for all": ("(exit 3) &\nwait\n", "0", "0"),
    "wait for the last": ("(exit 3) &\nwait $!\n", "3", "3"),
    "a syntax error": ("echo a\nif\n", "2", "2"),
}

# Where less is known, more may happen than does.
WIDER = {
    "a function that recurs": ("f() { work && f; }\nf\nexit 3\n", "3 ?", "3 ?"),
    "shift of nothing": ("f() { shift; }\nf\n", "0 1", "0 1"),
    "a loop that counts": (
        "n=0\nwhile [ $n -lt 3 ]; do n=$((n + 1)); done\nexit $n\n",
        "0 ?",
        "0 ?",
    ),
    "a loop that knows its words": (
        'for a in x y; do [ "$a" = y ] && exit 3; done\nexit 4\n',
        "3 4",
        "3 4",
    ),
    "a value that is demanded": ("x=\n: ${x:?}\nexit 3\n", "1 3", "1 3"),
    "a value that is demanded and there": ("x=a\n: ${x:?}\nexit 3\n", "1 3", "1 3"),
    "nounset": ("set -u\necho $nowhere\nexit 3\n", "1 3", "1 3"),
    "a redirection that fails": ("set -e\necho a > /nowhere/at/all\nexit 3\n", "1 3", "3"),
}


def told(exits: Exits) -> str:
    """Exits as the table writes them."""
    texts = [str(code) for code in exits.codes]
    texts += ["*"] * exits.passed_on + ["?"] * exits.unknown + ["endless"] * exits.endless
    return " ".join(texts)


@pytest.mark.parametrize(("text", "all_", "good"), (EXITS | WIDER).values(), ids=EXITS | WIDER)
def test_statuses_of_a_script(text: str, all_: str, good: str) -> None:
    text = "#!/bin/bash\n" + text
    assert told(behave(text).exits) == all_
    assert told(succeeding(text)) == good


ROUTINES = {
    "a status": ("f() { return 3; }\nf\n", "3"),
    "a status that it is given before": ("f() { return $?; }\nwork\nf\n", "0 *"),
    "of its last command": ("f() { true; work; }\nf\n", "0 *"),
    "none where it exits": ("f() { exit 3; }\nf\n", ""),
    "none where errexit ends it": ("set -e\nf() { false; true; }\nf\n", ""),
    "another where errexit is off": ("set -e\nf() { false; true; }\nf || work\n", "0"),
    "of either branch": ("f() { if work; then return 4; fi; }\nf\n", "0 4"),
    "of a case": ('f() { case $1 in a) return 4 ;; *) return 5 ;; esac; }\nf "$1"\n', "4 5"),
    "of a declaration": ("f() { local x=$(false); }\nf\n", "0"),
    "of what it is given": ('f() { "$@"; }\nf false\n', "1"),
    "of what it hands on": ('g() { return 3; }\nf() { shift; "$@"; }\nf a g\n', "3"),
    "of one that nobody calls": ("f() { return 3; }\n", "3"),
    "where a loop is left": ("f() { while true; do work && return 4; done; }\nf\n", "4"),
}


@pytest.mark.parametrize(("text", "expected"), ROUTINES.values(), ids=ROUTINES)
def test_statuses_with_which_a_function_comes_back(text: str, expected: str) -> None:
    exits = {each.name: each.exits for each in behave("#!/bin/bash\n" + text).functions}
    assert told(exits["f"]) == expected


def test_a_return_ends_what_is_sourced() -> None:
    text = "work && return 3\nreturn 4\n"
    assert told(behave(text, sourced=True).exits) == "3 4"
    assert told(succeeding(text, sourced=True)) == "3"


def test_options_that_are_in_force_from_the_start() -> None:
    assert told(behave("false\nexit 4\n", options=("errexit",)).exits) == "1"


def test_an_endless_loop_ends_with_nothing() -> None:
    assert told(behave("while true; do work; done\nexit 3\n").exits) == "endless"


def test_unknown_code_may_end_with_anything() -> None:
    assert behave(". ./settings.sh\nexit 3\n").exits.unknown
    assert behave('eval "$1"\nexit 3\n').exits.unknown
