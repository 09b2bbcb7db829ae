"""What the judge of bash syntax accepts and rejects, by table, by mutation and on any text."""

import random
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.shell.blocks import Fault, Structure, check

VALID = {
    "nothing": "",
    "only a comment": "# fi",
    "list and pipe": "a && b || c | d |& e & f;",
    "command goes on behind an operator": "a |\n\n b &&\n# why\n c\n",
    "backslash joins lines": "a \\\n  b \\\n  | c",
    "backslash behind a closer": "if a; then b; fi\\\n\n",
    "if with every branch": "if a; then b; elif c; then d; else e; fi",
    "closers need no separator between them": "if a; then { (b) } fi",
    "then right behind a test": "if [[ a ]] then b; elif ((1)) then c; fi",
    "while and until": "while a; b; do c; done <x\nuntil d\ndo e\ndone",
    "for with words": "for x in a b; do c; done\nfor x\nin a\ndo c; done",
    "for without words": "for x do c; done\nfor x; do c; done",
    "for over reserved words": "for if in do done; do echo; done",
    "for with expressions": "for ((i=0; i<3; i++)); do a; done\nfor ((;;)) { b; }",
    "for with a brace": "for x in a; { b; }",
    "select": "select x in a b; do c; done",
    "empty case": "case x in esac",
    "case patterns": 'case $x in a|"b)") ;; (c) d;& @(e|f)) g;;& *) h; esac',
    "case inside a substitution": "$(case x in a) b;; esac)",
    "reserved words as patterns": "case x in if|then) a;; (esac) b; esac",
    "reserved words as arguments": "echo if then fi done esac } { for",
    "quoted reserved word": "'if' a",
    "functions": "f() { a; } >x\nfunction g { a; }\nfunction h() ( a )\ni()\n\n[[ a ]]",
    "coproc": "coproc a b\ncoproc N { a; }\ncoproc while a; do b; done",
    "time and not": "time -p a\n! time { b; }\n!\ntime",
    "arithmetic or subshells": "((1 + (2)))\n((a); b)\n( (c) )",
    "arithmetic expansion": "$((1 << 2)) $((a);(b)) $[1 + a[2]]",
    "conditions": "[[ -f a && ( b == c* || ! $d -lt 3 ) ]]\n[[ a\t=~ ^(x|y z)+$|w ]]\n[[ a < b\n]]",
    "arrays": "a=(1 # c )\n [x y]=2 $(b))\na+=() b=(if) c[1 + 2]=3 d",
    "arrays behind redirections": ">x a=(b) c\n2>x d[1]=(e)\n>x declare f=(g)\nh=i declare j=(k)",
    "declared arrays": "declare -A a=([x]=(1)) b=(2)",
    "quotes": """'a"' "b'" $'c\\'d' $"e" "f $$(g) h$" \\'""",
    "quotes over lines": "a 'b\nc' \"d\ne\" f",
    "nested quotes": '"a $(b "c $(d "e)") )") ${f:-"g}"} `h "` i"',
    "expansions": "${x:-{} ${#x} ${x//\"/\"/\\}} ${x[${y[1]}]} ${x:-<(a)} ${x%%$'\\''}",
    "backquotes are opaque": "`if` `a \\` (`",
    "process substitutions": "a <(b | c) >(d) < <(e) f<(g)",
    "extended patterns": "echo !(a|b) @(c) x+(d (e))\n!(a)",
    "redirections": "a >b <c 2>&1 &>d >&- <<<e >|f <>g &>>h {i}<j",
    "hash inside a word": "a# b$(c)#d ${e}#f \\\n# g (",
    "here-document": "a <<A | b\n$( ' fi\nA\nc",
    "here-documents on one line": "a <<'A' <<-B && c\nx\nA\n\ty\n\tB\nd",
    "here-document with a quoted end": 'a <<"A B"\nfi\nA B\na <<\\C\n`\nC',
    "here-document inside a substitution": 'x="$(a <<A\n)\nA\n)"\ny=$(a <<A\n(\nA)',
    "here-document behind its substitution": "x=$(a <<A)\nfi\nA\n",
    "here-document without an end": "a <<A\nfi",
    "here-document with a joined line": "a <<A\nx\\\nA\nfi\nA",
    "here-document of a condition": "if a <<A; then\nfi\nA\nb; fi",
}

