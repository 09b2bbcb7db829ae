"""What keeps programs running: systemd, init scripts, supervisor, pm2, nginx."""

from __future__ import annotations

from .row import ASKS, Manual, Row

_CHANGE = "change unit"
_INIT = Manual(
    "service(8), rc-service(8)",
    (
        Row("_ status", ""),
        Row("UNIT restart|try-restart|condrestart", "restart unit", "same"),
        Row("UNIT reload|force-reload|reload-or-restart", "reload unit", "same"),
        Row("UNIT start", "start unit", "same"),
        Row("UNIT stop", "stop unit", "same"),
        Row("UNIT …", _CHANGE),
    ),
)
_ANEW = "restart app"
_ECOSYSTEM = (
    "*.json|*.yml|*.yaml|*.config.js|*.config.cjs|*.config.mjs|ecosystem*.js|ecosystem*.cjs"
)
_SCRIPTS = "*.js|*.cjs|*.mjs"
_PROGRAMS = "npm|yarn|pnpm|bun|node|serve|bash|sh|python|python3"
_PM2_GUARD = "`pm2 delete {}` before it, or `pm2 startOrReload` with an ecosystem file"

SERVICES: dict[str, Manual] = {
    "systemctl": Manual(
        "systemctl(1) of systemd 252: a state that is reached already is no error",
        (
            Row("enable UNIT…", "enable unit, start unit", "same", given="--now"),
            Row("enable UNIT…", "enable unit", "same"),
            Row("disable UNIT…", "disable unit, stop unit", "same", given="--now"),
            Row("disable|mask UNIT…", "disable unit", "same"),
            Row("start UNIT…", "start unit", "same"),
            Row("restart|try-restart|condrestart|reload-or-restart UNIT…", "restart unit", "same"),
            Row("reload|force-reload UNIT…", "reload unit", "same"),
            Row("stop|kill UNIT…", "stop unit", "same"),
            Row("unmask|preset|reenable|link|revert|set-property UNIT…", _CHANGE, "same"),
            Row("daemon-reload|daemon-reexec", "reload manager", "same"),
        ),
        valued="-H --host -M --machine -t -n --job-mode -s --signal",
    ),
    "service": _INIT,
    "rc-service": _INIT,
    "loginctl": Manual(
        "loginctl(1)",
        (
            Row("enable-linger|disable-linger …", _CHANGE, "same"),
            Row("terminate-*|kill-*|lock-*|unlock-* …", _CHANGE),
        ),
    ),
    "update-rc.d": Manual("update-rc.d(8)", (Row("UNIT …", _CHANGE, "same"),)),
    "chkconfig": Manual("chkconfig(8)", (Row("UNIT …", _CHANGE, "same"),), asks=f"{ASKS} --list"),
    "rc-update": Manual(
        "rc-update(8): what is in the runlevel already is no error",
        (Row("show …", ""), Row("_ UNIT …", _CHANGE, "same")),
    ),
    "initctl": Manual("initctl(8)", (Row("list|status|version …", ""), Row("_ UNIT …", _CHANGE))),
    "supervisorctl": Manual(
        "supervisor 4, supervisorctl actions",
        (
            Row("status|tail|pid|avail|version|maintail|help …", ""),
            Row("restart|start|update|reload all", "restart unit", "same"),
            Row("start UNIT…", "start unit", "same"),
            Row("restart|update|reload UNIT…", "restart unit", "same"),
            Row("stop all", "stop unit", "same"),
            Row("stop UNIT…", "stop unit", "same"),
            Row("_ …", _CHANGE),
        ),
        valued="-c -s -u -p",
    ),
    "pm2": Manual(
        "pm2 5, lib/API.js: a name or an ecosystem file restarts what runs; a script that runs under the"
        " same name is an error; a program of the PATH is started once more",
        (
            Row("_ …", "schedule cron", "same", given="--cron|--cron-restart", more=True),
            Row("startOrReload|startOrRestart|startOrGracefulReload …", _ANEW, "same", at="--only"),
            Row(f"start|restart|reload {_ECOSYSTEM} …", _ANEW, "same", at="--name|-n|--only"),
            Row("start|restart|reload all …", _ANEW, "same"),
            Row("start APP …", "start app", given="-f|--force", at="--name|-n"),
            Row(
                f"start {_PROGRAMS} …",
                "start app",
                "adds",
                given="--name|-n",
                at="--name|-n",
                why="pm2 keeps a process `{}` already",
                guard=_PM2_GUARD,
            ),
            Row(
                f"start {_SCRIPTS} …",
                "start app",
                "fails",
                given="--name|-n",
                at="--name|-n",
                why="pm2 keeps a process `{}` already",
                guard=_PM2_GUARD,
            ),
            Row(f"start {_SCRIPTS} …", "start app"),
            Row("start APP …", "start app", at="--name|-n"),
            Row("restart|reload APP…", "restart app", "same"),
            Row("stop|delete|del|kill all", "stop app"),
            Row("stop|kill APP…", "stop app"),
            Row("delete|del APP…", "stop app, remove app"),
            Row("save|dump|startup|unstartup|install|set …", "configure pm2", "same"),
        ),
        valued="--name -n --only -i --instances --cwd --env --interpreter --node-args --max-memory-restart"
        " -o -e -l --output --error --log --log-date-format --cron --cron-restart -c --namespace -u --hp"
        " --restart-delay --exp-backoff-restart-delay --ignore-watch --kill-timeout",
    ),
    "nginx": Manual(
        "nginx(8)",
        (
            Row("reload|reopen", "reload proxy", "same", given="-s", at="=nginx"),
            Row("stop|quit", "stop proxy", given="-s", at="=nginx"),
            Row("", "start proxy", without="-g", at="=nginx"),
        ),
        valued="-c -g -p -e",
        asks="-t -T -v -V -h -?",
    ),
}
