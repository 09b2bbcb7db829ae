from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.dockerfile import parse
from infra_audit.documents.facts import Dockerfile, Instruction
from infra_audit.documents.shell.syntax import Command, Script
from infra_audit.source.text import BOM, Text


def read(content: str) -> Dockerfile:
    return parse(Text("Dockerfile", content))


def only(content: str) -> Instruction:
    """The last instruction behind `FROM x`."""
    found = read("FROM x\n" + content)
    assert found.problems == ()
    return found.stages[0].instructions[-1]


def commands(script: Script | None) -> list[list[str | None]]:
    assert script is not None
    found: list[list[str | None]] = []
    for statement in script.statements:
        assert isinstance(statement, Command)
        found.append([word.literal for word in statement.words])
    return found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("FROM node:20", [("", "node:20", None, "")], id="an image"),
        pytest.param(
            "from --platform=$BUILDPLATFORM node:20 as build\nFROM build",
            [("build", "node:20", None, "$BUILDPLATFORM"), ("", "build", None, "")],
            id="named, for a platform, in small letters",
        ),
        pytest.param(
            "ARG NODE=20\nFROM node:${NODE}-alpine",
            [("", None, "node:20-alpine", "")],
            id="an argument with a default",
        ),
        pytest.param("FROM $IMAGE", [("", None, None, "")], id="an argument without one"),
        pytest.param("FROM ${A:-node}:18", [("", None, "node:18", "")], id="a fallback"),
        pytest.param("FROM node \\\n  # why\n\n AS a", [("a", "node", None, "")], id="continued"),
    ],
)
def test_stages(content: str, expected: list[tuple[str, str | None, str | None, str]]) -> None:
    found = read(content)
    assert found.problems == ()
    assert [(s.name, s.base.literal, s.base.default, s.platform) for s in found.stages] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(
            "ENV A=b C='d e' F=\"g $$\"", [("A", "b"), ("C", "d e"), ("F", "g $$")], id="ENV"
        ),
        pytest.param("ENV A b c", [("A", "b c")], id="the old form of ENV"),
        pytest.param("ENV A=1 \\\n    # c\n    B=2", [("A", "1"), ("B", "2")], id="continued"),
        pytest.param("ENV A=b\\ c", [("A", "b c")], id="an escaped blank"),
        pytest.param("ENV A=b\nENV C=$A/c", [("C", "b/c")], id="a variable set before"),
        pytest.param("ENV A=$B", [("A", None)], id="a variable from elsewhere"),
        pytest.param("ENV A='$B'", [("A", "$B")], id="no variable in single quotes"),
        pytest.param("ARG A=1", [("A", "1")], id="ARG with a default"),
        pytest.param("ARG A B=2", [("A", "none"), ("B", "2")], id="several ARG"),
        pytest.param('LABEL "a.b"="c d"', [("a.b", "c d")], id="LABEL"),
    ],
)
def test_entries(line: str, expected: list[tuple[str, str | None]]) -> None:
    entries = only(line).entries
    assert [(e.name, e.value.literal if e.value else "none") for e in entries] == expected


def test_an_argument_of_the_whole_file_keeps_its_default_in_a_stage() -> None:
    found = read("ARG V=1\nFROM x\nARG V\nENV A=$V")
    value = found.stages[0].instructions[1].entries[0].value
    assert value is not None
    assert (value.literal, value.default) == (None, "1")


@pytest.mark.parametrize(
    ("line", "sources", "target", "origin"),
    [
        pytest.param("COPY a b c/", ["a", "b"], "c/", "", id="plain"),
        pytest.param('COPY ["a b", "c"]', ["a b"], "c", "", id="JSON"),
        pytest.param("COPY --from=build --chown=a:b /x /y", ["/x"], "/y", "build", id="--from"),
        pytest.param("ADD https://x/y.tgz /", ["https://x/y.tgz"], "/", "", id="ADD"),
        pytest.param("COPY <<EOF /etc/x\nRUN no\nEOF", [], "/etc/x", "", id="a heredoc"),
        pytest.param("COPY <<a <<'b' z /d/\n1\na\n2\nb", ["z"], "/d/", "", id="two heredocs"),
    ],
)
def test_copies(line: str, sources: list[str], target: str, origin: str) -> None:
    copy = only(line).copy
    assert copy is not None
    assert copy.target is not None
    assert [s.literal for s in copy.sources] == sources
    assert (copy.target.literal, copy.origin) == (target, origin)
    assert copy.heredoc is ("<<" in line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("RUN npm ci", [["npm", "ci"]], id="shell form"),
        pytest.param("RUN npm \\\n# why\n\n  ci", [["npm", "ci"]], id="comments in between"),
        pytest.param("RUN --mount=type=cache,target=/x npm ci", [["npm", "ci"]], id="flags"),
        pytest.param(
            "RUN <<EOF\nnpm ci\nnpm test\nEOF", [["npm", "ci"], ["npm", "test"]], id="heredoc"
        ),
        pytest.param("RUN <<-EOF\n\tnpm ci\n\tEOF", [["npm", "ci"]], id="heredoc with tabs"),
        pytest.param("RUN cat <<EOF > x\na\nEOF", [["cat"]], id="heredoc for a command"),
        pytest.param('CMD ["npm", "start"]', [["npm", "start"]], id="exec form"),
        pytest.param("HEALTHCHECK --interval=5s CMD curl x", [["curl", "x"]], id="health check"),
        pytest.param('ENTRYPOINT ["/x", "$A"]', [["/x", "$A"]], id="no variables in exec form"),
        pytest.param("RUN n\\\npm ci", [["npm", "ci"]], id="a word in two lines"),
    ],
)
def test_scripts(line: str, expected: list[list[str | None]]) -> None:
    assert commands(only(line).script) == expected
    assert commands(only(line.replace("\n", "\r\n")).script) == expected


