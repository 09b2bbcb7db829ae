"""What commands ship: to a machine, a cluster or a platform, or as an image, a package or a release."""

from __future__ import annotations

import re

from ..flow.behaviour import Run
from ..flow.effects import flags, plain, restarts
from ..source.regex import regex

Shipped = tuple[str, bool]
"""A kind of `Delivery`, and whether the target keeps releases and can return to one."""

_COMMANDS: dict[str, tuple[tuple[str, ...], str, bool]] = {
    "kubectl": (("apply", "set", "rollout", "replace", "patch"), "deploy", True),
    "helm": (("upgrade", "install"), "deploy", True),
    "helmfile": (("apply", "sync"), "deploy", True),
    "fly": (("deploy",), "deploy", True),
    "flyctl": (("deploy",), "deploy", True),
    "vercel": (("deploy", "promote"), "deploy", True),
    "netlify": (("deploy",), "deploy", True),
    "wrangler": (("deploy", "publish"), "deploy", True),
    "railway": (("up", "redeploy"), "deploy", True),
    "heroku": (("container:release",), "deploy", True),
    "sst": (("deploy",), "deploy", True),
    "serverless": (("deploy",), "deploy", True),
    "sls": (("deploy",), "deploy", True),
    "cdk": (("deploy",), "deploy", True),
    "pulumi": (("up",), "deploy", True),
    "terraform": (("apply",), "deploy", True),
    "tofu": (("apply",), "deploy", True),
    "firebase": (("deploy",), "deploy", True),
    "eb": (("deploy",), "deploy", True),
    "copilot": (("deploy",), "deploy", True),
    "kamal": (("deploy", "redeploy"), "deploy", False),
    "dep": (("deploy",), "deploy", False),
    "ansible-playbook": ((), "deploy", False),
    "skopeo": (("copy",), "image", False),
    "npm": (("publish",), "package", False),
    "pnpm": (("publish",), "package", False),
    "yarn": (("publish",), "package", False),
    "bun": (("publish",), "package", False),
    "changeset": (("publish",), "package", False),
    "lerna": (("publish",), "package", False),
    "twine": (("upload",), "package", False),
    "poetry": (("publish",), "package", False),
    "uv": (("publish",), "package", False),
    "gem": (("push",), "package", False),
    "cargo": (("publish",), "package", False),
    "semantic-release": ((), "package", False),
    "goreleaser": (("release",), "release", False),
}
"""Commands, the first operands that ship (none: any), what, and whether the target keeps releases."""

_PAIRS: dict[tuple[str, str], tuple[tuple[str, ...], str, bool]] = {
    ("wrangler", "pages"): (("deploy", "publish"), "deploy", True),
    ("copilot", "svc"): (("deploy",), "deploy", True),
    ("gcloud", "run"): (("deploy",), "deploy", True),
    ("gcloud", "app"): (("deploy",), "deploy", True),
    ("gcloud", "functions"): (("deploy",), "deploy", True),
    ("doctl", "apps"): (("create-deployment", "update"), "deploy", True),
    ("az", "webapp"): (("deploy", "deployment", "up", "config", "restart"), "deploy", True),
    ("az", "containerapp"): (("update", "up", "create"), "deploy", True),
    ("az", "functionapp"): (("deploy", "deployment"), "deploy", True),
    ("cap", "production"): (("deploy",), "deploy", False),
    ("gh", "release"): (("create", "upload", "edit"), "release", False),
    ("docker", "stack"): (("deploy",), "deploy", False),
    ("docker", "service"): (("update",), "deploy", False),
    ("docker", "compose"): (("push",), "image", False),
    ("docker", "manifest"): (("push",), "image", False),
    ("docker", "image"): (("push",), "image", False),
    ("aws", "ecs"): (("update-service",), "deploy", True),
    ("aws", "lambda"): (("update-function-code",), "deploy", True),
    ("aws", "deploy"): (("create-deployment", "push"), "deploy", True),
    ("aws", "elasticbeanstalk"): (("update-environment",), "deploy", True),
    ("aws", "cloudformation"): (("deploy",), "deploy", True),
    ("aws", "apprunner"): (("start-deployment",), "deploy", True),
    ("aws", "ssm"): (("send-command",), "deploy", True),
    ("aws", "amplify"): (("start-job",), "deploy", True),
}
"""Commands with their first operand, the second ones that ship, what, and whether releases are kept."""

_RUNNERS = frozenset({"npx", "bunx", "pnpm", "yarn", "npm", "bun"})
_OTHER_VERBS = frozenset(
    {"build", "pull", "env", "link", "ls", "list", "alias", "login", "inspect", "logs", "rollback"}
)
"""What vercel is asked for that deploys nothing."""
_REMOTE = regex(r"^[^/\s]*:|@")
_FILLED = regex(r"\$\{\{.*?\}\}|\$\{[^}]*\}")
_REMOTES = frozenset({"dokku", "heroku", "production", "live", "caprover"})
_HOOK = regex(
    r"(?:secrets\.|\$\{?)\w*(?:DEPLOY|COOLIFY|DOKPLOY|PORTAINER|WATCHTOWER|(?<!WEB)HOOK)\w*"
    r"|/(?:deploy-?)?(?:web)?hooks?/|https?://\S*/deploy\b",
    re.IGNORECASE,
)
_ANY_HOOK = regex(r"(?:secrets\.|\$\{?)\w*WEBHOOK\w*", re.IGNORECASE)
_CHAT = regex(
    r"slack|discord|telegram|teams|mattermost|office\.com|notif|alert|sentry|healthcheck|status",
    re.IGNORECASE,
)
"""Hooks that tell people, not machines."""


