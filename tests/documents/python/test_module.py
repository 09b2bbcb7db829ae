from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.facts import PythonModule
from infra_audit.documents.python import parse
from infra_audit.model import Span
from infra_audit.source.text import Text

_PIECES = st.lists(
    st.sampled_from(
        [
            "from fastapi import FastAPI as é\n",
            "import a.b, c as d\n",
            "app = FastAPI(root_path='/é')\n",
            "@app.get('/x')\nasync def x(a=Depends(b)):\n    ",
            "try:\n        await db.ping()\n    except Exception:\n        return {}\n",
            "X: int = 0x1F\n",
            "D = {'a': {'b': [1, *c]}, **d}\r\n",
            "D['a']['c'] += f'{x!r:>{y}}\\ud800'\n",
            "class A(B):\n    C = 'a' 'b'\n",
            "class S(BaseSettings):\n    é: str = Field('x', alias='É')\n    b: str\nS()\n",
            "U = f'sqlite:///{Path(__file__).parent / é}' + os.environ['É']\n",
            "e = create_engine(os.getenv('U') or U)\nif not e:\n    raise E\n",
            "DATABASES = {'default': {'ENGINE': 'a.sqlite3', 'NAME': U}}\n",
            "import sentry_sdk\nsentry_sdk.init(dsn=U, **é)\n",
            "if __name__ == '__main__':\n    uvicorn.run(app)\n",
            "😀",
            "{",
            ")",
            "'''",
            "\\",
            "\t",
            "\ufeff",
        ]
    ),
    max_size=14,
).map("".join)


def _spans(value: object) -> list[Span]:
    if isinstance(value, Span):
        return [value]
    if isinstance(value, msgspec.Struct):
        return [span for name in value.__struct_fields__ for span in _spans(getattr(value, name))]
    if isinstance(value, tuple):
        return [span for one in value for span in _spans(one)]
    return []


def _inside(span: Span, lines: list[str]) -> bool:
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    return (
        start <= end
        and 1 <= span.line <= span.end_line <= len(lines)
        and span.column <= len(lines[span.line - 1]) + 1
        and span.end_column <= len(lines[span.end_line - 1]) + 1
    )


@settings(max_examples=300, deadline=None)
@given(_PIECES)
def test_any_text_gives_facts_inside_of_it_that_survive_a_round_trip(content: str) -> None:
    text = Text("app/main.py", content)
    found = parse(text)
    assert all(_inside(span, [*content.split("\n")]) for span in _spans(found))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=PythonModule) == found


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    parse(Text.decode("settings.py", data)[0])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("(" * 40_000, id="open parentheses"),
        pytest.param("x = " + "[" * 20_000 + "]" * 20_000, id="lists in lists"),
        pytest.param("x = " + "a." * 20_000 + "b()", id="a long name"),
        pytest.param("x = " + "'a' + " * 20_000 + "'b'", id="a long sum"),
        pytest.param("x = " + "'a' " * 20_000, id="a long text"),
        pytest.param("x = " + "f()" + "()" * 20_000, id="a chain of calls"),
        pytest.param("if a:\n" + "".join(" " * n + "if a:\n" for n in range(1, 400)), id="blocks"),
        pytest.param("".join(" " * n + "def f():\n" for n in range(400)), id="nested functions"),
        pytest.param("x = y\ny = x\nz = x\n" * 2_000, id="names of each other"),
        pytest.param("x = " + "f'{" * 500, id="texts in texts"),
        pytest.param(
            f"a = '{'x' * 60_000}'\n"
            + "".join(f"{b} = f'{{{a}}}{{{a}}}{{{a}}}'\n" for a, b in ("ab", "bc", "cd")),
            id="texts that grow",
        ),
        pytest.param("from a import b as \n" * 5_000, id="broken imports"),
        pytest.param("\0\0x = 1\0", id="null bytes"),
        pytest.param("print 'x'\nexec 'y' in z\n", id="Python 2"),
    ],
)
def test_hostile_files_are_read(content: str) -> None:
    found = parse(Text("settings.py", content))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=PythonModule) == found


def test_what_is_no_python_is_a_problem() -> None:
    found = parse(Text("settings.py", "{% if x %}{{ y"))
    assert [problem.message for problem in found.problems] == ["This is no valid Python."]
    assert found.broken


