"""The images of this repository that something takes by a name from a registry, as far as names tell."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents.facts import Service
from .apps import folder_of
from .images import built_file
from .store_images import name_and_tag
from .types import Image, Project, Unit


def pulled(unit: Unit, project: Project) -> tuple[Image, ...]:
    """What may be the image that a service of compose or a workload of a cluster takes by its name.

    A service of the same name in a compose file beside it builds it; or its own name and that of what
    it takes are both that of one folder. All that are built for that folder are meant, none where unknown.
    """
    named = _taken(unit, project)
    if named is None:
        return ()
    beside = {path for path in _builders(unit, project) if path is not None}
    folders = {
        image.deployable
        for image in project.images
        if image.deployable
        and (image.dockerfile.path in beside or (not beside and _is_called(named, unit, image)))
    }
    images = [i for i in project.images if i.purpose == "production" and i.deployable in folders]
    return tuple(images) if len(folders) == 1 else ()


def _taken(unit: Unit, project: Project) -> str | None:
    """The name of the image without registry and tag, where nothing here builds it."""
    if unit.source == "compose":
        service = _service(unit, project)
        if service is None or service.build is not None or service.image is None:
            return None
        given = service.image.literal or service.image.default
    else:
        given = next(
            (
                hosted.image.literal
                for hosting in project.hostings
                if hosting.path == unit.location.path and hosting.provider == "kubernetes"
                for hosted in hosting.services
                if hosted.span == unit.location.span and hosted.image is not None
            ),
            None,
        )
    name = name_and_tag(given)[0] if given else ""
    return name if given and "/" in given else None


def _service(unit: Unit, project: Project) -> Service | None:
    return next(
        (
            service
            for compose in project.composes
            if compose.path == unit.location.path
            for service in compose.services
            if service.span == unit.location.span
        ),
        None,
    )


def _builders(unit: Unit, project: Project) -> Iterator[str | None]:
    """The Dockerfiles from which the files beside build the service of the same name."""
    if unit.source != "compose":
        return
    for compose in project.composes:
        if folder_of(compose.path) == folder_of(unit.location.path):
            for service in compose.services:
                if service.name == unit.name and service.build is not None:
                    yield built_file(compose.path, service.build)


def _is_called(name: str, unit: Unit, image: Image) -> bool:
    """Whether an image, and what takes it, are called as the folder of what is built."""
    short = (image.deployable or "").rpartition("/")[2].lower()
    last = name.rpartition("/")[2].lower()
    return unit.name.lower() == short and (last == short or last.endswith(f"-{short}"))
