from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.shell.script import parse
from infra_audit.flow.behaviour import Behaviour, analyse
from infra_audit.source.text import Text

from .scripts import behave, the

DIRECTORIES = {
    "unknown at first": ("rm x\n", None, None),
    "as the entry says": ("rm x\n", "web", "web"),
    "absolute": ("cd /opt/shop\nrm x\n", None, "/opt/shop"),
    "from a variable": ('A=/opt\nB=$A/shop\ncd "$B"\nrm x\n', None, "/opt/shop"),
    "relative": ("cd /opt\ncd shop/web\nrm x\n", None, "/opt/shop/web"),
    "relative to nothing known": ("cd shop\nrm x\n", None, None),
    "back": ("cd /a\ncd /b\ncd -\nrm x\n", None, "/a"),
    "or exit": ("cd /opt/shop || exit 1\nrm x\n", None, "/opt/shop"),
    "and then": ("cd /opt/shop && rm x\n", None, "/opt/shop"),
    "in a branch": ("cd /a\nif x; then cd /b; fi\nrm x\n", None, None),
    "in a branch that ends": ("cd /a\nif x; then cd /b; exit; fi\nrm x\n", None, "/a"),
    "in both branches": ("if x; then cd /b; else cd /b; fi\nrm x\n", None, "/b"),
    "in a subshell": ("cd /a\n(cd /b; foo)\nrm x\n", None, "/a"),
    "in a pipeline": ("cd /a\ncd /b | foo\nrm x\n", None, "/a"),
    "in a loop": ("cd /a\nfor i in 1 2; do cd b; done\nrm x\n", None, None),
    "pushd and popd": ("cd /a\npushd /b\npopd\nrm x\n", None, "/a"),
    "of the script": ('cd "$(dirname "$0")"\nrm x\n', None, "scripts"),
    "above the script": ('cd "$(dirname "${BASH_SOURCE[0]}")/.."\nrm x\n', None, ""),
    "of the script, asked for": (
        'D="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" &>/dev/null && pwd)"\ncd "$D/web"\nrm x\n',
        None,
        "scripts/web",
    ),
    "of the script, cut off": ('cd "${0%/*}/.."\nrm x\n', None, ""),
    "outside of the checkout": ('cd "$(dirname "$0")/../.."\nrm x\n', None, None),
    "home": ("cd\nrm x\n", "web", None),
    "in a function that is called once": ("f() { rm x; }\ncd /a\nf\n", None, "/a"),
    "in a function that goes there": ("f() { cd /b; }\ncd /a\nf\nrm x\n", None, "/b"),
    "in a function that may be called anywhere": (
        "f() { rm x; }\ncd /a\nf\ncd /b\nf\n",
        None,
        None,
    ),
    "behind functions that move": ("f() { cd $1; }\ncd /a\nf x\nf y\nrm x\n", None, None),
    "behind functions that do not": ("f() { echo; }\ncd /a\nf\nf\nrm x\n", None, "/a"),
    "handed to a shell": ("cd /a\nbash -c 'rm x'\n", None, "/a"),
    "handed to a host": ("cd /a\nssh h 'rm x'\n", None, None),
    "on a host": ("ssh h 'cd /b && rm x'\n", None, "/b"),
    "on a host, expanded here": ("A=/b\nssh h <<EOF\ncd $A\nrm x\nEOF\n", None, "/b"),
    "on a host, expanded there": ("A=/b\nssh h <<'EOF'\ncd $A\nrm x\nEOF\n", None, None),
    "through a pipe": ("cd /a\ncat <<EOF | bash\nrm x\nEOF\n", None, "/a"),
    "through a pipe, expanded here": ("A=/b\ncat <<E | ssh h bash\ncd $A\nrm x\nE\n", None, "/b"),
    "through a pipe, expanded there": (
        "A=/b\ncat <<'E' | sudo bash -s\ncd $A\nrm x\nE\n",
        None,
        None,
    ),
    "through a pipe, overwritten there": ("cat <<E | bash\nA=/b\ncd $A\nrm x\nE\n", None, None),
    "in a herestring": ("A=/b\nbash <<< 'A=/c; cd $A; rm x'\n", None, "/c"),
    "in a herestring, expanded here": ('A=/b\nssh h bash <<< "cd $A; rm x"\n', None, "/b"),
}


@pytest.mark.parametrize(("text", "entry", "expected"), DIRECTORIES.values(), ids=DIRECTORIES)
def test_working_directories(text: str, entry: str | None, expected: str | None) -> None:
    assert the(behave(text, directory=entry), "rm").directory == expected