def test_a_broken_file_is_read_as_far_as_it_goes() -> None:
    found = parse(Text("settings.py", "import os\nX = 1\ndef f(:\n"))
    assert found.broken
    assert not found.problems
    assert [(one.name, one.value.literal) for one in found.assignments] == [("X", "1")]


def test_imports() -> None:
    found = parse(
        Text(
            "a/b.py",
            "import os, a.b as c\nimport x.y\nfrom . import d\nfrom ..e import (f as g, h)\n"
            "from i import *\ndef j():\n    from k import l\nfrom __future__ import annotations\n",
        )
    )
    assert [(i.module, i.origin, i.name, i.scope) for i in found.imports] == [
        ("os", "", "os", ""),
        ("a.b", "", "c", ""),
        ("x.y", "", "x.y", ""),
        (".", "d", "d", ""),
        ("..e", "f", "g", ""),
        ("..e", "h", "h", ""),
        ("i", "*", "*", ""),
        ("k", "l", "l", "j"),
    ]


_ASSIGNED = """
PORT: int = 8_000
NAME = 'a' "b"
PATH = f"/{NAME}/x"
RAW = r"\\d"
BYTES = b"x"
ESCAPED = "a\\tb\\x41\\u00e9\\
c"
DEBUG = not TESTING
LEVEL = -1
DATABASES = {"default": {"ENGINE": "x.y", **more}, key: 1}
DATABASES["default"]["HOST"] = "db"
MIDDLEWARE = ["a", *others]
MIDDLEWARE += ["b"]
MIDDLEWARE.append("c")
if DEBUG:
    HOST = "localhost"
if __name__ == "__main__":
    MAIN = 1
else:
    OTHER = 1
try:
    TRIED = 1
except ImportError:
    FAILED = 1
class Base(Configuration):
    SECRET = "s"
    def method(self):
        self.hidden = 1
def function():
    LOCAL = 1
"""


def test_assignments() -> None:
    found = parse(Text("settings.py", _ASSIGNED))
    assert [(a.name, a.value.literal, a.branch) for a in found.assignments] == [
        ("PORT", "8000", ""),
        ("NAME", "ab", ""),
        ("PATH", "/ab/x", ""),
        ("RAW", "\\d", ""),
        ("BYTES", None, ""),
        ("ESCAPED", "a\tbAéc", ""),
        ("DEBUG", None, ""),
        ("LEVEL", "-1", ""),
        ("DATABASES", None, ""),
        ("DATABASES.default", None, ""),
        ("DATABASES.default.ENGINE", "x.y", ""),
        ("DATABASES.default.*", None, ""),
        ("DATABASES.*", "1", ""),
        ("DATABASES.default.HOST", "db", ""),
        ("MIDDLEWARE", None, ""),
        ("MIDDLEWARE.0", "a", ""),
        ("MIDDLEWARE.*", None, ""),
        ("MIDDLEWARE.*", "b", ""),
        ("MIDDLEWARE.*", "c", ""),
        ("HOST", "localhost", "if"),
        ("MAIN", "1", "main"),
        ("OTHER", "1", "if"),
        ("TRIED", "1", ""),
        ("FAILED", "1", "if"),
        ("Base.SECRET", "s", ""),
    ]


@pytest.mark.parametrize(
    ("content", "literal"),
    [
        ("A = 'x'\nB = A", "x"),
        ("A = 'x'\nB = A + '/y'", "x/y"),
        ("A = 'x'\nA = 'y'\nB = A", None),
        ("A = 'x'\nA += 'y'\nB = A", None),
        ("A = 'x'\nfor A in z: pass\nB = A", None),
        ("A = 'x'\nwith z as A: pass\nB = A", None),
        ("A = 'x'\ndef f(A): pass\nB = A", None),
        ("A = 'x'\ndef A(): pass\nB = A", None),
        ("A = 'x'\nfrom z import A\nB = A", None),
        ("class C:\n    A = 'x'\nB = A", None),
        ("A, C = 'x', 'y'\nB = A", None),
        ("A = f'{x}'\nB = A", None),
        (f"A = '{'x' * 40_000}'\nB = A + A", None),
    ],
)
def test_a_name_is_as_good_as_its_value_where_it_has_one_only(
    content: str, literal: str | None
) -> None:
    found = parse(Text("settings.py", content))
    assert [a.value.literal for a in found.assignments if a.name == "B"] == [literal]