BROKEN = {
    "stray fi": ("a\nfi\n", 2, Fault("", None, "", "fi", (2, 4))),
    "stray brace": ("f() { a; }\n}\n", 11, Fault("", None, "", "}", (11, 12))),
    "stray parenthesis": ("a)", 0, Fault("", None, "", ")", (1, 2))),
    "execution stops before the line": ("exit 1; fi", 0, Fault("", None, "", "fi", (8, 10))),
    "missing fi": ("a\nif b; then c\n", 2, Fault("if", (2, 4), "fi", "", (15, 15))),
    "missing then": ("if a; b; fi", 0, Fault("if", (0, 2), "then", "fi", (9, 11))),
    "missing then of an elif": (
        "if a; then b; elif c; d; fi",
        0,
        Fault("elif", (14, 18), "then", "fi", (25, 27)),
    ),
    "missing do": ("while a\nb\ndone", 0, Fault("while", (0, 5), "do", "done", (10, 14))),
    "missing do behind words": ("for x in a\nb\n", 0, Fault("for", (0, 3), "do", "b", (11, 12))),
    "missing done": ("{ while a; do b; }", 0, Fault("do", (11, 13), "done", "}", (17, 18))),
    "missing esac": ("case a in b) c", 0, Fault("case", (0, 4), "esac", "", (14, 14))),
    "missing in": ("case a\nb) c;; esac", 0, Fault("case", (0, 4), "in", "b", (7, 8))),
    "missing brace": ("f() {\na\n", 0, Fault("{", (4, 5), "}", "", (8, 8))),
    "missing bracket": ("[[ a && b; c", 0, Fault("[[", (0, 2), "]]", ";", (9, 10))),
    "open parenthesis": ("( a", 0, Fault("(", (0, 1), ")", "", (3, 3))),
    "open arithmetic": ("$((1 + 2)", 0, Fault("$(", (0, 2), ")", "", (9, 9))),
    "open double quote": ('a\nb "c\n', 2, Fault('"', (4, 5), '"', "", (7, 7))),
    "open single quote": ("a 'b", 0, Fault("'", (2, 3), "'", "", (4, 4))),
    "open quote with escapes": ("$'a\\'", 0, Fault("$'", (0, 2), "'", "", (5, 5))),
    "open backquote": ("a `b", 0, Fault("`", (2, 3), "`", "", (4, 4))),
    "open substitution": ('"$(a"', 0, Fault('"', (4, 5), '"', "", (5, 5))),
    "open expansion": ("${a", 0, Fault("${", (0, 2), "}", "", (3, 3))),
    "open array": ("a=(b\nc", 0, Fault("(", (2, 3), ")", "", (6, 6))),
    "open subscript": ("a[1", 0, Fault("[", (1, 2), "]", "", (3, 3))),
    "wrong closer": ("if a; then b; done", 0, Fault("if", (0, 2), "fi", "done", (14, 18))),
    "empty branch": ("if a; then\nfi", 0, Fault("if", (0, 2), "fi", "fi", (11, 13))),
    "nothing behind a pipe": ("a |\n", 0, Fault("", None, "", "", (4, 4))),
    "operator first": ("&& a", 0, Fault("", None, "", "&&", (0, 2))),
    "double semicolon": ("a;;", 0, Fault("", None, "", ";;", (1, 3))),
    "word behind a block": ("{ a; } b", 0, Fault("", None, "", "b", (7, 8))),
    "closer behind a redirection": ("{ { a; } >b }", 0, Fault("", None, "", "}", (12, 13))),
    "parentheses behind an argument": ("a (b)", 0, Fault("", None, "", "b", (3, 4))),
    "function without a body": ("f() a", 0, Fault("", None, "{", "a", (4, 5))),
    "coprocess of a coprocess": ("coproc coproc a", 0, Fault("", None, "", "coproc", (7, 13))),
    "array behind an assignment": ("a=b >c d=(e)", 0, Fault("", None, "", "(", (9, 10))),
    "array as an argument": ("a b=(c)", 0, Fault("", None, "", "(", (4, 5))),
    "redirection to nothing": ("a >\n", 0, Fault("", None, "", "\n", (3, 4))),
    "two expressions": ("for ((a;b)); do c; done", 0, Fault("", None, "", "((a;b)", (4, 10))),
    "carriage return behind then": (
        "if a; then\r\nb\nfi\r\n",
        0,
        Fault("if", (0, 2), "then", "", (18, 18)),
    ),
}

