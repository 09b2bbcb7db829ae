"""Files of which only a few facts matter: that they are there, what system they belong to, some words."""

from __future__ import annotations

import re

from ..model import START
from ..source.regex import regex
from ..source.text import Text
from .classify import SPRING
from .crontab import CRON_LINE, may_schedule
from .facts import Entry, Other, Value

_BY_NAME = {
    "Procfile": "procfile",
    "fly.toml": "fly",
    "vercel.json": "vercel",
    "netlify.toml": "netlify",
    "render.yaml": "render",
    "render.yml": "render",
    "railway.json": "railway",
    "railway.toml": "railway",
    "nixpacks.toml": "railway",
    ".replit": "replit",
    "app.json": "heroku",
    "app.yaml": "appengine",
    "wrangler.toml": "cloudflare",
    "wrangler.json": "cloudflare",
    "wrangler.jsonc": "cloudflare",
    "amplify.yml": "amplify",
    "serverless.yml": "serverless",
    "serverless.yaml": "serverless",
    "captain-definition": "caprover",
    "litefs.yml": "litefs",
    "litefs.yaml": "litefs",
    "litestream.yml": "litestream",
    "litestream.yaml": "litestream",
    "Makefile": "makefile",
    "Justfile": "makefile",
    "justfile": "makefile",
    "Taskfile.yml": "makefile",
    "crontab": "cron",
    "devcontainer.json": "devcontainer",
    ".devcontainer.json": "devcontainer",
    "nginx.conf": "nginx",
    "Caddyfile": "caddy",
    "supervisord.conf": "supervisor",
    "supervisor.conf": "supervisor",
    "Jenkinsfile": "ci",
    ".gitlab-ci.yml": "ci",
    ".travis.yml": "ci",
    ".drone.yml": "ci",
    ".woodpecker.yml": "ci",
    "azure-pipelines.yml": "ci",
    "bitbucket-pipelines.yml": "ci",
    "cloudbuild.yaml": "ci",
    "cloudbuild.yml": "ci",
    "buildspec.yml": "ci",
    "codemagic.yaml": "ci",
    "appspec.yml": "codedeploy",
    "Chart.yaml": "helm",
    "skaffold.yaml": "skaffold",
    "Tiltfile": "tilt",
    "flake.nix": "nix",
    "configuration.nix": "nixos",
    "Pulumi.yaml": "pulumi",
    "cdk.json": "cdk",
    "Vagrantfile": "vagrant",
    "ansible.cfg": "ansible",
    "alembic.ini": "alembic",
    "cloud-init.yaml": "cloud-init",
    "cloud-init.yml": "cloud-init",
    "user-data.yaml": "cloud-init",
    "prometheus.yml": "prometheus",
    "prometheus.yaml": "prometheus",
    "docker-bake.hcl": "bake",
    "deploy.yml": "kamal",
    "_journal.json": "journal",
    "package-lock.json": "lockfile",
    "npm-shrinkwrap.json": "lockfile",
    "yarn.lock": "lockfile",
    "pnpm-lock.yaml": "pnpm",
    ".gitattributes": "attributes",
    ".gitignore": "ignores",
    ".nvmrc": "version",
    ".node-version": "version",
}

_BY_CONTENT = (
    ("kubernetes", regex(r"^apiVersion:[^\n]*\n(?:.*\n){0,200}?kind:|^kind:[^\n]*\n(?:.*\n){0,200}?apiVersion:", re.MULTILINE)),
    ("ansible", regex(r"^-[ \t]+(?:name:[^\n]*\n[ \t]+)?(?:hosts|import_playbook):|^[ \t]+ansible\.builtin\.", re.MULTILINE)),
    ("cloud-init", regex(r"\A#cloud-config")),
    ("supervisor", regex(r"^\[(?:program|supervisord)\b", re.MULTILINE)),
    ("nginx", regex(r"^[ \t]*(?:server\s*\{|upstream\s+\S+\s*\{|proxy_pass\s)", re.MULTILINE)),
    ("prometheus", regex(r"^scrape_configs:", re.MULTILINE)),
    ("otel", regex(r"^exporters:|^receivers:[ \t]*\n[ \t]+(?!-)\w", re.MULTILINE)),
    ("ci", regex(r"\A(?:.*\n)*?(?:jobs|pipelines|steps|workflows):")),
)  # fmt: skip
"""What a file without a telling name holds, by the first pattern that is found in it."""

_OF_CHART = regex(r"(?:^|/)(?:charts|helm)/|(?:^|/)values[\w.-]*\.ya?ml$")

