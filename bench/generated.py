"""Generated scripts of a given size, each of one shape that may cost more than its length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

DEEP = 200
"""How many constructs stand inside each other in a nested script."""

Shape = Callable[[int], str]
"""A script of about so many characters."""

_FUNCTION = """\
step_{n}() {{
    local dir="/opt/shop/releases/{n}" tries={n}
    if [ ! -d "$dir" ]; then
        mkdir -p "$dir" || return 1
    fi
    for each in api web worker; do
        cp -r "dist/$each" "${{dir}}/$each" && echo "copied $each" >> "$LOG"
    done
    case "$1" in
        start|restart) systemctl restart "shop-{n}" ;;
        *) echo "usage: $0 start" >&2 ;;
    esac
    while [[ $tries -gt 0 ]]; do
        curl -fsS "http://localhost:$((3000 + {n}))/health" > /dev/null && break
        tries=$((tries - 1))
        sleep 1
    done
    cat > "/etc/shop/{n}.env" <<EOF
PORT={n}
RELEASE=$dir
EOF
}}
step_{n} start || echo "step {n} failed"
APP_{n}="$(basename "$PWD")-{n}"
cd "/srv/app-{n}" && rm -rf node_modules && npm ci
"""

_MISREAD = """\
host_{n}="${{HOST_{n}:-a;b}}"
part_{n}="${{host_{n}:$((1)):4}}"
"""
"""Bash accepts this, and the parser does not."""


def shapes() -> dict[str, Shape]:
    """Every shape by its name."""
    return {**_PLAIN, **_NESTED}


def _repeated(form: str, begin: str = "", end: str = "") -> Shape:
    """A form, its `{n}` counted, again and again."""

    def make(size: int) -> str:
        return begin + "".join(_until(size, (form.format(n=n) for n in count()))) + end

    return make


def _until(size: int, pieces: Iterator[str]) -> Iterator[str]:
    while size > 0:
        piece = next(pieces)
        size -= len(piece)
        yield piece


def _nested(opener: str, closer: str, begin: str = "", inside: str = "x\n", end: str = "") -> Shape:
    """Nests of `DEEP` constructs one after another; `{n}` is the number of each."""

    def nest(number: int) -> str:
        names = [f"{number}_{level}" for level in range(DEEP)]
        opened = "".join(opener.replace("{n}", name) for name in names)
        closed = "".join(closer.replace("{n}", name) for name in reversed(names))
        return begin + opened + inside + closed + end

    return lambda size: "".join(_until(size, map(nest, count())))


def _functions(size: int) -> str:
    """Functions in a ring of which each calls two others."""
    many = max(size // 50, 3)
    made = [f"f{n}() {{ f{(n + 1) % many} && f{(n + 7) % many}; x=$1; }}\n" for n in range(many)]
    return "".join(made) + "f0 a\n"


def _chained(size: int) -> str:
    """Functions of which each is called once, by the one before."""
    many = max(size // 50, 2)
    made = [f"f{n}() {{\n  echo {n}\n  f{n + 1}\n  cd /x/{n}\n}}\n" for n in range(many)]
    return "".join(made) + f"f{many}() {{ exit 1; }}\nf0\n"


def _called(size: int) -> str:
    """Functions of which each calls the same ten small ones."""
    many = max(size // 120, 2)
    calls = "\n".join(f"g{n}" for n in range(10))
    small = "".join(f"g{n}() {{ v{n}=$1; return {n}; }}\n" for n in range(10))
    return small + "".join(f"f{n}() {{\n{calls}\n}}\nf{n}\n" for n in range(many))


def _passing(size: int) -> str:
    """A long function that runs what it is given, called again and again."""
    many = max(size // 40, 2)
    says = "".join(f"  echo {n}\n" for n in range(many))
    return f'run() {{\n{says}  "$@"\n}}\n' + "".join(f"run cp -r a{n} b{n}\n" for n in range(many))


_PLAIN: dict[str, Shape] = {
    "deployment": _repeated(_FUNCTION, "#!/bin/bash\nset -euo pipefail\n"),
    "one misread line": _repeated(_FUNCTION, "#!/bin/bash\n" + _MISREAD.format(n=0)),
    "misread here and there": _repeated(_FUNCTION + _MISREAD),
    "misread throughout": _repeated(_MISREAD),
    "misread in one function": _repeated(_FUNCTION + _MISREAD, "main() {\n", "}\nmain\n"),
    "without its end": _repeated(_FUNCTION, "if true; then\n"),
    "an end too many": _repeated(_FUNCTION, "", "fi\n"),
    "a quote never ended": _repeated(_FUNCTION, 'echo "started\n', ""),
    "a heredoc never ended": _repeated("cat /etc/hosts\n", "cat <<EOF\n"),
    "functions in a ring": _functions,
    "functions in a row": _chained,
    "functions called often": _called,
    "functions that pass on": _passing,
    "arrays that grow": _repeated('a{n}=(cp -r)\nb+=("x{n}")\n"${{a{n}[@]}}" "${{b[@]}}" /y\n'),
    "commands on one line": _repeated("cp a{n} b{n}; "),
    "commands on one joined line": _repeated("cp a{n} b{n} && ", "", "true\n"),
    "alternatives on one line": _repeated("a{n} && b{n} || ", "", "true\n"),
    "a pipeline on one line": _repeated("tr a{n} b | ", "", "cat\n"),
    "words on one line": _repeated(" file{n}", "rm -f"),
    "variables on one line": _repeated(' "$v{n}" ${{w}}', "rm -f"),
    "an array on one line": _repeated(" 'file {n}'", "files=(", ")\n"),
    "a string on one line": _repeated("abcd{n}/+", 'key="', '"\n'),
    "a string of variables": _repeated("$v{n} and ${{w:-x}} ", 'key="', '"\n'),
    "a string of commands": _repeated("$(cat f{n}) ", 'key="', '"\n'),
    "signs on one line": _repeated("}}{{)(;<>$!"),
    "quotes on one line": _repeated("'\"`"),
    "openers on one line": _repeated("$("),
    "expansions opened": _repeated("${{a:-"),
    "parentheses opened": _repeated("(("),
    "backquotes on one line": _repeated("`a{n}` ", "echo "),
    "backslashes": _repeated("\\", "echo "),
    "continued lines": _repeated(" a{n} \\\n", "echo", "\n"),
    "comments": _repeated("# nothing is done here {n}\n"),
    "blank lines": _repeated("\n"),
    "heredocs": _repeated("cat > f{n} <<'EOF'\nit's \"open\n$(\nEOF\n"),
    "heredocs of one line": _repeated(" <<E{n}", "cat", "\n"),
    "handed to a shell": _repeated("ssh host{n} 'cd /srv/{n} && npm ci'\n"),
    "a heredoc for a shell": _repeated("cd /srv/{n} && npm ci\n", "ssh host <<'EOF'\n", "EOF\n"),
    "an unquoted heredoc": _repeated("cd \\$HOME/{n} && npm ci\n", "ssh host <<EOF\n", "EOF\n"),
    "a tabbed heredoc": _repeated("\tcd /srv/{n} && npm ci\n", "ssh host <<-EOF\n", "EOF\n"),
    "carriage returns": lambda size: _repeated(_FUNCTION)(size).replace("\n", "\r\n"),
    "wide characters": _repeated("echo 'größer {n} →'\n"),
    "assignments": _repeated("V{n}=/srv/{n}\ncp $V{n}/a $V{n}/b\n"),
    "one variable grows": _repeated('list="$list {n}"\n'),
    "branches": _repeated("elif [ $x = {n} ]; then\n  y={n}\n", "if a; then\n  b\n", "fi\n"),
    "clauses": _repeated("a{n}) y={n}; z{n}=1 ;;\n", "case $x in\n", "esac\n"),
    "guards": _repeated("[ -f f{n} ] || exit 1\n"),
    "exits": _repeated("if a{n}; then exit {n}; fi\n"),
    "traps": _repeated("trap 'rm -f t{n}' EXIT\n"),
    "evaluated": _repeated('eval "$x{n}"\nf{n}() {{ y=1; }}\n'),
    "tests": _repeated('[[ $a{n} == b* && ! ( -f $c || $d =~ ^x+$ ) ]] && echo "{n}"\n'),
    "extended globs": _repeated("rm -f !(a{n}|b).txt\n", "shopt -s extglob\n"),
    "removals": _repeated("cd /opt/shop\nrm -rf node_modules\nsystemctl restart shop{n}\n"),
}

_NESTED: dict[str, Shape] = {
    "nested if": _nested("if true; then\n", "fi\n"),
    "nested elif": _nested("if a; then b; elif c; then\n", "fi\n"),
    "nested while": _nested("while true; do\n", "done\n"),
    "nested case": _nested("case $x in a)\n", ";; esac\n"),
    "nested group": _nested("{\n", "}\n"),
    "nested subshell": _nested("(\n", ")\n"),
    "nested function": _nested("f{n}() {\n", "}\n"),
    "nested substitution": _nested("echo $(\n", ")\n"),
    "nested quoted": _nested('echo "$(', ')"', "", "x", "\n"),
    "nested list": _nested("a && {\n", "}\n"),
    "nested heredoc": _nested("bash <<E{n}\n", "E{n}\n"),
    "nested default": _nested("${a:-", "}", "echo ", "x", "\n"),
    "nested test": _nested("( ", " )", "[[ ", "x", " ]]\n"),
    "nested arithmetic": _nested("(", ")", "echo $(( ", "1", " ))\n"),
    "nested braces": _nested("{a,", "}", "echo ", "b", "\n"),
    "nested misread": _nested("if true; then\n", "fi\n", "", 'x="${y:-a;b}"\n'),
}
