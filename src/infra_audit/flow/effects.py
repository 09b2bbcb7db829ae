"""What a run does to the world, as far as its name, its words and their options tell.

The tables follow the manual pages of the tools (Debian 12, Docker 27, npm 10, pnpm 9, yarn 1 and 4,
bun 1.1, pm2 5, Prisma 6). What they do not list is unknown, and unknown does nothing.
"""

from __future__ import annotations

import re

from ..source.regex import regex
from .behaviour import Run

VALUED: dict[str, frozenset[str]] = {
    "apt-get": frozenset({"-o", "-c", "-t", "--option", "--target-release"}),
    "apt": frozenset({"-o", "-c", "-t", "--option", "--target-release"}),
    "aws": frozenset({"--profile", "--region", "--endpoint-url", "--output"}),
    "bundle": frozenset({"--path", "--jobs"}),
    "composer": frozenset({"-d", "--working-dir"}),
    "docker": frozenset({"-H", "--host", "--context", "-c", "--config", "-l", "--log-level"}),
    "docker-compose": frozenset(
        {"-f", "--file", "-p", "--project-name", "--env-file", "--profile", "--project-directory"}
    ),
    "git": frozenset({"-C", "-c", "--git-dir", "--work-tree"}),
    "journalctl": frozenset({"-u", "-n"}),
    "npm": frozenset({"--prefix", "-w", "--workspace", "-C", "--loglevel"}),
    "pnpm": frozenset({"--filter", "-F", "-C", "--dir", "--prefix"}),
    "service": frozenset(),
    "supervisorctl": frozenset({"-c", "-s", "-u", "-p"}),
    "systemctl": frozenset({"-H", "--host", "-M", "--machine", "-t", "-n", "--job-mode"}),
    "yarn": frozenset({"--cwd"}),
    "bun": frozenset({"--cwd"}),
}
"""Options in front of a subcommand that take the next word."""

PHRASES: dict[str, str] = {
    "installs packages": """
        apt install|apt reinstall|apt upgrade|apt full-upgrade|apt dist-upgrade|apt build-dep
        apt-get install|apt-get reinstall|apt-get upgrade|apt-get dist-upgrade|apt-get build-dep
        aptitude install|aptitude upgrade|aptitude safe-upgrade|aptitude full-upgrade
        yum install|yum reinstall|yum update|yum upgrade|yum localinstall|yum groupinstall
        dnf install|dnf reinstall|dnf update|dnf upgrade|dnf group|dnf groupinstall|dnf module
        apk add|apk upgrade|zypper install|zypper in|zypper update|zypper up|zypper dup
        snap install|snap refresh""",
    "removes packages": """
        apt remove|apt purge|apt autoremove|apt autopurge|apt-get remove|apt-get purge
        apt-get autoremove|apt-get autopurge|aptitude remove|aptitude purge
        yum remove|yum erase|yum autoremove|dnf remove|dnf erase|dnf autoremove|apk del
        zypper remove|zypper rm|snap remove""",
    "changes package sources": "add-apt-repository|apt-add-repository|apt-key",
    "configures packages": "dpkg-reconfigure|debconf-set-selections|update-alternatives",
    "changes users": """
        useradd|adduser|usermod|userdel|deluser|groupadd|addgroup|gpasswd|chpasswd|passwd|visudo""",
    "changes services": """
        systemctl enable|systemctl disable|systemctl start|systemctl stop|systemctl restart
        systemctl reload|systemctl reload-or-restart|systemctl daemon-reload|systemctl mask|loginctl
        update-rc.d|chkconfig|rc-update|rc-service|initctl|service|supervisorctl""",
    "changes the firewall": """
        ufw allow|ufw deny|ufw enable|ufw default|ufw delete|ufw limit|ufw reset|firewall-cmd
        iptables|ip6tables|nft|iptables-restore|netfilter-persistent""",
    "changes the system": """
        hostnamectl set-hostname|timedatectl set-timezone|localectl|locale-gen|sysctl|swapon|swapoff
        mkswap|mount|umount|mkfs|mkfs.ext4|modprobe|setenforce|a2ensite|a2enmod|a2dissite|a2dismod
        certbot|certbot-auto|fail2ban-client|reboot|shutdown""",
}
"""What changes a server, by what it changes: a command and what follows its options."""

