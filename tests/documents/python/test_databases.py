from __future__ import annotations

import pytest

from infra_audit.documents.facts import Database, Expression
from infra_audit.documents.python import parse
from infra_audit.source.text import Text

_DJANGO = """
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
"""


def _found(source: str, path: str = "shop/app/db.py") -> tuple[Database, ...]:
    return parse(Text(path, source)).databases


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            'engine = create_engine("sqlite:///./shop.db")',
            Expression("sqlite:///./shop.db"),
            id="a literal URL",
        ),
        pytest.param(
            'URL = "sqlite+aiosqlite:////data/shop.db"\nengine = create_async_engine(URL, echo=True)',
            Expression("sqlite+aiosqlite:////data/shop.db"),
            id="a constant",
        ),
        pytest.param(
            'import os\nhere = os.path.abspath(os.path.dirname(__file__))\nengine = create_engine("sqlite:///" + os.path.join(here, "shop.db"))',
            Expression("sqlite:///shop/app/shop.db", inside=True),
            id="below the folder of the file",
        ),
        pytest.param(
            "engine = create_engine(f\"sqlite:///{Path(__file__).parents[1] / 'data' / 'shop.db'}?timeout=9\")",
            Expression("sqlite:///shop/data/shop.db?timeout=9", inside=True),
            id="below a folder above, and options behind it",
        ),
        pytest.param(
            'HERE = Path(__file__).parents[2]\nengine = create_engine("sqlite:///" + str(HERE) + "/shop.db")',
            Expression("sqlite:///shop.db", inside=True),
            id="a path behind the root",
        ),
        pytest.param(
            'HERE = Path(__file__).parent\nengine = create_engine(f"sqlite:///{HERE}/shop.db")',
            Expression("sqlite:///shop/app/shop.db", inside=True),
            id="a path behind a folder",
        ),
        pytest.param(
            'engine = create_engine(os.getenv("DATABASE_URL", "sqlite:///./shop.db"))',
            Expression("sqlite:///./shop.db", variable="DATABASE_URL", fallback=True),
            id="a variable with a fallback",
        ),
        pytest.param(
            'engine = create_engine(os.environ.get("DATABASE_URL") or "sqlite:///./shop.db")',
            Expression("sqlite:///./shop.db", variable="DATABASE_URL", fallback=True),
            id="a variable or else",
        ),
        pytest.param(
            'engine = create_engine(os.environ["DATABASE_URL"])',
            Expression(variable="DATABASE_URL", required=True),
            id="a variable that must be set",
        ),
        pytest.param(
            "engine = create_engine(f\"sqlite:///{os.getenv('DB_PATH', '/data/shop.db')}\")",
            Expression(
                "sqlite:////data/shop.db", variable="DB_PATH", fallback=True, before="sqlite:///"
            ),
            id="a variable inside of the URL",
        ),
        pytest.param(
            "engine = create_engine(settings.database_url)",
            Expression(name="settings.database_url"),
            id="what another file says",
        ),
        pytest.param(
            'from decouple import config\nengine = create_engine(config("DB", default="sqlite:///shop.db"))',
            Expression("sqlite:///shop.db", variable="DB", fallback=True),
            id="decouple",
        ),
        pytest.param(
            'from databases import Database\ndb = Database("sqlite:///shop.db")',
            Expression("sqlite:///shop.db"),
            id="the package databases",
        ),
        pytest.param(
            'app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"',
            Expression("sqlite:///shop.db"),
            id="the setting of Flask",
        ),
        pytest.param(
            'def create():\n    app.config.from_mapping(SQLALCHEMY_DATABASE_URI="sqlite:///shop.db")',
            Expression("sqlite:///shop.db"),
            id="a setting among others",
        ),
    ],
)
def test_the_url_of_a_database(source: str, expected: Expression) -> None:
    (database,) = _found(source)

    assert database.url == expected
    assert database.sure


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("engine = create_engine(url_of(path))", id="a call that is not known"),
        pytest.param(
            'engine = create_engine(f"sqlite:///{path()}")', id="a path that is not known"
        ),
        pytest.param('sqlite3.connect("shop.db")', id="a file into which nothing is written"),
        pytest.param('sqlite3.connect(":memory:").execute("CREATE TABLE a (b)")', id="in memory"),
        pytest.param('connect("shop.db").execute("CREATE TABLE a (b)")', id="another connect"),
        pytest.param('db = Database("sqlite:///shop.db")', id="another Database"),
        pytest.param("SQLALCHEMY_DATABASE_URI = uri()", id="a setting that is not known"),
        pytest.param('DATABASES = {"default": {"ENGINE": engine()}}', id="an engine of its own"),
        pytest.param(
            'DATABASES = {"other": {"ENGINE": "django.db.backends.sqlite3", "NAME": "a"}}',
            id="not the default",
        ),
        pytest.param(
            'DATABASES = {"default": {**base, "ENGINE": "django.db.backends.sqlite3"}}', id="spread"
        ),
    ],
)
def test_nothing_that_is_known(source: str) -> None:
    assert _found(source) == ()