_HEAD = 64 * 1024

_WORDS: dict[str, re.Pattern[str]] = {
    "ignores": regex(r"^(?P<name>[^#\s][^\r\n]*)(?P<value>)", re.MULTILINE),
    "left-out": regex(r"^(?P<name>[^#\s][^\r\n]*)(?P<value>)", re.MULTILINE),
    "journal": regex(r'"(?P<name>tag)"\s*:\s*(?P<value>"[^"\n]*")'),
    "pnpm": regex(r"\A\n?(?P<name>lockfileVersion):[ \t]*['\"]?(?P<value>[\d.]+)"),
    "version": regex(r"\A\s*(?P<name>v?\d[\w.]*|lts/\w+)(?P<value>)"),
    "attributes": regex(r"^(?P<name>[^#\s]\S*)[ \t]+(?P<value>[^\r\n]*(?:text|binary|eol)[^\r\n]*)", re.MULTILINE),
    "vercel": regex(r'"(?P<name>crons|builds|functions|routes|rewrites|regions|buildCommand|outputDirectory|framework|deploymentEnabled|enabled|ignoreCommand|headers|redirects|cleanUrls|installCommand)"\s*:\s*(?P<value>true|false|null|"[^"\n]*")?'),
    "litestream": regex(r"^[ \t]*-?[ \t]*(?P<name>replicas|replica|url|type|path):[ \t]*(?P<value>[^\n]*)", re.MULTILINE),
    "litefs": regex(r"^[ \t]*-?[ \t]*(?P<name>type|dir|candidate):[ \t]*(?P<value>[^\n]*)", re.MULTILINE),
    "procfile": regex(r"^(?P<name>[\w-]+):[ \t]*(?P<value>[^\n]*)", re.MULTILINE),
    "fly": regex(r"^[ \t]*(?P<name>\[[\w.\[\]]+\]|release_command|dockerfile|builder|image|path|internal_port|destination|source|app)[ \t]*(?:=[ \t]*(?P<value>[^\n]*))?", re.MULTILINE),
    "nginx": regex(r"^[ \t]*(?P<name>listen|server_name|proxy_pass|root|return)[ \t]+(?P<value>[^;\n]*)", re.MULTILINE),
    "heroku": regex(r'"(?P<name>addons|buildpacks|formation|stack|dokku|expo|env|scripts)"\s*:(?P<value>)'),
    "appengine": regex(r"^(?P<name>runtime|env|service):[ \t]*(?P<value>[^\n]*)", re.MULTILINE),
    "devcontainer": regex(r'"(?P<name>dockerComposeFile|image|features|service)"\s*:\s*(?P<value>"[^"\n]*")?'),
    "terraform": regex(r'^[ \t]*(?P<name>resource|provider|module)[ \t]+(?P<value>"[^"\n]*")', re.MULTILINE),
    "kubernetes": regex(r"^(?P<name>kind):[ \t]*(?P<value>[^\n]*)", re.MULTILINE),
    "ci": regex(r"(?P<name>\b(?:deploy|publish|push|release|rollout|ssh|rsync|kubectl|helm|docker push)\b)(?P<value>)", re.IGNORECASE),
    "kamal": regex(r"^(?P<name>service|servers|image|registry|accessories):[ \t]*(?P<value>[^\n]*)", re.MULTILINE),
    "prose": regex(r"\b(?P<name>pm2|systemctl|certbot|acme\.sh|cloudflared?|cloudfront|let'?s ?encrypt|load[ -]balancer|vercel|netlify|railway|heroku|render\.com|fly\.io|env-file)\b(?P<value>[^\n`]*)", re.IGNORECASE),
    "alembic": regex(r"^(?P<name>sqlalchemy\.url)[ \t]*[=:][ \t]*(?P<value>[^\r\n]*)", re.MULTILINE),
    "spring": regex(r"^(?![ \t]*[#!])[^\n]*?\$\{(?P<name>[A-Za-z_][\w.-]*)(?::(?P<value>[^{}\n]*))?\}", re.MULTILINE),
    "ansible": regex(r"(?P<name>\b(?:cron|systemd|service|docker_container|apt|template|copy)):(?P<value>)"),
}  # fmt: skip
"""By kind, the words that the model asks about; `value` may be empty."""