PACKAGES = frozenset(
    {"installs packages", "removes packages", "changes package sources", "configures packages"}
)
"""The changes that concern packages, as `mutates_server` calls them."""

_PACKAGE_FILES: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "dpkg": (
        (regex(r"-i|--install|--unpack"), "installs packages"),
        (regex(r"-[rP]|--remove|--purge"), "removes packages"),
        (regex(r"--configure|--add-architecture"), "configures packages"),
    ),
    "rpm": (
        (regex(r"-[ivhf]*[iUF][vhf]*|--install|--upgrade|--freshen"), "installs packages"),
        (regex(r"-[vh]*e[vh]*|--erase"), "removes packages"),
        (regex(r"--import"), "changes package sources"),
    ),
    "pacman": (
        (regex(r"-S[yuwqd]*|-U\w*|--sync|--upgrade"), "installs packages"),
        (regex(r"-R\w*|--remove"), "removes packages"),
    ),
}
"""Package managers whose verb is an option, the first one that matches."""

_PHRASES: dict[tuple[str, ...], str] = {
    tuple(phrase.split()): what
    for what, phrases in PHRASES.items()
    for line in phrases.split("\n")
    for phrase in line.split("|")
    if phrase.strip()
}

_CHANGERS = frozenset(words[0] for words in _PHRASES) | frozenset(_PACKAGE_FILES)

_SYSTEM = regex(r"/(?:etc|usr|var(?!/tmp)|opt|lib|srv|boot)(?:/|$)")
_WRITERS = frozenset(
    {
        "tee",
        "cp",
        "mv",
        "install",
        "ln",
        "mkdir",
        "rm",
        "rmdir",
        "touch",
        "truncate",
        "rsync",
        "unlink",
    }
    | {"chown", "chmod", "chgrp", "setfacl", "tar", "unzip"}
)
_ALL_OPERANDS = frozenset(
    {
        "tee",
        "mkdir",
        "rm",
        "rmdir",
        "touch",
        "truncate",
        "chown",
        "chmod",
        "chgrp",
        "unlink",
        "setfacl",
    }
)

_RESTART = frozenset(
    {
        "restart",
        "reload",
        "start",
        "try-restart",
        "reload-or-restart",
        "condrestart",
        "force-reload",
    }
)
_DUMPERS = {
    "pg_dump": "postgresql",
    "pg_dumpall": "postgresql",
    "pg_basebackup": "postgresql",
    "mysqldump": "mysql",
    "mariadb-dump": "mysql",
    "mydumper": "mysql",
    "xtrabackup": "mysql",
    "mariabackup": "mysql",
    "mongodump": "mongodb",
    "influxd": "",
    "etcdctl": "",
    "litestream": "sqlite",
}
_DATABASE_FILE = regex(r"\S*\.(?:db|sqlite3?|db3)\b")
_DATA = regex(
    r"(?:^|/)(?:data|uploads?|storage|media|volumes?|pgdata|mysql|postgres\w*)(?:/|$)|/var/lib/"
)
_REMOTE = regex(r"(?!/)(?:[\w.-]+@)?[\w.$\{\}-]+:(?!//|\\)\S*|rsync://\S+")
_BUCKET = regex(
    r"(?:s3|gs|gcs|b2|az|azure|sftp|rest|swift|rclone|oss)://?\S*|(?:s3|b2|gs|azure|sftp|rest|swift|rclone):\S+"
)
_CRON = regex(
    r"/etc/cron(?:tab$|\.(?:d|daily|hourly|weekly|monthly)(?:/|$))|/var/spool/cron(?:/|$)"
)


