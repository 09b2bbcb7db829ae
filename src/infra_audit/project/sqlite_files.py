"""The files in which SQLite keeps an application's data, as far as URLs tell."""

from __future__ import annotations

from posixpath import basename, join, normpath

from ..model import Location
from .apps import folder_of
from .datasources import datasource_folders, is_near
from .supplied import file_of
from .types import Project, Store


def sqlite_files(store: Store, project: Project) -> dict[str, Location]:
    """The paths that a store's file may have, absolute or relative to the root, and where they are told.

    Those of examples count too: what is told there is what a server has.
    """
    urls: list[tuple[str, Location]] = []
    if store.url is not None:
        urls.append((store.url, store.configured or written(store, project)))
    urls += [
        (one.url, one.location)
        for one in project.urls
        if one.url is not None
        and one.engine == "sqlite"
        and one.name == store.variable
        and one.purpose != "test"
        and is_near(one.location.path, store)
    ]
    found: dict[str, Location] = {}
    for url, where in urls:
        path = file_of(url)
        if path is not None:
            starts = starts_of(store, project)
            for start in starts:
                found.setdefault(normpath(join(start, path)), where)
    return found


def starts_of(store: Store, project: Project) -> tuple[str, ...]:
    """The folders of the repository from which a relative path in a store's URL may start."""
    if store.folder is not None:
        return (store.folder,)
    return (folder_of(store.location.path), *datasource_folders(project.modules), "")


def told_at(path: str, files: dict[str, Location]) -> Location | None:
    """Where the file is told that a path of a script names; where it lies on a server may differ."""
    name = basename(path.rpartition(":")[2])
    exact = files.get(normpath(path)) if path else None
    return exact or next((place for file, place in files.items() if basename(file) == name), None)


def written(store: Store, project: Project) -> Location:
    """The place of the URL in the schema, else what names the store."""
    for schema in project.schemas:
        for source in schema.datasources if schema.path == store.location.path else ():
            if source.span == store.location.span and source.url is not None:
                return Location(schema.path, source.url.span)
    return store.location
