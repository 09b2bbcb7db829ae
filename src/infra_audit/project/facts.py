"""The documents of a repository by kind, with their purposes: what every part of linking reads."""

from __future__ import annotations

from re import IGNORECASE
from typing import TypeVar

from msgspec import Struct

from ..documents.facts import (
    Action,
    Compose,
    Data,
    Dockerfile,
    Document,
    Dotenv,
    Ecosystem,
    Hosting,
    Infrastructure,
    Manifest,
    Module,
    Other,
    Package,
    ProxyFile,
    PythonModule,
    Schema,
    UnitFile,
    Workflow,
)
from ..documents.shell.syntax import Script
from ..source.regex import regex
from .composing import compose_purposes
from .purpose import SCAFFOLDS, Sort, purpose
from .types import Purpose

_D = TypeVar("_D")


class Facts(Struct, frozen=True, kw_only=True):
    """Documents by kind, in the order of their paths."""

    files: frozenset[str]
    purposes: dict[str, Purpose]
    scripts: tuple[Script, ...]
    composes: tuple[Compose, ...]
    workflows: tuple[Workflow, ...]
    actions: tuple[Action, ...]
    dockerfiles: tuple[Dockerfile, ...]
    packages: tuple[Package, ...]
    manifests: tuple[Manifest, ...]
    schemas: tuple[Schema, ...]
    dotenvs: tuple[Dotenv, ...]
    unit_files: tuple[UnitFile, ...]
    ecosystems: tuple[Ecosystem, ...]
    hostings: tuple[Hosting, ...]
    proxies: tuple[ProxyFile, ...]
    infrastructure: tuple[Infrastructure, ...]
    modules: tuple[Module, ...]
    python: tuple[PythonModule, ...]
    data: tuple[Data, ...]
    others: tuple[Other, ...]

    def is_production(self, path: str) -> bool:
        """Whether the file at `path` is about production."""
        return self.purposes.get(path, "production") == "production"


def sort(files: frozenset[str], documents: tuple[Document, ...]) -> Facts:
    """The documents by kind."""

    def of(kind: type[_D]) -> tuple[_D, ...]:
        return tuple(document for document in documents if isinstance(document, kind))

    return Facts(
        files=files,
        purposes=purposes(documents),
        scripts=of(Script),
        composes=of(Compose),
        workflows=of(Workflow),
        actions=of(Action),
        dockerfiles=of(Dockerfile),
        packages=of(Package),
        manifests=of(Manifest),
        schemas=of(Schema),
        dotenvs=of(Dotenv),
        unit_files=of(UnitFile),
        ecosystems=of(Ecosystem),
        hostings=of(Hosting),
        proxies=of(ProxyFile),
        infrastructure=of(Infrastructure),
        modules=of(Module),
        python=of(PythonModule),
        data=of(Data),
        others=of(Other),
    )


def purposes(documents: tuple[Document, ...]) -> dict[str, Purpose]:
    """What each document is for, by its path."""
    scaffolds = _scaffolds(documents)
    carried = _carried(documents)
    found = {
        d.path: purpose(d.path, _sort(d), scaffolds)
        for d in documents
        if not isinstance(d, UnitFile | ProxyFile | Hosting)
    }
    for document in documents if carried else ():
        if isinstance(document, Dockerfile | Compose) and document.path.startswith(carried):
            found[document.path] = "template"
    found |= {d.path: purpose(d.path) for d in documents if d.path not in found}
    found |= {
        d.path: "production" for d in documents if isinstance(d, Workflow) and d.system == "gitlab"
    }
    composes = tuple(d for d in documents if isinstance(d, Compose))
    scripts = tuple(d for d in documents if isinstance(d, Script))
    found |= _set_aside(scripts, found)
    found |= _filled_in(documents, scripts, found)
    found |= _unfilled(documents, scripts)
    return found | compose_purposes(composes, scripts, found)


def _set_aside(scripts: tuple[Script, ...], purposes: dict[str, Purpose]) -> dict[str, Purpose]:
    """The scripts that say at their beginning that they are not for production."""
    return {
        script.path: "development"
        for script in scripts
        if script.origin == "file"
        and purposes[script.path] == "production"
        and _NOT_MEANT.search(script.header)
    }


_NOT_MEANT = regex(
    r"\b(?:do not|don't|never) (?:use|run)\b(?: (?:this|it|me))?(?: script)? (?:for|in|on|against) (?:a )?prod(?:uction)?\b"
    r"(?![^\n]*\b(?:without|unless|until|before)\b)"
    r"|\bnot (?:(?:meant|intended|suitable|safe|made) )?for (?:use in )?production\b",
    IGNORECASE,
)


def _filled_in(
    documents: tuple[Document, ...], scripts: tuple[Script, ...], purposes: dict[str, Purpose]
) -> dict[str, Purpose]:
    """The templates of proxies that scripts of production fill in are what production runs."""
    templates = {
        d.path for d in documents if isinstance(d, ProxyFile) and purposes[d.path] == "template"
    }
    if not templates:
        return {}
    from .rendering import filled_in

    filling = [script for script in scripts if purposes[script.path] == "production"]
    return dict.fromkeys(filled_in(templates, filling), "production")


def _unfilled(documents: tuple[Document, ...], scripts: tuple[Script, ...]) -> dict[str, Purpose]:
    """The units that start a program of `/path/to/…`, which people fill in and no script installs."""
    found: dict[str, Purpose] = {}
    for document in documents:
        if isinstance(document, UnitFile) and any(
            setting.key == "ExecStart" and _TO_FILL_IN.match(setting.value.raw)
            for setting in document.settings
        ):
            found[document.path] = "example"
    if not found:
        return found
    from .inside import commands

    named = "\n".join(w.raw for s in scripts for c in commands(s).values() for w in c.words)
    return {path: told for path, told in found.items() if path.rpartition("/")[2] not in named}


_TO_FILL_IN = regex(r"[-@:+!|]*(?:/path/to/|/your/|/path/of/)", IGNORECASE)
"""How the documentation of a program writes the folder that everybody has elsewhere."""


def _sort(document: Document) -> Sort:
    match document:
        case Workflow() | Action():
            return "workflow"
        case Module() | PythonModule():
            return "module"
        case Schema():
            return "schema"
        case Script():
            return "script"
        case Package() | Manifest() | Data():
            return "package"
        case _:
            return ""


def _carried(documents: tuple[Document, ...]) -> tuple[str, ...]:
    """The sources of packages that carry another one called a template: they write projects out."""
    folders = {d.path.removesuffix("package.json") for d in documents if isinstance(d, Package)}
    found = set()
    for document in documents:
        if isinstance(document, Package) and document.name.endswith("-template"):
            outer, sources, _ = f"/{document.path}".partition("/src/")
            if sources and f"{outer[1:]}/".lstrip("/") in folders:
                found.add(f"{outer[1:]}/src/".lstrip("/"))
    return tuple(found)


def _scaffolds(documents: tuple[Document, ...]) -> frozenset[str]:
    """The folders of templates in which whole projects stand."""
    found = set()
    for document in documents:
        if isinstance(document, Package | Manifest | Workflow):
            folders = document.path.split("/")[:-1]
            for nth, folder in enumerate(folders):
                if folder.lower() in SCAFFOLDS:
                    found.add("/".join(folders[: nth + 1]))
    return frozenset(found)
