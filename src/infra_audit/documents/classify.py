"""What a file claims to be, told from its path alone, or from its first bytes where that is no help."""

from __future__ import annotations

import re

from ..source.regex import regex

PIPELINE = ".gitlab-ci.yml"
"""The file that GitLab reads: that of the root alone."""

_SUFFIXES = {
    ".sh": "shell",
    ".bash": "shell",
    ".ksh": "shell",
    ".prisma": "prisma",
    ".service": "unit",
    ".timer": "unit",
    ".socket": "unit",
    ".path": "unit",
    ".mount": "unit",
    ".target": "unit",
    ".ts": "module",
    ".tsx": "module",
    ".mts": "module",
    ".cts": "module",
    ".js": "module",
    ".jsx": "module",
    ".mjs": "module",
    ".cjs": "module",
    ".py": "python",
    ".csproj": "manifest",
    ".tf": "other",
    ".db": "data",
    ".db3": "data",
    ".sqlite": "data",
    ".sqlite3": "data",
    ".sql": "data",
    ".dump": "data",
}

_NAMES = {
    "package.json": "package",
    "pyproject.toml": "manifest",
    "Pipfile": "manifest",
    "setup.cfg": "manifest",
    "go.mod": "manifest",
    "Gemfile": "manifest",
    "composer.json": "manifest",
    "pom.xml": "manifest",
    "build.gradle": "manifest",
    "build.gradle.kts": "manifest",
    "Cargo.toml": "manifest",
    "mix.exs": "manifest",
    "ecosystem.json": "pm2",
    "pm2.json": "pm2",
    "process.yml": "pm2",
    "process.yaml": "pm2",
    "Procfile": "other",
    "fly.toml": "other",
    "vercel.json": "other",
    "netlify.toml": "other",
    "render.yaml": "other",
    "render.yml": "other",
    "railway.json": "other",
    "railway.toml": "other",
    "nixpacks.toml": "other",
    ".replit": "other",
    "app.json": "other",
    "app.yaml": "other",
    "wrangler.toml": "other",
    "wrangler.json": "other",
    "wrangler.jsonc": "other",
    "litefs.yml": "other",
    "litefs.yaml": "other",
    "litestream.yml": "other",
    "litestream.yaml": "other",
    "alembic.ini": "other",
    "Makefile": "other",
    "Justfile": "other",
    "justfile": "other",
    "Taskfile.yml": "other",
    "crontab": "other",
    "devcontainer.json": "other",
    "nginx.conf": "other",
    "Caddyfile": "other",
    "supervisord.conf": "other",
    "supervisor.conf": "other",
    "Jenkinsfile": "other",
    ".gitlab-ci.yml": "other",
    ".travis.yml": "other",
    "azure-pipelines.yml": "other",
    "bitbucket-pipelines.yml": "other",
    "cloudbuild.yaml": "other",
    "buildspec.yml": "other",
    "appspec.yml": "other",
    "docker-bake.hcl": "other",
    "amplify.yml": "other",
    "serverless.yml": "other",
    "serverless.yaml": "other",
    "captain-definition": "other",
    ".drone.yml": "other",
    ".woodpecker.yml": "other",
    "cloudbuild.yml": "other",
    "codemagic.yaml": "other",
    "Chart.yaml": "other",
    "skaffold.yaml": "other",
    "Tiltfile": "other",
    "flake.nix": "other",
    "configuration.nix": "other",
    "Pulumi.yaml": "other",
    "cdk.json": "other",
    "Vagrantfile": "other",
    "ansible.cfg": "other",
    "cloud-init.yaml": "other",
    "cloud-init.yml": "other",
    "user-data.yaml": "other",
    "prometheus.yml": "other",
    "prometheus.yaml": "other",
    ".devcontainer.json": "other",
    "_journal.json": "other",
    "package-lock.json": "other",
    "npm-shrinkwrap.json": "other",
    "yarn.lock": "other",
    "pnpm-lock.yaml": "other",
    ".gitattributes": "other",
    ".gitignore": "other",
    ".dockerignore": "other",
    ".nvmrc": "other",
    ".node-version": "other",
}

