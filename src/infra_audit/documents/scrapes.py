"""What a configuration of Prometheus asks for metrics: the targets that it names itself.

Source: Prometheus' configuration reference (2.53), `scrape_configs` and `static_configs`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..source.text import Text
from . import settings
from .facts import Entry
from .settings import get, items, span, string, value

_MOST = 200


def words(text: Text) -> Iterator[Entry]:
    """An entry `target` for each, with the host and the port as its value."""
    if not text.path.endswith((".yml", ".yaml")):
        return
    found, _ = settings.nodes(text)
    count = 0
    for document in found:
        for job in items(get(document, "scrape_configs")):
            for group in items(get(job, "static_configs")):
                for target in items(get(group, "targets")):
                    count += 1
                    if string(target) and count <= _MOST:
                        yield Entry("target", value(text, target), span(text, target))