LIKELY_DIRECTORIES = {
    "unguarded": ("cd /b\nrm x\n", ("/b", False)),
    "or nothing": ("cd /b || true\nrm x\n", ("/b", True)),
    "where it failed": ("cd /b || rm x\n", ("/a", False)),
    "where a later one may have failed": ("cd /b && cd c || rm x\n", (None, False)),
    "behind a list": ("cd /b && foo\nrm x\n", ("/b", True)),
    "behind a list that else ends": ("cd /b && foo || exit 1\nrm x\n", ("/b", False)),
    "else": ("if cd /b; then foo; else rm x; fi\n", ("/a", False)),
    "not": ("if ! cd /b; then rm x; fi\n", ("/a", False)),
    "until": ("until cd /b; do rm x; done\n", (None, False)),
    "of the builtin": ("builtin cd /b\nrm x\n", ("/b", False)),
    "by a computed name": ("C=cd\n$C /b\nrm x\n", ("/a", True)),
    "with a redirection that may fail": ("cd /b >log\nrm x\n", ("/b", True)),
    "of a function called cd": ("cd() { foo; }\ncd /b\nrm x\n", (None, False)),
    "looked for elsewhere": ("CDPATH=/c\ncd b\nrm x\n", (None, False)),
    "with an empty CDPATH": ("CDPATH= cd b\nrm x\n", ("/a/b", False)),
    "of the last command of a pipeline": ("shopt -s lastpipe\nfoo | cd /b\nrm x\n", (None, False)),
    "of a function that returns early": (
        "f() { foo && return; cd /b; }\nf\nrm x\n",
        (None, False),
    ),
    "of another shell": ("env -C /b rm x\n", (None, False)),
}


@pytest.mark.parametrize(("text", "expected"), LIKELY_DIRECTORIES.values(), ids=LIKELY_DIRECTORIES)
def test_directories_that_are_no_more_than_likely(
    text: str, expected: tuple[str | None, bool]
) -> None:
    run = the(behave("cd /a\n" + text), "rm")
    assert (run.directory, run.assumed) == expected


VALUES = {
    "literal": ("rm -rf 'a b'\n", ("-rf", "a b"), False),
    "variable": ('A=x\nrm "$A/y"\n', ("x/y",), False),
    "unknown variable": ('rm "$A/y"\n', (None,), False),
    "default": ('A=${A:-/opt}\nrm "$A/y"\n', ("/opt/y",), True),
    "default of the moment": ('rm "${1:-x}"\n', ("x",), True),
    "set before its default": ('A=x\nrm "${A:-y}"\n', ("x",), False),
    "required": ('A=x\nrm "${A:?}"\n', ("x",), False),
    "assigned by expansion": (': "${A:=x}"\nrm "$A"\n', ("x",), True),
    "cut": ('A=x.tar.gz\nrm "${A%.gz}"\n', ("x.tar",), False),
    "split": ("A='-r x'\nrm $A\n", ("-r", "x"), False),
    "vanished": ("A=\nrm $A x\n", ("x",), False),
    "read": ('A=x\nread -r A\nrm "$A"\n', (None,), False),
    "in another branch": ('A=x\nif y; then A=z; fi\nrm "$A"\n', (None,), False),
    "behind what was sourced": ('A=x\n. ./env\nrm "$A"\n', ("x",), True),
    "known in a function": ('A=x\nf() { rm "$A"; }\nf\nf\n', ("x",), False),
    "not yet known in a function": ('f() { rm "$A"; }\nf\nf\nA=x\n', (None,), False),
    "changed elsewhere": ('A=x\ng() { A=y; }\nf() { rm "$A"; }\nf\ng\nf\n', (None,), False),
    "local": ('A=x\nf() { local A=y; rm "$A"; }\nf\n', ("y",), False),
    "changed by a trap": ("trap 'A=y' ERR\nA=x\nrm \"$A\"\n", (None,), False),
    "counted": ('A=1\n((A++))\nrm "$A"\n', (None,), False),
    "a glob": ("rm x/*\n", (None,), False),
    "a number": ('declare -i A\nA=1+2\nrm "$A"\n', (None,), False),
    "readonly": ('readonly A=x\nrm "$A"\n', ("x",), False),
    "readonly, and given again": ('readonly A=x\nA=y\nrm "$A"\n', (None,), False),
    "for one call": ('A=x\nf() { rm "$A"; }\nA=y f\n', ("y",), False),
    "local, of another": ('A=x\nf() { local A=y B=$A; rm "$B"; }\nf\n', ("x",), False),
    "quoted": ('A=x\nexport "A=$1"\nrm "$A"\n', (None,), False),
    "behind names that are computed": ('A=x\nexport $(cat .env)\nrm "$A"\n', ("x",), True),
    "behind a nameref": ('A=x\ndeclare -n B=A\nrm "$A"\n', ("x",), True),
    "parted otherwise": ("IFS=,\nA=x,y\nrm $A\n", (None,), False),
    "in a heredoc": ('A=x\ncat <<E\n${B:=y} $((A = 1))\nE\nrm "$A"\n', (None,), False),
    "of the shell itself": ('RANDOM=5\nrm "$RANDOM"\n', (None,), False),
    "of an element": ('A=x\nA[0]=y\nrm "$A"\n', (None,), False),
}


