"""Databases that a schema or a tool's configuration declares: Prisma's datasources, Drizzle's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ..documents.facts import Datasource, Manifest, Module
from ..model import Location
from ..source.regex import regex
from .engines import engine, host_of, is_managed
from .facts import Facts
from .owners import users_of
from .types import Deployable, Store, Supplied

_ENVIRONMENT = regex(r"""(?:env\(\s*|process\.env(?:\.|\[))['"]?(\w+)""")
_PRISMA_CONFIG = regex(r"(?:^|/)(?:prisma\.config|\.config/prisma)\.[cm]?[jt]s$")


def datasources(
    facts: Facts, deployables: tuple[Deployable, ...], urls: tuple[Supplied, ...]
) -> Iterator[Store]:
    """Prisma's datasources; since version 7 the URL stands in `prisma.config.ts`."""
    for schema in facts.schemas:
        for source in schema.datasources:
            provider = source.provider.literal if source.provider else None
            name = engine(provider) if provider else None
            if name is None:
                continue
            variable = source.variable
            literal = source.url.literal if source.url else None
            if not variable and literal is None:
                variable, literal = _configured(facts, schema.path)
            store = Store(
                engine=name,
                source="prisma",
                location=Location(schema.path, source.span),
                purpose=facts.purposes[schema.path],
                variable=variable,
                url=literal,
                managed=_says_managed(source),
                users=users_of(schema.path, facts, deployables),
            )
            yield with_url(store, urls)


def _says_managed(source: Datasource) -> bool:
    """PlanetScale is what Prisma's own relation mode was made for."""
    return any(
        s.name == "relationMode" and s.value and s.value.literal == "prisma"
        for s in source.settings
    )


def datasource_folders(modules: tuple[Module, ...]) -> tuple[str, ...]:
    """The folders of all `prisma.config` files: since version 7 relative URLs start there."""
    return tuple(
        _PRISMA_CONFIG.sub("", module.path)
        for module in modules
        if _PRISMA_CONFIG.search(module.path)
    )


def _configured(facts: Facts, path: str) -> tuple[str, str | None]:
    """The variable or the URL that the nearest `prisma.config` names."""
    configs = [m for m in facts.modules if _PRISMA_CONFIG.search(m.path)]
    for module in sorted(configs, key=lambda m: -m.path.count("/")):
        folder = _PRISMA_CONFIG.sub("", module.path)
        if not folder or path.startswith(f"{folder}/"):
            return _reference(module, "datasource.url")
    return "", None


def _reference(module: Module, name: str) -> tuple[str, str | None]:
    """The variable or the literal that an option is; of several variables the usual one."""
    value = next((e.value for e in module.config if e.name == name), None)
    if value is not None and value.literal is not None:
        return "", value.literal
    named = [hit[1] for hit in _ENVIRONMENT.finditer(value.raw)] if value is not None else []
    named = named or [use.name for use in module.environment if use.name.endswith("URL")]
    return ("DATABASE_URL" if "DATABASE_URL" in named else next(iter(named), "")), None


def drizzle(
    facts: Facts, deployables: tuple[Deployable, ...], urls: tuple[Supplied, ...]
) -> Iterator[Store]:
    """The database of each `drizzle.config`."""
    for module in facts.modules:
        if module.path.rpartition("/")[2].startswith("drizzle.config."):
            yield from _of_drizzle(module, facts, deployables, urls)


def _of_drizzle(
    module: Module,
    facts: Facts,
    deployables: tuple[Deployable, ...],
    urls: tuple[Supplied, ...],
) -> Iterator[Store]:
    dialect = next((e for e in module.config if e.name == "dialect"), None)
    literal = dialect.value.literal if dialect and dialect.value else None
    name = engine(literal) if literal else None
    if name is None or dialect is None:
        return
    variable, url = _reference(module, "dbCredentials.url")
    users = users_of(module.path, facts, deployables)
    store = Store(
        engine=name,
        source="code",
        location=Location(module.path, dialect.span),
        purpose=facts.purposes[module.path],
        variable=variable,
        url=url,
        users=users,
    )
    yield with_url(store, urls)


def with_url(store: Store, urls: tuple[Supplied, ...]) -> Store:
    """A store with the URL that production gives to its variable, and what its host tells."""
    if store.url is not None:
        host = host_of(store.url)
        return replace(store, managed=store.managed or bool(host and is_managed(host)))
    own = [u for u in urls if u.name == store.variable and u.engine == store.engine]
    near = [u for u in own if is_near(u.location.path, store)]
    hosts = [host for u in near if (host := u.host)]
    managed = store.managed or any(is_managed(host) for host in hosts)
    live = next((u for u in near if u.purpose == "production"), None)
    if live is None:
        return replace(store, managed=managed)
    return replace(store, managed=managed, url=live.url, configured=live.location)


def is_near(path: str, store: Store) -> bool:
    """Whether a file may speak of a store: it lies with one of its users, or above them all."""
    folder = path.rpartition("/")[0]
    if not store.users:
        return True
    return any(
        not user or path.startswith(f"{user}/") or f"{user}/".startswith(f"{folder}/") or not folder
        for user in store.users
    ) or not any(path.startswith(f"{part}/") for part in ("apps", "packages", "services"))


def may_be_unused(store: Store, stores: Iterable[Store], manifests: tuple[Manifest, ...]) -> bool:
    """Whether an SQLite driver is only listed, for code that is not read, and Redis may hold the data."""
    listed = store.source == "dependency" and store.url is None and store.engine == "sqlite"
    return (
        listed
        and any(manifest.path == store.location.path for manifest in manifests)
        and any(s.engine == "redis" and set(s.users) & set(store.users) for s in stores)
    )
