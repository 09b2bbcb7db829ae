from __future__ import annotations

import pytest

from infra_audit.documents.facts import EnvironmentUse, PythonModule
from infra_audit.documents.python import parse
from infra_audit.source.text import Text

_PYDANTIC = "from pydantic_settings import BaseSettings\n"
_DECOUPLE = "from decouple import config\n"


def _module(source: str) -> PythonModule:
    return parse(Text("app/settings.py", source))


def _told(use: EnvironmentUse) -> tuple[str, bool, str | None]:
    return use.name, use.required, use.fallback.literal if use.fallback is not None else None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param('a = os.getenv("A")', ("A", False, None), id="getenv"),
        pytest.param('a = os.getenv("A", "b")', ("A", False, "b"), id="a fallback"),
        pytest.param('a = os.environ.get("A", default="b")', ("A", False, "b"), id="named"),
        pytest.param('a = os.environ.get("A") or "b"', ("A", False, "b"), id="or else"),
        pytest.param('a = os.environ["A"]', ("A", True, None), id="an item"),
        pytest.param(f'{_DECOUPLE}a = config("A")', ("A", True, None), id="decouple"),
        pytest.param(
            f'{_DECOUPLE}a = config("A", cast=int, default=1)', ("A", False, "1"), id="cast"
        ),
        pytest.param('env = Env()\na = env("A")', ("A", True, None), id="Env"),
        pytest.param('env = Env()\na = env.str("A", "b")', ("A", False, "b"), id="Env's str"),
        pytest.param('env = Env(A=(bool, False))\na = env("A")', ("A", False, None), id="a scheme"),
        pytest.param(
            'a = os.getenv("A", "b")\nif a == "b":\n    raise ValueError("no")',
            ("A", True, "b"),
            id="refused",
        ),
        pytest.param(
            'a = os.getenv("A", "b")\ndef f(\n    b,\n) -> str:\n    if not b:\n        raise ValueError',
            ("A", False, "b"),
            id="a function refuses something else",
        ),
        pytest.param(
            'a = os.getenv("A", "b")\nif (\n    production\n    and a == "b"\n):\n    raise ValueError',
            ("A", True, "b"),
            id="refused in several lines",
        ),
        pytest.param('a = os.getenv("A", "b")\nassert a != "b"', ("A", True, "b"), id="asserted"),
        pytest.param(
            f"{_PYDANTIC}class S(BaseSettings):\n    a: str", ("A", True, None), id="a field"
        ),
        pytest.param(
            f'{_PYDANTIC}class S(BaseSettings):\n    a: str = "b"',
            ("A", False, "b"),
            id="a default",
        ),
        pytest.param(
            f'{_PYDANTIC}class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="x_")\n    a: str = Field(default="b")',
            ("X_A", False, "b"),
            id="a prefix",
        ),
        pytest.param(
            f'{_PYDANTIC}class S(BaseSettings):\n    a: str = Field(..., alias="B")',
            ("B", True, None),
            id="an alias",
        ),
        pytest.param(
            f'{_PYDANTIC}class S(BaseSettings):\n    a: SecretStr = SecretStr("b")',
            ("A", False, "b"),
            id="a secret",
        ),
        pytest.param(
            f'{_PYDANTIC}class S(BaseSettings):\n    a: str = "b"\n    @field_validator("a")\n    def check(cls, v):\n        if v == "b":\n            raise ValueError',
            ("A", True, "b"),
            id="validated",
        ),
        pytest.param(
            f"{_PYDANTIC}class S(BaseSettings):\n    a: Optional[str]",
            ("A", False, None),
            id="optional",
        ),
    ],
)
def test_what_is_read(source: str, expected: tuple[str, bool, str | None]) -> None:
    (use,) = _module(source).environment

    assert _told(use) == expected


