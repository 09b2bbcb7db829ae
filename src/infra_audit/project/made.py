"""What scripts make: names of files that come to be where the repository has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from posixpath import basename
from typing import Literal as Choice

from ..flow.behaviour import Run
from ..source.regex import regex
from .types import Act

Reach = Choice["nowhere", "outputs", "anywhere"]
"""Where a command may write files that no word of it names: new folders and the root, or anywhere."""

_ALL = frozenset({"tee", "touch", "truncate", "mkdir", "unlink"})
"""Commands all of whose arguments come to be."""
_LAST = frozenset({"cp", "mv", "ln", "install", "rsync", "scp", "envsubst", "openssl"})
_OUTPUTS = frozenset(
    {"-o", "-O", "--output", "--output-file", "-out", "-keyout", "--out-file", "--outfile", "--out"}
)
_TREES = frozenset({
    "tar", "unzip", "7z", "cpio", "bsdtar", "rsync", "scp", "sftp", "svn", "gsutil", "rclone", "s3cmd", "patch",
    "eval", "git-crypt", "sops", "cookiecutter", "degit", "wget", "make", "just", "task", "vault", "doppler",
})  # fmt: skip
"""What may put whole trees anywhere."""
_GIT = frozenset(
    {"clone", "submodule", "worktree", "lfs", "sparse-checkout", "apply", "subtree", "archive"}
)
_BRANCH = regex(
    r"(?:origin/)?(?:main|master|trunk|prod|production|develop|HEAD)|-f|--force|--|\.|-q|--quiet"
)
_BUILDS = frozenset({
    "cmake", "cargo", "go", "mvn", "gradle", "gradlew", "mvnw", "helm", "kustomize", "npx", "pnpm", "yarn", "npm",
    "bun", "bunx", "pnpx", "composer", "python", "python3", "node", "protoc", "buf", "dotnet", "tsc", "deno",
    "mkcert", "bundle", "turbo", "nx", "vite", "next", "webpack", "esbuild", "rollup", "tsup", "vercel", "terraform",
    "pip", "poetry", "uv", "rake", "mix", "php", "ruby", "docker", "gomplate", "jinja2",
})  # fmt: skip
_SETTLED = {
    "npm": regex(r"ci|i|install|config|test|t|audit|version|--version|-v"),
    "pnpm": regex(r"i|install|config|test|--version|-v"),
    "yarn": regex(r"install|test|config|--version|--frozen-lockfile|--immutable"),
    "bun": regex(r"i|install|test|--version"),
    "docker": regex(r"(?!cp$|run$|compose$|buildx$|build$|create$)[\w-]+"),
    "pip": regex(r"install"),
    "poetry": regex(r"install"),
    "uv": regex(r"sync|pip"),
    "bundle": regex(r"install|config"),
    "helm": regex(r"upgrade|install|repo|list"),
    "composer": regex(r"install"),
}
"""First words with which they write nothing that the repository could be expected to have."""


def made(acts: Iterable[Act]) -> frozenset[str]:
    """The names of all that scripts write, copy or fetch to, wherever they do."""
    return frozenset(name for act in acts for run in act.behaviour.runs for name in _of(run))


def _of(run: Run) -> Iterator[str]:
    for operator, target in run.redirects:
        if ">" in operator and target:
            yield basename(target)
    given = [argument or "" for argument in run.arguments]
    if run.name in _ALL:
        yield from (basename(argument.rstrip("/")) for argument in given)
    if run.name in _LAST and len(given) > 1:
        last = given[-1] or run.words[-1].raw.strip("\"'")
        yield basename(last.rstrip("/").rpartition(":")[2])
    for option, value in pairwise(given):
        if option in _OUTPUTS:
            yield basename(value)
    for argument in given:
        option, equals, value = argument.partition("=")
        if equals and option in _OUTPUTS | {"of"}:
            yield basename(value)


def writes(run: Run) -> Reach:
    """Where a run may make files that no word of it names."""
    first = (run.arguments[0] if run.arguments else "") or ""
    if run.name == "" or run.name in _TREES:
        return "nowhere" if run.name in ("rsync", "scp") and _sends(run) else "anywhere"
    if run.name == "git":
        verb = next((a for a in run.arguments if a and not a.startswith("-")), "")
        if verb in ("checkout", "switch"):
            rest = run.arguments[run.arguments.index(verb) + 1 :]
            return "nowhere" if all(_BRANCH.fullmatch(a or "") for a in rest) else "anywhere"
        return "anywhere" if verb in _GIT else "nowhere"
    if run.name in ("aws", "gh", "az", "gcloud") and {
        "s3",
        "cp",
        "download",
        "storage",
        "rsync",
    } & {*run.arguments}:
        return "anywhere"
    if run.name == "docker" and first == "cp":
        return "anywhere"
    if run.name == "curl":
        out = any(
            (a or "-o").startswith(("-o", "-O", "--output", "--remote")) for a in run.arguments
        )
        return "outputs" if out or run.piped_into else "nowhere"
    settled = _SETTLED.get(run.name)
    if run.name not in _BUILDS or (settled is not None and settled.fullmatch(first)):
        return "nowhere"
    return "nowhere" if run.name == "yarn" and not run.arguments else "outputs"


def _sends(run: Run) -> bool:
    """Whether the last word of a copy is a place on another machine."""
    return ":" in run.words[-1].raw if run.words else False