@pytest.mark.parametrize(("text", "arguments", "assumed"), VALUES.values(), ids=VALUES)
def test_values(text: str, arguments: tuple[str | None, ...], assumed: bool) -> None:
    run = the(behave(text), "rm")
    assert (run.arguments, run.assumed) == (arguments, assumed)


def test_paths_of_arguments_and_targets() -> None:
    run = the(behave("cd /opt/shop\nrm -rf node_modules ../x /y 2>log\n"), "rm")
    assert run.paths == (None, "/opt/shop/node_modules", "/opt/x", "/y")
    assert (run.redirects, run.targets) == ((("2>", "log"),), ("/opt/shop/log",))


NAMES = {
    "sudo": ("sudo -u app -H npm ci\n", "npm", ("sudo",), ("ci",)),
    "sudo with options in one": ("sudo -iu app npm ci\n", "npm", ("sudo",), ("ci",)),
    "several": (
        "exec env A=1 nohup timeout -k 5 30 npm ci\n",
        "npm",
        ("exec", "env", "nohup", "timeout"),
        ("ci",),
    ),
    "xargs": ("xargs -n1 -I {} npm ci\n", "npm", ("xargs",), ("ci",)),
    "by its path": ("/usr/bin/npm ci\n", "npm", (), ("ci",)),
    "of a virtual environment": ("../venv/bin/pip install x\n", "pip", (), ("install", "x")),
    "of a folder that is not known": (
        'sudo -u app "$VENV/bin/pip" install x\n',
        "pip",
        ("sudo",),
        ("install", "x"),
    ),
    "of a checkout": ("/srv/app/bin/deploy x\n", "/srv/app/bin/deploy", (), ("x",)),
    "by a variable": ("P=npm\n$P ci\n", "npm", (), ("ci",)),
    "a question": ("command -v npm\n", "command", (), ("-v", "npm")),
    "unknown": ("sudo $X ci\n", "", ("sudo",), ("ci",)),
    "perhaps as root": ("$SUDO npm ci\n", "npm", ("sudo?",), ("ci",)),
    "perhaps as root, in braces": ("${MAYBE_SUDO} npm ci\n", "npm", ("sudo?",), ("ci",)),
    "perhaps as somebody else": ("$sudo_cmd -u app npm ci\n", "npm", ("sudo?",), ("ci",)),
    "perhaps as root, by an array": ('"${SUDO[@]}" npm ci\n', "npm", ("sudo?",), ("ci",)),
    "as root for certain": ("SUDO=sudo\n$SUDO npm ci\n", "npm", ("sudo",), ("ci",)),
    "as nobody else": ("SUDO=\n$SUDO npm ci\n", "npm", (), ("ci",)),
    "a variable called sudo that is more": (
        "for SUDO in sudo; do :; done\ng() { SUDO=echo; }\n$SUDO npm ci\n",
        "",
        (),
        ("npm", "ci"),
    ),
    "nothing behind it": ("$SUDO\n", "", (), ()),
}


