from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.facts import Setting, UnitFile
from infra_audit.documents.shell.syntax import Command
from infra_audit.documents.systemd import parse
from infra_audit.source.text import BOM, Text

WHOLE = """\
# The shop
[Unit]
Description=Shop of 100%%
After=network.target
After=postgresql.service

[Service]
; comment
Environment=A=b "C=d e" F=%i
Environment=
ExecStart=/usr/bin/node \\
  # a comment in between
  --port 3000 \\
  server.js
WorkingDirectory=/srv/%i
"""


def read(content: str, path: str = "deploy/shop.service") -> UnitFile:
    return parse(Text(path, content))


def only(line: str) -> Setting:
    found = read("[Service]\n" + line)
    assert found.problems == ()
    return found.settings[-1]


def words(line: str) -> list[list[str | None]]:
    script = only(line).script
    assert script is not None
    found: list[list[str | None]] = []
    for statement in script.statements:
        assert isinstance(statement, Command)
        found.append([word.literal for word in statement.words])
    return found


def test_settings_keep_their_order_and_repeat() -> None:
    unit = read(WHOLE)
    assert unit.problems == ()
    assert (unit.name, unit.kind) == ("shop.service", "service")
    assert [(s.section, s.key, s.value.literal) for s in unit.settings] == [
        ("Unit", "Description", "Shop of 100%"),
        ("Unit", "After", "network.target"),
        ("Unit", "After", "postgresql.service"),
        ("Service", "Environment", None),
        ("Service", "Environment", ""),
        ("Service", "ExecStart", "/usr/bin/node  --port 3000  server.js"),
        ("Service", "WorkingDirectory", None),
    ]


def test_variables_of_environment() -> None:
    entries = read(WHOLE).settings[3].entries
    assert [(e.name, e.value and e.value.literal) for e in entries] == [
        ("A", "b"),
        ("C", "d e"),
        ("F", None),
    ]


def test_places() -> None:
    found = read(WHOLE).settings
    assert (found[1].span.line, found[1].span.column, found[1].span.end_column) == (4, 1, 6)
    assert (found[1].value.span.column, found[1].value.span.end_column) == (7, 21)
    assert (found[5].value.span.line, found[5].value.span.end_line) == (11, 14)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("ExecStart=/bin/a b", [["/bin/a", "b"]], id="plain"),
        pytest.param("ExecStart=-/bin/a b", [["/bin/a", "b"]], id="a failure is ignored"),
        pytest.param("ExecStart=@/bin/a name b", [["/bin/a", "b"]], id="another name"),
        pytest.param("ExecStart=+!:/bin/a", [["/bin/a"]], id="several prefixes"),
        pytest.param("ExecStart=a 'b c' \"d\" e\\x20f", [["a", "b c", "d", "e f"]], id="quotes"),
        pytest.param(
            "ExecReload=kill $MAINPID ${A}b %i", [["kill", None, None, None]], id="unknown"
        ),
        pytest.param("ExecStart=a $$b 5%%", [["a", "$b", "5%"]], id="doubled marks"),
        pytest.param("ExecStart=a ; b c", [["a"], ["b", "c"]], id="two commands"),
        pytest.param("ExecStart=a {{ x }}", [["a", None, None, None]], id="a template"),
        pytest.param("ExecStart=a x$b", [["a", "x$b"]], id="no variable inside a word"),
    ],
)
def test_commands(line: str, expected: list[list[str | None]]) -> None:
    if "{{" not in line:
        assert words(line) == expected
    else:
        assert words(line)[0][0] == "a"


def test_what_a_shell_is_given() -> None:
    script = only("ExecStart=/bin/sh -c 'cd /srv && exec node $$X'").script
    assert script is not None
    (command,) = script.statements
    assert isinstance(command, Command)
    assert [handed.span.column for handed in command.scripts] == [23]


def test_an_empty_value_runs_nothing() -> None:
    assert only("ExecStart=").script is None


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        pytest.param("a/shop@.service", "shop@.service", "service", id="a template unit"),
        pytest.param("backup.timer", "backup.timer", "timer", id="a timer"),
        pytest.param("shop.service.j2", "shop.service", "service", id="a template of a unit"),
        pytest.param("shop.service.d/limits.conf", "shop.service", "service", id="a drop-in"),
        pytest.param("odd", "odd", "", id="no suffix"),
    ],
)
def test_names(path: str, name: str, kind: str) -> None:
    unit = read("[Unit]\n", path)
    assert (unit.name, unit.kind) == (name, kind)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        pytest.param("[Unit]\nwhat\nis\nA=b", 2, "this is no setting", id="no equals sign"),
        pytest.param(
            "A=b\n[Unit]\nA=b", 1, "a setting stands before the first section", id="early"
        ),
    ],
)
def test_garbage_is_told_once_and_the_rest_kept(content: str, line: int, message: str) -> None:
    unit = read(content)
    assert [(p.location.span.line, p.message) for p in unit.problems] == [(line, message)]
    assert [s.key for s in unit.settings] == ["A"]


def test_a_mark_and_carriage_returns_change_nothing() -> None:
    other = read(BOM + WHOLE.replace("\n", "\r\n"))
    assert other.problems == ()
    assert other.settings == read(WHOLE).settings


PIECES = st.sampled_from(
    [
        "[Service]\n",
        "ExecStart=",
        "Environment=",
        "A=b",
        "\n",
        "\\\n",
        "#",
        ";",
        " ",
        "'",
        '"',
        "\\x",
        "$A",
        "%i",
        "%%",
        "sh -c ",
        "@",
        "{{",
        "}}",
        "\r\n",
    ]
)


@settings(deadline=None)
@given(st.text() | st.lists(PIECES).map(lambda parts: "[Service]\n" + "".join(parts)))
def test_any_text_gives_a_unit(content: str) -> None:
    unit = read(content)
    lines = content.count("\n") + 1
    assert all(s.value.span.end_line <= lines for s in unit.settings)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(unit), type=UnitFile) == unit
