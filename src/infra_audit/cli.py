"""The command line: the only module that prints, reads arguments or exits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from . import __version__

if TYPE_CHECKING:
    from .config import Config
    from .model import Report, RuleId
    from .report.context import Context
    from .ruleset.load import ProseOf
    from .ruleset.rule import Rule, RuleSet

FORMATS = ("text", "concise", "json", "sarif", "markdown")
_Command = TypeVar("_Command", bound=Callable[..., object])
_SEVERITIES = ("error", "warning", "note")
_OURS = """
This is a bug of infra-audit. Please report it on the project's issue tracker with the text above,
the command and, if you may, the repository."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 nothing found, 1 found, 2 the user's mistake, 3 ours."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (
        words[0] not in cli.commands and words[0] not in ("--version", "--help", "-h")
    ):
        words.insert(0, "check")
    try:
        status = cli.main(words, prog_name="infra-audit", standalone_mode=False)
    except click.exceptions.Abort:
        status = 130
    except click.ClickException as error:
        click.echo(f"infra-audit: error: {error.format_message()}", err=True)
        status = 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:
        status = _failed(error)
    sys.exit(status if isinstance(status, int) else 0)


def _failed(error: Exception) -> int:
    from .model import UsageError

    if isinstance(error, UsageError):
        from .report.visible import visible

        click.echo(f"infra-audit: error: {visible(str(error))}", err=True)
        return 2
    import traceback

    click.echo("".join(traceback.format_exception(error)) + _OURS, err=True)
    return 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="infra-audit")
def cli() -> None:
    """Audit a repository from which something is deployed, without running anything in it.

    `infra-audit [PATH]…` is `infra-audit check [PATH]…`.
    """


def _repository(command: _Command) -> _Command:
    """The options of every command that reads a repository."""
    for option in reversed(
        (
            click.option("--root", metavar="DIR", help="Audit DIR as the repository."),
            click.option("--config", metavar="FILE", help="Read the configuration from FILE."),
        )
    ):
        command = option(command)
    return command


def _chosen(command: _Command) -> _Command:
    """The options that choose rules."""
    for option in reversed(
        (
            click.option(
                "--select",
                multiple=True,
                metavar="RULE",
                help="Only these: a rule, a topic, a glob.",
            ),
            click.option("--ignore", multiple=True, metavar="RULE", help="Not these."),
            click.option("--rules", "packs", multiple=True, metavar="DIR", help="Add a rule pack."),
        )
    ):
        command = option(command)
    return command


@cli.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_repository
@_chosen
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("-o", "target", metavar="FILE", help="Write the report to FILE.")
@click.option("--output", "outputs", multiple=True, metavar="FORMAT:PATH", help="One more report.")
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    help="Exit 1 from this severity on.  [default: error]",
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever is found.")
@click.option("--all", "unfold", is_flag=True, help="Show every place of what repeats.")
def check(
    paths: tuple[str, ...],
    root: str | None,
    config: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    packs: tuple[str, ...],
    form: str,
    target: str | None,
    outputs: tuple[str, ...],
    fail_on: str | None,
    exit_zero: bool,
    unfold: bool,
) -> int:
    """Report what will hurt in production. PATHs narrow what is reported, not what is read."""
    from .source.regex import uncompiled

    with uncompiled():  # msgspec imports a library that has patterns
        from .source.walk import begin

    wanted = _wanted(form, target, outputs)
    place, within = _place(root, paths)
    listing = begin(place)
    from .audit import audit  # takes as long as git's listing: both at once

    settings = _settings(place, config)
    rules, prose = _rules(settings, select, ignore, packs)
    shown = {name for name, _ in wanted}
    report = audit(
        place,
        settings,
        rules,
        within,
        _progress(),
        listing,
        planned=not shown.isdisjoint({"json", "markdown"}),
        pictured="markdown" in shown,
    )
    context = _context(report, rules, prose, unfold=unfold)
    for name, path in wanted:
        _write(name, path, report, context)
    bar = _SEVERITIES.index(fail_on or settings.fail_on)
    grave = any(_SEVERITIES.index(f.severity) <= bar for f in report.findings)
    return int(grave and not exit_zero)