_SUPERVISING = frozenset(
    (
        *("docker", "docker-compose", "nginx", "pm2", "podman", "rc-service", "service"),
        *("supervisorctl", "systemctl"),
    )
)
_MANAGERS = frozenset({"bun", "bundle", "npm", "pnpm", "poetry", "python", "python3", "uv", "yarn"})
_INSTALLING = _MANAGERS | {"composer", "go", "mix", "pip", "pip3", "pipenv"}
_BUILDING = frozenset(
    (
        *("buildah", "bun", "bunx", "cargo", "docker", "docker-compose", "dotnet", "go", "gradle"),
        *(
            "./gradlew",
            "hugo",
            "make",
            "mvn",
            "./mvnw",
            "next",
            "npm",
            "npx",
            "nuxt",
            "pnpm",
            "podman",
        ),
        *("turbo", "vite", "yarn"),
    )
)
_MIGRATING = _MANAGERS | {
    *("alembic", "bin/rails", "bunx", "drizzle-kit", "flask", "flyway", "goose", "knex", "npx"),
    *("php", "pnpx", "prisma", "rails", "rake", "sequelize", "sequelize-cli", "typeorm"),
}
_DUMPING = frozenset(_DUMPERS) | {
    *("barman", "borg", "borgmatic", "cp", "docker", "docker-compose", "duplicity", "install"),
    *("kopia", "kubectl", "pgbackrest", "podman", "redis-cli", "restic", "rsync", "scp", "sqlite3"),
    *("tar", "wal-g", "zip"),
}
_COPYING = frozenset(
    (
        *(
            "aws",
            "az",
            "azcopy",
            "b2",
            "borg",
            "duplicity",
            "gcloud",
            "gsutil",
            "kopia",
            "litestream",
        ),
        *("mc", "rclone", "restic", "rsync", "s3cmd", "scp"),
    )
)
"""The commands that each function below looks at: most runs are none of them."""


def plain(run: Run) -> tuple[str, ...]:
    """The name and the operands of a run, without its options; unknown words are ''."""
    words = [run.name]
    valued = VALUED.get(run.name, frozenset())
    rest = iter(run.arguments)
    for word in rest:
        if word is None:
            words.append("")
        elif word == "--":
            words.extend(other or "" for other in rest)
        elif word in valued:
            next(rest, None)
        elif not word.startswith("-") or word == "-":
            words.append(word)
            if run.name == "docker" and word == "compose":
                valued = VALUED["docker-compose"]
    return tuple(words)


def flags(run: Run) -> frozenset[str]:
    """The options of a run, as written."""
    return frozenset(word for word in run.arguments if word and word.startswith("-"))


# ── servers ──────────────────────────────────────────────────────────────────────────────────────


def mutates_server(run: Run) -> str:
    """What of the server that it runs on a run changes; '' for none or unknown."""
    known = run.name in _CHANGERS
    if not (
        known or run.redirects or run.name in _WRITERS or run.name in {"sed", "crontab", "pm2"}
    ):
        return ""
    given = flags(run)
    if given & {"--version", "--help", "--dry-run"} or (given & {"-V"} and run.name not in _APT):
        return ""
    words = plain(run) if known else ()
    what = _of_package_file(run) or _PHRASES.get(words[:2]) or _PHRASES.get(words[:1])
    if what is not None and not _only_asks(run, words):
        return what
    if known and not run.redirects:
        return ""
    if schedules(run):
        return "schedules a job"
    path = next((path for path in written(run) if _SYSTEM.match(path)), None)
    if path is None or _keeps_a_copy(run):
        return ""
    return f"{'removes' if run.name in _REMOVERS else 'writes'} {path}"


