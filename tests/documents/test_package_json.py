from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.facts import Package
from infra_audit.documents.package_json import parse
from infra_audit.model import Span
from infra_audit.source.text import BOM, Text

WHOLE = """\
{
  "name": "shop",
  "version": "1.2.3",
  "private": true,
  "scripts": {
    "build": "next build",
    "deploy": "npm run build && echo \\"done\\""
  },
  "dependencies": { "next": "15.0.0", "@prisma/client": "^6" },
  "devDependencies": { "prisma": "^6" },
  "engines": { "node": ">=20" },
  "packageManager": "pnpm@9.1.0",
  "prisma": { "schema": "db/schema.prisma" }
}
"""


def read(content: str) -> Package:
    return parse(Text("package.json", content))


def cut(content: str, span: Span) -> str:
    assert span.line == span.end_line
    return content.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


def test_what_a_package_says() -> None:
    package = read(WHOLE)
    assert package.problems == ()
    assert (package.name, package.version, package.private) == ("shop", "1.2.3", True)
    assert package.manager == "pnpm@9.1.0"
    assert package.prisma_schema == "db/schema.prisma"
    assert [(e.name, e.value and e.value.literal) for e in package.engines] == [("node", ">=20")]
    assert [(d.name, d.version, d.group) for d in package.dependencies] == [
        ("next", "15.0.0", "dependencies"),
        ("@prisma/client", "^6", "dependencies"),
        ("prisma", "^6", "devDependencies"),
    ]
    assert package.keys[:3] == ("name", "version", "private")


def test_places() -> None:
    package = read(WHOLE)
    assert [cut(WHOLE, script.span) for script in package.scripts] == ['"build"', '"deploy"']
    assert cut(WHOLE, package.scripts[0].script.span) == "next build"
    assert cut(WHOLE, package.dependencies[0].span) == '"next": "15.0.0"'


def test_scripts_are_shell_scripts() -> None:
    build, deploy = read(WHOLE).scripts
    assert deploy.command == 'npm run build && echo "done"'
    assert [s.script.origin for s in (build, deploy)] == ["npm", "npm"]
    assert [s.script.name for s in (build, deploy)] == ["build", "deploy"]


@pytest.mark.parametrize(
    ("workspaces", "expected"),
    [
        pytest.param(["apps/*", "packages/*"], ("apps/*", "packages/*"), id="a list"),
        pytest.param({"packages": ["a"], "nohoist": ["b"]}, ("a",), id="an object of Yarn's"),
        pytest.param({}, (), id="an empty object"),
    ],
)
def test_workspaces(workspaces: object, expected: tuple[str, ...]) -> None:
    package = read(json.dumps({"workspaces": workspaces}))
    assert package.workspaces == expected
    assert package.problems == ()


@pytest.mark.parametrize(
    ("content", "publishes"),
    [
        pytest.param({}, False, id="nothing said"),
        pytest.param({"bin": "x"}, True, id="a command"),
        pytest.param({"exports": {}}, True, id="exports"),
        pytest.param({"publishConfig": {}}, True, id="how to publish"),
        pytest.param({"main": "index.js"}, False, id="a main file alone"),
        pytest.param({"main": "index.js", "files": ["dist"]}, True, id="a main file and files"),
        pytest.param({"exports": {}, "private": True}, False, id="private"),
    ],
)
def test_what_is_made_to_be_installed(content: object, publishes: bool) -> None:
    assert read(json.dumps(content)).publishes is publishes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("[]", "a package.json holds an object", id="a list"),
        pytest.param('{"scripts": []}', "scripts is no object", id="a list of scripts"),
        pytest.param('{"scripts": {"a": 1}}', "the script a is no string", id="a number to run"),
        pytest.param('{"name": 1}', "name is no string", id="a number for a name"),
        pytest.param('{"workspaces": "a"}', "workspaces is no list", id="one workspace"),
        pytest.param('{"dependencies": "a"}', "dependencies is no object", id="a string"),
        pytest.param('{"a": 1', "not JSON: a comma or } is missing", id="cut off"),
        pytest.param("", "not JSON: it ends too early", id="empty"),
    ],
)
def test_what_is_wrong_is_told(content: str, message: str) -> None:
    assert [problem.message for problem in read(content).problems] == [message]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"dependencies": null, "engines": []}', id="null and the old engines"),
        pytest.param('{"bundledDependencies": true}', id="everything bundled"),
        pytest.param('{"prisma": "x", "scripts": {}}', id="prisma is no object"),
        pytest.param('{"bundleDependencies": ["a", 1]}', id="bundled by name"),
    ],
)
def test_odd_but_allowed(content: str) -> None:
    assert read(content).problems == ()


def test_what_stands_before_a_fault_is_kept() -> None:
    package = read('{"scripts": {"start": "node ."}, "dependencies": {"a": "1"} "x": 1}')
    assert [script.name for script in package.scripts] == ["start"]
    assert [dependency.name for dependency in package.dependencies] == ["a"]
    assert len(package.problems) == 1


def test_of_doubles_the_last_counts() -> None:
    package = read('{"scripts": {"a": "x"}, "scripts": {"a": "y", "a": "z"}}')
    assert [script.command for script in package.scripts] == ["z"]


def test_a_mark_and_carriage_returns_change_nothing() -> None:
    plain, other = read(WHOLE), read(BOM + WHOLE.replace("\n", "\r\n"))
    assert plain.dependencies == other.dependencies
    assert [(s.name, s.command, s.span) for s in plain.scripts] == [
        (s.name, s.command, s.span) for s in other.scripts
    ]


@settings(deadline=None)
@given(
    st.text()
    | st.dictionaries(
        st.sampled_from(["name", "scripts", "dependencies", "engines", "workspaces", "prisma"]),
        st.dictionaries(st.text(), st.text() | st.integers()) | st.lists(st.text()) | st.none(),
    ).map(json.dumps)
)
def test_any_text_gives_a_package(content: str) -> None:
    package = read(content)
    lines = content.count("\n") + 1
    assert all(script.span.end_line <= lines for script in package.scripts)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(package), type=Package) == package
