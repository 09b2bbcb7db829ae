"""Dockerfiles and Containerfiles: stages, instructions, and the scripts that they run."""

from __future__ import annotations

from posixpath import join

from msgspec import Struct
from msgspec.structs import replace

from ..model import Problem
from ..source.regex import regex
from ..source.text import Text
from . import dockerfile_scripts
from .dockerfile_lines import Chunk, Line, escape_character, lines, opening, split
from .dockerfile_scripts import Shell, array
from .dockerfile_words import Known, Words
from .facts import Copy, Dockerfile, Entry, Instruction, Stage, Value

KEYWORDS = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"}
    | {"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)


def parse(text: Text) -> Dockerfile:
    """The Dockerfile that `text` is."""
    escape = escape_character(text)
    everywhere = Words(escape, {})
    arguments: list[Entry] = []
    stages: list[_Stage] = []
    named: dict[str, _Stage] = {}
    problems: list[Problem] = []
    for line in lines(text, escape):
        problem = _problem(text, line, has_stage=bool(stages))
        if problem:
            problems.append(problem)
        if line.keyword == "FROM":
            stages.append(_from(text, line, everywhere, named, len(stages)))
            named[stages[-1].head.name.lower()] = stages[-1]
        elif stages and line.keyword in KEYWORDS:
            stages[-1].instructions.append(_instruction(text, line, stages[-1], everywhere))
        elif line.keyword == "ARG":
            arguments += _declared(line, line.argument, everywhere, {})
    if not stages:
        problems.insert(0, Problem(text.location(0, 0), "a Dockerfile begins with FROM"))
    return Dockerfile(
        path=text.path,
        span=text.span(0, len(text.content)),
        arguments=tuple(arguments),
        stages=tuple(replace(s.head, instructions=tuple(s.instructions)) for s in stages),
        problems=tuple(_telling(problems)),
    )


class _Stage(Struct):
    """A stage while it is read, and what its next instruction finds in force."""

    head: Stage
    instructions: list[Instruction]
    words: Words
    shell: Shell


_FLAG = regex(r"--([A-Za-z][\w-]*)(?:=((?:\"[^\"]*\"|\S)*))?(?:\s+|$)")
_WITH_FLAGS = frozenset({"FROM", "RUN", "COPY", "ADD", "HEALTHCHECK"})
_WORD = regex(r"\S+")


def _telling(problems: list[Problem]) -> list[Problem]:
    """The first problem of each kind: a file that is no Dockerfile has one in every line."""
    kinds: dict[str, Problem] = {}
    for problem in problems:
        kinds.setdefault(problem.message.partition(":")[0], problem)
    return list(kinds.values())


def _problem(text: Text, line: Line, *, has_stage: bool) -> Problem | None:
    where = text.location(line.start, line.end)
    keyword = text.location(line.start, line.start + len(line.keyword))
    if line.keyword not in KEYWORDS:
        return Problem(keyword, f"unknown instruction: {line.keyword[:40]}")
    if not has_stage and line.keyword not in {"FROM", "ARG"}:
        return Problem(keyword, "an instruction stands before the first FROM")
    if line.keyword == "FROM" and not _after_flags(line)[1]:
        return Problem(where, "FROM names no image")
    for heredoc in line.heredocs:
        if not heredoc.closing:
            place = line.joined.location(*heredoc.opening)
            return Problem(place, f"a heredoc never ends: {heredoc.name[:40]} is missing")
    return None


def _after_flags(line: Line) -> tuple[int, list[Chunk]]:
    """Where the argument begins behind its flags, and the words from there on."""
    content = line.joined.content
    at = line.argument
    while line.keyword in _WITH_FLAGS and (found := _FLAG.match(content, at)):
        at = found.end()
    return at, [found.span() for found in _WORD.finditer(content, at)]


def _flags(line: Line, words: Words) -> tuple[Entry, ...]:
    text = line.joined
    found: list[Entry] = []
    at = line.argument
    while line.keyword in _WITH_FLAGS and (flag := _FLAG.match(text.content, at)):
        value = words.value(text, *flag.span(2)) if flag[2] is not None else None
        found.append(Entry(flag[1], value, text.span(*flag.span(1))))
        at = flag.end()
    return tuple(found)


def _from(text: Text, line: Line, words: Words, earlier: dict[str, _Stage], index: int) -> _Stage:
    """`FROM [--platform=…] image [AS name]`."""
    at, spans = _after_flags(line)
    content = line.joined.content
    named = len(spans) > 2 and content[slice(*spans[1])].upper() == "AS"
    platform = [flag.value for flag in _flags(line, words) if flag.name == "platform"]
    head = Stage(
        index=index,
        name=content[slice(*spans[2])] if named else "",
        base=words.value(line.joined, *(spans[0] if spans else (at, at))),
        instructions=(),
        span=text.span(line.start, line.end),
        platform=platform[0].raw if platform and platform[0] else "",
    )
    new = _Stage(head, [], Words(words.escape, {}), Shell("sh" if words.escape == "\\" else "cmd"))
    base = (head.base.literal or head.base.default or "").lower()
    stage = earlier.get(base) if base else None
    if stage:
        known = {n: k for n, k in stage.words.variables.items() if k.literal is not None}
        new.words.variables.update(known)
        new.shell = stage.shell
    return new


def _instruction(text: Text, line: Line, stage: _Stage, everywhere: Words) -> Instruction:
    at, spans = _after_flags(line)
    joined = line.joined
    read = Instruction(
        keyword=line.keyword,
        argument=joined.content[at:].strip(),
        span=text.span(line.start, line.end),
        flags=_flags(line, stage.words),
    )
    match line.keyword:
        case "RUN" | "CMD" | "ENTRYPOINT":
            return replace(read, script=dockerfile_scripts.run(text, line, at, stage.shell))
        case "HEALTHCHECK" if spans and joined.content[slice(*spans[0])].upper() == "CMD":
            begin = spans[1][0] if len(spans) > 1 else spans[0][1]
            return replace(read, script=dockerfile_scripts.run(text, line, begin, stage.shell))
        case "COPY" | "ADD":
            return replace(read, copy=_copy(line, at, read, stage.words))
        case "ENV" | "LABEL":
            return replace(read, entries=_assigned(line, at, stage.words, line.keyword))
        case "ARG":
            return replace(read, entries=_declared(line, at, stage.words, everywhere.variables))
        case "SHELL":
            words = [value for value, _, _ in array(joined, at) or []]
            stage.shell = dockerfile_scripts.chosen(words, stage.shell.directory)
            return replace(read, values=_values(line, at, stage.words))
        case "WORKDIR":
            read = replace(read, values=_values(line, at, stage.words))
            stage.shell = replace(stage.shell, directory=_directory(read, stage.shell))
            return read
        case "USER" | "EXPOSE" | "VOLUME" | "STOPSIGNAL":
            return replace(read, values=_values(line, at, stage.words))
        case _:
            return read


def _directory(read: Instruction, shell: Shell) -> str | None:
    """Where WORKDIR leads to from where the stage was."""
    value = read.values[0] if read.values else None
    path = value and (value.literal or value.default)
    return join(shell.directory or "", path) if path else None


def _values(line: Line, at: int, words: Words) -> tuple[Value, ...]:
    strings = array(line.joined, at)
    if strings is not None:
        text = line.joined
        spans = [(start + 1, end - 1) for _, start, end in strings]
        return tuple(words.value(text, *span) for span in spans)
    return tuple(
        words.value(line.joined, *found.span()) for found in _WORD.finditer(line.joined.content, at)
    )


def _copy(line: Line, at: int, read: Instruction, words: Words) -> Copy:
    """`COPY a b target`, `COPY ["a", "target"]`, and the files given as heredocs."""
    values = list(_values(line, at, words))
    inline = {opening(line, heredoc) for heredoc in line.heredocs}
    target = values.pop() if values else None
    origins = [flag.value.raw for flag in read.flags if flag.name == "from" and flag.value]
    return Copy(
        sources=tuple(value for value in values if value.raw not in inline),
        target=target,
        origin=origins[0] if origins else "",
        span=read.span,
        heredoc=bool(inline),
    )


def _assigned(line: Line, at: int, words: Words, keyword: str) -> tuple[Entry, ...]:
    """`name=value …`, or the old `name value`; ENV's variables are known from the next line on."""
    text = line.joined
    found: list[Entry] = []
    for start, end in split(text.content, at, words.escape):
        name, equals, _ = text.content[start:end].partition("=")
        behind = start + len(name)
        if equals:
            value = words.value(text, behind + 1, end)
        elif found:
            continue
        else:
            rest = len(text.content) - len(text.content[behind:].lstrip())
            value = words.value(text, rest, len(text.content.rstrip()))
        found.append(Entry(_unquoted(name), value, text.span(start, behind)))
        if not equals:
            break
    if keyword == "ENV":
        for entry in found:
            if entry.value:
                words.variables[entry.name] = Known(entry.value.literal, entry.value.default)
    return tuple(found)


def _declared(line: Line, at: int, words: Words, inherited: dict[str, Known]) -> tuple[Entry, ...]:
    """`ARG name[=default] …`: its value here is a default, which the build may replace."""
    text = line.joined
    found: list[Entry] = []
    for start, end in split(text.content, at, words.escape):
        name, equals, _ = text.content[start:end].partition("=")
        behind = start + len(name)
        value = words.value(text, behind + 1, end) if equals else None
        found.append(Entry(name, value, text.span(start, behind)))
        known = words.variables.get(name)
        if known and known.literal is not None:
            continue
        if value:
            literal = value.default if value.literal is None else value.literal
            words.variables[name] = Known(None, literal)
        else:
            words.variables[name] = inherited.get(name, Known(None))
    return tuple(found)


def _unquoted(name: str) -> str:
    return name.strip("\"'")