_APT = frozenset({"apt", "apt-get", "aptitude"})
_REMOVERS = frozenset({"rm", "rmdir", "unlink"})
_SIMULATES = regex(
    r"-[yqfmubV]*[sd][a-zA-Z]*|--(?:just-print|simulate|recon|no-act|print-uris|download-only)"
)
_ONLY_FETCHES = frozenset({"--downloadonly", "--assumeno", "--test", "--simulate"})
_FIREWALL_ASKS = regex(r"--(?:list|query|get|info|state|check-config)[\w-]*")
_TABLE_ASKS = regex(r"-[nvxw]*[LSC]\w*|--(?:list|list-rules|check)(?:=.*)?")
_KEPT = regex(
    r"[._-]?(?:bak|back-?up|bkp|orig|old|save|saved|prev|dist|~).*|[._-]\d{6,}.*", re.IGNORECASE
)


def _of_package_file(run: Run) -> str | None:
    """What a package manager does whose verb is an option."""
    for pattern, what in _PACKAGE_FILES.get(run.name, ()):
        if any(pattern.fullmatch(flag) for flag in flags(run)):
            only_lists = run.name == "pacman" and len(plain(run)) == 1
            refreshes = only_lists and not any(
                "u" in flag for flag in flags(run) if flag[:2] == "-S"
            )
            return None if refreshes else what
    return None


def _keeps_a_copy(run: Run) -> bool:
    """Whether a run only copies a file to a name beside it, before it is changed."""
    operands = [
        path
        for word, path in zip(run.arguments, run.paths, strict=True)
        if word is not None and not word.startswith("-") and path is not None
    ]
    if run.name != "cp":
        return False
    if len(operands) == 2:
        source, target = operands
        return target.startswith(source) and _KEPT.fullmatch(target[len(source) :]) is not None
    raw = [word.raw.strip("\"'") for word in run.words[1:] if not word.raw.startswith("-")]
    if len(raw) == 2 and len(operands) == 1:
        return raw[1].startswith(raw[0]) and _KEPT.fullmatch(raw[1][len(raw[0]) :]) is not None
    return False


_CHANGING: dict[str, frozenset[str]] = {
    "sysctl": frozenset({"-w", "-p", "--system", "--load", "--write"}),
}
"""Commands that change something only with one of these options."""


def _only_asks(run: Run, words: tuple[str, ...]) -> bool:
    given = flags(run)
    if run.name in _APT:
        return any(_SIMULATES.fullmatch(flag) for flag in given)
    if _PHRASES.get(words[:2]) in PACKAGES or run.name in _PACKAGE_FILES:
        return bool(given & _ONLY_FETCHES)
    changing = _CHANGING.get(run.name)
    if changing is not None:
        return not given & changing and "=" not in "".join(words)
    match words:
        case ("service" | "rc-service", _, "status") | ("supervisorctl" | "initctl", "status", *_):
            return True
        case ("service",) | ("supervisorctl", "tail" | "pid" | "avail", *_) | ("initctl", "list"):
            return True
        case ("mount",) | ("passwd",) | ("swapon",) | ("apt-key", "list" | "finger" | "export", *_):
            return True
        case ("certbot", "certificates", *_) | ("fail2ban-client", "status" | "ping" | "get", *_):
            return True
        case ("update-alternatives", *_):
            return bool(given & {"--list", "--display", "--query", "--get-selections"})
        case ("loginctl" | "localectl",) | ("loginctl" | "localectl", "list" | "status", *_):
            return True
        case ("nft", "list", *_) | ("rc-update", "show", *_):
            return True
        case ("firewall-cmd", *_):
            return any(_FIREWALL_ASKS.fullmatch(flag.partition("=")[0]) for flag in given)
        case ("iptables" | "ip6tables", *_):
            return any(_TABLE_ASKS.fullmatch(flag) for flag in given)
        case ("chkconfig", *_):
            return "--list" in given
        case ("passwd" | "visudo", *_):
            return bool(given & {"-S", "--status", "-c", "--check", "-cf"})
        case _:
            return False


