"""Databases and caches: what schemas, compose files, environments and dependencies show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import normpath

from msgspec.structs import replace

from ..documents.facts import Compose, Dependency, Service
from ..flow.behaviour import Behaviour, Run
from ..model import START, Evidence, Location
from ..source.regex import regex
from .datasources import datasources, drizzle, is_near, may_be_unused, with_url
from .engines import (
    FOREIGN,
    MANAGED_CLIENTS,
    NODE,
    REPLICATING_CLIENTS,
    engine_of_image,
    engine_of_package,
    is_managed,
)
from .facts import Facts
from .owners import enclosing, users_of
from .types import Deployable, Project, Purpose, Store, Supplied

_INSTALLERS = {
    "apt-get": "install",
    "apt": "install",
    "aptitude": "install",
    "dnf": "install",
    "yum": "install",
    "zypper": "install",
    "apk": "add",
    "pacman": "",
}
_ENABLING = frozenset(("enable", "start", "restart"))
_SERVER_TOOLS = frozenset(
    (
        "systemctl",
        "service",
        "ufw",
        "certbot",
        "useradd",
        "adduser",
        "pm2",
        "nginx",
        "firewall-cmd",
        "rc-service",
    )
)
"""What a script calls that sets up a server rather than a developer's machine or a CI runner."""
_OPEN_KINDS = frozenset(("server", "containers"))


def stores(
    facts: Facts,
    deployables: tuple[Deployable, ...],
    behaviours: Mapping[int, Behaviour],
    urls: tuple[Supplied, ...],
) -> tuple[Store, ...]:
    """Every store. A datasource and the compose service that it connects to are two.

    `behaviours` are those of scripts, by `id`; `urls` are those that `supplied` found. URLs and clients that only repeat what a datasource
    or a service shows are not listed again.
    """
    declared = [*datasources(facts, deployables, urls), *drizzle(facts, deployables, urls)]
    opened = list(_of_python(facts, deployables))
    declared += [one for one, certain in opened if certain]
    services = list(_services(facts, deployables, urls))
    installed = list(_installs(facts, deployables, behaviours))
    known = [*declared, *services, *installed]
    known += list(_clients(facts, deployables, known, urls))
    known += list(_named(urls, deployables, known))
    files = list(_files(opened, known))
    shown = {user for one in files for user in one.users}
    known = [s for s in known if not (_is_driver(s) and shown.issuperset(s.users))] + files
    safe = list(_replication(facts))
    kinds = {d.folder: d.kind for d in deployables}
    settled = [
        _settled(s, safe, deployables, {} if may_be_unused(s, known, facts.manifests) else kinds)
        for s in known
    ]
    return tuple(sorted(settled, key=lambda s: (s.purpose != "production", s.location)))


def settled(project: Project, more: tuple[Store, ...]) -> tuple[Store, ...]:
    """All stores of a project with those that are found when it is whole."""
    safe = list(_replication(project))
    kinds = {d.folder: d.kind for d in project.deployables}
    found = [_settled(one, safe, project.deployables, kinds) for one in more]
    every = (*project.stores, *found)
    return tuple(sorted(every, key=lambda s: (s.purpose != "production", s.location)))


def _of_python(facts: Facts, deployables: tuple[Deployable, ...]) -> Iterator[tuple[Store, bool]]:
    """What Python code opens whatever the environment is, and whether that is surely where its data is."""
    if any(module.databases for module in facts.python):
        from .python_databases import python_databases, store

        for one in python_databases(facts, deployables):
            if not one.url.variable:
                yield store(one), one.declared


def _files(opened: list[tuple[Store, bool]], known: list[Store]) -> Iterator[Store]:
    """The first file of SQLite that the code of a deployable opens, where it has no other database."""
    lasting = (s for s in known if s.engine not in _CACHES and not _is_driver(s))
    others = {user for s in lasting for user in s.users}
    plain = sorted((s for s, certain in opened if not certain), key=lambda s: s.url is None)
    for store in plain:
        if others.isdisjoint(store.users):
            others.update(store.users)
            yield store


def _is_driver(store: Store) -> bool:
    """Whether only a driver of SQLite among the dependencies shows a store."""
    return store.source == "dependency" and store.engine == "sqlite" and bool(store.users)


_CACHES = frozenset({"memcached", "redis"})


def _services(
    facts: Facts, deployables: tuple[Deployable, ...], urls: tuple[Supplied, ...]
) -> Iterator[Store]:
    seen: set[tuple[str, str, str, Purpose]] = set()
    named = {(url.compose, url.host): url for url in reversed(urls)}
    for compose in facts.composes:
        purpose = facts.purposes[compose.path]
        depending, every = _compose_users(compose, deployables)
        for service in compose.services:
            name = _service_engine(service)
            key = (compose.path.rpartition("/")[0], service.name, name or "", purpose)
            if name is None or key in seen:
                continue
            seen.add(key)
            url = named.get((compose.path, service.name))
            yield Store(
                engine=name,
                source="compose",
                location=Location(compose.path, service.span),
                purpose=purpose,
                hosted=purpose == "production",
                url=url.url if url else None,
                variable=url.name if url else "",
                configured=url.location if url else None,
                users=depending.get(service.name, every),
            )


