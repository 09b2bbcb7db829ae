from __future__ import annotations

import pytest

from infra_audit.project.lifetimes import ended, successor


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param("node:18-alpine", "node:24-alpine", id="the variant stays"),
        pytest.param("node:20.18.1-slim", "node:24-slim", id="an exact version"),
        pytest.param("node:18-alpine3.17", "node:24-alpine", id="an old distribution goes too"),
        pytest.param("node:16-buster", "node:24", id="another distribution"),
        pytest.param("docker.io/library/python:3.9-slim-bullseye", "python:3.13-slim", id="by its full name"),
        pytest.param("node:22-alpine", None, id="still supported"),
        pytest.param("node:22-buster", None, id="only its distribution has ended"),
        pytest.param("postgres:11", None, id="no successor is known"),
        pytest.param("acme/node:18", None, id="no official image"),
        pytest.param("node:latest", None, id="no version"),
        pytest.param("", None, id="nothing"),
    ],
)  # fmt: skip
def test_a_successor_is_named_where_the_version_itself_has_ended(
    image: str, expected: str | None
) -> None:
    assert successor(image) == expected


@pytest.mark.parametrize("image", ["node:18", "python:3.9"])
def test_what_is_named_as_successor_has_not_ended(image: str) -> None:
    assert ended(successor(image) or image) is None
