"""The tools that images are known to lack."""

from __future__ import annotations

import pytest

from infra_audit.project.image_tools import MANAGERS, TOOLS, lacks

_CONNECTS = {"nc", "ncat", "netcat"}


@pytest.mark.parametrize(
    ("image", "missing"),
    [
        ("node:22-alpine", {"curl", "ncat", *MANAGERS}),
        ("node:22-alpine3.20", {"curl", "ncat", *MANAGERS}),
        ("node:22.11.0-bookworm-slim", TOOLS),
        ("node:20", _CONNECTS),
        ("node:20.18.1-bookworm", _CONNECTS),
        ("node", _CONNECTS),
        ("docker.io/library/python:3.12-slim", TOOLS),
        ("debian:12-slim", TOOLS),
        ("alpine:3.20@sha256:0123", {"curl", "ncat", *MANAGERS}),
        ("gcr.io/distroless/nodejs22-debian12", TOOLS),
        ("gcr.io/distroless/static:debug", set()),
        ("nginx:1.27-alpine", MANAGERS),
        ("nginx:1.27-alpine-slim", {"curl", "ncat", *MANAGERS}),
        ("nginx:1.27", set()),
        ("caddy:2.8", {"curl", "ncat"}),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", TOOLS),
        ("mcr.microsoft.com/dotnet/aspnet:3.1", set()),
        ("ghcr.io/shop/base:1", set()),
        ("node:22-with-tools", set()),
    ],
)
def test_what_an_image_lacks(image: str, missing: set[str]) -> None:
    assert lacks(image) == missing
