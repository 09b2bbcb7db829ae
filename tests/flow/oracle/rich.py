"""Random scripts that also move and compute: what is known of them must be so."""

from __future__ import annotations

from functools import partial

from .sample import Sample
from .writer import Lines, Place, Writer

LIBRARY = """X=lib
Y="${Y:-none}"
cd ../b
helper() { cd ../a; X=helped; }
"""


def rich_script(seed: int, root: str) -> Sample:
    """A random script that starts in a folder of `root`, the same one for the same seed.

    A `cd` whose failure nothing looks at succeeds: that it might fail is a matter of its own, and so
    is that a text which is no number and given to one (`declare -i`) ends the line that it stands in.
    """
    writer = Writer(seed, 6 + seed % 6, _words)
    writer.simple |= {
        partial(_assignment, writer): 9,
        partial(_move, writer, root): 8,
        partial(_library, writer, root): 0.4,
        writer.stub_line: 9,
        writer.mark_line: 2,
        writer.leave: 0.7,
        writer.link: 3,
        writer.killed: 0.05,
        writer.execution: 0.1,
    }
    sample = writer.script(f"rich {seed}")
    shebang, _, text = sample.text.partition("\n")
    begin = "X=x\nY=y\n" if writer.chance(0.7) else "Y=y\n"
    begin += 'pass() { "$@"; }\nsay() { echo "run $*"; command "$@"; }\n' if "pass" in text else ""
    return sample._replace(text=f"{shebang}\n{begin}{text}", exact=False)


def _words(writer: Writer) -> str:
    first = writer.pick(
        *['"$X"'] * 6, '"${X:-d}"', '"$PWD"', '"${1:-}"', '"${X%/*}"', '"${ARR[0]:-}"'
    )
    second = writer.pick(
        *['"$Y"'] * 5, '"$X$Y"', '"$N"', '"$((N + 1))"', '"${Z-}"', '"${Y#v}"', "k",
        *['"${ARR[@]}"'] * 3, "${ARR[@]}", '"${ARR[*]}"', '"o${ARR[@]}"',
    )  # fmt: skip
    return f" {first} {second}"


def _assignment(writer: Writer, place: Place) -> Lines:
    name = writer.pick("X", "X", "Y", "Y", "Z")
    other = writer.pick("X", "Y", "Z")
    forms = [
        f"{name}=v{writer.random.randint(1, 9)}",
        f"{name}=v{writer.random.randint(1, 9)}",
        f'{name}="${{{other}-}}z"',
        f"{name}=$(echo v)",
        f"read -r {name} <<< w",
        "read -r X Y <<< 'p q r'",
        f"{name}=${{{other}:-d}}",
        f"{name}=${{{other}-d}}",
        f'{name}="${{{other}%z}}"',
        f'{name}="${{{other}#v}}"',
        f"unset {name}",
        f"unset -v {name}",
        f"printf -v {name} q",
        f": ${{{name}:=k}}",
        f': "${{{name}=k}}"',
        f"export {name}=e",
        f"export {name}",
        f"{name}+=p",
        f"{name}=$((1 + 2))",
        f"{name}=${{#{other}}}",
        f"{name}=${{{other}/v/w}}",
        f"{name}=${{{other}^^}}",
        f"{name}=${{{other}:+set}}",
        f"{name}=$PWD",
        f"{name}=$(pwd)",
        f"{name}=$(cd ../b && pwd)",
        f'{name}=$(basename "$PWD")',
        f'{name}=$(dirname "$PWD")',
        "X=1 Y=2",
        f"{name}=1 {writer.stub()}",
        "(( N++ ))",
        "let N+=2",
        "N=5",
        *["ARR=(a b)", "ARR=()", 'ARR=("$X" c)', "ARR=(a $X)"] * 2,
        "ARR[0]=c",
        "ARR+=(d)",
        'ARR+=("$Y" "$Z")',
        "ARR=v",
        "ARR+=v",
        "unset ARR",
        "unset 'ARR[0]'",
        "read -ra ARR <<< 'p q'",
        "mapfile -t ARR <<< m",
        "declare -a ARR=(l m)",
        "declare -u ARR=(l m)",
        "ARR=([1]=n)",
        "ARR=(nowhere* ~)",
        'ARR=("${ARR[@]}" more)',
        f"if {writer.stub()}; then ARR=(yes); fi",
        "for ARR in g h; do :; done",
        'set -- "${ARR[@]}"',
        *[f"pass {writer.stub()}", f"say {writer.stub()}"] * 2,
        f'{name}="${{ARR[0]}}"',
        f"for {name} in g h; do {writer.mark()}; done",
        f"declare {name}=d",
        f"declare -g {name}=g",
        "declare -i N=2+3",
        f"declare -l {name}=ABC",
        f"declare -n REF={name}; REF=ref",
        f"eval '{name}=ev'",
        f'eval "{name}=\\$PWD"',
        f"mapfile -t {name} <<< m",
        f"{name}=$1",
        "set -- a b",
        "shift",
        f"while read -r {name}; do {writer.mark()}; done <<< l",
        f"echo r | while read -r {name}; do {writer.mark()}; done",
        f"echo r | read -r {name}",
        f"{{ {name}=in; }} | cat",
        f"( {name}=sub )",
        f"{name}=bg &",
        f"if {writer.stub()}; then {name}=yes; else {name}=no; fi",
        f"if {writer.stub()}; then {name}=same; else {name}=same; fi",
        f"{writer.stub()} && {name}=and",
        f"{writer.stub()} || {name}=or",
        f"[[ -z $X ]] && {name}=empty",
        f"[[ abc =~ b(.) ]] && {name}=${{BASH_REMATCH[1]}}",
        f"trap '{name}=trapped' ERR",
        f"trap '{name}=signal' USR1; kill -USR1 $$",
        f"{name}='*'",
        f"{name}=~",
    ]
    if writer.chance(0.06):
        forms = [f"readonly {name}", f"readonly {name}=ro", f"declare -r {name}=dr", "IFS=v"]
    if place.function and writer.chance(0.4):
        forms = [
            f"local {name}=l",
            f"local {name}",
            "local ARR=(l m)",
            "local ARR",
            "ARR=(f)",
            "ARR+=(f)",
            "local X=a Y=$X",
            f"local {name}=${{{other}:-d}}",
            f"local -r {name}=lr",
            f"declare {name}=dl",
            f"typeset {name}=tl",
            f"local {name}; {name}=$(echo c)",
            f"unset {name}",
        ]
    return [writer.random.choice(forms)]


