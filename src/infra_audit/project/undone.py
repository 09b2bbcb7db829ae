"""Whether a step takes away, or writes anew, what the second run of its script would meet."""

from __future__ import annotations

from ..flow.behaviour import Run
from ..flow.effects import effects

_MAKES = frozenset(
    {
        "awk", "cat", "cp", "ed", "envsubst", "grep", "install", "mv", "perl", "sed", "tee", "touch",
        "truncate",
    }
)  # fmt: skip
_REMOVES = frozenset(
    {
        "deluser", "delgroup", "dropdb", "dropuser", "find", "groupdel", "mv", "rm", "rmdir", "trash",
        "unlink", "userdel",
    }
)  # fmt: skip
_CHANGES = _MAKES | _REMOVES
_CLIENTS = frozenset({"psql", "mysql", "mariadb"})
_CONTAINERS = frozenset({"docker", "podman"})
_DOWN = frozenset({"delete", "del", "down", "kill", "prune", "rm", "stop"})


def takes_away(run: Run, objects: tuple[str, ...]) -> bool:
    """Whether a run removes one of the objects, as far as its words tell."""
    words = [*run.arguments, *run.paths]
    if run.name in _CONTAINERS:
        # `docker rm $(docker ps -aq)` and `docker container prune` name none and remove all.
        down = not _DOWN.isdisjoint(run.arguments[:2])
        return down and (None in words or "prune" in words or _names(words, objects))
    if run.name == "pm2":
        down = not _DOWN.isdisjoint(run.arguments[:1])
        return down and (
            None in words or "all" in words or len(words) < 3 or _names(words, objects)
        )
    if run.name in _CLIENTS:
        dropped = "DROP" in " ".join(word or "" for word in words).upper()
        return dropped and _names(words, objects)
    return run.name in _REMOVES and _names(words, objects)


def renews(run: Run, objects: tuple[str, ...]) -> bool:
    """Whether a run writes the object anew or edits it, so that what was there has been seen to."""
    if objects == ("crontab",):
        return run.name == "crontab" and "-r" in run.arguments
    if objects in (("iptables",), ("nft",)):
        return _flushes(run)
    if run.name == "pm2":
        return takes_away(run, objects)
    if not any(path in objects for path in (*run.paths, *run.targets)):
        return False
    done = effects(run)
    if any(effect.kind == "append" for effect in done):
        return False
    if any(effect.kind in ("write", "fetch") and effect.target in objects for effect in done):
        return True
    return run.name in _CHANGES and any(path in objects for path in run.paths)


_FLUSHES = ("-F", "-X", "-D", "--flush", "--delete", "flush", "delete")


def _flushes(run: Run) -> bool:
    """Whether a run empties the firewall's chains or takes a rule out of them."""
    if run.name.startswith(("iptables-restore", "ip6tables-restore")):
        return True
    return run.name in ("iptables", "ip6tables", "nft") and not set(_FLUSHES).isdisjoint(
        run.arguments
    )


def _names(words: list[str | None], objects: tuple[str, ...]) -> bool:
    return any(
        name in word or (word.startswith("/") and name.startswith(word.rstrip("/") + "/"))
        for word in words
        if word is not None
        for name in objects
    )
