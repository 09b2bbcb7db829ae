"""What a shell script is once it has been read: frozen statements whose spans lie in the host file."""

from __future__ import annotations

from typing import Literal as Choice

from msgspec import Struct

from ...model import START, Problem, Span

# Frozen values that hold only older ones form no cycles: the garbage collector need not look.

Origin = Choice["file", "step", "run", "npm", "heredoc", "argument", "command", "exec"]
"""Where a script stands: a file, a workflow step, a RUN of a Dockerfile, a package.json script, a
heredoc or an argument given to a shell, a command line of a unit, compose or cron file or of a
Dockerfile's CMD, or an exec form, whose words no shell expands."""


class Literal(Struct, frozen=True, gc=False, tag="literal"):
    """Text that the shell takes as it stands, quotes and escapes removed."""

    text: str


class Parameter(Struct, frozen=True, gc=False, tag="parameter"):
    """`$name`, `${name}` or `${name<operator><operand>}`; `operator` is '' or as written (`:-`)."""

    name: str
    operator: str = ""
    operand: AnyWord | None = None


class Substitution(Struct, frozen=True, gc=False, tag="substitution"):
    """`$(…)`, backquotes, `<(…)` or `>(…)`: what runs inside."""

    opener: str
    body: tuple[Statement, ...]


class Opaque(Struct, frozen=True, gc=False, tag="opaque"):
    """What the shell would compute and we do not: arithmetic, a glob, a brace expansion, `~user`."""

    kind: Choice["arithmetic", "glob", "brace", "tilde", "other"]
    raw: str
    substitutions: tuple[Substitution, ...] = ()
    """Those inside of arithmetic."""


Part = Literal | Parameter | Substitution | Opaque


class Word(Struct, frozen=True, gc=False, tag="word"):
    """One word: its text where it is literal, else None and the parts that it is made of.

    Words are by far the most that a script has, so that they keep only where they begin: nearly all
    of them end on the same line, as far behind as they are long. The others are `Stretched`.
    """

    literal: str | None
    raw: str
    parts: tuple[Part, ...]
    """None where it is literal: most words are, and a part of each would be as large as the word."""
    line: int
    column: int
    quoted: bool
    """Whether any part of it stood in quotes: a quoted keyword or `~` is just text."""

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.line, self.column, self.line, self.column + len(self.raw))


class Stretched(Word, frozen=True, gc=False, tag="stretched"):
    """A word over several lines, or one that its host writes otherwise."""

    end_line: int
    end_column: int

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.line, self.column, self.end_line, self.end_column)


AnyWord = Word | Stretched


def word_at(
    span: Span, literal: str | None, raw: str, parts: tuple[Part, ...] = (), *, quoted: bool = False
) -> Word:
    """A word at a place."""
    line, column, end_line, end_column = span.line, span.column, span.end_line, span.end_column
    if line == end_line and column + len(raw) == end_column:
        return Word(literal, raw, parts, line, column, quoted)
    return Stretched(literal, raw, parts, line, column, quoted, end_line, end_column)


class Redirect(Struct, frozen=True, gc=False):
    """A redirection: `operator` as `>`, `>>`, `<`, `2>` has its number in `descriptor`."""

    operator: str
    descriptor: str
    target: AnyWord | None
    span: Span
    heredoc: Heredoc | None = None


class Heredoc(Struct, frozen=True, gc=False):
    """The lines of a heredoc; `quoted` when its delimiter is, so that nothing is expanded."""

    content: str
    quoted: bool
    span: Span
    substitutions: tuple[Substitution, ...] = ()
    """What runs when it is expanded; none where it is a script that the command hands to a shell."""


class Assignment(Struct, frozen=True, gc=False):
    """`name=value`; `value` is None for an array or no value at all."""

    name: str
    value: AnyWord | None
    append: bool
    span: Span
    elements: tuple[AnyWord, ...] = ()
    """The words of an array, `[key]=value` as it is written."""


class Command(Struct, frozen=True, gc=False, tag="command"):
    """A simple command, a declaration (`local x=1`: words and assignments), `[[ … ]]` included."""

    words: tuple[AnyWord, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...]
    span: Span

    @property
    def scripts(self) -> tuple[Script, ...]:
        """Those that it hands to a shell: heredocs and arguments of `bash`, `sh -c`, `ssh`."""
        return ()


class Handing(Command, frozen=True, gc=False, tag="handing"):
    """A command that hands scripts to a shell: one in a hundred, which alone has room for them."""

    scripts: tuple[Script, ...]


def command_of(
    words: tuple[Word, ...],
    assignments: tuple[Assignment, ...],
    redirects: tuple[Redirect, ...],
    span: Span,
    scripts: tuple[Script, ...],
) -> Command:
    """The command of these words, which hands on these scripts."""
    if scripts:
        return Handing(words, assignments, redirects, span, scripts)
    return Command(words, assignments, redirects, span)


class Arithmetic(Struct, frozen=True, gc=False, tag="arithmetic"):
    """`(( … ))`, and the substitutions inside."""

    raw: str
    span: Span
    substitutions: tuple[Substitution, ...] = ()