def written(run: Run) -> tuple[str, ...]:
    """The known paths that a run writes, removes or changes."""
    if not run.redirects and run.name not in _WRITERS and run.name != "sed":
        return ()
    found = [
        target
        for (operator, _), target in zip(run.redirects, run.targets, strict=True)
        if target is not None and ">" in operator and not target.startswith("/dev/")
    ]
    operands = [
        path
        for word, path in zip(run.arguments, run.paths, strict=True)
        if word is not None and not word.startswith("-") and path is not None
    ]
    if run.name in _ALL_OPERANDS:
        found += operands[1:] if run.name in {"chown", "chmod", "chgrp"} else operands
    elif run.name in _WRITERS:
        found += operands if run.name == "install" and "-d" in flags(run) else operands[-1:]
    elif run.name == "sed" and any(flag.startswith(("-i", "--in-place")) for flag in flags(run)):
        found += operands[-1:]
    return tuple(path for path in found if not path.startswith("/dev/"))


def restarts(run: Run) -> tuple[str, ...]:
    """The units or apps that a run starts anew: `shop` of `systemctl restart shop.service`.

    `*` where it starts all or the words are not known; () where it restarts nothing.
    """
    if run.name not in _SUPERVISING:
        return ()
    words = plain(run)
    match words:
        case ("systemctl", verb, *units) if verb in _RESTART:
            return _units(units)
        case ("systemctl", "enable", *units) if "--now" in flags(run):
            return _units(units)
        case ("service" | "rc-service", unit, verb, *_) if verb in _RESTART:
            return _units([unit])
        case ("supervisorctl", verb, *units) if verb in {"restart", "start", "update", "reload"}:
            return ("*",) if "all" in units or not units else _units(units)
        case ("pm2", verb, *apps) if verb in {
            "restart",
            "reload",
            "start",
            "startOrReload",
            "startOrRestart",
        }:
            return _apps(run, apps)
        case ("docker", "compose", "up" | "restart" | "start", *services):
            return tuple(services) or ("*",)
        case ("docker-compose", "up" | "restart" | "start", *services):
            return tuple(services) or ("*",)
        case ("docker" | "podman", "restart" | "start" | "run", *containers):
            return _containers(run, containers)
        case ("nginx", "reload" | "reopen") if "-s" in flags(run):
            return ("nginx",)
        case _:
            return ()


def _units(units: list[str]) -> tuple[str, ...]:
    return tuple(unit.removesuffix(".service") or "*" for unit in units) or ("*",)


def _apps(run: Run, apps: list[str]) -> tuple[str, ...]:
    given = list(run.arguments)
    for option in ("--name", "-n", "--only"):
        if option in given and given.index(option) + 1 < len(given):
            return (given[given.index(option) + 1] or "*",)
    if (
        not apps
        or apps[0] == "all"
        or apps[0].endswith((".js", ".cjs", ".json", ".yml", ".yaml", ".config.mjs"))
    ):
        return ("*",)
    return (apps[0] or "*",)


def _containers(run: Run, containers: list[str]) -> tuple[str, ...]:
    if "run" not in run.arguments:
        return tuple(name or "*" for name in containers) or ("*",)
    given = list(run.arguments)
    if "--rm" in given or not {"-d", "--detach"} & set(given):
        return ()
    named = given.index("--name") + 1 if "--name" in given else len(given)
    return (given[named] or "*",) if named < len(given) else ("*",)


def stops(run: Run) -> tuple[str, ...]:
    """The units or apps that a run takes down, as `restarts` names them."""
    if run.name not in _SUPERVISING:
        return ()
    words = plain(run)
    match words:
        case ("systemctl", "stop" | "kill", *units):
            return _units(units)
        case ("systemctl", "disable", *units) if "--now" in flags(run):
            return _units(units)
        case ("service" | "rc-service", unit, "stop", *_):
            return _units([unit])
        case ("supervisorctl", "stop", *units):
            return ("*",) if "all" in units or not units else _units(units)
        case ("pm2", "stop" | "delete" | "del" | "kill", *apps):
            return ("*",) if not apps or apps[0] == "all" else (apps[0] or "*",)
        case ("docker", "compose", "down" | "stop" | "kill" | "rm", *services):
            return tuple(services) or ("*",)
        case ("docker-compose", "down" | "stop" | "kill" | "rm", *services):
            return tuple(services) or ("*",)
        case ("docker" | "podman", "stop" | "kill" | "rm", *containers):
            return tuple(name or "*" for name in containers) or ("*",)
        case _:
            return ()


