"""Which Python files are worth reading: told from path and byte literals, since it takes a syntax tree."""

from __future__ import annotations

from ...source.regex import regex
from ..oversized import oversized

_UNUSED = regex(
    r"(?:^|/)(?:tests?|testing|site-packages|\.?venv|node_modules|migrations|alembic/versions|stubs|__pycache__)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest|tests?|setup|noxfile)\.py$"
)
"""What nothing of production loads."""
_CONFIGS = regex(
    r"(?:^|/)(?:settings|config|constants|gunicorn[\w.-]*|hypercorn[\w.-]*)\.py$|(?:^|/)settings/[^/]*\.py$"
)
"""Settings of Django, and the files in which servers are configured."""
_WORDS = (
    b"FastAPI(",
    b"APIRouter(",
    b"Starlette(",
    b"Flask(",
    b"Blueprint(",
    b"urlpatterns",
    b"DefaultRouter(",
    b"SimpleRouter(",
    b"outer.register(",
    b"include_router(",
    b"register_blueprint(",
    b"add_url_rule(",
    b"add_api_route(",
    b"add_route(",
    b"add_middleware(",
    b"add_exception_handler(",
    b"register_error_handler(",
    b"app.mount(",
    b"uvicorn.run(",
    b"app.run(",
    b"application.run(",
    b"run_simple(",
)
"""What makes an application, a route or a server."""
_DECORATED = regex(
    rb"@\w[\w.]*\.(?:get|post|put|patch|delete|head|options|route|api_route|before_request|middleware|errorhandler|app_errorhandler|exception_handler|before_app_request)\("
)
_TAKES = regex(rb"def \w{1,80}\(\s*(?:self,\s*)?(?:app|application|fastapi_app|flask_app)\b")
"""Functions that are given an application, to which they may add."""
_GATHERED = regex(rb"(?i)rout|blueprint|_bp\b|\bapp\b|\bapi\b|urlpatterns")
"""What a package hands on that puts applications together from its modules."""
_VITAL = regex(
    rb"(?:def|class) \w{0,40}(?<![a-z])(?:[Hh]ealth|[Rr]ead(?:y|iness)|[Ll]ive(?:ness)?|[Aa]live|[Pp]ing|[Ss]tatus|[Hh]eartbeat)"
    rb"(?![a-z])"
)
"""Functions that answer probes: they may stand in another file than their route."""
_SETTINGS = regex(
    rb"environ(?<=\benviron)\s*[.\[]|getenv\(|BaseSettings|from decouple|create_(?:async_)?engine\(|sqlite|SQLALCHEMY_DATABASE_URI"
    rb"|DATABASES|sentry_sdk|load_dotenv\(|DJANGO_SETTINGS_MODULE|environs|settings import \*|(?:base|common|defaults?) import \*"
)
"""What reads the environment, opens a database, or says who hears of errors."""


def is_unused(path: str) -> bool:
    """Whether a file is of tests or migrations: they hold nothing of production."""
    return _UNUSED.search(path) is not None


def relevant(path: str, data: bytes) -> bool:
    """Whether a file may hold any fact: told from its path and from byte literals alone."""
    if is_unused(path):
        return False
    if _CONFIGS.search(path) is None and not _gathers(path, data) and not _holds(data):
        return False
    return not oversized(data)


def _gathers(path: str, data: bytes) -> bool:
    named = path == "__init__.py" or path.endswith("/__init__.py")
    return named and b"import" in data and _GATHERED.search(data) is not None


def _holds(data: bytes) -> bool:
    return any(word in data for word in _WORDS) or any(
        pattern.search(data) is not None for pattern in (_DECORATED, _TAKES, _VITAL, _SETTINGS)
    )