def test_words_of_scripts_stand_where_they_are_written() -> None:
    script = only("RUN a \\\n  # b\n  && c").script
    assert script is not None
    assert (script.span.line, script.span.end_line, script.span.end_column) == (2, 4, 7)


@pytest.mark.parametrize(
    ("lines", "shell"),
    [
        pytest.param("RUN a", ("sh", ()), id="by default"),
        pytest.param(
            'SHELL ["/bin/bash", "-euo", "pipefail", "-c"]\nRUN a',
            ("bash", ("errexit", "nounset", "pipefail")),
            id="chosen",
        ),
        pytest.param("RUN <<E\n#!/usr/bin/env python3\nx\nE", ("python3", ()), id="first line"),
    ],
)
def test_shells(lines: str, shell: tuple[str, tuple[str, ...]]) -> None:
    script = only(lines).script
    assert script is not None
    assert (script.interpreter, script.options) == shell


def test_a_stage_takes_over_what_its_base_sets() -> None:
    found = read('FROM x AS a\nENV P=/p\nWORKDIR $P\nSHELL ["bash", "-c"]\nFROM a\nRUN b')
    script = found.stages[1].instructions[0].script
    assert script is not None
    assert (script.interpreter, script.directory) == ("bash", "/p")


def test_words_of_other_instructions() -> None:
    found = read('FROM x\nENV P=80\nARG Q=81\nEXPOSE $P ${Q} 82/udp\nUSER node\nVOLUME ["/a"]')
    values = [[(v.literal, v.default) for v in i.values] for i in found.stages[0].instructions[2:]]
    assert values == [
        [("80", None), (None, "81"), ("82/udp", None)],
        [("node", None)],
        [("/a", None)],
    ]


def test_a_backquote_escapes_where_the_directive_says_so() -> None:
    found = read("# syntax=docker/dockerfile:1\n# escape=`\nFROM x\nCOPY a `\n  c:\\b\\")
    assert found.problems == ()
    assert found.stages[0].instructions[0].argument == "a   c:\\b\\"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("ONBUILD RUN <<EOF\nRUN no\nEOF", id="ONBUILD with a heredoc"),
        pytest.param("HEALTHCHECK NONE", id="no health check"),
        pytest.param("MAINTAINER me", id="MAINTAINER"),
    ],
)
def test_what_has_no_script(line: str) -> None:
    assert only(line).script is None


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        pytest.param("FROM x\nRUN <<EOF\na", 2, "a heredoc never ends: EOF is missing", id="open"),
        pytest.param("FROM x\nRUN a\nFOO b\nBAR", 3, "unknown instruction: FOO", id="unknown"),
        pytest.param("RUN a\nFROM x", 1, "an instruction stands before the first FROM", id="early"),
        pytest.param("FROM\nRUN a", 1, "FROM names no image", id="no image"),
        pytest.param("", 1, "a Dockerfile begins with FROM", id="empty"),
    ],
)
def test_problems(content: str, line: int, message: str) -> None:
    problems = [(p.location.span.line, p.message) for p in read(content).problems]
    assert problems == [(line, message)]


def test_a_mark_and_carriage_returns_change_nothing() -> None:
    content = "# escape=\\\nARG A=1\nFROM x:$A AS b\nENV C=d \\\n  E=f\nCOPY <<X /y\nz\nX\nUSER u\n"
    assert read(content).stages[0].instructions[0].argument == "C=d   E=f"
    for other in (content.replace("\n", "\r\n"), BOM + content):
        assert read(other).stages == read(content).stages
        assert read(other).arguments == read(content).arguments


PIECES = st.sampled_from(
    [
        "FROM x\n",
        "RUN ",
        "COPY ",
        "ENV ",
        "<<E",
        "\nE\n",
        "\\\n",
        "#",
        "a=b ",
        "$A",
        "${A:-",
        "}",
        '["x"',
        "]",
        "--from=",
        '"',
        "'",
        "\r\n",
        "\n",
        "SHELL ",
        "HEALTHCHECK CMD",
        "ARG A=1\n",
        "WORKDIR ",
        "ONBUILD ",
    ]
)


@settings(deadline=None)
@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text_gives_a_dockerfile(content: str) -> None:
    found = read(content)
    lines = content.count("\n") + 1
    for stage in found.stages:
        assert all(i.span.end_line <= lines for i in stage.instructions)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Dockerfile) == found


def test_a_letter_that_grows_in_capitals_is_one_column_wide() -> None:
    found = parse(Text("Dockerfile", "\u00df"))
    assert {p.location.span.end_column for p in found.problems} <= {1, 2}