def _service_engine(service: Service) -> str | None:
    if service.image is None:
        return None
    image = service.image.literal or service.image.default or service.image.raw
    return engine_of_image(image)


def _compose_users(
    compose: Compose, deployables: tuple[Deployable, ...]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The deployables built here that depend on each service, and those that use one nobody names."""
    folder = compose.path.rpartition("/")[0]
    every: dict[str, None] = {}
    named: set[str] = set()
    depending: dict[str, dict[str, None]] = {}
    for service in compose.services:
        built = _built(service, folder, deployables)
        if built is not None:
            every[built] = None
        for other in {d.service for d in service.depends_on}:
            named.add(other)
            if built is not None:
                depending.setdefault(other, {})[built] = None
    if len(deployables) == 1:
        fallback: tuple[str, ...] = (deployables[0].folder,)
    else:
        own = enclosing(folder, deployables)
        fallback = (own,) if own else ()
    known = {name: tuple(depending.get(name, ())) or fallback for name in named}
    return known, tuple(every) or fallback


def _built(service: Service, folder: str, deployables: tuple[Deployable, ...]) -> str | None:
    """The deployable that a service is built from."""
    context = service.build.context.literal if service.build and service.build.context else None
    if context is None:
        return None
    dockerfile = service.build.dockerfile if service.build else None
    place = normpath(f"{folder or '.'}/{context}")
    file = (dockerfile.literal or "") if dockerfile else ""
    near = normpath(f"{place}/{file}").rpartition("/")[0].removeprefix("./")
    inner = enclosing(near, deployables)
    return enclosing(place, deployables) if inner is None else inner


def _installs(
    facts: Facts, deployables: tuple[Deployable, ...], behaviours: Mapping[int, Behaviour]
) -> Iterator[Store]:
    """Servers that a script installs, or only enables, on the machine that it sets up."""
    only = (deployables[0].folder,) if len(deployables) == 1 else ()
    installed: dict[str, Run] = {}
    enabled: dict[str, Run] = {}
    for script in facts.scripts:
        behaviour = behaviours.get(id(script))
        purpose = facts.purposes[script.path]
        if behaviour is None or script.origin != "file" or purpose != "production":
            continue
        if not any(run.name in _SERVER_TOOLS for run in behaviour.runs):
            continue
        helpers = {f.name for f in behaviour.functions if "install" in f.name}
        for run in behaviour.runs:
            for name in _engines(run):
                if run.name == "systemctl" and _ENABLING.intersection(run.arguments):
                    enabled.setdefault(name, run)
                elif run.name in helpers or _INSTALLERS.get(run.name) in (*run.arguments, ""):
                    installed.setdefault(name, run)
    for name, run in {**enabled, **installed}.items():
        yield Store(
            engine=name,
            source="install",
            location=Location(run.path, run.span),
            hosted=True,
            users=only or users_of(run.path, facts, deployables),
        )


def _engines(run: Run) -> Iterator[str]:
    """The engines whose servers the arguments of a command name."""
    for argument in run.arguments if run.reach == "reached" else ():
        name = engine_of_package(argument.removesuffix(".service")) if argument else None
        if name is not None:
            yield name


def _named(
    urls: tuple[Supplied, ...], deployables: tuple[Deployable, ...], known: list[Store]
) -> Iterator[Store]:
    """Stores that only a URL shows: the first of each engine that a deployable has not yet."""
    services = {(s.location.path, s.engine) for s in known if s.source == "compose"}
    engines = {(user, s.engine) for s in known for user in (*s.users, None)}
    remote = {(user, s.engine) for s in known if s.source != "compose" for user in (*s.users, None)}
    seen: set[tuple[tuple[str, ...], str]] = set()
    for one in urls:
        users = _url_users(one, deployables)
        if (one.compose, one.engine) in services or (users, one.engine) in seen:
            continue
        host = one.host
        elsewhere = one.purpose == "production" and bool(host and is_managed(host))
        taken = remote if elsewhere else engines
        if all((user, one.engine) in taken for user in users or (None,)):
            continue
        seen.add((users, one.engine))
        yield Store(
            engine=one.engine,
            source="environment",
            location=one.location,
            purpose=one.purpose,
            url=one.url,
            variable=one.name,
            managed=bool(host and is_managed(host)),
            users=users,
        )


def _url_users(one: Supplied, deployables: tuple[Deployable, ...]) -> tuple[str, ...]:
    if len(deployables) == 1:
        return (deployables[0].folder,)
    folder = one.location.path.rpartition("/")[0]
    own = enclosing(folder, deployables)
    return (own,) if own is not None and (own or len(deployables) == 1) else ()


def _clients(
    facts: Facts,
    deployables: tuple[Deployable, ...],
    known: list[Store],
    urls: tuple[Supplied, ...],
) -> Iterator[Store]:
    """Stores that only a client among a deployable's dependencies shows.

    One of SQLite that the code of the application names nowhere is left over, or a framework's own.
    """
    named_in_code = any(module.names_sqlite for module in facts.modules)
    for deployable in deployables:
        folder = deployable.folder
        covered = {s.engine for s in known if folder in s.users and s.purpose == "production"}
        for name, dependency, where in _dependencies(facts, deployable):
            if name in covered:
                continue
            if "sqlite" in dependency and not named_in_code and _has_code(folder, facts):
                continue
            covered.add(name)
            store = Store(
                engine=name,
                source="dependency",
                location=where,
                managed=dependency in MANAGED_CLIENTS,
                users=(folder,),
            )
            named = next(
                (u for u in urls if u.engine == name and is_near(u.location.path, store)), None
            )
            yield with_url(replace(store, variable=named.name), urls) if named else store


def _has_code(folder: str, facts: Facts) -> bool:
    """Whether the code of an application in JavaScript or TypeScript is there to be read."""
    return any(
        facts.purposes.get(module.path) == "production"
        and ".config." not in module.path
        and (not folder or module.path.startswith(f"{folder}/"))
        for module in facts.modules
    )


def _dependencies(facts: Facts, deployable: Deployable) -> Iterator[tuple[str, str, Location]]:
    """Engine, name and place of each client that a deployable needs in production."""
    if deployable.package is not None:
        inherited = [p for p in facts.packages if p.name and p.name in deployable.dependencies]
        for package in (deployable.package, *inherited):
            for dependency in _needed(package.dependencies):
                name = NODE.get(dependency.name)
                if name:
                    yield name, dependency.name, Location(package.path, dependency.span)
    table = FOREIGN.get(deployable.runtime, {})
    for manifest in facts.manifests:
        if manifest.runtime != deployable.runtime or facts.purposes[manifest.path] != "production":
            continue
        if manifest.path.rpartition("/")[0] == deployable.folder:
            for dependency in _needed(manifest.dependencies):
                name = table.get(dependency.name) or table.get(dependency.name.lower())
                if name:
                    yield name, dependency.name, Location(manifest.path, dependency.span)


_DEVELOPMENT = regex(r"dev|test|lint|docs|peer", re.IGNORECASE)


def _needed(dependencies: Iterable[Dependency]) -> Iterator[Dependency]:
    return (d for d in dependencies if not _DEVELOPMENT.search(d.group))


def _replication(facts: Facts | Project) -> Iterator[Evidence]:
    """What keeps SQLite files safe: Litestream with a replica, LiteFS."""
    for other in facts.others:
        where = Location(other.path, START)
        names = {word.name for word in other.words}
        if other.kind == "litestream" and names & {"replicas", "replica", "url"}:
            named = next(w.span for w in other.words if w.name in ("replicas", "replica", "url"))
            yield Evidence(Location(other.path, named), "Litestream replicates it")
        elif other.kind == "litefs":
            yield Evidence(where, "LiteFS replicates it")
    for dockerfile in facts.dockerfiles:
        for stage in dockerfile.stages:
            for instruction in stage.instructions:
                if instruction.copy is not None and "flyio/litefs" in instruction.copy.origin:
                    place = Location(dockerfile.path, instruction.copy.span)
                    yield Evidence(place, "the image runs LiteFS")


def _settled(
    store: Store,
    safe: list[Evidence],
    deployables: tuple[Deployable, ...],
    kinds: dict[str, str],
) -> Store:
    """A store with its only deployable; one of SQLite with its place and what replicates it.

    `kinds` tells how those are deployed that surely use it.
    """
    only = store.users[0] if len(store.users) == 1 else None
    store = replace(store, deployable=only)
    if store.engine != "sqlite":
        return store
    clients = list(_replicating(store, deployables))
    if store.url is not None and store.url.startswith("libsql:"):
        clients.append(
            Evidence(
                store.configured or store.location, "libSQL keeps the database on another server"
            )
        )
    elsewhere = store.managed or bool(clients)
    hosted = store.purpose == "production" and any(kinds.get(u) in _OPEN_KINDS for u in store.users)
    return replace(
        store,
        hosted=store.hosted or (hosted and not elsewhere),
        managed=elsewhere,
        replicated=(*store.replicated, *clients, *safe),
    )


def _replicating(store: Store, deployables: tuple[Deployable, ...]) -> Iterator[Evidence]:
    for deployable in deployables:
        if deployable.folder not in store.users or deployable.package is None:
            continue
        for dependency in _needed(deployable.package.dependencies):
            note = REPLICATING_CLIENTS.get(dependency.name)
            if note:
                yield Evidence(Location(deployable.package.path, dependency.span), note)
