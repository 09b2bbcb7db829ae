"""Which command lines start a development server."""

from __future__ import annotations

import pytest

from infra_audit.project.development_servers import development_server

LINES: dict[str, tuple[str, str]] = {
    "next": ("next dev -p 3000", "next dev"),
    "next by npx": ("npx next dev", "next dev"),
    "next by pnpm": ("pnpm exec next dev", "next dev"),
    "next behind a variable": ("cross-env NODE_ENV=production next dev", "next dev"),
    "next by its path": ("/opt/shop/node_modules/.bin/next dev", "next dev"),
    "next by node": ("node node_modules/.bin/next dev", "next dev"),
    "next that starts": ("next start", ""),
    "next that builds": ("next build", ""),
    "vite alone": ("vite", "vite"),
    "vite with a host": ("vite --host 0.0.0.0", "vite"),
    "vite that builds": ("vite build", ""),
    "vite that shows a build": ("vite preview --host", "vite preview"),
    "vite of yarn": ("yarn vite", "vite"),
    "nodemon": ("nodemon src/index.js", "nodemon"),
    "nodemon that tells its version": ("nodemon --version", ""),
    "node that watches": ("node --watch src/index.js", "node --watch"),
    "node": ("node server.js", ""),
    "expo": ("npx expo start --web", "expo start"),
    "expo that exports": ("npx expo export --platform web", ""),
    "flask": ("flask run --host 0.0.0.0", "flask run"),
    "flask behind an option's value": ("flask --app shop run", "flask run"),
    "flask as a module": ("python3 -m flask run", "flask run"),
    "flask that migrates": ("flask db upgrade", ""),
    "django": ("python manage.py runserver 0.0.0.0:8000", "manage.py runserver"),
    "django by its own path": ("./manage.py runserver", "manage.py runserver"),
    "django by poetry": ("poetry run python manage.py runserver", "manage.py runserver"),
    "django that migrates": ("python manage.py migrate", ""),
    "uvicorn that watches": ("uvicorn main:app --reload", "uvicorn --reload"),
    "uvicorn": ("uvicorn main:app", ""),
    "laravel": ("php artisan serve", "artisan serve"),
    "php": ("php -S 0.0.0.0:80 -t public", "php -S"),
    "a script called dev": ("npm run dev", ""),
    "an operand called dev": ("next-sitemap dev", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("line", "server"), LINES.values(), ids=LINES)
def test_a_development_server_is_known_by_its_command_line(line: str, server: str) -> None:
    assert development_server(line.split()) == server


def test_what_is_not_known_starts_nothing() -> None:
    assert development_server([None, "dev"]) == ""
    assert development_server(["next", None]) == ""
    assert development_server(["vite", None]) == ""
