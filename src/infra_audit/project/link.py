"""Link what the documents say into one model of the deployment."""

from __future__ import annotations

from msgspec.structs import replace

from ..documents.facts import Document
from ..model import Declaration, Skipped
from ..source.walk import Tree
from .apps import apps
from .askers import ASKERS
from .composed import standings
from .deployables import deployables, kind
from .evidence import Found, signs
from .facts import Facts, sort
from .images import images
from .inside import forget
from .mechanisms import monitoring, orchestration, pipelines, platforms, provisioning
from .roles import acts
from .schedule import clocks
from .stores import settled, stores
from .supplied import supplied
from .trails import Analysed, analysed, reach
from .types import Act, Deployable, Port, Probe, Project, Routes, Site
from .units import units


def link(
    tree: Tree,
    documents: tuple[Document, ...],
    declarations: tuple[Declaration, ...],
    known: Analysed | None = None,
) -> Project:
    """The deployment model of a repository; `known` is what `ahead` found out."""
    forget()
    facts = sort(tree.present, documents)
    found_apps = apps(facts)
    found_clocks = clocks(facts)
    reached = reach(facts, found_clocks, known)
    found_images = images(facts, found_apps)
    found_units = units(facts, found_apps, found_images, reached.behaviours)
    found_acts = acts(facts, reached)
    ports: tuple[Port, ...] = ()
    probes: tuple[Probe, ...] = ()
    sites: tuple[Site, ...] = ()
    if _has_network(facts, found_acts):
        from .network import network

        ports, probes, sites = network(
            facts, found_apps, (found_images, found_units, found_acts), reached.behaviours
        )
    found_platforms = platforms(facts)
    shown = signs(
        facts,
        found_apps,
        Found(
            units=found_units,
            acts=found_acts,
            images=found_images,
            deliveries=reached.deliveries,
            platforms=found_platforms,
        ),
    )
    whole = kind(facts, found_apps, shown, declarations)
    deployed = deployables(found_apps, shown, found_images, whole)
    urls = supplied(facts, reached.behaviours)
    project = Project(
        files=tree.present,
        kind=whole,
        deployables=deployed,
        units=found_units,
        ports=ports,
        probes=probes,
        sites=sites,
        stores=stores(facts, deployed, reached.behaviours, urls),
        urls=urls,
        acts=found_acts,
        images=found_images,
        routes=_routes(facts, deployed),
        deliveries=reached.deliveries,
        pipelines=pipelines(facts),
        platforms=found_platforms,
        provisioning=provisioning(facts),
        orchestration=orchestration(facts),
        monitoring=monitoring(facts),
        declarations=declarations,
        left_out=_left_out(facts),
        clocks=found_clocks,
        purposes=facts.purposes,
        scripts=facts.scripts,
        composes=facts.composes,
        workflows=facts.workflows,
        actions=facts.actions,
        dockerfiles=facts.dockerfiles,
        packages=facts.packages,
        manifests=facts.manifests,
        schemas=facts.schemas,
        dotenvs=facts.dotenvs,
        unit_files=facts.unit_files,
        ecosystems=facts.ecosystems,
        hostings=facts.hostings,
        proxies=facts.proxies,
        infrastructure=facts.infrastructure,
        modules=facts.modules,
        python=facts.python,
        data=facts.data,
        others=facts.others,
    )
    return _with_defaults(replace(project, standings=standings(project)))


def _with_defaults(project: Project) -> Project:
    """The project with the databases that code falls back on, where nothing gives it another one."""
    if not any(one.url.variable for module in project.python for one in module.databases):
        return project
    from .defaulted import defaulted

    found = defaulted(project)
    return replace(project, stores=settled(project, found)) if found else project


def _routes(facts: Facts, deployed: tuple[Deployable, ...]) -> tuple[Routes, ...]:
    if not any(deployable.serves for deployable in deployed):
        return ()
    from .routes import routes

    return routes(facts, deployed)


def ahead(tree: Tree, documents: tuple[Document, ...]) -> Analysed:
    """What can be linked while other documents are still being read."""
    return analysed(sort(tree.present, documents))


def _has_network(facts: Facts, acts: tuple[Act, ...]) -> bool:
    """Whether anything may listen, pass on or ask: a run with scripts alone needs no such tables."""
    told = (facts.composes, facts.dockerfiles, facts.unit_files, facts.ecosystems, facts.hostings)
    return any((*told, facts.proxies, facts.modules, facts.python, facts.packages)) or any(
        run.name in ASKERS for act in acts for run in act.behaviour.runs
    )


_ASIDE: dict[str, str] = {
    "development": "for development",
    "documentation": "for documentation",
    "example": "an example",
    "template": "a template",
    "test": "for tests",
}


def _left_out(facts: Facts) -> tuple[Skipped, ...]:
    """Files that were read and are not about production, by what they are for."""
    by_purpose: dict[str, list[str]] = {}
    for path, purpose in facts.purposes.items():
        if purpose != "production":
            by_purpose.setdefault(purpose, []).append(path)
    return tuple(
        Skipped(f"{_ASIDE[purpose]}, not production", len(paths), tuple(sorted(paths)[:3]))
        for purpose, paths in sorted(by_purpose.items())
    )