# ── applications ─────────────────────────────────────────────────────────────────────────────────


def installs_dependencies(run: Run) -> str:
    """The package manager with which a run installs an application's dependencies; '' for none."""
    if run.name not in _INSTALLING:
        return ""
    words = plain(run)
    on_system = flags(run) & {"-g", "--global", "--location=global"}
    match words:
        case ("npm", "ci" | "clean-install" | "install-ci-test") if not on_system:
            return "npm"
        case ("npm" | "pnpm" | "bun", "install" | "i") if not on_system:
            return words[0]
        case ("yarn",) | ("yarn", "install") if not flags(run) & {"--version", "-v"}:
            return "yarn"
        case ("pip" | "pip3" | "uv", *rest) if "install" in rest and {
            "-r",
            "--requirement",
            "-e",
        } & flags(run):
            return "pip"
        case ("python" | "python3", *_) if (
            run.arguments[:3] == ("-m", "pip", "install") and "-r" in run.arguments
        ):
            return "pip"
        case ("uv", "sync", *_) | ("poetry", "install", *_) | ("pipenv", "install" | "sync", *_):
            return words[0]
        case (
            ("composer", "install", *_)
            | ("bundle", "install", *_)
            | ("bundle",)
            | ("mix", "deps.get", *_)
        ):
            return words[0]
        case ("go", "mod", "download", *_):
            return "go"
        case _:
            return ""


def builds(run: Run) -> str:
    """The tool with which a run builds an application or image; '' for none."""
    if run.name not in _BUILDING:
        return ""
    words = plain(run)
    match words:
        case ("npm" | "pnpm" | "yarn" | "bun", "run", script, *_) if _is_build(script):
            return words[0]
        case ("pnpm" | "yarn", script, *_) if _is_build(script):
            return words[0]
        case (
            "npx" | "bunx",
            "next" | "vite" | "nuxt" | "remix" | "astro" | "turbo" | "nx",
            *rest,
        ) if "build" in rest:
            return words[1]
        case (
            "next" | "vite" | "nuxt" | "turbo" | "cargo" | "go" | "dotnet" | "hugo",
            "build" | "publish",
            *_,
        ):
            return words[0]
        case (
            ("docker", "build", *_)
            | ("docker", "buildx", "build", *_)
            | ("podman" | "buildah", "build" | "bud", *_)
        ):
            return words[0]
        case ("docker", "compose", "build", *_) | ("docker-compose", "build", *_):
            return "compose"
        case ("docker", "compose", "up", *_) | ("docker-compose", "up", *_) if "--build" in flags(
            run
        ):
            return "compose"
        case ("mvn" | "./mvnw", *goals) if {"package", "install", "verify"} & set(goals):
            return "maven"
        case ("gradle" | "./gradlew", *goals) if any(
            goal.endswith(("build", "assemble", "bootJar")) for goal in goals
        ):
            return "gradle"
        case ("make", *goals) if {"build", "all"} & set(goals):
            return "make"
        case _:
            return ""


def _is_build(script: str) -> bool:
    return script == "build" or script.startswith(("build:", "build-"))


