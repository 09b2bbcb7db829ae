"""Random scripts over stub commands, of all constructs that bash has."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from .sample import Sample

FUNCTIONS = ("f1", "f2", "f3", "f4")
STATUSES = (0, 0, 1, 1, 2, 3, 4, 5, 7)

Lines = list[str]


class Place(NamedTuple):
    """Where a statement stands: how deep, in how many loops, and in which function."""

    depth: int = 0
    loops: int = 0
    function: int = 0
    """Its number from 1 on; 0 is none, and it may call those of lower numbers."""
    returns: bool = False

    def inside(self, *, loop: bool = False) -> Place:
        """One block further in."""
        return self._replace(depth=self.depth + 1, loops=self.loops + loop)


def indented(lines: Lines) -> Lines:
    """The lines of a block."""
    return ["  " + line for line in lines]


class Writer:
    """Writes one script; with `most` commands that may fail, and as many marks as it likes."""

    def __init__(self, seed: int, most: int, words: Callable[[Writer], str] = lambda _: "") -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.most = most
        self.words = words
        self.stubs = 0
        self.marks = 0
        self.quoted: set[str] = set()
        self.defined: list[str] = []
        self.arguments: tuple[str, ...] = ("",)
        self.simple: dict[Callable[[Place], Lines], float] = {
            self.mark_line: 4,
            self.stub_line: 4,
            self.link: 6,
            self.leave: 3,
            self.call: 4,
            self.capture: 1.5,
            self.status: 1.2,
            self.option: 1.2,
            self.trap: 0.6,
            self.background: 0.7,
            self.pipeline: 1,
            self.negated: 0.8,
            self.heredoc: 0.5,
            self.process: 0.4,
            self.killed: 0.15,
            self.execution: 0.3,
            self.roundabout: 0.25,
        }
        self.compound: dict[Callable[[Place], Lines], float] = {
            self.condition: 5,
            self.choice: 2.5,
            self.each: 1.5,
            self.counted: 0.7,
            self.repeated: 2,
            self.endless: 1.2,
            self.selected: 0.4,
            self.reading: 0.8,
            self.group: 1.5,
            self.subshell: 1.5,
            self.definition: 0.8,
        }

    # ── leaves ───────────────────────────────────────────────────────────────────────────────────

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, *forms: str) -> str:
        return self.random.choice(forms)

    def stub(self, *, quoted: bool = False) -> str:
        """A command that may fail, or a mark when the script has enough of them."""
        if self.stubs >= self.most:
            return self.mark(quoted=quoted)
        self.stubs += 1
        name = f"s{self.stubs}"
        if quoted:
            self.quoted.add(name)
        return name + self.words(self)

    def output(self) -> str:
        """A command whose output says whether it succeeds."""
        name = self.stub()
        return "false" if name.startswith("echo") else f"{name} out"

    def mark(self, *, quoted: bool = False) -> str:
        """A command that tells that it ran, and succeeds."""
        self.marks += 1
        name = f"m{self.marks}"
        if quoted:
            self.quoted.add(name)
        return f"echo {name}"

    def test(self, place: Place) -> str:
        """A condition."""
        if self.stubs >= self.most:
            known = self.name(place) or self.mark()
            return self.pick(
                known, known, f"! {known}", "true", "false", f"{self.mark()} | {known}"
            )
        forms: list[Callable[[], str]] = [
            self.stub,
            self.stub,
            self.stub,
            lambda: f"! {self.stub()}",
            lambda: f"{self.stub()} >/dev/null 2>&1",
            lambda: f'[ "$({self.output()})" = 1 ]',
            lambda: f"[[ -n $({self.output()}) ]]",
            lambda: f"(( $({self.output()}) + 0 ))",
            lambda: f"{self.stub()} && {self.stub()}",
            lambda: f"{self.stub()} || {self.stub()}",
            lambda: f"{self.mark()}; {self.stub()}",
            lambda: f"{self.stub()} | {self.stub()}",
            lambda: f"( {self.stub()}; {self.stub()} )",
            lambda: f"{{ {self.stub()}; {self.stub()}; }}",
            lambda: self.pick("true", "false", ":", "[ -z x ]", "(( 0 ))", "[[ a == a ]]"),
            lambda: self.name(place) or self.stub(),
            lambda: self.name(place) or self.stub(),
            lambda: f"! {self.name(place) or self.stub()}",
        ]
        return self.random.choice(forms)()

    def name(self, place: Place) -> str:
        """A function that may be called; '' when there is none."""
        if place.function and not self.chance(0.04):
            known = [f for f in self.defined if int(f[1:]) < place.function]
        else:
            known = self.defined
        return self.random.choice(known) if known else ""

    def way_out(self, place: Place) -> str:
        """What ends the script, the function, or a round of a loop."""
        status = self.random.choice(STATUSES)
        ways = [f"exit {status}"] * 4 + [
            "exit",
            "exit $?",
            f"return {status} 2>/dev/null || exit 3",
        ]
        if place.returns:
            ways += [f"return {status}"] * 5 + ["return", "return $?"]
        elif self.chance(0.1):
            ways += [f"return {status}"]
        if place.loops:
            ways += ["break", "continue"] * 3 + ["break 2", "continue 2"]
        elif self.chance(0.1):
            ways += ["break", "continue"]
        return self.random.choice(ways)

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def block(self, place: Place, most: int) -> Lines:
        lines: Lines = []
        for _ in range(self.random.randint(1, most)):
            lines += self.statement(place)
        if self.chance(0.3):
            lines += self.mark_line(place)
        return lines

    def statement(self, place: Place) -> Lines:
        kinds = dict(self.simple)
        if place.depth < 4 and self.stubs < self.most:
            kinds |= self.compound
        (kind,) = self.random.choices(list(kinds), list(kinds.values()))
        return kind(place)

    # ── simple statements ────────────────────────────────────────────────────────────────────────

    def mark_line(self, place: Place) -> Lines:  # noqa: ARG002
        return [self.mark()]

    def stub_line(self, place: Place) -> Lines:  # noqa: ARG002
        return [
            self.stub() + self.pick("", "", "", "", " >/dev/null", " 2>&1", " || true", " || :")
        ]

    def link(self, place: Place) -> Lines:
        right = self.random.choice(
            [
                lambda: self.way_out(place),
                lambda: self.way_out(place),
                self.stub,
                self.mark,
                lambda: f"{{ {self.mark()}; {self.way_out(place)}; }}",
                lambda: self.name(place) or self.mark(),
                lambda: f"( {self.mark()}; exit 4 )",
            ]
        )
        line = f"{self.test(place)} {self.pick('&&', '||')} {right()}"
        if self.chance(0.2):
            line += f" {self.pick('&&', '||')} {right()}"
        return [line]

    def leave(self, place: Place) -> Lines:
        return [self.way_out(place)] if self.chance(0.6) else self.link(place)

    def call(self, place: Place) -> Lines:
        name = self.name(place)
        if not name:
            return [self.stub()]
        self.marks += 1
        told = f"echo m{self.marks} {name} $?"
        forms = [name, name, name, f"{name}; {told}", f"{name} || {told}", f"{name} && {told}"]
        forms += [f"{name} || {self.way_out(place)}", f"( {name} ); {self.mark()}", f"! {name}"]
        forms += [f"{name} x y >/dev/null", f"{name} | {self.stub()}"]
        return [self.random.choice(forms)]

    def capture(self, place: Place) -> Lines:
        inner = self.random.choice(
            [
                self.output,
                self.output,
                lambda: f"{self.stub()}; {self.stub()}",
                lambda: f"{self.stub()}; {self.mark()}",
                lambda: self.name(place) or self.stub(),
                lambda: f"{self.stub()} || exit 4",
            ]
        )()
        before = (
            "local " if place.function and self.chance(0.5) else self.pick("", "", "", "export ")
        )
        quote = self.pick("", '"')
        line = f"{before}v={quote}$({inner}){quote}"
        if not before and self.chance(0.3):
            line += f" || {self.way_out(place)}"
        return [line]

    def status(self, place: Place) -> Lines:
        asked = self.pick("[ $? -eq 0 ]", '[ "$?" -ne 0 ]', "(( $? ))", "[[ $? -ne 0 ]]")
        if self.chance(0.3):
            return [self.stub(), "rc=$?", self.mark(), self.pick("exit $rc", 'exit "$rc"')]
        if self.chance(0.3):
            return [f"{self.stub()} || rc=$?", self.mark()]
        return [self.stub(), f"if {asked}; then", *indented(self.block(place.inside(), 1)), "fi"]

    def option(self, place: Place) -> Lines:  # noqa: ARG002
        return [
            self.pick(
                *["set -e"] * 4, *["set +e"] * 3, "set -o errexit", "set -o pipefail",
                "set +o pipefail", "set -eo pipefail", "set -E", "shopt -s inherit_errexit",
                "shopt -s lastpipe", "shopt -s execfail", "set -euo pipefail",
            )
        ]  # fmt: skip

    def trap(self, place: Place) -> Lines:
        name = self.name(place)
        action = self.random.choice(
            [
                lambda: self.mark(quoted=True),
                lambda: self.stub(quoted=True),
                lambda: f"{self.mark(quoted=True)}; exit {self.random.choice(STATUSES)}",
                lambda: f"exit {self.random.choice(STATUSES)}",
                lambda: name or self.mark(quoted=True),
                lambda: name or self.mark(quoted=True),
            ]
        )()
        if self.chance(0.15):
            return [f"trap - {self.pick('EXIT', 'ERR')}"]
        return [f"trap '{action}' {self.pick('EXIT', 'EXIT', 'ERR', 'ERR', 'EXIT ERR', 'TERM')}"]

    def background(self, place: Place) -> Lines:
        work = self.random.choice(
            [
                self.stub,
                lambda: f"( {self.stub()}; exit 4 )",
                lambda: f"{{ {self.stub()} || exit 3; {self.mark()}; }}",
                lambda: self.name(place) or self.stub(),
            ]
        )()
        return [f"{work} &", self.pick("wait", "wait $!", "wait", self.mark(), "wait $! || exit 5")]

    def pipeline(self, place: Place) -> Lines:
        def part() -> str:
            return self.random.choice(
                [
                    self.stub,
                    self.stub,
                    lambda: f"{{ {self.stub()}; {self.mark()}; }}",
                    lambda: f"{{ {self.stub()}; {self.way_out(place)}; }}",
                    lambda: self.name(place) or self.stub(),
                    lambda: f"( {self.stub()} || exit 5 )",
                ]
            )()

        line = " | ".join(part() for _ in range(self.random.randint(2, 3)))
        return [line + self.pick("", "", f" || {self.way_out(place)}")]

    def negated(self, place: Place) -> Lines:
        return [f"! {self.random.choice([self.stub(), self.name(place) or self.stub()])}"]

    def heredoc(self, place: Place) -> Lines:  # noqa: ARG002
        end = self.pick("EOF", "'EOF'", "EOF")
        inner = f"a $({self.stub()}) b" if end == "EOF" else "exit $(s0)"
        return [f"{self.stub()} <<{end}\n{inner}\nEOF"]

    def process(self, place: Place) -> Lines:
        inner = self.random.choice(
            [self.stub(), f"{self.stub()}; {self.mark()}", f"{self.mark()}; {self.way_out(place)}"]
        )
        return [f"{self.stub()} {self.pick('<', '>')}({inner})", "wait"]

    def killed(self, place: Place) -> Lines:  # noqa: ARG002
        return [f"{self.stub()} || kill -TERM $$", self.mark()]

    def execution(self, place: Place) -> Lines:
        form = self.pick("exec >/dev/null", "exec 2>&1", "exec {fd}>&1", "command", "stub", "stub")
        if form not in {"command", "stub"}:
            return [form]
        test, last = self.test(place), self.stub()
        if last.startswith("echo"):
            return [last]
        return [f"exec {last}"] if form == "stub" else [f"if {test}; then", f"  exec {last}", "fi"]

    def roundabout(self, place: Place) -> Lines:
        """What does the usual by another way."""
        out = self.way_out(place)
        form = self.random.choice(
            [
                lambda: f"command {self.program()}",
                lambda: f"env {self.program()}",
                lambda: f"time {self.stub()}",
                lambda: f"eval '{self.stub(quoted=True)}'",
                lambda: f"eval '{self.stub(quoted=True)} || exit 5'",
                lambda: f"builtin {out}",
                lambda: f"command {out}",
                lambda: f"\\{out}",
                lambda: f"{self.name(place) or self.stub()} || false",
                lambda: f"coproc {{ {self.stub()}; {self.mark()}; }}\nwait",
                lambda: f"unset -f {self.name(place) or 'f1'}",
            ]
        )
        return form().splitlines()

    def program(self) -> str:
        """A stub that is run as a program."""
        name = self.stub()
        return "true" if name.startswith("echo") else name

    # ── compound statements ──────────────────────────────────────────────────────────────────────

    def condition(self, place: Place) -> Lines:
        inside = place.inside()
        lines = [f"if {self.test(place)}; then", *indented(self.block(inside, 3))]
        if self.chance(0.25):
            lines += [f"elif {self.test(place)}; then", *indented(self.block(inside, 2))]
        if self.chance(0.5):
            lines += ["else", *indented(self.block(inside, 2))]
        return [*lines, "fi" + self.tail(place)]

    def tail(self, place: Place) -> str:
        """What follows a compound command."""
        if self.chance(0.85):
            return ""
        return self.random.choice(
            [" >/dev/null", " 2>&1", f" || {self.way_out(place)}", f" && {self.mark()}", " || true"]
        )

    def choice(self, place: Place) -> Lines:
        inside = place.inside().inside()
        if place == Place() and self.arguments == ("",):
            self.arguments = ("", "start", "stop", "other")
            word, patterns = self.pick('"$1"', '"${1:-}"'), ["start", "stop", "*"]
        else:
            word, patterns = f'"$({self.output()})"', ["1", "*"]
        if self.chance(0.3):
            patterns.pop()
        lines = [f"case {word} in"]
        for pattern in patterns:
            end = ";;" if self.chance(0.7) else self.pick(";&", ";;&")
            lines += [f"  {pattern})", *indented(indented(self.block(inside, 2))), f"    {end}"]
        return [*lines, "esac" + self.tail(place)]

    def each(self, place: Place) -> Lines:
        words = self.random.choice(["a b", "a", f"$({self.output()})", "a b c"])
        return [f"for word in {words}; do", *self.body(place)]

    def counted(self, place: Place) -> Lines:
        name, most = f"i{place.depth}", self.random.randint(1, 3)
        return [f"for (({name} = 0; {name} < {most}; {name}++)); do", *self.body(place)]

    def body(self, place: Place, end: str = "") -> Lines:
        lines = [self.mark() if self.chance(0.7) else self.stub() + " || echo m0"]
        lines += self.block(place.inside(loop=True), 3)
        return [*indented(lines), "done" + (end or self.tail(place))]

    def repeated(self, place: Place) -> Lines:
        test = self.test(place) if self.chance(0.3) else self.stub()
        if test.startswith("echo"):
            return self.endless(place)
        return [f"{self.pick('while', 'while', 'until')} {test}; do", *self.body(place)]

    def endless(self, place: Place) -> Lines:
        head = self.pick("while true", "while :", "until false", "for ((;;))", "while (( 1 ))")
        lines = [f"{head}; do", *self.body(place)]
        if self.chance(0.7):
            out = self.pick(f"exit {self.random.choice(STATUSES)}", "break", "break")
            lines.insert(2, f"  {self.stub()} {self.pick('&&', '||')} {out}")
        return lines

    def selected(self, place: Place) -> Lines:
        end = self.pick(f' <<< "$({self.output()})"', " </dev/null", f" < <({self.output()})")
        return ["select v in a b; do", *self.body(place, end)]

    def reading(self, place: Place) -> Lines:
        if self.chance(0.5):
            return [f"{self.output()} | while read -r v; do", *self.body(place)]
        return ["while read -r v; do", *self.body(place, f" < <({self.output()})")]

    def group(self, place: Place) -> Lines:
        return ["{", *indented(self.block(place.inside(), 3)), "}" + self.tail(place)]

    def subshell(self, place: Place) -> Lines:
        return ["(", *indented(self.block(place.inside(), 3)), ")" + self.tail(place)]

    def definition(self, place: Place) -> Lines:
        """A function defined where it stands, maybe once more."""
        if self.chance(0.3) and self.defined:
            name = self.random.choice(self.defined)
        else:
            name = self.random.choice(FUNCTIONS)
        return self.function(name, place)

    def function(self, name: str, place: Place) -> Lines:
        number = int(name[1:])
        inside = Place(place.depth + 1, 0, number, returns=True)
        opener, closer = self.random.choice([("{", "}")] * 6 + [("(", ")")])
        head = self.pick(f"{name}()", f"{name}()", f"function {name}", f"function {name}()")
        lines = [self.mark()] if self.chance(0.7) else [self.stub() + " || echo m0"]
        if self.chance(0.05):
            lines += self.function(self.random.choice(FUNCTIONS), inside)
        lines += self.block(inside, 3)
        if name not in self.defined:
            self.defined.append(name)
        return [f"{head} {opener}", *indented(lines), closer]

    # ── scripts ──────────────────────────────────────────────────────────────────────────────────

    def script(self, name: str) -> Sample:
        """The whole of it."""
        sourced = self.chance(0.06)
        place = Place(returns=sourced)
        shebang = (
            "#!/bin/bash" if self.chance(0.97) else self.pick("#!/bin/bash -e", "#!/bin/bash -eu")
        )
        lines = [shebang]
        if self.chance(0.4):
            lines.append(self.pick("set -e", "set -e", "set -euo pipefail", "set -Eeo pipefail"))
        if self.chance(0.1):
            lines += self.trap(place)
        if self.chance(0.5):
            for nth in range(self.random.randint(1, 3)):
                lines += self.function(FUNCTIONS[nth], place)
        lines += self.block(place, 5)
        return Sample(
            name,
            "\n".join(lines) + "\n",
            frozenset(self.quoted),
            self.arguments,
            sourced,
        )


def random_script(seed: int) -> Sample:
    """A random script, the same one for the same seed."""
    return Writer(seed, 5 + seed % 6).script(f"random {seed}")
