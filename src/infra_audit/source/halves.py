"""A long list of work, shared with a second process where the machine has a core for it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Generic, NoReturn, TypeVar

from msgspec import Struct, msgpack

_T = TypeVar("_T")

_PORTIONS = 128
"""What the work is cut into; a portion's number is one byte."""


class Halves(Struct, Generic[_T], frozen=True):
    """`count` pieces of work, some of which a second process may be doing."""

    count: int
    work: Callable[[int], _T | None]
    """What a piece gives, None for nothing. Either process may be asked, so it changes nothing."""
    kind: object
    """The type of what a piece gives."""
    process: int = 0
    """The second process; 0 where there is none."""
    queue: int = -1
    """Where the numbers of the portions that no process has begun are read."""
    answer: int = -1
    """Where the second process tells what it did."""

    def finish(self, progress: Callable[[int], None] | None = None) -> list[_T | None]:
        """What every piece gives, in order: what no one has done is done here.

        Where the second process fails, what it had begun is done again. `progress` hears how many
        are done.
        """
        hear = progress or (lambda _: None)
        given: list[_T | None] = [None] * self.count
        done: set[int] = set()
        if self.process:
            for portion in _waiting(self.queue):
                hear(portion * self.count // _PORTIONS)
                self._do(portion, given)
                done.add(portion)
            others, found = self._answer()
            done.update(others)
            for nth, one in found.items():
                given[nth] = one
        for portion in range(min(_PORTIONS, self.count)):
            if portion not in done:
                hear(portion * self.count // _PORTIONS)
                self._do(portion, given)
        return given

    def share(self) -> bytes:
        """The portions that are left for whoever asks, done and encoded."""
        given: list[_T | None] = [None] * self.count
        done = []
        for portion in _waiting(self.queue):
            self._do(portion, given)
            done.append(portion)
        found = {nth: one for nth, one in enumerate(given) if one is not None}
        return msgpack.encode((bytes(done), found))

    def _do(self, portion: int, given: list[_T | None]) -> None:
        for nth in range(portion, self.count, _PORTIONS):
            given[nth] = self.work(nth)

    def _answer(self) -> tuple[bytes, dict[int, _T]]:
        with open(self.answer, "rb") as file:
            told = file.read()
        _, status = os.waitpid(self.process, 0)
        if status:
            return b"", {}
        found: dict[int, _T]
        done, found = msgpack.decode(told, type=tuple[bytes, dict[int, self.kind]])  # type: ignore[name-defined]
        return done, found


def begin(
    count: int, work: Callable[[int], _T | None], kind: object, fewest: int = 0
) -> Halves[_T]:
    """Let a second process begin, unless no core is free, or the pieces are fewer than what pays."""
    if count < fewest or not _is_core_free():
        return Halves(count, work, kind)
    try:
        return doubled(count, work, kind)
    except OSError:  # there are too many processes, or too many open files
        return Halves(count, work, kind)


def doubled(count: int, work: Callable[[int], _T | None], kind: object) -> Halves[_T]:
    """Let a second process begin. It shares all that this one has in memory, and nothing from then on."""
    queue, numbers = os.pipe()
    os.write(numbers, bytes(range(_PORTIONS)))
    os.close(numbers)
    answer, told = os.pipe()
    process = os.fork()
    if not process:
        os.close(answer)
        _tell(Halves(count, work, kind, queue=queue), told)
    os.close(told)
    return Halves(count, work, kind, process, queue, answer)


def _tell(halves: Halves[_T], told: int) -> NoReturn:
    """Do a share of the work and end, whatever happens: the first process does what is not told."""
    status = 1
    try:
        with open(told, "wb") as file:
            file.write(halves.share())
        status = 0
    finally:
        os._exit(status)


def _waiting(queue: int) -> Iterator[int]:
    """The numbers of portions for as long as there are any: no two processes get the same."""
    while number := os.read(queue, 1):
        yield number[0]
    os.close(queue)


def _is_core_free() -> bool:
    """Whether this process may be doubled, and some core has nothing to do at this moment."""
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return False
    if len(os.sched_getaffinity(0)) < 2:
        return False
    try:
        with open("/proc/loadavg", encoding="ascii") as file:
            running = file.read().split()[3].partition("/")[0]
    except OSError:
        return False
    return int(running) < (os.cpu_count() or 1)
