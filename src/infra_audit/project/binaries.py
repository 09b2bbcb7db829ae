"""Which package brings a command of node_modules/.bin, and whether a production install has it.

The `bin` fields of the packages as of 2025. A command that several packages bring lists them all;
one that is not listed is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..documents.facts import Dependency, Package
from .apps import folder_of
from .types import Project

BINARIES: dict[str, tuple[str, ...]] = {
    "tsc": ("typescript",),
    "tsc-alias": ("tsc-alias",),
    "tsup": ("tsup",),
    "tsx": ("tsx",),
    "ts-node": ("ts-node",),
    "vite": ("vite",),
    "vue-tsc": ("vue-tsc",),
    "vue-cli-service": ("@vue/cli-service",),
    "next": ("next",),
    "nuxt": ("nuxt",),
    "nuxi": ("nuxt", "nuxi"),
    "nest": ("@nestjs/cli",),
    "ng": ("@angular/cli",),
    "astro": ("astro",),
    "remix": ("@remix-run/dev",),
    "react-router": ("@react-router/dev",),
    "react-scripts": ("react-scripts",),
    "craco": ("@craco/craco",),
    "svelte-kit": ("@sveltejs/kit",),
    "webpack": ("webpack", "webpack-cli"),
    "rollup": ("rollup",),
    "esbuild": ("esbuild",),
    "parcel": ("parcel", "parcel-bundler"),
    "babel": ("@babel/cli",),
    "swc": ("@swc/cli",),
    "ncc": ("@vercel/ncc",),
    "gulp": ("gulp", "gulp-cli"),
    "grunt": ("grunt-cli", "grunt"),
    "tailwindcss": ("tailwindcss", "@tailwindcss/cli"),
    "postcss": ("postcss-cli",),
    "sass": ("sass", "sass-embedded"),
    "prisma": ("prisma",),
    "drizzle-kit": ("drizzle-kit",),
    "turbo": ("turbo",),
    "nx": ("nx",),
    "rimraf": ("rimraf",),
    "cross-env": ("cross-env",),
    "copyfiles": ("copyfiles",),
    "cpx": ("cpx", "cpx2"),
    "shx": ("shx",),
    "run-s": ("npm-run-all", "npm-run-all2"),
    "run-p": ("npm-run-all", "npm-run-all2"),
    "npm-run-all": ("npm-run-all", "npm-run-all2"),
    "concurrently": ("concurrently",),
    "husky": ("husky",),
    "patch-package": ("patch-package",),
    "gatsby": ("gatsby", "gatsby-cli"),
    "vitepress": ("vitepress",),
    "docusaurus": ("@docusaurus/core",),
    "eleventy": ("@11ty/eleventy",),
}


def left_out(name: str, manager: str, package: Package, project: Project) -> Dependency | None:
    """The dependency of development that brings a command and that a production install leaves out.

    None where something else may bring it. npm knows from its lockfile what only development asks
    for (a package that another one names as an optional peer is installed all the same); Yarn 1
    links what other packages depend on; pnpm links direct dependencies only.
    """
    given = {d.name: d for d in package.dependencies if d.group == "devDependencies"}
    makers = BINARIES.get(name, ())
    brought = [given[maker] for maker in makers if maker in given]
    if not brought or any(not lacking(m, manager, package, project) for m in makers if m in given):
        return None
    others = {d.name for d in package.dependencies if d.group != "devDependencies"}
    return None if others.intersection(makers) else brought[0]


def lacking(name: str, manager: str, package: Package, project: Project) -> bool:
    """Whether a production install surely leaves out a direct dependency of development."""
    if any(d.name == name and d.group != "devDependencies" for d in package.dependencies):
        return False
    folder = folder_of(package.path)
    if manager == "pnpm":
        return not _is_shared(folder, project) and name not in ("eslint", "prettier")
    told = _told(folder, manager, project)
    return told is not None and told.get(name) == "dev"


def _told(folder: str, manager: str, project: Project) -> dict[str, str] | None:
    """What the lockfile of a folder, or of the workspace's root, says of the dependencies."""
    names = ("yarn.lock",) if manager == "yarn" else ("package-lock.json", "npm-shrinkwrap.json")
    if manager == "yarn" and _is_shared(folder, project):
        return None
    locks = {other.path: other for other in project.others if other.kind == "lockfile"}
    for above in _upwards(folder):
        for name in names:
            lock = locks.get(f"{above}/{name}" if above else name)
            if lock is not None:
                return {w.name: w.value.raw for w in lock.words if w.value is not None}
    return None


def _is_shared(folder: str, project: Project) -> bool:
    """Whether a package is one of several of a workspace, where another's binaries may be found."""
    workspaces = {folder_of(p.path) for p in project.packages if p.workspaces}
    workspaces |= {
        folder_of(path) for path in project.files if path.endswith("pnpm-workspace.yaml")
    }
    return any(above in workspaces for above in _upwards(folder))


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""
