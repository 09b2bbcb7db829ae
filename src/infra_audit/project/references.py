"""The paths of the repository that its files name, each with where it stands and who needs it."""

from __future__ import annotations

from msgspec import Struct

from ..model import Evidence, Location, Severity


class Reference(Struct, frozen=True, kw_only=True):
    """A path that something names and that must be there; any of `places` will do."""

    shown: str
    """As it is written."""
    places: tuple[str, ...]
    """What it may be, relative to the root."""
    needs: str
    """Who needs it, as the beginning of a sentence: `the step runs`."""
    location: Location
    trail: tuple[Evidence, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    severity: Severity | None = None
    mounted: bool = False
    """A bind mount: where the file is not, Docker makes a folder, also in place of an ignored one."""
    fresh: bool = False
    """Whether nothing but a fresh checkout is there: what git ignores is in none."""
    anywhere: bool = False
    """Whether a file of that name anywhere in the repository may be what is meant."""
