from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.facts import Manifest
from infra_audit.documents.manifest import RUNTIMES, parse
from infra_audit.source.text import BOM, Text

POM = """<project><dependencies>
<dependency><groupId>g</groupId><artifactId>a</artifactId><version>1</version></dependency>
<dependency><artifactId>b</artifactId><scope>test</scope></dependency>
</dependencies></project>"""

PYPROJECT = """\
[project]
dependencies = ["flask>=3", 'sentry-sdk[flask] ; python_version > "3"']
[project.optional-dependencies]
dev = ["pytest"]
[dependency-groups]
lint = ["ruff==1", {include-group = "dev"}]
[tool.poetry.dependencies]
django = "^5"
celery = {version = "^5.1", extras = ["redis"]}
"""

CASES = [
    pytest.param(
        "requirements.txt",
        "# c\n-r base.txt\nFlask==2.0 # x\nsentry-sdk[flask]>=1,<2; python_version>'3'\n"
        "a --hash=sha256:1\nb==1 --hash=sha256:1\ngit+https://x/y#egg=z\nq @ https://x/q.whl\n",
        "python",
        [
            ("Flask", "==2.0", 3),
            ("sentry-sdk", ">=1,<2", 4),
            ("a", "", 5),
            ("b", "==1", 6),
            ("z", "", 7),
            ("q", "", 8),
        ],
        id="requirements",
    ),
    pytest.param(
        "pyproject.toml",
        PYPROJECT,
        "python",
        [
            ("flask", ">=3", 2),
            ("sentry-sdk", "", 2),
            ("pytest", "", 4),
            ("ruff", "==1", 6),
            ("django", "^5", 8),
            ("celery", "^5.1", 9),
        ],
        id="pyproject",
    ),
    pytest.param(
        "Pipfile", '[packages]\nflask = "*"\n', "python", [("flask", "*", 2)], id="Pipfile"
    ),
    pytest.param(
        "setup.cfg",
        "[options]\ninstall_requires =\n  a>=1\n  b\nzip_safe = no\n",
        "python",
        [("a", ">=1", 3), ("b", "", 4)],
        id="setup.cfg",
    ),
    pytest.param(
        "go.mod",
        "module x.y/z\ngo 1.22\nrequire a.b/c v1.0.0\nrequire (\n\td.e/f v2 // indirect\n"
        "\t// g.h/i v3\n)\n",
        "go",
        [("a.b/c", "v1.0.0", 3), ("d.e/f", "v2", 5)],
        id="go.mod",
    ),
    pytest.param(
        "Gemfile",
        "source 'x'\ngem 'rails', '~> 7'\n# gem 'no'\n  gem \"pg\", require: false\n",
        "ruby",
        [("rails", "~> 7", 2), ("pg", "", 4)],
        id="Gemfile",
    ),
    pytest.param(
        "composer.json",
        '{"require": {"php": ">=8"},\n"require-dev": {"a/b": "^1"}}',
        "php",
        [("php", ">=8", 1), ("a/b", "^1", 2)],
        id="composer",
    ),
    pytest.param("pom.xml", POM, "java", [("a", "1", 2), ("b", "", 3)], id="Maven"),
    pytest.param(
        "build.gradle.kts",
        'plugins {\n  id("p.q") version "3"\n}\nimplementation("a.b:c:1.2")\n',
        "java",
        [("c", "1.2", 4), ("p.q", "3", 2)],
        id="Gradle",
    ),
    pytest.param(
        "src/App.csproj",
        '<PackageReference Include="A.B" Version="1" />\n',
        "dotnet",
        [("A.B", "1", 1)],
        id="csproj",
    ),
    pytest.param(
        "Cargo.toml",
        '[dependencies]\na = "1"\nb = { version = "2" }\n[dependencies.c]\npath = "c"\n',
        "rust",
        [("a", "1", 2), ("b", "2", 3), ("c", "", 4)],
        id="Cargo",
    ),
    pytest.param(
        "mix.exs",
        '  {:phoenix, "~> 1.8"},\n  {:a, path: "a"}\n',
        "elixir",
        [("phoenix", "~> 1.8", 1), ("a", "", 2)],
        id="mix",
    ),
]


@pytest.mark.parametrize(("path", "content", "runtime", "expected"), CASES)
def test_dependencies(
    path: str, content: str, runtime: str, expected: list[tuple[str, str, int]]
) -> None:
    for written in (content, BOM + content, content.replace("\n", "\r\n")):
        found = parse(Text(path, written))
        assert (found.runtime, found.problems) == (runtime, ())
        assert [(d.name, d.version, d.span.line) for d in found.dependencies] == expected


def test_what_is_no_toml_is_told() -> None:
    (problem,) = parse(Text("pyproject.toml", "a = 1\nb = = 2\n")).problems
    assert problem.message == "not TOML: invalid value"
    assert problem.location.span.line == 2


def test_what_is_too_deep_is_told() -> None:
    assert len(parse(Text("Cargo.toml", "a = " + "[" * 100_000)).problems) == 1


@settings(deadline=None)
@given(
    st.sampled_from(sorted(RUNTIMES)),
    st.text()
    | st.lists(st.sampled_from([POM, PYPROJECT, "\n", "require (", "a", "==", "["])).map("".join),
)
def test_any_text_gives_a_manifest(pattern: str, content: str) -> None:
    found = parse(Text(pattern.replace("*", "x"), content))
    lines = content.count("\n") + 1
    assert all(d.span.end_line <= lines for d in found.dependencies)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Manifest) == found
