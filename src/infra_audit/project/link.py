"""Link what the documents say into one model of the deployment."""

from __future__ import annotations

from ..documents.facts import Document
from ..model import Declaration, Skipped
from ..source.walk import Tree
from .apps import apps
from .deployables import deployables, kind
from .evidence import Found, signs
from .facts import Facts, sort
from .images import images
from .mechanisms import monitoring, orchestration, pipelines, platforms, provisioning
from .ports import ports
from .probes import probes
from .roles import acts
from .routes import routes
from .schedule import clocks
from .sites import ports as ports_of_sites
from .sites import sites
from .stores import stores
from .trails import reach
from .types import Project
from .units import units, variables_of


def link(
    tree: Tree, documents: tuple[Document, ...], declarations: tuple[Declaration, ...]
) -> Project:
    """The deployment model of a repository."""
    facts = sort(tree.present, documents)
    found_apps = apps(facts)
    found_clocks = clocks(facts)
    reached = reach(facts, found_clocks)
    found_images = images(facts, found_apps)
    found_units = units(facts, found_apps, found_images, reached.behaviours)
    found_acts = acts(facts, reached)
    found_probes = probes(facts, found_images, found_units, found_acts, reached.behaviours)
    variables = variables_of(facts, reached.behaviours) if facts.proxies else {}
    found_sites = sites(facts, found_units, variables)
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
    return Project(
        files=tree.present,
        kind=whole,
        deployables=deployed,
        units=found_units,
        ports=(
            *ports(facts, found_apps, found_images, found_units, found_probes),
            *ports_of_sites(found_sites),
        ),
        probes=found_probes,
        sites=found_sites,
        stores=stores(facts, deployed, reached.behaviours),
        acts=found_acts,
        images=found_images,
        routes=routes(facts, deployed),
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
        modules=facts.modules,
        others=facts.others,
    )


def _left_out(facts: Facts) -> tuple[Skipped, ...]:
    """Files that were read and are not about production, by what they are for."""
    by_purpose: dict[str, list[str]] = {}
    for path, purpose in facts.purposes.items():
        if purpose != "production":
            by_purpose.setdefault(purpose, []).append(path)
    return tuple(
        Skipped(f"for {purpose}, not production", len(paths), tuple(sorted(paths)[:3]))
        for purpose, paths in sorted(by_purpose.items())
    )