@pytest.mark.parametrize(
    "source",
    [
        pytest.param('config("A")', id="another config"),
        pytest.param('os.environ["A"] = "b"', id="given"),
        pytest.param('del os.environ["A"]', id="deleted"),
        pytest.param('# os.environ["A"]', id="a comment"),
        pytest.param("os.getenv(name)", id="a name that is not known"),
        pytest.param("class S(BaseModel):\n    a: str", id="another class"),
    ],
)
def test_what_is_not_read(source: str) -> None:
    assert _module(source).environment == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param('a = os.environ["A"]', [("A",)], id="an item"),
        pytest.param('a = int(os.environ["A"]) or 1', [("A",)], id="inside of a call"),
        pytest.param('class C:\n    a = os.environ["A"]', [("A",)], id="in the body of a class"),
        pytest.param(f'{_DECOUPLE}a = config("A")', [("A",)], id="decouple"),
        pytest.param(
            'a = os.getenv("A")\nif not a:\n    raise RuntimeError("A")', [("A",)], id="refused"
        ),
        pytest.param(
            'if os.getenv("A") is None or not os.getenv("B"):\n    sys.exit(1)',
            [("A",), ("B",)],
            id="either",
        ),
        pytest.param(
            'a = os.getenv("A")\nb = os.getenv("B")\nif not a and not b:\n    print(1)\n    sys.exit("no")',
            [("A", "B")],
            id="both",
        ),
        pytest.param('if "A" not in os.environ:\n    raise KeyError("A")', [("A",)], id="not in"),
        pytest.param(
            f"{_PYDANTIC}class S(BaseSettings):\n    a: str\ns = S()", [("A",)], id="a schema"
        ),
        pytest.param(
            f"{_PYDANTIC}class S(BaseSettings):\n    a: str\n@lru_cache\ndef get():\n    return S()\ns = get()",
            [("A",)],
            id="through a function",
        ),
        pytest.param('def f():\n    return os.environ["A"]', [], id="in a function"),
        pytest.param('if x:\n    a = os.environ["A"]', [], id="under a condition"),
        pytest.param('try:\n    a = os.environ["A"]\nexcept KeyError:\n    a = 1', [], id="tried"),
        pytest.param('a = b or os.environ["A"]', [], id="or else"),
        pytest.param('a = b if c else os.environ["A"]', [], id="else"),
        pytest.param('a = lambda: os.environ["A"]', [], id="in a lambda"),
        pytest.param('a = os.getenv("A")\nif not a:\n    print("A")', [], id="only said"),
        pytest.param('a = os.getenv("A")\nif not a:\n    sys.exit(0)', [], id="a good end"),
        pytest.param(
            'a = os.getenv("A", "b")\nif not a:\n    raise ValueError', [], id="a fallback"
        ),
        pytest.param(f"{_PYDANTIC}class S(BaseSettings):\n    a: str", [], id="never made"),
        pytest.param(
            f'{_PYDANTIC}class S(BaseSettings):\n    a: str\ns = S(a="b")', [], id="given by hand"
        ),
        pytest.param('a = os.environ["A"]\n)', [], id="no valid Python"),
    ],
)
def test_what_a_file_is_not_loaded_without(source: str, expected: list[tuple[str, ...]]) -> None:
    assert [one.names for one in _module(source).demands] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param('os.environ["A"] = "b"', ("A",), id="an item"),
        pytest.param('os.environ.setdefault("A", "b")', ("A",), id="a default"),
        pytest.param("os.environ.update(given)", ("*",), id="any"),
        pytest.param("load_dotenv()", (), id="the own file"),
        pytest.param('load_dotenv(BASE / ".env")', ("*",), id="a folder that is not known"),
        pytest.param(
            'load_dotenv(Path(__file__).parent / ".env")', (), id="a folder that is known"
        ),
        pytest.param('load_dotenv("/etc/shop/secrets")', ("*",), id="another file"),
        pytest.param(
            f'{_PYDANTIC}class S(BaseSettings):\n    class Config:\n        env_file = ".env"\n    a: str = ""',
            (),
            id="the own file of a schema",
        ),
        pytest.param(
            f'{_PYDANTIC}class S(BaseSettings):\n    model_config = SettingsConfigDict(env_file=".env.prod")\n    a: str = ""',
            ("*",),
            id="another file of a schema",
        ),
    ],
)
def test_what_is_given(source: str, expected: tuple[str, ...]) -> None:
    assert _module(source).assigned == expected
