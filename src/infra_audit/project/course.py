"""The course of a script around one of its removals: what is stopped before and restarted after it."""

from __future__ import annotations

from msgspec import Struct

from ..flow import effects
from ..flow.behaviour import Run
from ..source.regex import regex
from .live import Live
from .rebuilds import Rebuild
from .removals import Removal
from .types import Act

OTHERS = regex(
    r"nginx|apache2|httpd|caddy|haproxy|mysql|mariadb|postgres|redis|mongo|docker|php|ssh|fail2ban|cron|ufw"
)
"""Services that are not the application, by what their names hold."""
_TAKES: dict[str, str] = {
    **dict.fromkeys(("curl", "wget", "git", "rsync", "scp", "aws"), "fetches"),
    **dict.fromkeys(("tar", "unzip"), "unpacks"),
    **dict.fromkeys(("docker", "npx", "make"), "runs"),
}
"""What else depends on the network or on the new code, by what it does meanwhile."""


class Step(Struct, frozen=True):
    """What a run means to what is live: it is asked for each removal of its script."""

    restarts: tuple[str, ...]
    stops: tuple[str, ...]
    takes: str
    """What it does meanwhile if it takes its time and may fail: `installs`; '' where it does not."""


class Place(Struct, frozen=True):
    """A removal in the course of its script; a rebuild when the command puts a new version there."""

    act: Act
    runs: tuple[Run, ...]
    steps: tuple[Step, ...]
    """One for each run."""
    nth: int
    removal: Removal
    rebuild: Rebuild | None = None

    @property
    def run(self) -> Run:
        """The command that deletes."""
        return self.runs[self.nth]

    @property
    def key(self) -> tuple[str | None, str]:
        """What it deletes, and on which host."""
        return self.run.remote, self.removal.path


def step_of(run: Run) -> Step:
    """What a run means to what is live."""
    if effects.installs_dependencies(run):
        takes = "installs"
    elif effects.builds(run):
        takes = "builds"
    elif effects.migrates(run):
        takes = "migrates"
    else:
        takes = _TAKES.get(run.name, "")
    return Step(effects.restarts(run), effects.stops(run), takes)


def names(run: Run, told: tuple[str, ...], live: Live) -> bool:
    """Whether what a run restarts or stops, by the names `told`, is the unit."""
    if live.source == "package":
        known = [n for n in told if not OTHERS.search(n)]
        return run.name == "pm2" or (
            run.name in ("systemctl", "service") and bool(known) and "*" not in known
        )
    if run.name == "pm2" and any(
        n.endswith((".js", ".cjs", ".json", ".yml", ".yaml")) for n in told
    ):
        return live.source == "pm2"
    manager = run.name == "pm2" if live.source == "pm2" else run.name in ("systemctl", "service")
    return manager and (live.name in told or ("*" in told and live.source == "pm2"))


def restart_of(place: Place, live: Live) -> Run | None:
    """The first restart of the unit after the removal, on the same host."""
    here = [(nth, run) for nth, run in restarts(place, live) if run.remote == place.run.remote]
    later = [run for nth, run in here if nth > place.nth]
    if later or not here:
        return later[0] if later else None
    called = {run.name for run in place.runs[place.nth + 1 :]}
    return next((r for _, r in here if place.run.function or r.function in called), None)


def restarts(place: Place, live: Live) -> list[tuple[int, Run]]:
    """Every restart of the unit, with its number among the runs."""
    return [
        (nth, run)
        for nth, (run, step) in enumerate(zip(place.runs, place.steps, strict=True))
        if run.reach == "reached" and names(run, step.restarts, live)
    ]


def is_elsewhere(place: Place, live: Live) -> bool:
    """Whether the unit is restarted on another host than the one on which the path is deleted."""
    return any(run.remote != place.run.remote for _, run in restarts(place, live))


def stop_of(place: Place, live: Live) -> Run | None:
    """The stop before the removal that nothing takes back before it."""
    stopped: Run | None = None
    for run, step in zip(place.runs[: place.nth], place.steps, strict=False):
        if run.remote != place.run.remote:
            continue
        if names(run, step.stops, live):
            stopped = run
        elif stopped is not None and names(run, step.restarts, live):
            stopped = None
    return stopped


def went(place: Place) -> Run | None:
    """The `cd` that led to where the removal happens."""
    going = [
        r for r in place.runs[: place.nth] if r.name == "cd" and r.function == place.run.function
    ]
    last = going[-1] if going else None
    led = last is not None and last.paths[-1:] == (place.run.directory,) and last.reach == "reached"
    return last if led else None
