from __future__ import annotations

import pytest

from infra_audit.documents.python import relevant


@pytest.mark.parametrize(
    ("path", "data"),
    [
        pytest.param("shop/settings.py", b"", id="settings"),
        pytest.param("config/settings/production.py", b"", id="settings of production"),
        pytest.param("gunicorn.conf.py", b"", id="a server's configuration"),
        pytest.param("main.py", b"app = FastAPI()", id="an application"),
        pytest.param("routes.py", b"@api.get('/x')\n", id="a route"),
        pytest.param("urls.py", b"urlpatterns = []", id="routes of Django"),
        pytest.param("run.py", b"uvicorn.run('main:app')", id="a server"),
        pytest.param("views.py", b"def health_check(request):", id="what answers a probe"),
        pytest.param("views.py", b"class HealthView(View):", id="a class that answers a probe"),
    ],
)
def test_is_relevant(path: str, data: bytes) -> None:
    assert relevant(path, data)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        pytest.param("tests/settings.py", b"", id="a test's settings"),
        pytest.param("test_main.py", b"app = FastAPI()", id="a test"),
        pytest.param("shop/migrations/0001.py", b"urlpatterns", id="a migration"),
        pytest.param("models.py", b"class User(Base):\n    already = 1", id="models"),
        pytest.param("tasks.py", b"@shared_task\ndef shipping(): asyncio.run(x())", id="tasks"),
        pytest.param("data.py", b"urlpatterns = [" + b"1," * 300_000, id="a huge file"),
    ],
)
def test_is_not(path: str, data: bytes) -> None:
    assert not relevant(path, data)