def _move(writer: Writer, root: str, place: Place) -> Lines:  # noqa: ARG001
    forms = [
        "cd ../a",
        "cd ../b",
        "cd ../b",
        f"cd {root}/a",
        f"cd {root}/b",
        "cd c",
        "cd ..",
        "cd .",
        "cd nowhere || cd ../b",
        "cd nowhere || true",
        "cd nowhere || exit 6",
        "cd ../b || exit 6",
        "cd ../b && " + writer.mark(),
        "pushd ../b >/dev/null",
        f"pushd {root}/a >/dev/null",
        "pushd >/dev/null",
        "pushd -n ../b",
        "popd >/dev/null",
        "popd >/dev/null",
        "popd -n",
        "cd - >/dev/null",
        "cd",
        "cd ~",
        "cd ''",
        'cd "$X" || exit 6',
        'cd "$Y" || true',
        "pushd nowhere || true",
        f'X={root}/b; cd "$X"',
        "HOME=$PWD",
        "cd -P ../b",
        "cd -- ../b",
        "command cd ../b",
        "builtin cd ../b",
        f"( cd ../b; {writer.stub()} )",
        f"( cd ../b && {writer.mark()} )",
        "cd ../b | cat",
        "cd ../b &",
        f"if ! cd ../b; then {writer.mark()}; fi",
        f"if cd ../b 2>/dev/null; then {writer.stub()}; fi",
        "{ cd ../b; } >/dev/null",
        "! cd ../b",
        "X=$(cd ../b; pwd)",
        "cd ../b > /nonexistent/x",
        "CDPATH=..; cd b",
        "CDPATH=.. cd b >/dev/null",
        "cd a b",
        "dirs -c",
        "while cd c 2>/dev/null; do echo m0; done",
        "eval 'cd ../b'",
        "OLDPWD=/; cd - >/dev/null",
        f"trap 'cd {root}/b' ERR",
    ]
    return [writer.random.choice(forms)]


def _library(writer: Writer, root: str, place: Place) -> Lines:  # noqa: ARG001
    return [writer.pick(f". {root}/lib.sh", f"source {root}/lib.sh", f". {root}/lib.sh && helper")]