@pytest.mark.parametrize(
    ("source", "url"),
    [
        pytest.param(
            'db = sqlite3.connect("shop.db")\ndb.execute("CREATE TABLE a (b)")',
            Expression("sqlite:///shop.db"),
            id="a literal path",
        ),
        pytest.param(
            'async with aiosqlite.connect(self.path) as db:\n    await db.execute("insert into a values (1)")',
            Expression(),
            id="a path that is not seen",
        ),
        pytest.param(
            'from peewee import SqliteDatabase\ndb = SqliteDatabase("/data/shop.db")\n# CREATE TABLE',
            Expression("sqlite:////data/shop.db"),
            id="peewee",
        ),
    ],
)
def test_a_file_that_is_opened(source: str, url: Expression) -> None:
    (database,) = _found(source)

    assert (database.engine, database.url) == ("sqlite", url)


@pytest.mark.parametrize(
    ("source", "engine", "url", "sure"),
    [
        pytest.param(
            f'{_DJANGO}DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}}}',
            "sqlite",
            Expression("sqlite:///shop/db.sqlite3", inside=True),
            True,
            id="as Django writes it",
        ),
        pytest.param(
            'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop"}}',
            "postgresql",
            Expression(),
            True,
            id="another engine",
        ),
        pytest.param(
            'DATABASES = {"default": dj_database_url.config(default="sqlite:///db.sqlite3")}',
            "",
            Expression("sqlite:///db.sqlite3", variable="DATABASE_URL", fallback=True),
            True,
            id="dj-database-url",
        ),
        pytest.param(
            'env = environ.Env()\nDATABASES = {"default": env.db()}',
            "",
            Expression(variable="DATABASE_URL", required=True),
            True,
            id="django-environ",
        ),
        pytest.param(
            'if DEBUG:\n    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "a"}}',
            "sqlite",
            Expression("sqlite:///a"),
            False,
            id="under a condition",
        ),
        pytest.param(
            'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "a"}}\ntry:\n    from .local import *\nexcept ImportError:\n    pass',
            "sqlite",
            Expression("sqlite:///a"),
            False,
            id="something may replace it",
        ),
    ],
)
def test_the_default_database_of_django(
    source: str, engine: str, url: Expression, sure: bool
) -> None:
    (database,) = _found(source, "shop/config/settings.py")

    assert (database.engine, database.url, database.sure) == (engine, url, sure)


def test_two_statements_about_one_database_are_unsure() -> None:
    source = (
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "a"}}\n'
        'if "DATABASE_URL" in os.environ:\n    DATABASES["default"] = dj_database_url.parse(os.environ["DATABASE_URL"])\n'
    )

    assert [one.sure for one in _found(source)] == [False, False]


def test_a_file_beside_a_server_is_unsure() -> None:
    source = 'import psycopg\ndb = sqlite3.connect("a.db")\ndb.execute("CREATE TABLE a (b)")'

    assert [one.sure for one in _found(source)] == [False]