@cli.command()
@click.argument("rule")
@click.option("--rules", "packs", multiple=True, metavar="DIR", help="Add a rule pack.")
def explain(rule: str, packs: tuple[str, ...]) -> None:
    """Tell why a rule is there, what to do, and show its examples."""
    from .model import RuleId, UsageError
    from .report.explain import explain as explained
    from .ruleset.load import load
    from .ruleset.select import likely

    rules, prose = load(packs)
    names = {name: r for r in rules.rules.values() for name in (r.id, *r.formerly)}
    found = names.get(RuleId(rule))
    if found is None:
        raise UsageError(f"there is no rule `{rule}`{likely(rule, names)}; see `infra-audit rules`")
    click.echo(explained(found, prose(found.id)))


@cli.command()
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text")
@_chosen
def rules(
    form: str, select: tuple[str, ...], ignore: tuple[str, ...], packs: tuple[str, ...]
) -> None:
    """List the rules."""
    from .config import Config
    from .report.explain import rules_json, rules_table

    found, _ = _rules(Config(), select, ignore, packs)
    listed = list(found.rules.values())
    click.echo(rules_json(listed) if form == "json" else rules_table(listed))


@cli.command()
@click.argument("paths", nargs=-1, metavar="[PATH]")
@_repository
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text")
@click.option("-o", "target", metavar="FILE", help="Write to FILE.")
def model(
    paths: tuple[str, ...], root: str | None, config: str | None, form: str, target: str | None
) -> None:
    """Print what the program believes of the deployment.

    The whole repository in which PATH lies is read, or that of the current folder; `--root` takes
    a folder as the repository instead.
    """
    from .audit import model as modelled
    from .report.project import render_json, render_text

    _writable(target)
    place, _ = _place(root, paths)
    seen = modelled(place, _settings(place, config), _progress())
    render = render_json if form == "json" else render_text
    _put(render(seen.project), target)


