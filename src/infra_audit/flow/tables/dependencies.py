"""Applications: their dependencies, their builds and the migrations of their databases."""

from __future__ import annotations

from .row import ASKS, Manual, Row

_INSTALL = "install dependencies"
_BUILD = "build application"
_MIGRATE = "migrate database"
_BUILDS = "build|build:*|build-*"
_GLOBAL = "-g --global --location=global"
_SCRIPT = (
    Row(f"run|run-script {_BUILDS} …", _BUILD, "same"),
    Row("run|run-script *generate* …", ""),
    Row("run|run-script *migrat* …", _MIGRATE, "same"),
)
_NPM = "npm 10, documentation of its commands; a package.json that is there is kept by init"
_PRISMA = "Prisma 6, command reference: what is applied is not applied again"
_ASKS = f"{ASKS} -v -h"

_MAKE = Manual(
    "GNU make", (Row("… build|all …", _BUILD, "same"),), valued="-C -f -j", asks=f"{ASKS} -n"
)
_MAVEN = Manual(
    "Maven lifecycle reference",
    (Row("… package|install|verify …", _BUILD, "same"),),
    valued="-f -P -pl -s",
    asks="--version --help -v",
    tool="maven",
)
_GRADLE = Manual(
    "Gradle: the Java plugin's tasks",
    (Row("… *build|*assemble|*bootJar …", _BUILD, "same"),),
    tool="gradle",
)
_FRAMEWORK = Manual(
    "next, vite, nuxt, remix, astro, turbo, nx: their command lines",
    (Row("build …", _BUILD, "same"), Row("… build …", _BUILD, "same")),
)
_RAILS = Manual(
    "Ruby on Rails Guides: Active Record Migrations",
    (Row("… db:migrate …", _MIGRATE, "same", tool="rails"),),
)
_PIP = Manual(
    "pip(1): pip install",
    (Row("… install …", _INSTALL, "same", given="-r|--requirement|-e", tool="pip"),),
)
_PYTHON = Manual(
    "pip(1), Django: django-admin",
    (
        Row("pip install …", _INSTALL, "same", given="-m -r|--requirement", tool="pip"),
        Row("… *manage.py … migrate …", _MIGRATE, "same", tool="django"),
    ),
)
_SEQUELIZE = Manual("sequelize-cli", (Row("db:migrate …", _MIGRATE, "same"),))

RUNNERS = "npx|bunx|pnpx|npm exec|pnpm exec|pnpm dlx|yarn exec|yarn dlx"
"""What runs a program of the packages: the word behind it is the command."""

_RUNNER = Manual(
    "npm 10, pnpm 9, yarn 4, bun 1.1: npx and its like",
    (Row("_ …", "run program"),),
    valued="-p --package -c --call -w --workspace",
    ends=True,
)