_CRON = regex(
    rf"^[ \t>#`'\"(]*(?:echo[ \t]+[\"'])?(?P<value>(?P<name>{CRON_LINE})[^\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
_SPOKEN = regex(r"(?<![\w/])(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?P<value>)(?![\w/])")
"""Environment variables that a text for people speaks of."""
_SCHEDULING = frozenset({"cron", "prose", "makefile", "cloud-init", "ansible", "unknown"})
"""The kinds of files in which a line of a crontab may stand."""
_MOST = 200
_LINES = 2_000
"""As many lines are read of a file that leaves paths out: each counts."""
_RECIPES = regex(
    r"^(?:(?P<recipe>[ \t]+[^\n]+)|@?(?P<target>[A-Za-z_][\w.-]*+)[^:=\n]*+:(?!=)[^\n]*)",
    re.MULTILINE,
)
_SCRIPTS = regex(r"(?<![\w./-])[\w./-]*\w\.(?:sh|bash)\b")


def parse(text: Text) -> Other:
    """The kind of a file and the words in it that the model asks about."""
    kind = _kind(text)
    if kind == "lockfile":
        from .lockfile import words as locked

        return Other(path=text.path, span=START, kind=kind, words=tuple(locked(text)))
    words: list[Entry] = []
    pattern = _WORDS.get(kind)
    if kind == "prometheus":
        from .scrapes import words as scraped

        words += scraped(text)
    if kind == "otel":
        from .collector import words as exported

        words += exported(text)
    if kind == "makefile":
        words += _called(text)
    if pattern:
        words += _found(text, pattern, _LINES if kind in ("ignores", "left-out") else _MOST)
    if kind == "prose":
        words += _found(text, _SPOKEN)
    if kind in _SCHEDULING and may_schedule(text.content):
        words += _found(text, _CRON)
    return Other(
        path=text.path, span=text.span(0, len(text.content)), kind=kind, words=tuple(words)
    )


def _called(text: Text) -> list[Entry]:
    """The script files that stand in the recipes of a Makefile or justfile, each with its target."""
    found: list[Entry] = []
    target: Value | None = None
    for line in _RECIPES.finditer(text.content):
        if line["target"]:
            raw = line["target"].strip()
            target = Value(raw, raw, text.span(*line.span("target")))
        elif line["recipe"] and target is not None:
            for hit in _SCRIPTS.finditer(line["recipe"]):
                start = line.start("recipe") + hit.start()
                found.append(Entry(hit[0], target, text.span(start, start + len(hit[0]))))
    return found[:_MOST]


def _kind(text: Text) -> str:
    path = text.path
    name = path.rpartition("/")[2]
    known = _BY_NAME.get(name)
    if name.startswith("cloudbuild.") and _CLOUD_RUN.search(text.content):
        return "cloudrun"
    if known == "kamal" and not path.endswith("config/deploy.yml"):
        known = None
    if known:
        return known
    if name.endswith(".dockerignore"):
        return "left-out"
    if name.endswith((".tf", ".tfvars")):
        return "terraform"
    if name.startswith("application") and SPRING.search(path):
        return "spring"
    if name.endswith((".md", ".txt", ".rst", ".adoc")) or name.startswith("README"):
        return "prose"
    if name.startswith("Caddyfile") or name.endswith(".caddy"):
        return "caddy"
    if "cron" in name or "/cron" in f"/{path}":
        return "cron"
    if path.startswith((".circleci/", ".buildkite/", ".woodpecker/", ".gitlab/")):
        return "ci"
    return _by_content(path, text.content[:_HEAD].removeprefix("\ufeff"))


_CLOUD_RUN = regex(r"gcloud[\s\S]{0,200}?\brun[\"'\s,-]+deploy\b")
"""How Cloud Build is told to deploy to Cloud Run: in one line, or as a list of arguments."""


def _by_content(path: str, head: str) -> str:
    if path.startswith(".github/"):
        return "unknown"
    for kind, pattern in _BY_CONTENT:
        if kind == "ansible" and _OF_CHART.search(path):
            continue
        if pattern.search(head) and (kind != "ci" or "/ci" in f"/{path}"):
            return kind
    for word in ("grafana", "prometheus", "otel", "opentelemetry"):
        if word in path.lower():
            return "otel" if word == "opentelemetry" else word
    return "unknown"


def _found(text: Text, pattern: re.Pattern[str], most: int = _MOST) -> list[Entry]:
    entries: list[Entry] = []
    content = text.content
    if content.startswith("\ufeff"):
        content = "\n" + content[1:]
    for hit in pattern.finditer(content):
        if len(entries) >= most:
            break
        raw = (hit["value"] or "").strip()
        value = Value(raw.strip("\"'"), raw, text.span(*hit.span("value"))) if raw else None
        entries.append(Entry(hit["name"], value, text.span(*hit.span("name"))))
    return entries
