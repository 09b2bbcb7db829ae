"""The commands that tools have, and which of them a run asks for.

Taken from npm 6 to 11 (lib/utils/cmd-list.js), pm2 2 to 7 (lib/binaries/CLI.js), systemd 232 to 257
(systemctl.c), Compose 1.29 and 2.x (its reference), apt 1.8 to 3.0 (apt-get.cc), supervisor 4.2
(supervisorctl.py) and Prisma 3 to 6 (its CLI reference). A verb that any of these versions has
exists. pnpm, yarn and bun are no part of it: what they do not know themselves they look for among
scripts and binaries.
"""

from __future__ import annotations

from msgspec import Struct

from ..source.regex import regex
from .behaviour import Run


class Tool(Struct, frozen=True):
    """A tool whose verbs are all known; `valued` and `flags` are options that may precede one."""

    verbs: frozenset[str]
    valued: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    abbreviates: bool = False
    """Whether the beginning of a verb will do."""


class Asked(Struct, frozen=True):
    """The verb that a run asks a tool for; `tool` is its name as people know it."""

    tool: str
    verb: str
    rest: tuple[str | None, ...]
    """What follows the verb."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMPOSE = Tool(
    _set("""
        alpha attach bridge build bundle commit config convert cp create down events exec export help
        images kill logs ls migrate-to-labels pause port ps publish pull push restart rm run scale
        start stats stop top unpause up version viz volumes wait watch"""),
    _set("""-f --file -p --project-name --env-file --profile --project-directory --ansi --parallel
        --progress --log-level -c --context -H --host --tlscacert --tlscert --tlskey"""),
    _set("--compatibility --verbose --no-ansi --dry-run --all-resources --tls --tlsverify"),
)

TOOLS: dict[str, Tool] = {
    "npm": Tool(
        _set("""
            access add add-user adduser approve-scripts audit author bin birthday bugs c cache ci cit
            clean-install clean-install-test completion config create ddp dedupe deny-scripts deprecate
            diff dist-tag dist-tags docs doctor edit exec explain explore find find-dupes fund get help
            help-search hlep home hook i ic in info init innit ins inst insta instal install
            install-ci-test install-clean install-scripts install-test isnt isnta isntal isntall
            isntall-clean issues it la link list ll ln login logout ls ogr org outdated owner pack ping
            pkg prefix profile prune publish query r rb rebuild remove repo restart rm root rum run
            run-script s sbom se search set set-script show shrinkwrap sit stage star stars start stop
            t team test token trust tst u udpate un undeprecate uninstall unlink unpublish unstar up
            update upgrade urn v verison version view whoami why x"""),
        _set("""--prefix -C -w --workspace --loglevel --registry --cache --userconfig --omit --include
            --only --otp --tag"""),
        _set("""-s --silent -q --quiet -d -dd -ddd --verbose -g --global -f --force -y --yes --workspaces
            -ws --if-present --ignore-scripts --foreground-scripts --unsafe-perm --production
            --legacy-peer-deps --no-audit --no-fund --no-progress --no-color --offline --prefer-offline
            --no-update-notifier --include-workspace-root"""),
        abbreviates=True,
    ),
    "pm2": Tool(
        _set("""
            attach autoinstall backward cleardump completion conf config create dash dashboard deepUpdate
            del delete deploy desc describe dump ecosystem env examples expose flush forward get
            gracefulReload help id imonit info init inspect install install-otel interact jlist
            keymetrics kill l link list login logout logrotate logs ls module:generate module:install
            module:publish module:uninstall module:update monit monitor multiset open package pid ping
            plus prettylist profile:cpu profile:mem ps publish pull register reload reloadLogs report
            require reset restart resurrect save scale send sendSignal serve set show slist start
            startOrGracefulReload startOrReload startOrRestart startup status stop subscribe sysinfos
            trigger uninstall uninstall-otel unlink unmonitor unset unstartup update updatePM2 web"""),
        _set("""-n --name -i --instances -o --output -e --error -l --log -p --pid -k --kill-timeout -u
            --user --uid --gid --namespace --cwd --hp --env --interpreter --only --service-name
            --max-memory-restart --restart-delay --parallel"""),
        _set("""-s --silent -m --mini-list -f --force -a --update-env --time --no-daemon --no-color
            --merge-logs --disable-logs --wait-ready --no-autorestart"""),
    ),
    "systemctl": Tool(
        _set("""
            add-requires add-wants bind cancel cat check clean clear-jobs condreload condrestart condstop
            daemon-reexec daemon-reload default delete disable dump edit emergency enable exit
            force-reload freeze get-default halt help hibernate hybrid-sleep import-environment
            is-active is-enabled is-failed is-system-running isolate kexec kill link list-automounts
            list-dependencies list-jobs list-machines list-paths list-sockets list-timers
            list-unit-files list-units load log-level log-target mask mount-image poweroff preset
            preset-all reboot reenable reload reload-or-restart reload-or-try-restart rescue
            reset-failed restart revert service-log-level service-log-target service-watchdogs
            set-default set-environment set-property show show-environment sleep snapshot soft-reboot
            start status stop suspend suspend-then-hibernate switch-root thaw try-reload-or-restart
            try-restart unmask unset-environment whoami"""),
        _set("""-H --host -M --machine -t --type -n --lines --job-mode -o --output -p --property -s
            --signal --kill-who --kill-whom --root --state --preset-mode --what --check-inhibitors"""),
        _set("""--user --system --global --now --runtime -q --quiet --no-block --no-pager --no-legend
            --no-ask-password --no-wall --no-reload -f --force -a --all -l --full --failed -r
            --recursive --plain --wait --show-types --value"""),
    ),
    "docker-compose": _COMPOSE,
    "docker compose": _COMPOSE,
    "apt-get": Tool(
        _set("""
            auto-clean auto-remove autoclean autopurge autoremove build-dep changelog check clean
            dist-clean dist-upgrade distclean download dselect-upgrade full-upgrade help indextargets
            install markauto moo purge reinstall remove satisfy source unmarkauto update upgrade"""),
        _set("-o --option -c --config-file -t --target-release --default-release -a --host-architecture"),
        _set("""-y --yes --assume-yes -q -qq -qqy -yq -yqq -qy --quiet -f --fix-broken -m --fix-missing
            --no-install-recommends --install-recommends --no-install-suggests --allow-unauthenticated
            --force-yes --allow-downgrades --allow-change-held-packages --reinstall --only-upgrade
            --purge -s --simulate --dry-run -u -V -d --download-only --ignore-missing
            --allow-releaseinfo-change"""),
    ),
    "supervisorctl": Tool(
        _set("""
            add avail clear exit fg help maintail open pid quit reload remove reread restart shutdown
            signal start status stop tail update version"""),
        _set("-c --configuration -s --serverurl -u --username -p --password -r --history-file"),
        _set("-i --interactive"),
    ),
    "prisma migrate": Tool(_set("deploy dev diff down reset resolve save status up")),
    "prisma db": Tool(_set("drop execute pull push save seed")),
}  # fmt: skip
"""By the name that people know; `up`, `down`, `save` and `drop` are Prisma's before 2.19."""