@pytest.mark.parametrize(("text", "name", "prefixes", "arguments"), NAMES.values(), ids=NAMES)
def test_effective_commands(
    text: str, name: str, prefixes: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    run = next(run for run in behave(text).runs if run.name != ":")
    assert (run.name, run.prefixes, run.arguments) == (name, prefixes, arguments)


PERHAPS_ROOT = {
    "set by every branch": 'if x; then S=""; else S="sudo -E"; fi\n$S npm ci\n',
    "set in a function": 'f() { local S=""; [ x ] && S=/usr/bin/sudo; $S npm ci; }\nf\n',
    "looked up": "SUDO=$(command -v sudo)\n$SUDO npm ci\n",
}


@pytest.mark.parametrize("text", PERHAPS_ROOT.values(), ids=PERHAPS_ROOT)
def test_what_may_be_sudo_is_no_certain_root(text: str) -> None:
    assert the(behave(text), "npm").prefixes == ("sudo?",)


COMPOSING = {
    "by either name": ("C='docker compose'", "docker-compose"),
    "not found at first": ("C=''", "docker-compose"),
    "perhaps another command": ("C=podman", ""),
    "looked up": ("C=$(which x)", ""),
}


@pytest.mark.parametrize(("other", "name"), COMPOSING.values(), ids=COMPOSING)
def test_a_variable_that_holds_compose(other: str, name: str) -> None:
    runs = behave(f"if x; then C=docker-compose; else {other}; fi\n$C up -d\n").runs
    assert [(run.name, run.arguments) for run in runs if "up" in run.arguments] == [
        (name, ("up", "-d"))
    ]


OLD = 'dc() { docker-compose "$@"; }'
NEW = 'dc() { docker compose "$@"; }'
CALLING = {
    "by either name": (f"if x; then {OLD}; else {NEW}; fi", "docker"),
    "in the other order": (f"if x; then {NEW}; else {OLD}; fi", "docker"),
    "perhaps another command": (f'if x; then {OLD}; else dc() {{ podman "$@"; }}; fi', "dc"),
    "with another option": (
        f'if x; then {OLD}; else dc() {{ docker compose -p y "$@"; }}; fi',
        "dc",
    ),
    "perhaps nothing": (f"if x; then {NEW}; fi", "dc"),
    "after unknown code": (f". ./lib.sh\nif x; then {OLD}; else {NEW}; fi", "dc"),
}


@pytest.mark.parametrize(("text", "name"), CALLING.values(), ids=CALLING)
def test_a_function_that_is_compose_in_each_branch(text: str, name: str) -> None:
    runs = behave(f"{text}\ndc up -d\n").runs
    assert [run.name for run in runs if "up" in run.arguments] == [name]


def test_a_function_that_is_not_yet_compose() -> None:
    runs = behave(f"dc up -d\nif x; then {OLD}; else {NEW}; fi\n").runs
    assert [run.name for run in runs if "up" in run.arguments] == ["dc"]


def test_a_condition_behind_what_may_be_sudo() -> None:
    text = "if $SUDO systemctl is-active shop; then rm x; fi\n"
    (guard,) = the(behave(text), "rm").guards
    assert (guard.kind, guard.words) == ("systemctl", ("is-active", "shop"))


OUTCOMES = {
    "nothing": ("make\necho\n", "unchecked"),
    "errexit": ("set -e\nmake\n", "aborts"),
    "errexit with others": ("set -euo pipefail\nmake\n", "aborts"),
    "errexit of the shebang": ("#!/bin/bash -e\nmake\n", "aborts"),
    "errexit off again": ("set -e\nset +e\nmake\n", "unchecked"),
    "errexit in a function": ("set -e\nf() { make; }\nf\nf\n", "aborts"),
    "errexit in a function that is asked": (
        "set -e\nf() { make; echo; }\nif f; then x; fi\n",
        "unchecked",
    ),
    "errexit on a host": ("set -e\nssh h 'make; x'\n", "unchecked"),
    "a trap for errors": ("trap 'exit 1' ERR\nmake\n", "aborts"),
    "or true": ("set -e\nmake || true\n", "ignored"),
    "or else": ("make || echo no\n", "handled"),
    "or exit": ("make || exit 1\n", "handled"),
    "and": ("make && x\n", "tested"),
    "behind and": ("set -e\nx && make\n", "aborts"),
    "if": ("if make; then x; fi\n", "tested"),
    "while": ("while ! make; do sleep 1; done\n", "tested"),
    "its status": ("make\nif [ $? -ne 0 ]; then exit 1; fi\n", "tested"),
    "into tee": ("set -e\nmake | tee log\n", "ignored"),
    "into tee with pipefail": ("set -eo pipefail\nmake | tee log\n", "aborts"),
    "away": ("make &\n", "ignored"),
}


@pytest.mark.parametrize(("text", "outcome"), OUTCOMES.values(), ids=OUTCOMES)
def test_outcomes(text: str, outcome: str) -> None:
    assert the(behave(text), "make").outcome == outcome


GUARDS = {
    "then": ("if [ -d x ]; then rm; fi\n", [("test", False, ("-d", "x"))]),
    "else": ("if [ -d x ]; then y; else rm; fi\n", [("test", True, ("-d", "x"))]),
    "not": ("if ! id -u app; then rm; fi\n", [("id", True, ("-u", "app"))]),
    "not, inside": ("[ ! -d x ] && rm\n", [("test", True, ("-d", "x"))]),
    "or": ("grep -q a b || rm\n", [("grep", True, ("-q", "a", "b"))]),
    "early end": ("[ -d x ] || exit 0\nrm\n", [("test", False, ("-d", "x"))]),
    "early end of an if": ("if command -v y; then exit; fi\nrm\n", [("command -v", True, ("y",))]),
    "early end of a function": (
        "f() {\n [ -f x ] && return\n rm\n}\nf\nf\n",
        [("test", True, ("-f", "x"))],
    ),
    "both": (
        "[[ -f a && -f b ]] && rm\n",
        [("test", False, ("-f", "a")), ("test", False, ("-f", "b"))],
    ),
    "either": ("[ -f a ] || [ -f b ] && rm\n", []),
    "neither": (
        "[ -f a ] || [ -f b ] || rm\n",
        [("test", True, ("-f", "a")), ("test", True, ("-f", "b"))],
    ),
    "case": ("case $1 in a|b) rm ;; esac\n", [("case", False, (None, "a", "b"))]),
    "over again": ("if [ -t 1 ]; then a; else b; fi\nrm\n", []),
}


@pytest.mark.parametrize(("text", "expected"), GUARDS.values(), ids=GUARDS)
def test_guards(text: str, expected: list[tuple[str, bool, tuple[str | None, ...]]]) -> None:
    run = the(behave(text), "rm")
    assert [(guard.kind, guard.negated, guard.words) for guard in run.guards] == expected


def test_pipelines_loops_and_hosts() -> None:
    found = behave("for i in $x; do pg_dump a | gzip > b; done\nssh -p 22 me@host 'rm c' &\n")
    dump, zipped, removal = the(found, "pg_dump"), the(found, "gzip"), the(found, "rm")
    assert (dump.piped_into, zipped.piped_from) == (("gzip",), ("pg_dump",))
    assert dump.loop
    assert dump.conditional
    assert (removal.remote, removal.background) == ("me@host", True)
    assert the(behave("ssh $OPTS $TARGET 'rm c'\n"), "rm").remote == "$TARGET"


def test_runs_that_are_never_reached() -> None:
    found = behave("f() { a; }\nb\nexit\nc\ng() { d; }\n")
    assert {run.name: run.reach for run in found.runs} == {
        "b": "reached",
        "exit": "reached",
        "c": "unreachable",
        "a": "uncalled",
        "d": "unreachable",
    }


def test_what_is_known_at_the_end() -> None:
    found = behave('A=x\nB=${B:-y}\nC=$(cd "$(dirname "$0")/.." && pwd)\nset -eu\n')
    assert (found.variables, found.defaults, found.places) == ({"A": "x"}, {"B": "y"}, {"C": ""})
    assert found.options_at_end == ("errexit", "nounset")


def test_a_long_list_is_followed() -> None:
    assert len(behave("a && " * 9999 + "b\n").runs) == 10_000


def test_what_a_pipe_passes_on_is_for_the_next_command_only() -> None:
    found = behave('foo "$(cat <<E\nrm x\nE\n)" | bash\ncat y <<E | bash\nrm x\nE\n')
    assert [run.name for run in found.runs] == ["cat", "foo", "bash", "cat", "bash"]


def test_too_deep_is_said() -> None:
    assert behave("(" * 300 + "x" + ")" * 300).bounded or not behave("(" * 300 + "x").runs


PIECES = st.sampled_from(
    [
        "if",
        "x",
        ";",
        "then",
        "fi",
        "while",
        "do",
        "done",
        "(",
        ")",
        "{",
        "}",
        "exit",
        "cd",
        "&&",
        "||",
        "|",
        "&",
        "case",
        "esac",
        "*)",
        ";;",
        "f()",
        "$(",
        "'",
        '"',
        "${x",
        "<<E",
        "return",
        "local",
        "y=1",
        "in",
        "a",
        "\n",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map(" ".join)))
def test_any_text_is_followed_and_stays_plain_data(text: str) -> None:
    found = analyse(parse(Text("x.sh", text), "file"))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Behaviour) == found
    lines = text.count("\n") + 1
    assert all(run.span.line <= lines and run.span.end_line <= lines + 1 for run in found.runs)
