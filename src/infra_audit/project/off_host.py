"""What may take files of a server to another machine, and which."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from posixpath import normpath

from ..documents.shell.syntax import Word
from ..flow import effects
from ..flow.behaviour import Run
from ..model import START, Location
from ..source.regex import regex
from .phases import phase
from .types import Act, Project
from .written_to import Paths

SENDERS = frozenset((
    "rclone", "aws", "s3cmd", "s5cmd", "gsutil", "gcloud", "az", "azcopy", "mc", "b2", "restic", "borg", "borgmatic", "kopia", "duplicity",
    "duplicati-cli", "rustic", "scp", "sftp", "lftp", "ftp", "ncftpput", "unison", "syncthing", "megaput", "mega-put", "dropbox_uploader.sh",
    "gdrive", "swift", "ossutil", "coscmd", "doctl", "linode-cli", "hcloud", "wal-g", "pgbackrest", "barman", "litestream", "mount", "sshfs",
    "s3fs", "gcsfuse", "davfs2", "mount.cifs", "mount.nfs", "zfs", "btrfs", "syncoid", "sanoid", "mutt", "mail", "mailx", "sendmail",
))  # fmt: skip
"""Commands that carry files elsewhere, or make a folder one of another machine."""
_NAMED = regex(
    r"\b(?:rclone|restic|borg(?:matic)?|s3cmd|gsutil|azcopy|duplicity|kopia|litestream|wal-g|pgbackrest|syncthing|duplicati|autorestic)\b"
    r"|\baws s3|\brsync\b.*:|\bscp\b|docker-volume-backup|backup.*(?:s3|b2|gcs|azure)|(?:s3|b2|gcs|azure).*backup|(?:^|/)velero"
)
"""What does so, in a cron line, a unit, an image's name or an action's."""


def taken_away(folder: str, project: Project) -> tuple[Location, str] | None:
    """What may take the files of a folder to another machine, and where that stands."""
    for act in project.acts:
        paths: Paths | None = None
        for run in act.behaviour.runs:
            if run.reach != "unreachable" and sends(run) and not _is_release(run, act):
                paths = paths or Paths(act)
                if _takes(run, folder, paths):
                    return Location(run.path, run.span), f"`{run.name}` may take them elsewhere"
    return next(_beside(project), None)


def sends(run: Run) -> bool:
    """Whether a run may carry files to another machine."""
    if run.name in SENDERS or effects.copies_off_host(run):
        return True
    if run.name == "rsync":
        return any(":" in word.raw for word in run.words[1:])
    if run.name in ("curl", "wget"):
        return any(_uploads(word.raw) for word in run.words[1:])
    return run.name in ("ssh", "nc", "socat") and bool(run.piped_from)


def _is_release(run: Run, act: Act) -> bool:
    """Whether a run copies to the server what is not yet there: its script then starts it there."""
    if run.name not in ("rsync", "scp") or run.remote is not None or ":" not in run.words[-1].raw:
        return False
    return any(
        other.remote is not None and phase(other) in ("install", "build", "migrate", "start")
        for other in act.behaviour.runs
    )


def _uploads(raw: str) -> bool:
    return raw.startswith(
        ("-T", "--upload-file", "-F", "--form", "--data-binary", "--post-file")
    ) or (raw.strip("\"'").startswith("@"))


def _takes(run: Run, folder: str, paths: Paths) -> bool:
    """Whether what a run sends may lie in the folder: surely not only where all of it is known.

    A relative path of an unknown directory is one that lies anywhere.
    """
    sources = _sources(run)
    if not sources:
        return True
    found = [
        _fetched(word) if ":" in word.raw else paths.path(word, run.directory or "")
        for word in sources
    ]
    return any(place is None or _overlap(place, folder) for place in found)


def _fetched(word: Word) -> str | None:
    """What is fetched from another machine, perhaps from the one that is meant; None where unknown."""
    return word.literal.partition(":")[2] or "~" if word.literal is not None else None


def _sources(run: Run) -> list[Word]:
    """What a run sends, none where that is not told by its words alone."""
    if run.name == "curl":
        pairs = pairwise(run.words)
        named = [word for before, word in pairs if before.literal in ("-T", "--upload-file")]
        return named if not any("@" in word.raw for word in run.words) else []
    if run.name not in ("rclone", "rsync", "scp", "aws", "gsutil"):
        return []
    given = [word for word in run.words[1:] if not (word.literal or "").startswith("-")]
    return [word for word in given[:-1] if word.literal not in _VERBS]


_VERBS = frozenset({"copy", "sync", "move", "copyto", "moveto", "s3", "cp", "mv", "rsync"})


def _overlap(one: str, two: str) -> bool:
    """Whether one of two folders may hold the other; relative ones lie anywhere on the server."""
    first, second = normpath(one), normpath(two)
    if not first.startswith(("/", "~")) or not second.startswith(("/", "~")):
        tail = first.lstrip("./") if not first.startswith("/") else second.lstrip("./")
        other = second if not first.startswith("/") else first
        return not tail or f"/{tail}/" in f"/{other.lstrip('/')}/" or other.lstrip("/") in tail
    return (
        first == second
        or f"{second}/".startswith(f"{first}/")
        or f"{first}/".startswith(f"{second}/")
    )


def _beside(project: Project) -> Iterator[tuple[Location, str]]:
    """What takes files away by its own settings, which are not read."""
    for clock in project.clocks:
        if _NAMED.search(clock.text):
            yield clock.evidence.location, "a clock may take them elsewhere"
    for compose in project.composes:
        for service in compose.services:
            if service.image is not None and _NAMED.search(service.image.raw):
                where = Location(compose.path, service.span)
                yield where, f"`{service.name}` may take them elsewhere"
    for unit in project.unit_files:
        if unit.kind == "mount" or any(_NAMED.search(s.value.raw) for s in unit.settings):
            yield Location(unit.path, START), f"{unit.name} may take them elsewhere"
    for workflow in project.workflows:
        for job in workflow.jobs:
            for step in job.steps:
                if step.uses is not None and _NAMED.search(step.uses.raw):
                    yield Location(workflow.path, step.span), f"`{step.uses.raw}` may take them"
    for mechanism in project.provisioning:
        if project.purposes.get(mechanism.location.path, "production") == "production":
            reason = f"{mechanism.name} may take snapshots: what it describes is not read in full"
            yield mechanism.location, reason