_COMPOSE = regex(
    r"(?:[\w.-]*[._-])?(?:docker-)?compose(?:[._-][\w.-]*)?\.ya?ml$|stack\.ya?ml$", re.IGNORECASE
)
_DOCKERFILE = regex(
    r"(?:(?:Docker|Container)file(?:[._-].*)?|.*\.(?:docker|container)file)$", re.IGNORECASE
)
_NOT_DOCKERFILE = (
    ".md",
    ".txt",
    ".dockerignore",
    ".yml",
    ".yaml",
    ".json",
    ".sh",
    ".py",
    ".ts",
    ".js",
)
_NO_DOCKERFILE = frozenset({
    ".svg", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".avif", ".pdf", ".html", ".css", ".scss", ".rs", ".go",
    ".py", ".rb", ".php", ".vue", ".svelte", ".java", ".kt", ".lua", ".vim", ".snap", ".golden",
})  # fmt: skip
"""What is about a Dockerfile, or shows one, and is none."""
_CRON = frozenset({
    "", ".txt", ".conf", ".cron", ".crontab", ".tab", ".cfg", ".ini", ".json", ".toml", ".in", ".j2", ".erb", ".tmpl",
    ".tpl", ".template",
})  # fmt: skip
"""What a table for cron, or a folder's of one, may end with."""
_DOTENV = regex(r"(?:.*\.)?env(?:\.[\w.-]+)?$")
_NO_DOTENV = _NO_DOCKERFILE | {".diff", ".patch", ".md", ".phtml"}
"""What a module or a page about an environment ends with."""
_PM2_NAMES = ("ecosystem", "pm2")
_PM2 = regex(r"(?:ecosystem|pm2)[\w.-]*\.(?:[cm]?js|json|ya?ml)$")
_REQUIREMENTS = regex(r"requirements[\w.-]*\.(?:txt|in)$")
_WORKFLOW = regex(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")
_ACTION = regex(r"(?:^|/)action\.ya?ml$")
_CODE_SUFFIXES = frozenset({".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts"})
_MANIFESTS = regex(
    r"(?:^|/)(?:k8s|kubernetes|kube|manifests|helm|charts|deploy|deployment|deployments|overlays|base|"
    r"prometheus|grafana|alertmanager|otel|monitoring|observability|ansible|playbooks|roles|"
    r"cron\.d|logrotate\.d|nginx|supervisord?|supervisor\.d|sites-available|sites-enabled|conf\.d|caddy|traefik|\.circleci|"
    r"\.buildkite|\.github|\.devcontainer|\.woodpecker|ci|infra|infrastructure|terraform|etc)/"
)
_PROSE = regex(
    r"(?:.*[^a-z])?(?:readme|deploy\w*|backups?|install\w*|setup|production|ops|operations|runbook|"
    r"cron\w*|self-?host\w*|server|vps|hosting|infrastructure)(?:[^a-z].*)?\.(?:md|txt|rst|adoc)$"
)
SPRING = regex(
    r"(?:^|/)src/main/resources/(?:config/)?application(?:-[\w-]+)?\.(?:properties|ya?ml)$"
)
"""The settings of Spring Boot, one file for each profile."""
_TEMPLATES = frozenset({".j2", ".erb", ".tmpl", ".tpl", ".template"})
"""What a unit's file is called behind its own suffix before something fills it in."""
_NGINX = regex(r"(?:.*[._-])?nginx(?:[._-][\w.-]*)?$")
_SITE = regex(r"(?:^|/)sites-(?:available|enabled)/[^/]+$")
_PROXY = frozenset(
    {"", ".conf", ".template", ".tmpl", ".tpl", ".j2", ".erb", ".example", ".sample", ".nginx"}
)
"""What a proxy's configuration may end with."""
_TEXTUAL = (".yml", ".yaml", ".conf", ".cfg", ".json", ".toml", ".hcl", ".ini", "")

_PACKED = (".sql.gz", ".dump.gz", ".db.gz", ".sqlite.gz", ".sqlite3.gz")
_KEPT = (".db.bak", ".sqlite.bak", ".sqlite3.bak", ".sql.bak")
_NO_DATA = regex(
    r"(?:^|[/._-])(?:migrations?|migrate|seeds?|seeders?|seeding|fixtures?|samples?|examples?|demos?|tests?|mocks?|schemas?|structure|templates?"
    r"|init\w*|setup|ddl|create|empty|fake|dummy|node_modules|countries|cities|geo\w*|locales?|zip-?codes|postal\w*|dictionary|words|lookup)"
    r"(?:[/._-]|$)|(?:^|/)Thumbs\.db$",
    re.IGNORECASE,
)
"""Paths of what is made to be committed: schemas, seeds, examples, lists that everybody may know."""

_SHELL = regex(
    rb"#![ \t]*/(?:\S*/)?(?:env[ \t]+(?:-S[ \t]*)?(?:-\S+[ \t]+)*(?:\S*/)?)?(?:ba|da|k|a)?sh(?![\w-])"
)


def classify(path: str) -> str | None:
    """The kind of document that `path` claims to be; `sniff` where the first bytes must tell."""
    name = path.rpartition("/")[2]
    kind = _NAMES.get(name)
    if kind:
        return "pipeline" if path == PIPELINE else kind
    dot = name.rfind(".")
    suffix = name[dot:] if dot > 0 else ""
    if suffix in _CODE_SUFFIXES:
        if name.endswith((".d.ts", ".min.js")):
            return None
        return "pm2" if name.startswith(_PM2_NAMES) and _PM2.match(name) else "module"
    kind = _SUFFIXES.get(suffix)
    if kind == "data" or (suffix in {".gz", ".bak"} and name.endswith((*_PACKED, *_KEPT))):
        return None if _NO_DATA.search(path) else "data"
    if kind:
        return kind
    if suffix in _TEMPLATES and _SUFFIXES.get(f".{name[:dot].rpartition('.')[2]}") == "unit":
        return "unit"
    if suffix == ".conf" and ".service.d/" in path:
        return "unit"
    return _by_pattern(path, name, suffix)


def sniffed(head: bytes) -> str | None:
    """The kind of a file without a telling name, from its first bytes."""
    return "shell" if _SHELL.match(head) else None


def _by_pattern(path: str, name: str, suffix: str) -> str | None:
    if suffix in {".yml", ".yaml"}:
        return _yaml_kind(path, name)
    if suffix == ".properties":
        return "other" if SPRING.search(path) else None
    if "file" in name.lower() and _DOCKERFILE.match(name) and not name.endswith(_NOT_DOCKERFILE):
        return None if suffix.lower() in _NO_DOCKERFILE else "dockerfile"
    if "env" in name and _DOTENV.match(name) and suffix not in _NO_DOTENV:
        return "dotenv"
    if suffix in {".txt", ".in"} and (_REQUIREMENTS.match(name) or "/requirements/" in f"/{path}"):
        return "manifest"
    if suffix in {".md", ".txt", ".rst", ".adoc"}:
        return "other" if _PROSE.match(name.lower()) else None
    if suffix == ".dockerignore":
        return "other"
    if ("cron" in name or "/cron." in f"/{path}") and suffix.lower() in _CRON:
        return "other"
    if suffix in _PROXY and "nginx" in name and _NGINX.match(name):
        return "other"
    if suffix in _PROXY and ".conf." in name and _MANIFESTS.search(path):
        return "other"
    if name.startswith("Caddyfile") or suffix == ".caddy" or _SITE.search(path):
        return "other"
    if suffix == ".json":
        return "pm2" if _PM2.match(name) else None
    if suffix in _TEXTUAL and suffix and _MANIFESTS.search(path):
        return "other"
    return "sniff" if not suffix else None


def _yaml_kind(path: str, name: str) -> str | None:
    if _WORKFLOW.search(path):
        return "workflow"
    if _ACTION.search(path):
        return "action"
    if _COMPOSE.match(name):
        return "compose"
    if _PM2.match(name):
        return "pm2"
    known = name == "deploy.yml" or (name.startswith("application") and SPRING.search(path))
    return "other" if known or _MANIFESTS.search(path) else None