def migrates(run: Run) -> str:
    """The tool with which a run changes a database's schema; '' for none."""
    if run.name not in _MIGRATING:
        return ""
    words = plain(run)
    if words[:1] in {("npx",), ("bunx",), ("pnpx",)}:
        words = words[1:]
    elif words[:2] in {
        ("pnpm", "exec"),
        ("npm", "exec"),
        ("yarn", "dlx"),
        ("pnpm", "dlx"),
        ("yarn", "exec"),
    }:
        words = words[2:]
    elif words[:1] in {("pnpm",), ("yarn",)} and words[1:2] in {
        ("prisma",),
        ("knex",),
        ("typeorm",),
        ("sequelize",),
    }:
        words = words[1:]
    match words:
        case ("prisma", "migrate", "deploy" | "dev" | "reset", *_) | ("prisma", "db", "push", *_):
            return "prisma"
        case ("npm" | "pnpm" | "yarn" | "bun", "run", script, *_) if (
            "migrat" in script and "generate" not in script
        ):
            return words[0]
        case ("pnpm" | "yarn", script, *_) if script.startswith(
            ("migrat", "db:migrat", "prisma:migrat")
        ):
            return words[0]
        case ("knex", "migrate:latest" | "migrate:up", *_) | (
            "sequelize" | "sequelize-cli",
            "db:migrate",
            *_,
        ):
            return words[0]
        case ("typeorm", "migration:run", *_) | ("drizzle-kit", "migrate" | "push", *_):
            return words[0]
        case ("alembic", "upgrade", *_) | ("flask", "db", "upgrade", *_) | ("goose", *_) if (
            "status" not in words
        ):
            return words[0]
        case ("python" | "python3" | "uv" | "poetry", *rest) if (
            "manage.py" in " ".join(rest) and "migrate" in rest
        ):
            return "django"
        case ("php", "artisan", verb, *_) if verb.startswith("migrate"):
            return "laravel"
        case ("rails" | "rake" | "bin/rails" | "bundle", *rest) if "db:migrate" in rest:
            return "rails"
        case ("flyway", *rest) if "migrate" in rest:
            return "flyway"
        case _:
            return ""


# ── backups ──────────────────────────────────────────────────────────────────────────────────────


def dumps(run: Run) -> str:
    """The engine that a run takes a copy of: `postgresql`, `sqlite`, `files` …; '' for none."""
    if run.name not in _DUMPING:
        return ""
    words = plain(run)
    if run.name in {"docker", "docker-compose", "podman", "kubectl"} and "exec" in words:
        return next((_DUMPERS[w] for w in words if w in _DUMPERS), "")
    if run.name in _DUMPERS:
        return "" if flags(run) & {"--version", "-V", "--help"} else _DUMPERS[run.name]
    text = " ".join(word.raw for word in run.words)
    match words:
        case ("sqlite3", *_) if re.search(
            r"\.(?:backup|dump|clone)\b|vacuum\s+into", text, re.IGNORECASE
        ):
            return "sqlite"
        case ("redis-cli", *_) if "--rdb" in flags(run) or {
            "BGSAVE",
            "SAVE",
            "bgsave",
            "save",
        } & set(words):
            return "redis"
        case ("cp" | "rsync" | "scp" | "install", source, *_) if _DATABASE_FILE.fullmatch(source):
            return "sqlite"
        case ("tar" | "zip" | "rsync", *rest) if any(
            _DATA.search(word) for word in rest
        ) and not _extracts(run):
            return "files"
        case ("restic", *rest) if "backup" in rest:
            return "files"
        case ("borg" | "borgmatic" | "duplicity" | "kopia", *rest) if {
            "create",
            "full",
            "snapshot",
        } & set(rest):
            return "files"
        case ("pgbackrest" | "wal-g" | "barman", *rest) if {"backup", "backup-push"} & set(rest):
            return "postgresql"
        case _:
            return ""


def _extracts(run: Run) -> bool:
    first = next((word or "" for word in run.arguments), "")
    bundled = first.lstrip("-") if run.name == "tar" and not first.startswith("--") else ""
    return "x" in bundled or "t" in bundled or bool(flags(run) & {"--extract", "--list"})


