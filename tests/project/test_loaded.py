"""Which containers' proxies read a file of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.composed import placed
from infra_audit.project.loaded import bearers
from tests.project.linked_project import project

_FILE = "server {\n  listen 80;\n  location / {\n    proxy_pass http://api:3000;\n  }\n}\n"
_TO = "/etc/nginx/conf.d/default.conf"


def _found(folder: Path, service: str, more: dict[str, str] | None = None) -> list[str]:
    body = "".join(f"    {line}\n" for line in service.splitlines())
    files = {
        "compose.yaml": f"services:\n  edge:\n{body}",
        "nginx/default.conf": _FILE,
        **(more or {}),
    }
    found = project(folder, files)
    every = tuple(placed(found))
    return [b.placed.service.name for b in bearers("nginx/default.conf", "nginx", every, found)]


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        pytest.param(f"volumes: ['./nginx/default.conf:{_TO}']", ["edge"], id="a file"),
        pytest.param("volumes: ['./nginx:/etc/nginx/conf.d:ro']", ["edge"], id="its folder"),
        pytest.param("volumes: ['./nginx:/etc/nginx/sites-available']", [], id="not included"),
        pytest.param("volumes: ['./nginx:/srv']", [], id="elsewhere"),
        pytest.param("volumes: ['/srv/nginx:/etc/nginx/conf.d']", [], id="of the host"),
        pytest.param(
            f"volumes: ['./nginx/default.conf:{_TO}']\nentrypoint: /start.sh", [], id="entrypoint"
        ),
        pytest.param(
            f"volumes: ['./nginx/default.conf:{_TO}']\ncommand: nginx -c /etc/x.conf",
            [],
            id="another file by an option",
        ),
        pytest.param(
            f"volumes: ['./nginx/default.conf:{_TO}']\ncommand: nginx -g 'daemon off;'",
            ["edge"],
            id="the usual command",
        ),
        pytest.param(
            f"volumes: ['./nginx/default.conf:{_TO}', 'conf:/etc/nginx/conf.d']",
            [],
            id="behind another mount",
        ),
    ],
)
def test_a_mounted_file(tmp_path: Path, service: str, expected: list[str]) -> None:
    assert _found(tmp_path, f"image: nginx:1.27\n{service}") == expected


def test_only_images_whose_places_are_known(tmp_path: Path) -> None:
    service = f"image: registry.example.com/edge:1\nvolumes: ['./nginx/default.conf:{_TO}']"
    assert _found(tmp_path, service) == []


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param(f"COPY nginx/default.conf {_TO}", ["edge"], id="copied"),
        pytest.param("COPY nginx/default.conf /etc/nginx/conf.d/", ["edge"], id="to a folder"),
        pytest.param("COPY nginx/default.conf /srv/", [], id="elsewhere"),
        pytest.param(f"COPY nginx/default.conf {_TO}\nRUN sed -i s/a/b/ {_TO}", [], id="changed"),
        pytest.param(
            f'COPY nginx/default.conf {_TO}\nENTRYPOINT ["/start.sh"]', [], id="entrypoint"
        ),
    ],
)
def test_a_copied_file(tmp_path: Path, end: str, expected: list[str]) -> None:
    dockerfile = {"Dockerfile": f"FROM nginx:1.27\n{end}\n"}
    assert _found(tmp_path, "build: .", dockerfile) == expected


def test_a_main_file_must_include_it(tmp_path: Path) -> None:
    service = (
        "image: nginx:1.27\n"
        f"volumes: ['./nginx/default.conf:{_TO}', './nginx/nginx.conf:/etc/nginx/nginx.conf']"
    )
    with_it = {"nginx/nginx.conf": "http {\n  include /etc/nginx/conf.d/*.conf;\n}\n"}
    without = {"nginx/nginx.conf": "http {\n  server { listen 81; }\n}\n"}
    assert _found(tmp_path / "with", service, with_it) == ["edge"]
    assert _found(tmp_path / "without", service, without) == []