class Pipeline(Struct, frozen=True, gc=False, tag="pipeline"):
    """Commands joined by `|`, or one that is negated or timed."""

    commands: tuple[Statement, ...]
    negated: bool
    span: Span


class AndOr(Struct, frozen=True, gc=False, tag="and-or"):
    """`left && right` or `left || right`.

    `left` is what stands before the last joint; only of a very long list `right` is another one.
    """

    left: Statement
    operator: Choice["&&", "||"]
    right: Statement
    span: Span


class Background(Struct, frozen=True, gc=False, tag="background"):
    """A statement followed by `&`, or a coprocess."""

    body: Statement
    span: Span


class Branch(Struct, frozen=True, gc=False):
    """An `if` or `elif`: its condition and what runs when that succeeds."""

    condition: tuple[Statement, ...]
    body: tuple[Statement, ...]


class If(Struct, frozen=True, gc=False, tag="if"):
    """`if … fi`; `otherwise` is None without an `else`."""

    branches: tuple[Branch, ...]
    otherwise: tuple[Statement, ...] | None
    span: Span


class Loop(Struct, frozen=True, gc=False, tag="loop"):
    """Any loop; `words` is None for a `for` over `"$@"` and for loops with a condition.

    For `for ((…;…;…))`, `header` is the text between the parentheses.
    """

    kind: Choice["for", "for((", "while", "until", "select"]
    variable: str
    words: tuple[AnyWord, ...] | None
    header: str
    condition: tuple[Statement, ...]
    body: tuple[Statement, ...]
    span: Span
    substitutions: tuple[Substitution, ...] = ()
    """Those in `header`."""


class Clause(Struct, frozen=True, gc=False):
    """One `pattern) … ;;` of a case; `terminator` is `;;`, `;&`, `;;&` or '' for the last."""

    patterns: tuple[AnyWord, ...]
    body: tuple[Statement, ...]
    terminator: str
    span: Span


class Case(Struct, frozen=True, gc=False, tag="case"):
    """`case word in … esac`."""

    word: AnyWord
    clauses: tuple[Clause, ...]
    span: Span


class Group(Struct, frozen=True, gc=False, tag="group"):
    """`{ …; }`."""

    body: tuple[Statement, ...]
    span: Span


class Subshell(Struct, frozen=True, gc=False, tag="subshell"):
    """`( … )`."""

    body: tuple[Statement, ...]
    span: Span


class Function(Struct, frozen=True, gc=False, tag="function"):
    """A function's definition; `heading` is the span of its name."""

    name: str
    body: Statement
    heading: Span
    span: Span


class Redirected(Struct, frozen=True, gc=False, tag="redirected"):
    """A compound statement with redirections of its own."""

    body: Statement
    redirects: tuple[Redirect, ...]
    span: Span


class Unknown(Struct, frozen=True, gc=False, tag="unknown"):
    """A stretch that the parser could not make out: nothing may be claimed about it."""

    span: Span


Statement = (
    Command
    | Handing
    | Arithmetic
    | Pipeline
    | AndOr
    | Background
    | If
    | Loop
    | Case
    | Group
    | Subshell
    | Function
    | Redirected
    | Unknown
)


class Mend(Struct, frozen=True, gc=False):
    """One edit after which bash would read past a fault: where the cause may lie."""

    kind: Choice["missing", "surplus", "quote"]
    """`token` is missing in front of the line at `place`, or at the text's end; it is one too many
    at `place`; or a quote is either on the line at `place`."""
    token: str
    place: Span
    opener: str = ""
    """What `token` ends, or would end: a block's opener, or `<<EOF`."""
    opened: Span | None = None


class SyntaxFault(Struct, frozen=True, gc=False):
    """Where bash gives up: what was opened where, and what closes it wrongly.

    `found` is '' at the end of the file; `opener` is '' where nothing is open.
    """

    opener: str
    opened: Span | None
    expected: str
    found: str
    place: Span
    mend: Mend | None = None


class Script(Struct, frozen=True, gc=False, kw_only=True):
    """A shell script, wherever it stands. Its statements are those that bash would execute.

    With a `fault`, they end where the last complete command before it does, and `rest` is what
    bash never gets to run.
    """

    path: str
    span: Span
    origin: Origin
    interpreter: str = "bash"
    """The shell's name: from the shebang, the step's `shell:` or the host; '' when none is given."""
    options: tuple[str, ...] = ()
    """Options in force from the start: `errexit`, `pipefail`, `nounset`, `xtrace`."""
    name: str = ""
    """What the host calls it: a step's name, a package.json script's name."""
    directory: str | None = None
    """The working directory that the host sets, as written; None when it sets none."""
    header: str = ""
    """The comment block at the top, without `#` and the shebang."""
    header_lines: tuple[Span, ...] = ()
    """Where each line of `header` stands."""
    statements: tuple[Statement, ...] = ()
    fault: SyntaxFault | None = None
    rest: Span | None = None
    carriage_returns: bool = False
    """Whether lines of it end in carriage returns, also in the copy that git keeps."""
    mixed: bool = False
    """Whether other lines of it do not: the first one, or most."""
    byte_order_mark: bool = False
    first_line: Span = START
    """Where the first line stands; told only of a file with carriage returns or a mark."""
    problems: tuple[Problem, ...] = ()