def copies_off_host(run: Run) -> str:
    """Where a run takes data to another machine; '' for nowhere or unknown."""
    if run.name not in _COPYING:
        return ""
    words = plain(run)
    unresolved = [word.raw.strip("\"'") for word in run.words]
    match words:
        case ("rclone", "copy" | "sync" | "move" | "copyto" | "moveto" | "rcat", *rest):
            return rest[-1] or "rclone" if rest else "rclone"
        case ("aws", "s3", "cp" | "sync" | "mv", *rest) | ("s3cmd", "put" | "sync", *rest):
            return rest[-1] if rest and rest[-1].startswith("s3://") else _unresolved_bucket(run)
        case ("aws", "s3api", "put-object", *_):
            return "s3"
        case ("gsutil", *rest) if {"cp", "rsync", "mv"} & set(rest):
            return "gs"
        case ("gcloud", "storage", "cp" | "rsync", *_):
            return "gs"
        case ("az", "storage", "blob" | "file", "upload" | "upload-batch" | "sync", *_):
            return "azure"
        case ("azcopy", "copy" | "sync", *_):
            return "azure"
        case ("mc", "cp" | "mirror" | "pipe", *_) | ("b2", *_) if "download" not in " ".join(words):
            return words[0]
        case ("rsync" | "scp", *_) if len(unresolved) > 2 and _REMOTE.fullmatch(unresolved[-1]):
            return unresolved[-1]
        case ("restic" | "borg" | "kopia" | "duplicity", *_):
            places = [*unresolved, *(v or "" for _, v in run.environment)]
            return next((word for word in places if _BUCKET.match(word) or "ssh://" in word), "")
        case ("litestream", "replicate", *_):
            return "litestream"
        case _:
            return ""


def _unresolved_bucket(run: Run) -> str:
    last = next((word.raw for word in reversed(run.words) if not word.raw.startswith("-")), "")
    return "s3" if "s3://" in last else ""


def schedules(run: Run) -> str:
    """How a run makes something run by itself: `cron` or `timer`; '' for not at all."""
    if run.name == "crontab" and not flags(run) & {"-l", "-r", "-e"}:
        return "cron"
    if any(_CRON.match(path) for path in written(run)):
        return "cron"
    if run.name == "systemctl" and {"enable", "start"} & set(run.arguments):
        return "timer" if any(word and word.endswith(".timer") for word in run.arguments) else ""
    if run.name == "pm2" and "--cron-restart" in " ".join(flags(run)):
        return "cron"
    return ""


# ── conditions ───────────────────────────────────────────────────────────────────────────────────

_ACTIONS: dict[str, frozenset[str]] = {
    "systemctl": _RESTART | {"stop", "enable", "disable", "daemon-reload"},
    "service": frozenset(),
    "npm": frozenset({"ci", "install", "i", "run"}),
    "pnpm": frozenset({"install", "i", "run", "build"}),
    "yarn": frozenset({"install", "build", "run", ""}),
    "bun": frozenset({"install", "run"}),
    "apt-get": frozenset({"install", "update", "upgrade"}),
    "apt": frozenset({"install", "update", "upgrade"}),
    "docker": frozenset({"build", "push", "pull", "run", "compose", "tag", "load"}),
    "docker-compose": frozenset({"up", "build", "pull", "down"}),
    "git": frozenset({"clone", "pull", "fetch", "checkout", "reset", "push"}),
    "pm2": frozenset({"restart", "reload", "start", "save"}),
    "certbot": frozenset({""}),
    "make": frozenset({"", "build", "install", "all"}),
    "cd": frozenset(),
    "mkdir": frozenset(),
    "cp": frozenset(),
    "mv": frozenset(),
    "rsync": frozenset(),
    "scp": frozenset(),
    "tar": frozenset(),
    "pg_dump": frozenset(),
    "mysqldump": frozenset(),
    "npx": frozenset({"prisma", "next", "tsc", "vite"}),
}
"""Commands that are run to do something, so that as a condition they ask whether it worked; an empty
set stands for whatever follows."""


def is_action(name: str, given: list[str | None]) -> bool:
    """Whether a command in a condition is there for what it does, and not to ask a question."""
    verbs = _ACTIONS.get(name)
    if verbs is None:
        return False
    rest = [word or "" for word in given]
    if {"--dry-run", "--version", "--help", "status", "is-active"} & set(rest):
        return False
    if name == "service":
        return bool(_RESTART & set(rest))
    verb = next((word for word in rest if not word.startswith("-")), "")
    return not verbs or verb in verbs