@cli.command(short_help="Print the remediation plan, step by step.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_repository
@_chosen
@click.option("--format", "form", type=click.Choice(("text", "markdown", "json")), default="text")
@click.option("-o", "target", metavar="FILE", help="Write to FILE.")
def plan(
    paths: tuple[str, ...],
    root: str | None,
    config: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    packs: tuple[str, ...],
    form: str,
    target: str | None,
) -> None:
    """Print the remediation plan: the steps, in the order in which to do them.

    PATHs narrow what is planned for, not what is read.
    """
    from .audit import audit
    from .report.plan import render

    _writable(target)
    place, within = _place(root, paths)
    settings = _settings(place, config)
    chosen, prose = _rules(settings, select, ignore, packs)
    report = audit(place, settings, chosen, within, _progress())
    _put(render(form, report, _context(report, chosen, prose)), target)


@cli.command(short_help="Draw the deployment, its gaps and its faults.")
@click.argument("paths", nargs=-1, metavar="[PATH]")
@_repository
@_chosen
@click.option(
    "--format", "form", type=click.Choice(("svg", "mermaid", "dot", "json")), default="svg"
)
@click.option("-o", "target", metavar="FILE", help="Write to FILE.")
def graph(
    paths: tuple[str, ...],
    root: str | None,
    config: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    packs: tuple[str, ...],
    form: str,
    target: str | None,
) -> None:
    """Draw the deployment: who ships what where, what is missing, what is broken.

    The whole repository in which PATH lies is read, or that of the current folder. A PATH below its
    root narrows the findings that are drawn; `--root` takes a folder as the repository instead.
    """
    from .audit import audit
    from .report.pictures import render

    _writable(target)
    place, within = _place(root, paths)
    settings = _settings(place, config)
    chosen, _ = _rules(settings, select, ignore, packs)
    report = audit(place, settings, chosen, within, _progress(), pictured=True)
    if report.picture is not None:
        _put(render(form, report.picture), target)


def _place(root: str | None, paths: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The folder to audit as a repository, and the paths below it to report on."""
    from .model import UsageError
    from .source.walk import git_root

    for path in (root, *paths) if root else paths:
        if path is not None and not os.path.exists(path):
            raise UsageError(f"{path}: no such file or directory{_meant(path)}")
        if path is not None and not os.access(path, os.R_OK):
            raise UsageError(f"{path}: cannot be read: permission denied")
    if root is not None and not os.path.isdir(root):
        raise UsageError(f"--root: {root}: is not a directory")
    named = [os.path.realpath(path) for path in paths or ((root or "."),)]
    first = named[0] if os.path.isdir(named[0]) else os.path.dirname(named[0])
    place = os.path.realpath(root) if root else (git_root(first) or first)
    if not os.access(place, os.R_OK | os.X_OK):
        raise UsageError(f"{place}: cannot be read: permission denied")
    within = []
    for path, shown in zip(named, paths, strict=False):
        relative = os.path.relpath(path, place)
        if relative.startswith(".."):
            raise UsageError(f"{shown}: is outside of the repository {place}; audit one at a time")
        within.append("" if relative == "." else relative.replace(os.sep, "/"))
    return place, () if "" in within else tuple(within)


def _meant(path: str) -> str:
    from .ruleset.select import likely

    return likely(path, cli.commands) if path.isalpha() else ""


def _settings(place: str, config: str | None) -> Config:
    from .config import load

    return load(place, config)


def _rules(
    settings: Config, select: tuple[str, ...], ignore: tuple[str, ...], packs: tuple[str, ...]
) -> tuple[RuleSet, ProseOf]:
    from .ruleset.load import load
    from .ruleset.select import chosen, known_only

    every, prose = load(packs)
    known_only(every, tuple(entry.rule for entry in settings.allow), settings.source)
    wanted = select or settings.select
    return chosen(every, wanted, (*settings.ignore, *ignore), settings.source), prose


def _wanted(
    form: str, target: str | None, outputs: tuple[str, ...]
) -> list[tuple[str, str | None]]:
    """Every report with the file that it goes to, None for the terminal."""
    from .model import UsageError

    wanted = [(form, target), *map(_output, outputs)]
    for _, path in wanted:
        _writable(path)
    named = [os.path.realpath(path) for _, path in wanted if path is not None and path != "-"]
    if len(set(named)) < len(named):
        raise UsageError("--output: two reports go to one file; give each a file of its own")
    return wanted


def _output(value: str) -> tuple[str, str]:
    name, colon, path = value.partition(":")
    if not colon or not path or name not in FORMATS:
        from .model import UsageError

        raise UsageError(
            f"--output: `{value}`: write FORMAT:PATH, FORMAT one of {', '.join(FORMATS)}"
        )
    return name, path


def _writable(path: str | None) -> None:
    from .model import UsageError

    if path is None or path == "-":
        return
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        raise UsageError(f"{path}: is a directory; name a file to write to")
    if not os.path.isdir(folder):
        raise UsageError(f"{path}: cannot be written: there is no folder {folder}")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise UsageError(f"{path}: cannot be written: permission denied")


def _write(name: str, path: str | None, report: Report, context: Context) -> None:
    from .report.formats import render

    _put(render(name, report, context), path)


def _put(text: str, path: str | None) -> None:
    text = text if not text or text.endswith("\n") else text + "\n"
    if path is None or path == "-":
        _print(text)
        return
    try:
        with open(path, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        from .model import UsageError

        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _print(text: str) -> None:
    try:
        sys.stdout.buffer.write(text.encode(errors="replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        from .model import UsageError

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UsageError(f"the report cannot be written: {error.strerror}") from error


def _context(report: Report, rules: RuleSet, prose: ProseOf, *, unfold: bool = False) -> Context:
    from datetime import date

    from .audit import sources
    from .report.context import Context

    by_id: dict[RuleId, Rule] = rules.rules
    return Context(
        rules=by_id,
        prose=prose,
        source=sources(report.root),
        version=__version__,
        color=_colored(),
        all=unfold,
        width=_width(),
        date=date.today().isoformat(),  # noqa: DTZ011 - the reader's own day
    )


def _colored() -> bool:
    """NO_COLOR wins over FORCE_COLOR, which wins over what the terminal is."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR")
    if forced:
        return forced != "0"
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _width() -> int:
    """The terminal's columns, found as `shutil` does it, which imports three compressors."""
    asked = os.environ.get("COLUMNS", "")
    try:
        wide = (
            int(asked) if asked.isdecimal() else os.get_terminal_size(sys.stdout.fileno()).columns
        )
    except (OSError, ValueError):
        wide = 0
    return min(max(wide or 100, 60), 140)


def _progress() -> Callable[[int, int], None] | None:
    """A line on the terminal once reading takes longer than half a second."""
    if not sys.stderr.isatty():
        return None
    import time

    began = time.monotonic()

    def show(done: int, of: int) -> None:
        if time.monotonic() - began > 0.5:
            end = "\r\x1b[K" if done >= of else ""
            click.echo(f"\r\x1b[Kreading {done} of {of} files{end}", err=True, nl=False)

    return show