SCRIPTS = (
    """\
#!/bin/bash
set -euo pipefail
usage() {
  cat >&2 <<-EOF
	usage: ${0##*/} [-n] "target"
	EOF
  exit 2
}
while getopts 'nh' option; do
  case "$option" in
    n) dry=1 ;;
    h | '?') usage ;;
  esac
done
if [[ ${1:-} =~ ^(prod|test)$ && -f "$1.env" ]]; then
  . "./$1.env"
elif (($# > 1)); then
  echo "too many: $(printf '%s ' "$@")" >&2
else
  usage
fi
""",
    """\
hosts=(a b
  "c d")
for host in "${hosts[@]}"; do
  until ssh "$host" "systemctl is-active 'shop'" 2>/dev/null; do
    sleep "$((delay *= 2))"
  done
  ssh "$host" bash -s <<'EOF' || { echo "failed on $host"; exit 1; }
    if [ -d /opt/shop ]; then rm -rf /opt/shop/tmp; fi
EOF
done
( cd /tmp && tar c . ) | gzip >"backup-`date +%F`.tgz"
trap 'rm -f "$lock"; exit' EXIT
""",
)
TOKENS = re.compile(r"""\b(?:if|then|elif|fi|for|do|done|case|esac|EOF)\b|;;|[](){}'"`[]""")

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="compares with bash")


def rejects(script: str) -> bool:
    """Whether bash gives up on a script; 5.2 does so with a status of 0 at a broken condition."""
    bash = subprocess.run(
        ["bash", "-O", "extglob", "-n"], input=script.encode(), capture_output=True, check=False
    )
    messages = bash.stderr.decode(errors="replace").splitlines()
    return bash.returncode != 0 or any("warning: " not in message for message in messages)


def mutants() -> Iterator[str]:
    """The scripts with each block word, quote and bracket left out, doubled or moved."""
    chosen = random.Random(7)  # noqa: S311  # mutants, not secrets
    for script in SCRIPTS:
        places = [token.span() for token in TOKENS.finditer(script)]
        for start, end in places:
            yield script[:start] + script[end:]
            elsewhere = chosen.choice(places)[0]
            yield f"{script[:elsewhere]}{script[start:end]} {script[elsewhere:]}"


@pytest.mark.parametrize("script", VALID.values(), ids=VALID)
def test_valid_script_has_no_fault(script: str) -> None:
    assert check(script) == Structure(len(script), None)


@pytest.mark.parametrize(("script", "complete", "fault"), BROKEN.values(), ids=BROKEN)
def test_broken_script_has_its_fault(script: str, complete: int, fault: Fault) -> None:
    assert check(script) == Structure(complete, fault)


@needs_bash
@pytest.mark.parametrize("script", VALID.values(), ids=VALID)
def test_bash_accepts_valid_script(script: str) -> None:
    assert not rejects(script)


@needs_bash
@pytest.mark.parametrize("script", [script for script, *_ in BROKEN.values()], ids=BROKEN)
def test_bash_rejects_broken_script(script: str) -> None:
    assert rejects(script)


@needs_bash
def test_mutants_are_judged_as_by_bash() -> None:
    differing = [script for script in mutants() if rejects(script) != bool(check(script).fault)]
    assert not differing


def test_complete_covers_here_documents_and_whole_blocks() -> None:
    begun = "if a; then\n  b <<A\nx\nA\nfi\nc <<B; d\ny\nB\n"
    assert check(begun + "e; done\n").complete == len(begun)


@pytest.mark.parametrize(
    "opener", ["if a; then ", "$(", '"$(', "{ ", "(", "${a:-", "[[ (", "! ", "a=(", "coproc "]
)
def test_deep_nesting_never_raises(opener: str) -> None:
    check(opener * 10_000)


BLOCKS = "if then elif else fi for x in do done while case esac function coproc time [[ ]] { } ( )"
MARKS = "(( )) ; ;; & && | ! a= a=( a[ ' \" ` $ $( ${ $(( $' <( << <<- A # = =~ < > é 𝄞 \\ \n \t \r"
FRAGMENTS = st.sampled_from([*re.split(" ", BLOCKS), *re.split(" ", MARKS)])

TEXTS = st.one_of(st.text(), st.lists(FRAGMENTS).map(" ".join), st.lists(FRAGMENTS).map("".join))


@settings(max_examples=500)
@given(TEXTS)
def test_any_text_is_judged_within_its_bounds(text: str) -> None:
    structure = check(text)
    assert 0 <= structure.complete <= len(text)
    if structure.fault is None:
        assert structure.complete == len(text)
        return
    start, end = structure.fault.place
    assert structure.complete <= start <= end <= len(text)
    assert text[start:end] == structure.fault.found
    if structure.fault.opened is not None:
        start, end = structure.fault.opened
        assert text[start:end] == structure.fault.opener