DEPENDENCIES: dict[str, Manual] = {
    "npm": Manual(
        _NPM,
        (
            Row("install|i _…", "install program", "same", given="-g|--global|--location=global"),
            Row(
                "ci|clean-install|ic|install-clean|install-ci-test|cit",
                _INSTALL,
                "same",
                without=_GLOBAL,
            ),
            Row("install|i", _INSTALL, "same", without=_GLOBAL),
            Row("install|i|add|update|prune|uninstall|dedupe …", "change dependencies", "same"),
            Row("init", "create package", "same"),
            *_SCRIPT,
        ),
        valued="--prefix -w --workspace -C --loglevel",
    ),
    "pnpm": Manual(
        "pnpm 9, command line",
        (
            Row("install|i", _INSTALL, "same", without=_GLOBAL),
            *_SCRIPT,
            Row(f"{_BUILDS} …", _BUILD, "same"),
            Row("migrat*|db:migrat*|prisma:migrat* …", _MIGRATE, "same"),
        ),
        valued="--filter -F -C --dir --prefix",
    ),
    "yarn": Manual(
        "yarn 1 and 4, command line",
        (
            Row("", _INSTALL, "same"),
            Row("install", _INSTALL, "same"),
            *_SCRIPT,
            Row(f"{_BUILDS} …", _BUILD, "same"),
            Row("migrat*|db:migrat*|prisma:migrat* …", _MIGRATE, "same"),
        ),
        valued="--cwd",
        asks=_ASKS,
    ),
    "bun": Manual(
        "bun 1.1, command line",
        (Row("install|i", _INSTALL, "same", without=_GLOBAL), *_SCRIPT),
        valued="--cwd",
    ),
    **dict.fromkeys(RUNNERS.split("|"), _RUNNER),
    "pip": _PIP,
    "pip3": _PIP,
    "uv": Manual(
        "uv, command reference",
        (Row("sync …", _INSTALL, "same"), *_PIP.rows, *_PYTHON.rows),
    ),
    "pipenv": Manual("pipenv", (Row("install|sync …", _INSTALL, "same"),)),
    "poetry": Manual("poetry", (Row("install …", _INSTALL, "same"), *_PYTHON.rows)),
    "python": _PYTHON,
    "python3": _PYTHON,
    "composer": Manual(
        "composer", (Row("install …", _INSTALL, "same"),), valued="-d --working-dir"
    ),
    "bundle": Manual(
        "bundler",
        (Row("", _INSTALL, "same"), Row("install …", _INSTALL, "same"), *_RAILS.rows),
        valued="--path --jobs",
    ),
    "mix": Manual(
        "mix", (Row("deps.get …", _INSTALL, "same"), Row("ecto.migrate …", _MIGRATE, "same"))
    ),
    "go": Manual(
        "go command", (Row("mod download …", _INSTALL, "same"), Row("build …", _BUILD, "same"))
    ),
    **dict.fromkeys(
        ("next", "vite", "nuxt", "remix", "astro", "turbo", "nx", "cargo", "hugo"),
        _FRAMEWORK,
    ),
    "dotnet": Manual("dotnet", (Row("build|publish …", _BUILD, "same"),)),
    "mvn": _MAVEN,
    "./mvnw": _MAVEN,
    "gradle": _GRADLE,
    "./gradlew": _GRADLE,
    "make": _MAKE,
    "prisma": Manual(
        _PRISMA,
        (
            Row("migrate reset …", "remove database, migrate database", "same"),
            Row("migrate deploy|dev …", _MIGRATE, "same"),
            Row("db push …", _MIGRATE, "same"),
        ),
        valued="--schema --name -n",
    ),
    "knex": Manual("knex", (Row("migrate:latest|migrate:up …", _MIGRATE, "same"),)),
    "sequelize": _SEQUELIZE,
    "sequelize-cli": _SEQUELIZE,
    "typeorm": Manual("TypeORM", (Row("migration:run …", _MIGRATE, "same"),)),
    "drizzle-kit": Manual("Drizzle Kit", (Row("migrate|push|push:* …", _MIGRATE, "same"),)),
    "alembic": Manual("Alembic", (Row("upgrade …", _MIGRATE, "same"),)),
    "flask": Manual("Flask-Migrate", (Row("db upgrade …", _MIGRATE, "same"),)),
    "goose": Manual(
        "goose", (Row("… status …", ""), Row("… up|up-to|up-by-one …", _MIGRATE, "same"))
    ),
    "flyway": Manual("Flyway", (Row("… migrate …", _MIGRATE, "same"),)),
    "php": Manual(
        "Laravel: migrations", (Row("artisan migrate* …", _MIGRATE, "same", tool="laravel"),)
    ),
    "rails": _RAILS,
    "rake": _RAILS,
    "bin/rails": _RAILS,
}

DIRECT = "pnpm|yarn"
"""Package managers that run a program of the packages when its name follows them."""

PROGRAMS = "prisma|knex|typeorm|sequelize"
"""The programs that are looked for there."""
