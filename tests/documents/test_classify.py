"""What files claim to be, by their paths and first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.documents.classify import classify, sniffed

KINDS: dict[str, tuple[str, str | None]] = {
    "a shell script": ("deploy.sh", "shell"),
    "a schema": ("prisma/schema.prisma", "prisma"),
    "a unit": ("deploy/shop.service", "unit"),
    "a unit as a template": ("roles/x/templates/shop.service.j2", "unit"),
    "another template": ("roles/x/templates/site.conf.j2", "other"),
    "a module": ("src/app.ts", "module"),
    "declarations": ("src/app.d.ts", None),
    "minified code": ("public/app.min.js", None),
    "pm2 in JavaScript": ("ecosystem.config.cjs", "pm2"),
    "pm2 in YAML": ("ecosystem.yml", "pm2"),
    "a package": ("apps/web/package.json", "package"),
    "requirements": ("requirements-prod.txt", "manifest"),
    "a folder of requirements": ("requirements/base.txt", "manifest"),
    "some text": ("notes.txt", None),
    "a database": ("data/shop.sqlite3", "data"),
    "a packed dump": ("backups/shop.sql.gz", "data"),
    "a kept database": ("shop.db.bak", "data"),
    "a migration": ("prisma/migrations/1_init/migration.sql", None),
    "a seed": ("db/seed-members.sql", None),
    "a picture's cache": ("Thumbs.db", None),
    "something packed": ("site.tar.gz", None),
    "compose": ("docker-compose.prod.yml", "compose"),
    "compose without docker": ("compose.yaml", "compose"),
    "compose named first": ("prod.docker-compose.yml", "compose"),
    "compose named first, with an underscore": ("install/management_compose.yaml", "compose"),
    "a stack": ("stack.yml", "compose"),
    "what only sounds like compose": ("decompose-rules.yaml", None),
    "a Dockerfile": ("Dockerfile", "dockerfile"),
    "a named Dockerfile": ("docker/Dockerfile.web", "dockerfile"),
    "a Dockerfile by suffix": ("prod.Dockerfile", "dockerfile"),
    "a Containerfile": ("Containerfile", "dockerfile"),
    "text about a Dockerfile": ("Dockerfile.md", None),
    "what a Dockerfile ignores": ("Dockerfile.dockerignore", "other"),
    "a dotenv": (".env.production", "dotenv"),
    "a dotenv by suffix": ("deploy/shop.env", "dotenv"),
    "a module about the environment": ("alembic/env.py", "python"),
    "a page that writes a dotenv": ("views/install/env.phtml", None),
    "a workflow": (".github/workflows/ci.yml", "workflow"),
    "a workflow of Forgejo": (".forgejo/workflows/ci.yaml", "workflow"),
    "a composite action": (".github/actions/x/action.yml", "action"),
    "a manifest of Kubernetes": ("k8s/app.yaml", "other"),
    "YAML that nothing asks about": ("locales/en.yml", None),
    "a configuration of nginx": ("nginx/sites-available/shop.conf", "other"),
    "a README": ("README.md", "other"),
    "a guide to deployment": ("docs/DEPLOYMENT.md", "other"),
    "any prose": ("CHANGELOG.md", None),
    "a crontab": ("deploy/crontab.txt", "other"),
    "a picture of a crontab": ("static/img/cron.png", None),
    "a module about cron": ("tasks/cron.py", "python"),
    "a schedule of a provider": ("cron.json", "other"),
    "a table in a folder of cron's": ("etc/cron.d/shop", "other"),
    "the logo of Docker": ("public/svgs/dockerfile.svg", None),
    "a Dockerfile for a stage": ("Dockerfile.production", "dockerfile"),
    "a parser of Dockerfiles": ("src/dockerfile.rs", None),
    "a crontab without suffix": ("deploy/shop-cron", "other"),
    "a Makefile": ("Makefile", "other"),
    "a file without suffix": ("bin/deploy", "sniff"),
    "an image": ("logo.png", None),
}


@pytest.mark.parametrize(("path", "expected"), KINDS.values(), ids=KINDS)
def test_a_path_tells_the_kind(path: str, expected: str | None) -> None:
    assert classify(path) == expected


HEADS: dict[str, tuple[bytes, str | None]] = {
    "bash": (b"#!/bin/bash\n", "shell"),
    "bash found by env": (b"#!/usr/bin/env bash\n", "shell"),
    "bash with options by env": (b"#!/usr/bin/env -S bash -eu\n", "shell"),
    "sh": (b"#! /bin/sh -e\n", "shell"),
    "another place": (b"#!/usr/local/bin/bash\n", "shell"),
    "Python": (b"#!/usr/bin/env python3\n", None),
    "PowerShell": (b"#!/usr/bin/pwsh\n", None),
    "fish": (b"#!/usr/bin/fish\n", None),
    "no header": (b"echo\n", None),
    "nothing": (b"", None),
}


@pytest.mark.parametrize(("head", "expected"), HEADS.values(), ids=HEADS)
def test_the_first_bytes_tell_a_script(head: bytes, expected: str | None) -> None:
    assert sniffed(head) == expected


@given(st.text(), st.binary())
def test_anything_may_be_asked(path: str, head: bytes) -> None:
    classify(path)
    sniffed(head)
