"""Where a configuration of the OpenTelemetry Collector sends what comes in.

Source: the Collector's configuration reference, `service` and `pipelines`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..source.text import Text
from . import settings
from .facts import Entry
from .settings import fields, get, items, span, string, value

_MOST = 200


def words(text: Text) -> Iterator[Entry]:
    """An entry for each exporter of each pipeline, named as the pipeline: `traces`, `logs/app`."""
    if not text.path.endswith((".yml", ".yaml")):
        return
    found, _ = settings.nodes(text)
    count = 0
    for document in found:
        for name, pipeline in fields(get(document, "service", "pipelines")).items():
            for exporter in items(get(pipeline.value, "exporters")):
                count += 1
                if string(exporter) and count <= _MOST:
                    yield Entry(name, value(text, exporter), span(text, exporter))