_WORD = regex(r"[A-Za-z][\w:.-]*")
_RUNNERS = frozenset({"npx", "bunx", "pnpx", "pnpm", "yarn", "bun"})
_ASKS = frozenset({"--help", "-h", "--version", "-v", "-V", "help"})


def asked(run: Run) -> Asked | None:
    """The verb that a run asks one of these tools for; None where that cannot be told."""
    name, given = run.name, run.arguments
    if name in _RUNNERS and given[:1] == ("prisma",):
        name, given = "prisma", given[1:]
    if name in {"docker", "prisma"} and given[:1] and given[0] is not None:
        name, given = f"{name} {given[0]}", given[1:]
    tool = TOOLS.get(name)
    if tool is None or _ASKS.intersection(given):
        return None
    at = _verb(tool, given)
    verb = None if at is None else given[at]
    if at is None or verb is None or not _WORD.fullmatch(verb):
        return None
    return Asked(name, verb, given[at + 1 :])


def _verb(tool: Tool, given: tuple[str | None, ...]) -> int | None:
    """Where the verb stands; None behind an option of which it is not known whether it takes a word."""
    at = 0
    while at < len(given):
        word = given[at]
        if word is None:
            return None
        if not word.startswith("-"):
            return at
        if word in tool.valued:
            at += 2
        elif word in tool.flags or (word.startswith("--") and "=" in word):
            at += 1
        else:
            return None
    return None


def exists(found: Asked) -> bool:
    """Whether a tool has the verb that it is asked for."""
    tool = TOOLS[found.tool]
    if not tool.abbreviates:
        return found.verb in tool.verbs
    spelt = _CAPITAL.sub(lambda hit: f"-{hit[0].lower()}", found.verb)
    return any(verb.startswith(spelt) for verb in tool.verbs)


_CAPITAL = regex(r"[A-Z]")
