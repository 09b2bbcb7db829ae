"""Scripts broken by one token: what bash and the judge say, and how near to the edit.

`python -m bench.broken FOLDER…` takes every shell script under the folders that bash accepts, deletes
or inserts one block word, brace, quote or heredoc end, and compares. Nothing but `bash -n` runs.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from tree_sitter import Node

from infra_audit.documents.shell.blocks import Fault, check, trace
from infra_audit.documents.shell.mending import mend
from infra_audit.documents.shell.source import grow

NEAR = 3
"""How many lines a place may lie away from the edit and still lead to it."""

WORDS = ("fi", "done", "then", "do", "esac", "}")
KINDS = tuple(
    f"{what} {token}"
    for token in (*WORDS, '"', "'", "heredoc end")
    for what in ("delete", "insert")
)

_STATEMENTS = frozenset(
    (
        *("command", "declaration_command", "variable_assignment", "test_command", "unset_command"),
        *("if_statement", "while_statement", "for_statement", "case_statement", "subshell"),
        *("list", "pipeline", "redirected_statement", "compound_statement", "function_definition"),
    )
)
_LISTS = frozenset(
    (
        *("program", "compound_statement", "do_group", "if_statement", "else_clause"),
        *("elif_clause", "case_item", "subshell"),
    )
)
_SHEBANG = re.compile(rb"#!\s*\S*?(?:/env\s+)?\S*?\b(?:ba|da|a)?sh\b")
_LINE = re.compile(r"\bline (\d+)")


class Mutant(NamedTuple):
    """A script with one edit."""

    kind: str
    text: str
    line: int
    """Where the token was taken from, or put."""


class Verdict(NamedTuple):
    """What bash says of a script."""

    rejects: bool
    lines: tuple[int, ...]
    """The lines that its messages name."""
    said: str


class Sites(NamedTuple):
    """Where a script can be edited: tokens by kind, words, statements and heredocs."""

    tokens: dict[str, list[tuple[int, int]]]
    words: list[tuple[int, int]]
    statements: list[int]
    heredocs: list[tuple[int, int, str]]
    """Where each body begins and ends, and what ends it."""


def mutants(text: str, chosen: Random, each: int) -> Iterator[Mutant]:
    """Up to `each` mutants of each kind; edits stand where bash sees a token, not inside a string."""
    sites = _sites(text)
    for token in (*WORDS, '"', "'", "heredoc end"):
        places = sites.tokens.get(token, [])
        for start, end in chosen.sample(places, min(each, len(places))):
            yield _without(text, f"delete {token}", start, end, whole=chosen.random() < 0.5)
        for start, new in _insertions(text, sites, token, chosen, each):
            line = text.count("\n", 0, start) + 1
            yield Mutant(f"insert {token}", text[:start] + new + text[start:], line)


def judged(path: str) -> Verdict:
    """What `bash -O extglob -n` says; 5.2 gives up with a status of 0 at a broken condition."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    bash = subprocess.run(
        ["bash", "-O", "extglob", "-n", path], capture_output=True, check=False, env=environment
    )
    said = bash.stderr.decode(errors="replace").replace(path, "")
    rejects = bash.returncode != 0 or any("warning: " not in line for line in said.splitlines())
    return Verdict(rejects, tuple(sorted({int(each) for each in _LINE.findall(said)})), said)


class Named(NamedTuple):
    """The lines that a finding about a fault names."""

    lines: tuple[int, ...]
    """All of them, the one that it points at first."""
    likeliest: int
    """Where the cause seems to lie; the first one where nothing is said of that."""


def named(text: str, fault: Fault) -> Named:
    """The lines that a finding about the fault names."""
    places = [fault.place] if fault.opened is None else [fault.place, fault.opened]
    if not fault.found:
        places.reverse()
    found = mend(text, fault, trace(text))
    if found is not None:
        places += [found.place] if found.opened is None else [found.place, found.opened]
    lines = [text.count("\n", 0, start) + 1 for start, _ in places]
    likeliest = lines[0] if found is None else text.count("\n", 0, found.place[0]) + 1
    return Named(tuple(dict.fromkeys(lines)), likeliest)


