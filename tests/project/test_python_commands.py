"""What command lines start that are Python, and where it listens."""

from __future__ import annotations

import pytest

from infra_audit.documents.facts import PythonModule
from infra_audit.documents.python import parse
from infra_audit.project.python_commands import Started, is_step, started
from infra_audit.project.python_names import python
from infra_audit.project.python_programs import address, entry
from infra_audit.source.text import Text

STARTED = {
    "uvicorn": ("uvicorn app.main:app --host 0.0.0.0 --port 80", ("uvicorn", "app.main", "app", "", "80")),
    "uvicorn by its defaults": ("uvicorn main:app", ("uvicorn", "main", "app", "127.0.0.1", None)),
    "uvicorn at a socket": ("uvicorn main:app --uds /run/x.sock", ("uvicorn", "main", "app", None, None)),
    "uvicorn with other options": (
        "uvicorn --workers 4 --log-level info --factory main:make --port=8001",
        ("uvicorn", "main", "make", "127.0.0.1", "8001"),
    ),
    "an unknown port": ("uvicorn main:app --port ?", ("uvicorn", "main", "app", None, None)),
    "gunicorn": (
        "gunicorn -w 4 -b 0.0.0.0:5000 shop:create_app()",
        ("gunicorn", "shop", "create_app()", "", "5000"),
    ),
    "gunicorn without a name": (
        "gunicorn shop.wsgi --bind=:8001 --workers 3",
        ("gunicorn", "shop.wsgi", "", "", "8001"),
    ),
    "gunicorn at a socket": (
        "gunicorn --bind unix:/run/x.sock shop.wsgi:application",
        ("gunicorn", "shop.wsgi", "application", None, None),
    ),
    "gunicorn with a class of workers": (
        "gunicorn main:app -k uvicorn.workers.UvicornWorker -b0.0.0.0:80",
        ("gunicorn", "main", "app", "", "80"),
    ),
    "hypercorn": ("hypercorn main:app --bind 127.0.0.1:9", ("hypercorn", "main", "app", "127.0.0.1", "9")),
    "daphne": ("daphne -b 0.0.0.0 -p 8001 shop.asgi:application", ("daphne", "shop.asgi", "application", "", "8001")),
    "waitress": ("waitress-serve --port=8041 --call shop:make", ("waitress-serve", "shop", "make", "", "8041")),
    "waitress by its defaults": ("waitress-serve shop:app", ("waitress-serve", "shop", "app", "", "8080")),
    "fastapi": ("fastapi run main.py --port 80", ("fastapi", "", "", "", "80")),
    "flask": ("flask --app shop run -h 0.0.0.0 -p 80", ("flask", "", "", "", "80")),
    "flask by its defaults": ("flask run", ("flask", "", "", "127.0.0.1", None)),
    "Django's own": ("python manage.py runserver 0.0.0.0:8001", ("manage.py", "", "", "", "8001")),
    "Django's own by its defaults": ("python3 manage.py runserver", ("manage.py", "", "", "127.0.0.1", "8000")),
    "behind a runner": ("uv run --no-sync uvicorn main:app", ("uvicorn", "main", "app", "127.0.0.1", None)),
    "as a module": ("python -m uvicorn main:app --port 1", ("uvicorn", "main", "app", "127.0.0.1", "1")),
    "from an environment": ("/opt/x/venv/bin/gunicorn main:app", ("gunicorn", "main", "app", "127.0.0.1", None)),
}  # fmt: skip


def words(line: str) -> list[str | None]:
    return [None if word == "?" else word for word in line.split()]


@pytest.mark.parametrize(("line", "expected"), STARTED.values(), ids=STARTED)
def test_servers(line: str, expected: tuple[str | None, ...]) -> None:
    found = started(words(line))
    assert found is not None
    told = address(found, python(frozenset(), ()), "")
    assert (found.server, found.module, found.name, told.host, told.port) == expected


FILES = {
    "a file": ("python -u ./app/main.py --x", "app/main.py"),
    "a module": ("python3.12 -m shop", "shop/__main__.py"),
    "a module's file": ("python -m shop.run", "shop/run.py"),
    "at another place": ("poetry run python /opt/shop/app/main.py", "app/main.py"),
    "the application's file": ("uvicorn app.main:app", "app/main.py"),
    "in a folder below": ("gunicorn web.wsgi", "back/web/wsgi.py"),
    "one that is not here": ("python other.py", None),
    "one of two": ("python run.py", None),
}
KNOWN = frozenset((
    "app/main.py", "shop/__init__.py", "shop/__main__.py", "shop/run.py", "other/run.py", "back/web/wsgi.py",
))  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), FILES.values(), ids=FILES)
def test_files(line: str, expected: str | None) -> None:
    found = started(words(line))
    assert found is not None
    assert entry(found, python(KNOWN, ()), "") == expected


@pytest.mark.parametrize(
    "line",
    ["python", "python -c x", "python ?", "python x.txt", "uvicorn --version", "flask db upgrade", "fastapi x", "node x.js",
     "python manage.py migrate", ""],
)  # fmt: skip
def test_what_starts_nothing(line: str) -> None:
    assert started(words(line)) is None


@pytest.mark.parametrize("line", ["alembic upgrade head", "python -m alembic upgrade head", "python manage.py migrate", "flask db upgrade", "uv run manage.py collectstatic"])  # fmt: skip
def test_steps_before(line: str) -> None:
    assert is_step(words(line))


def test_no_step() -> None:
    assert not is_step(["python", "manage.py", "runserver"])


def settings(path: str, content: str) -> PythonModule:
    return parse(Text(path, content))


CONFIGURED = {
    "the usual file": ("gunicorn x:app", "gunicorn.conf.py", "bind = '0.0.0.0:9000'", ("", "9000", "")),
    "a file that is named": ("gunicorn -c deploy/g.py x:app", "deploy/g.py", "bind = '127.0.0.1:9'", ("127.0.0.1", "9", "")),
    "a file that is not literal": ("gunicorn x:app", "gunicorn.conf.py", "bind = f'0.0.0.0:{port}'", (None, None, "")),
    "a file that says nothing": ("gunicorn x:app", "gunicorn.conf.py", "workers = 2", ("127.0.0.1", None, "PORT")),
    "a file that is not here": ("gunicorn -c other.py x:app", "gunicorn.conf.py", "bind = ':1'", (None, None, "")),
    "the command goes first": ("gunicorn -b :80 x:app", "gunicorn.conf.py", "bind = ':1'", ("", "80", "")),
    "another server's file": ("uvicorn x:app", "gunicorn.conf.py", "bind = ':1'", ("127.0.0.1", None, "UVICORN_PORT")),
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "path", "content", "expected"), CONFIGURED.values(), ids=CONFIGURED
)
def test_files_of_settings(
    line: str, path: str, content: str, expected: tuple[str | None, ...]
) -> None:
    found = started(words(line))
    assert found is not None
    told = address(found, python(frozenset((path,)), (settings(path, content),)), "")
    assert (told.host, told.port, told.variable) == expected


def test_what_a_file_starts_is_told_elsewhere() -> None:
    assert started(["python", "x.py"]) == Started(server="", file="x.py")
