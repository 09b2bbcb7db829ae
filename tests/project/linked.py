"""Facts and deployables of a few files, as linking makes them."""

from __future__ import annotations

from pathlib import Path

from infra_audit.documents.read import read
from infra_audit.project.apps import apps
from infra_audit.project.facts import Facts, sort
from infra_audit.project.types import Deployable
from infra_audit.source.walk import walk
from tests.files import write


def linked(
    folder: Path, files: dict[str, str], kind: str = "server"
) -> tuple[Facts, tuple[Deployable, ...]]:
    """What `files` say, and a deployable of the given kind for each application among them."""
    write(folder, files)
    tree = walk(str(folder))
    facts = sort(tree.present, read(tree).documents)
    return facts, tuple(
        Deployable(
            folder=app.folder,
            name=app.name,
            runtime=app.runtime,
            kind=kind,
            serves=app.serves,
            evidence=(),
            package=app.package,
            manifest=app.manifest,
            frameworks=app.frameworks,
            dependencies=app.dependencies,
        )
        for app in apps(facts)
    )


def package(*dependencies: str, start: str = "node server.js", name: str = "shop") -> str:
    """A package.json that is started and depends on some packages."""
    named = ", ".join(f'"{dependency}": "1.0.0"' for dependency in dependencies)
    return f'{{"name": "{name}", "scripts": {{"start": "{start}"}}, "dependencies": {{{named}}}}}\n'