def ships(run: Run) -> Shipped | None:
    """What a command ships (`deploy`, `image`, `package`, `release`) and whether releases are kept."""
    if run.name.rpartition("/")[2] not in _SHIPPERS:
        return None
    words = _effective(run)
    given = flags(run)
    if "--dry-run" in given or {"--help", "--version"} & given:
        return None
    match words:
        case ("rsync" | "scp", *operands):
            return ("deploy", False) if operands[1:] and _is_sent(run, operands) else None
        case ("ssh", *operands):
            return ("deploy", False) if operands and not _only_connects(run, operands) else None
        case ("git", "push", *operands):
            return ("deploy", True) if _REMOTES.intersection(operands) else None
        case ("curl" | "wget" | "http", *_):
            return _hook(run)
        case ("aws", "s3", "sync" | "cp", *operands):
            away = [to for to in operands[1:2] if not to or to.startswith("s3:")]
            return ("deploy", True) if away else None
        case ("docker" | "podman" | "docker-compose", *operands):
            return _docker(run, operands)
        case ("vercel", *operands) if "--prod" in given and not _OTHER_VERBS.intersection(
            operands[:1]
        ):
            return "deploy", True
        case ("fly" | "flyctl", "deploy", *_) if "--build-only" in given:
            return ("image", False) if "--push" in given else None
        case _:
            return _listed(words)


def restarts_here(run: Run) -> Shipped | None:
    """On a runner of one's own, starting services, or what outlives the job, is deploying."""
    return ("deploy", False) if restarts(run) or "nohup" in run.prefixes else None


def _listed(words: tuple[str, ...]) -> Shipped | None:
    name, *operands = words
    subcommands, kind, managed = _COMMANDS.get(name, ((), "", False))
    if kind and (not subcommands or {*operands[:1]}.intersection(subcommands)):
        return kind, managed
    if len(operands) > 1:
        subcommands, kind, managed = _PAIRS.get((name, operands[0]), ((), "", False))
        if kind and {"deploy", operands[1]}.intersection(operands[1:], subcommands):
            return kind, managed
    return None


def _docker(run: Run, operands: list[str]) -> Shipped | None:
    """A push, also one that a build makes, or something started on another host."""
    given = flags(run)
    if operands[:1] == ["push"]:
        image = operands[1] if len(operands) > 1 else ""
        return None if image.startswith(("localhost", "127.")) else ("image", False)
    pushed = "--push" in given or any("push=true" in (argument or "") for argument in run.arguments)
    if pushed and {"build", "bake"}.intersection(operands[:2]):
        return "image", False
    elsewhere = any(f.partition("=")[0] in {"-H", "--host", "--context"} for f in given)
    if elsewhere and {"up", "run", "stack", "service"}.intersection(operands[:2]):
        return "deploy", False
    return _listed(("docker" if run.name == "podman" else run.name, *operands))


def _hook(run: Run) -> Shipped | None:
    """A request that makes a server deploy; a webhook of unknown purpose may be one."""
    found: Shipped | None = None
    for word in run.words[1:]:
        if _CHAT.search(word.raw):
            continue
        if _HOOK.search(word.raw):
            return "deploy", False
        if _ANY_HOOK.search(word.raw):
            found = "unknown", False
    return found


def _is_sent(run: Run, operands: list[str]) -> bool:
    """Whether the last of the operands, where things go, is on another host."""
    trailing = bool(operands[2:]) and operands[-1].startswith("ssh")
    last = operands[-2] if trailing else operands[-1]
    if last:
        return bool(_REMOTE.search(last))
    raw = _FILLED.sub("X", run.words[-3 if trailing else -1].raw.strip("\"'"))
    return run.name == "scp" or bool(_REMOTE.search(raw))


def _only_connects(run: Run, operands: list[str]) -> bool:
    """A tunnel, or a host of repositories: nothing is run there."""
    at_hub = operands[0].startswith("git@") or operands[0].endswith(("github.com", "gitlab.com"))
    return at_hub or bool({"-N", "-V", "-fN"} & flags(run))


def _effective(run: Run) -> tuple[str, ...]:
    """The operands behind the tool that `npx`, `pnpm dlx` and their like start; unknown ones are ''."""
    name, *operands = plain(run)
    name = name.rpartition("/")[2]
    if name not in _RUNNERS:
        return name, *operands
    rest = operands
    started = name in {"npx", "bunx"}
    if rest and (rest[0] in {"dlx", "exec"} or (rest[0] == "x" and name in {"npm", "bun"})):
        rest, started = rest[1:], True
    if rest and (started or name in {"pnpm", "yarn"}):
        tool = rest[0].partition("@")[0]
        if tool in _TOOLS:
            return tool, *rest[1:]
    return name, *operands


_TOOLS = (frozenset(_COMMANDS) | {name for name, _ in _PAIRS} | {"vercel"}) - _RUNNERS
_SHIPPERS = (
    {"rsync", "scp", "ssh", "git", "curl", "wget", "http", "aws", "docker", "podman"}
    | {"docker-compose", "fly", "flyctl"}
    | _TOOLS
    | _RUNNERS
)
"""The commands that may ship at all."""