def scripts(folders: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The shell scripts under the folders, once each, with their text."""
    seen: set[str] = set()
    for folder in folders:
        files = [Path(folder)] if Path(folder).is_file() else sorted(Path(folder).rglob("*"))
        for path in files:
            if path.is_symlink() or not path.is_file() or ".git" in path.parts:
                continue
            data = path.read_bytes()
            if path.suffix not in {".sh", ".bash"} and not _SHEBANG.match(data):
                continue
            text = data.decode(errors="replace").replace("\r\n", "\n")
            if b"\0" not in data and text not in seen:
                seen.add(text)
                yield str(path), text


def main() -> int:
    """Print what differs, then the table; 1 where a bound is missed."""
    given = _arguments()
    chosen = Random(given.seed)  # noqa: S311  # mutants, not secrets
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "script"))
        for path, text in scripts(given.folders):
            Path(file).write_text(text, encoding="utf-8")
            if judged(file).rejects or len(text) > given.longest:
                continue
            for mutant in mutants(text, chosen, given.each):
                Path(file).write_text(mutant.text, encoding="utf-8")
                tally.add(path, mutant, judged(file), given)
    print(tally.table())
    return int(tally.missed() or tally.alarms > 0)


_COUNTS = 9


class Tally:
    """What was counted, by kind."""

    def __init__(self) -> None:
        self.rows = {kind: [0] * _COUNTS for kind in KINDS}
        self.alarms = 0
        self.took = 0.0

    def add(self, path: str, mutant: Mutant, bash: Verdict, given: argparse.Namespace) -> None:
        """Count one mutant, and print it where the two differ."""
        began = time.perf_counter()
        fault = check(mutant.text).fault
        self.took += time.perf_counter() - began
        row = self.rows[mutant.kind]
        row[0] += 1
        if bash.rejects != (fault is not None):
            self.alarms += fault is not None
            row[1] += bash.rejects
            _keep(given.keep, path, mutant, f"bash {bash} ours {fault}")
        if not bash.rejects or fault is None:
            return
        lines, likeliest = named(mutant.text, fault)
        ours = any(abs(line - mutant.line) <= NEAR for line in lines)
        row[1] += 1
        row[2] += 1
        row[3] += ours
        row[4] += abs(likeliest - mutant.line) <= NEAR
        row[5] += abs(lines[0] - mutant.line) <= NEAR
        row[6] += any(abs(line - mutant.line) <= NEAR for line in bash.lines)
        row[7] += len(lines)
        row[8] += len(bash.lines)
        if given.far and not ours and mutant.kind.startswith(given.far):
            _keep(given.keep, path, mutant, f"FAR bash {bash.lines} ours {lines} {fault}")

    def missed(self) -> bool:
        """Whether fewer than 99 in 100 of those that bash rejects were found."""
        rejected, found = (sum(row[n] for row in self.rows.values()) for n in (1, 2))
        return found < 0.99 * rejected

    def table(self) -> str:
        """The counts as a table in markdown."""
        head = (
            "| edit | mutants | bash rejects | found | near: any of ours | the likeliest | the first"
            " | any of bash's | lines of ours | of bash's |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
        )
        rows = {kind: row for kind, row in self.rows.items() if row[0]}
        rows["all"] = [sum(row[n] for row in rows.values()) for n in range(_COUNTS)]
        lines = [head, *(_row(kind, row) for kind, row in rows.items())]
        return "\n".join([*lines, "", f"false alarms: {self.alarms}; {self.took:.1f} s of ours"])


def _row(kind: str, row: list[int]) -> str:
    mutants_, rejected, found = row[:3]
    of = max(found, 1)
    near = " | ".join(f"{100 * each / of:.1f} %" for each in row[3:7])
    places = " | ".join(f"{each / of:.2f}" for each in row[7:9])
    return f"| {kind} | {mutants_} | {rejected} | {found} | {near} | {places} |"


def _keep(folder: str | None, path: str, mutant: Mutant, why: str) -> None:
    """Print a mutant and, where asked for, write it down to be looked at."""
    print(f"{path}\t{mutant.kind}\tline {mutant.line}\t{why}")
    if folder:
        name = f"{len(os.listdir(folder)):05}.sh"
        Path(folder, name).write_text(mutant.text, encoding="utf-8")
        print(f"  as {name}")


def _sites(text: str) -> Sites:
    """The edits that a script offers; what the parser could not read offers none."""
    sites = Sites({}, [], [], [])
    stack = [grow(text).root_node]
    while stack:
        node = stack.pop()
        if node.type == "ERROR":
            continue
        start, end = node.start_byte, node.end_byte
        parent = "" if node.parent is None else node.parent.type
        _note(text, sites, node, parent)
        if (
            node.type in _STATEMENTS
            and parent in _LISTS
            and not text[_begin(text, start) : start].strip()
        ):
            sites.statements.append(start)
        if node.type in {"word", "string", "raw_string", "concatenation"} and parent == "command":
            sites.words.append((start, end))
        stack += node.children
    return sites


def _note(text: str, sites: Sites, node: Node, parent: str) -> None:
    """Note the token that a node is."""
    start, end = node.start_byte, node.end_byte
    if node.type in WORDS and (node.type != "}" or parent == "compound_statement"):
        sites.tokens.setdefault(node.type, []).append((start, end))
    elif node.type == '"' and parent == "string":
        sites.tokens.setdefault('"', []).append((start, end))
    elif node.type == "raw_string":
        sites.tokens.setdefault("'", []).extend([(start, start + 1), (end - 1, end)])
    elif node.type == "heredoc_end":
        sites.tokens.setdefault("heredoc end", []).append((start, end))
    elif node.type == "heredoc_body" and node.next_sibling is not None:
        last = node.next_sibling
        sites.heredocs.append((start, last.start_byte, text[last.start_byte : last.end_byte]))


def _begin(text: str, at: int) -> int:
    """Where the line of an offset begins."""
    return text.rfind("\n", 0, at) + 1


def _without(text: str, kind: str, start: int, end: int, *, whole: bool) -> Mutant:
    """The script without a token; with `whole`, without its line where it stands alone there."""
    line = text.count("\n", 0, start) + 1
    first, last = _begin(text, start), text.find("\n", end)
    if whole and last >= 0 and text[first:last].strip() == text[start:end].strip():
        start, end = first, last + 1
    return Mutant(kind, text[:start] + text[end:], line)


def _insertions(
    text: str, sites: Sites, mark: str, chosen: Random, each: int
) -> Iterator[tuple[int, str]]:
    """Places for one more mark, and how it is written there."""
    if mark == "heredoc end":
        for start, end, ending in chosen.sample(sites.heredocs, min(each, len(sites.heredocs))):
            breaks = [n + 1 for n in range(start, end) if text[n] == "\n"]
            if breaks:
                yield chosen.choice([start, *breaks[:-1]]), f"{ending}\n"
    elif mark in {'"', "'"}:
        for word in chosen.sample(sites.words, min(each, len(sites.words))):
            yield chosen.choice(word), mark
    else:
        for start in chosen.sample(sites.statements, min(each, len(sites.statements))):
            margin = text[_begin(text, start) : start]
            yield start, f"{mark}\n{margin}" if chosen.random() < 0.7 else f"{mark}; "


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--each", type=int, default=1, help="mutants of each kind for a script")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--longest", type=int, default=60_000, help="characters of a script")
    parser.add_argument("--keep", help="a folder for the mutants that differ")
    parser.add_argument("--far", help="also keep those of this kind whose places lie far away")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
