"""Whether a variable may be empty where a script removes what it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.documents.shell.syntax import Parameter
from infra_audit.project.empties import Empty
from infra_audit.project.shells import emptiness, place, shells, supplied

from .linked_project import project

ARGUMENT = "no argument need be given for `$1`"
LOOPED = "only a loop that may not get to it gives it a value"
UNGIVEN = "nothing here gives it a value"
ENTER = "whoever is asked may just press Enter"
BETWEEN = "which of the two shells puts in `$D` is not told"

WHY: dict[str, tuple[str, str | None]] = {
    "an argument": ('D=$1\nrm -rf "$D"/*\n', ARGUMENT),
    "an argument under errexit": ('set -e\nD=$1\nrm -rf "$D"/*\n', ARGUMENT),
    "an argument under nounset": ('set -u\nD=$1\nrm -rf "$D"/*\n', None),
    "an empty default under nounset": ('set -u\nD=${1:-}\nrm -rf "$D"/*\n', ARGUMENT),
    "a default": ('D=${1:-/srv}\nrm -rf "$D"/*\n', None),
    "an argument that shifts": ('shift\nD=$1\nrm -rf "$D"/*\n', None),
    "demanded": ('D=${1:?x}\nrm -rf "$D"/*\n', None),
    "demanded later": ('D=$1\n: "${D:?x}"\nrm -rf "$D"/*\n', None),
    "given a default later": ('D=$1\n: ${D:=/opt/x}\nrm -rf "$D"/*\n', None),
    "filled in later": ('D=$1\nif [ -z "$D" ]; then D=/opt/x; fi\nrm -rf "$D"/*\n', None),
    "tested by another name": ('A=$1\nB=$A\n[ -n "$B" ] || exit\nrm -rf "$A"/*\n', None),
    "counted": ('[ $# -eq 1 ] || exit 2\nD=$1\nrm -rf "$D"/*\n', None),
    "counted by arithmetic": ('if (( $# < 1 )); then exit 1; fi\nD=$1\nrm -rf "$D"/*\n', None),
    "entered": ('D=$1\ncd "$D" || exit 1\nrm -rf "$D"/*\n', None),
    "used under errexit": ('set -e\nD=$1\nmkdir -p "$D"\nrm -rf "$D"/*\n', None),
    "used later": ('set -e\nD=$1\nrm -rf "$D"/*\nmkdir -p "$D"\n', ARGUMENT),
    "handed to a function": ('ok() { [ -d "$1" ]; }\nD=$1\nok "$D"\nrm -rf "$D"/*\n', None),
    "after a library": ('. ./lib.sh\nD=$1\nrm -rf "$D"/*\n', None),
    "after a tool is loaded": ('. ~/.nvm/nvm.sh\nD=$1\nrm -rf "$D"/*\n', ARGUMENT),
    "typed": ('read -p "dir: " D\nrm -rf "$D"/*\n', ENTER),
    "read from a file": ('read D < x\nrm -rf "$D"/*\n', None),
    "read in a loop": ('while read -r D; do rm -rf "$D"/*; done < x\n', None),
    "an option": ('for a in "$@"; do case $a in -d=*) D="${a#*=}";; esac; done\nrm -rf "$D"/*\n', LOOPED),
    "an option under nounset": ('set -u\nfor a in "$@"; do D=$a; done\nrm -rf "$D"/*\n', None),
    "an option, empty at first": ('D=""\nwhile getopts d: o; do D="$OPTARG"; done\nrm -rf "$D"/*\n', LOOPED),
    "a loop that always runs": ('for x in a b; do D=/opt/$x; done\nrm -rf "$D"/*\n', None),
    "an endless loop": ('D=\nwhile true; do D=$1; break; done\nrm -rf "$D"/*\n', ARGUMENT),
    "of a function": ('f() { local d=$1; rm -rf "$d"/*; }\nf\n', "line 2 calls `f` without `$1`"),
    "of a function, empty": ('f() { rm -rf "$1"/*; }\nf ""\n', "line 2 calls `f` without `$1`"),
    "of a function, given": ('f() { rm -rf "$1"/*; }\nf /opt/x\n', None),
    "of a function that hands all on": ('f() { rm -rf "$1"/*; }\nf "$@"\n', ARGUMENT),
    "a local of the same name": ('D=/x\nf() { local D=$1; rm -rf "$D"/*; }\nf\n', "line 3 calls `f` without `$1`"),
    "found nowhere": ('D=$(grep x f)\nrm -rf "$D"/*\n', "`grep` may print nothing"),
    "found nowhere under errexit": ('set -e\nD=$(grep x f)\nrm -rf "$D"/*\n', None),
    "found nowhere in a pipe": ('set -e\nD=$(grep x f | cut -d= -f2)\nrm -rf "$D"/*\n', "`grep` may print nothing"),
    "found nowhere with pipefail": ('set -eo pipefail\nD=$(grep x f | cut -c1)\nrm -rf "$D"/*\n', None),
    "found nowhere, forgiven": ('set -e\nD=$(cat x || true)\nrm -rf "$D"/*\n', "`cat` may print nothing"),
    "found nowhere, with a substitute": ('D=$(cat x || echo /opt)\nrm -rf "$D"/*\n', None),
    "printed": ('D=$(echo /opt/X | tr A-Z a-z)\nrm -rf "$D"/*\n', None),
    "one's own place": ('D=$(cd "$(dirname "$0")" && pwd)\nrm -rf "$D"/*\n', None),
    "a temporary folder": ('D=$(mktemp -d)\nrm -rf "$D"/*\n', None),
    "another value of that kind": ('a=$b\nb=$a\nrm -rf "$a"/*\n', None),
    "longer than the variable": ('D=/x/$1\nrm -rf "$D"/*\n', None),
    "never given": ('rm -rf "$d"/*\n', UNGIVEN),
    "never given, by a file unknown": ('eval "$(./x)"\nrm -rf "$d"/*\n', None),
    "never given, by names unknown": ('export $(xargs < .env)\nrm -rf "$d"/*\n', None),
    "of the system": ('rm -rf "$HOME"/*\n', None),
    "on the other side": ("D=/x\nssh h <<'E'\nrm -rf $D/*\nE\n",
                          "it has its value on this side of the connection only"),
    "given on the other side": ("D=/x\nssh h <<'E'\nD=/y\nrm -rf $D/*\nE\n", None),
    "passed to the other side": ("D=/x\nssh h \"D=$D bash -s\" <<'E'\nrm -rf $D/*\nE\n", None),
    "put in on this side": ("D=/x\nssh h <<E\nrm -rf $D/*\nE\n", None),
    "put in on this side, empty": ('D=$1\nssh h "rm -rf $D/*"\n', ARGUMENT),
    "put in on either side": ("ssh h <<E\nD=/y\nrm -rf $D/*\nE\n", BETWEEN),
    "not exported": ("D=/x\nbash -c 'rm -rf $D/*'\n", "it is not exported to the shell that runs this"),
    "exported": ("export D=/x\nbash -c 'rm -rf $D/*'\n", None),
    "exported by an option": ("set -a\nD=/x\nbash -c 'rm -rf $D/*'\n", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WHY.values(), ids=WHY)
def test_why_a_variable_may_be_empty(text: str, expected: str | None, tmp_path: Path) -> None:
    found = project(tmp_path, {"deploy.sh": text})
    (act,) = found.acts
    run = next(run for run in act.behaviour.runs if run.name == "rm")
    where = place(shells(act), run)
    assert where is not None
    (name,) = [p.name for p in run.words[-1].parts if isinstance(p, Parameter)]
    why = emptiness(where, run, name, supplied(found))
    assert (why.why if isinstance(why, Empty) else why) == expected


ELSEWHERE = {
    "in a container": "docker exec x sh -c 'rm -rf $D/*'\n",
    "in a container, fed": "docker exec -i x sh <<'E'\nrm -rf $D/*\nE\n",
    "through a pipe": "cat <<'E' | ssh h bash\nrm -rf $D/*\nE\n",
    "in a shell of a shell": "ssh h \"bash -c 'rm -rf $D/*'\"\n",
}


@pytest.mark.parametrize("text", ELSEWHERE.values(), ids=ELSEWHERE)
def test_shells_of_which_nothing_is_told(text: str, tmp_path: Path) -> None:
    (act,) = project(tmp_path, {"deploy.sh": text}).acts
    run = next(run for run in act.behaviour.runs if run.name == "rm")
    assert place(shells(act), run) is None


SUPPLIED: dict[str, tuple[dict[str, str], str]] = {
    "by an environment file": ({".env.production": "d=/srv\n"}, "`$d` comes from the environment"),
    "by another script": ({"conf.sh": "export d=/srv\n"}, "`$d` comes from the environment"),
    "by a workflow": (
        {".github/workflows/a.yml": "on: push\nenv: {d: /srv}\njobs: {}\n"},
        "`$d` comes from the environment",
    ),
}


@pytest.mark.parametrize(("files", "expected"), SUPPLIED.values(), ids=SUPPLIED)
def test_variables_that_others_give(files: dict[str, str], expected: str, tmp_path: Path) -> None:
    found = project(tmp_path, {"deploy.sh": 'rm -rf "$d"/*\n', **files})
    act = next(act for act in found.acts if act.script.path == "deploy.sh")
    where = place(shells(act), act.behaviour.runs[0])
    assert where is not None
    assert emptiness(where, act.behaviour.runs[0], "d", supplied(found)) == expected


def test_a_script_that_others_source_shares_their_variables(tmp_path: Path) -> None:
    found = project(tmp_path, {"lib.sh": 'rm -rf "$d"/*\n', "deploy.sh": "x=1\n. ./lib.sh\n"})
    act = next(act for act in found.acts if act.script.path == "lib.sh")
    where = place(shells(act), act.behaviour.runs[0])
    assert where is not None
    assert emptiness(where, act.behaviour.runs[0], "d", supplied(found)) is None
