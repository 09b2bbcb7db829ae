"""What GitHub code scanning asks of a SARIF file, beyond the schema.

Sources: the SARIF support page of GitHub's documentation (required properties, limits), and uploads
that it rejected although schema and validator had nothing to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

_SIZES = (
    ("runs", 20),
    ("results", 25_000),
    ("rules", 25_000),
    ("relatedLocations", 1_000),
    ("locations", 1_000),
    ("tags", 20),
)
_LEVELS = {"error", "warning", "note", "none"}
_PRECISIONS = {"very-high", "high", "medium", "low"}
_PROBLEMS = {"error", "warning", "recommendation"}
_DESCRIPTION = 1_024
_LINE_HASH = re.compile(r"[0-9a-f]{1,16}:[1-9]\d*")


def github_complaints(sarif: dict[str, Any]) -> list[str]:
    """Why GitHub would reject the file, drop something of it, or show it badly; empty when fine."""
    return [*_log(sarif), *_sizes(sarif, "log")]


def _log(sarif: dict[str, Any]) -> Iterator[str]:
    if sarif.get("version") != "2.1.0":
        yield "log: the version is not 2.1.0"
    if "sarif" not in sarif.get("$schema", "") or "2.1.0" not in sarif.get("$schema", ""):
        yield "log: $schema does not name SARIF 2.1.0"
    for number, run in enumerate(sarif.get("runs", [])):
        yield from _run(run, f"run {number}")


def _run(run: dict[str, Any], here: str) -> Iterator[str]:
    driver = run.get("tool", {}).get("driver", {})
    if not driver.get("name"):
        yield f"{here}: the tool has no name"
    if run.get("columnKind") not in ("utf16CodeUnits", "unicodeCodePoints"):
        yield f"{here}: the kind of columns is not told"
    category = run.get("automationDetails", {}).get("id", "")
    if not category.endswith("/"):
        yield f"{here}: automationDetails.id must end in / or its last part is a run's id"
    rules = driver.get("rules", [])
    for rule in rules:
        yield from _rule(rule, f"{here}, rule {rule.get('id')}")
    ids = [rule.get("id") for rule in rules]
    if len(set(ids)) != len(ids):
        yield f"{here}: two rules have one id"
    if "results" not in run:
        yield f"{here}: no results: alerts of an earlier upload would stay open"
    for number, result in enumerate(run.get("results", [])):
        yield from _result(result, ids, f"{here}, result {number}")
    for invocation in run.get("invocations", []):
        for notification in invocation.get("toolExecutionNotifications", []):
            for location in notification.get("locations", []):
                yield from _location(location, f"{here}, notification")
    bases = run.get("originalUriBaseIds", {})
    for base in bases.values():
        if "uri" in base and not base["uri"].endswith("/"):
            yield f"{here}: a base's URI must end in /"


def _rule(rule: dict[str, Any], here: str) -> Iterator[str]:
    if not rule.get("id") or len(rule["id"]) > 255:
        yield f"{here}: needs an id of at most 255 characters"
    for key in ("shortDescription", "fullDescription"):
        text = rule.get(key, {}).get("text", "")
        if not text or len(text) > _DESCRIPTION:
            yield f"{here}: {key}.text must have 1 to {_DESCRIPTION} characters"
    for key in ("text", "markdown"):
        if not rule.get("help", {}).get(key):
            yield f"{here}: no help.{key}"
    if rule.get("defaultConfiguration", {}).get("level") not in _LEVELS:
        yield f"{here}: no default level"
    properties = rule.get("properties", {})
    if properties.get("precision") not in _PRECISIONS:
        yield f"{here}: no precision"
    if properties.get("problem.severity") not in _PROBLEMS:
        yield f"{here}: no problem.severity"
    if not properties.get("tags"):
        yield f"{here}: no tags"
    if "helpUri" in rule and not urlsplit(rule["helpUri"]).scheme.startswith("http"):
        yield f"{here}: helpUri is no address"


def _result(result: dict[str, Any], ids: list[str], here: str) -> Iterator[str]:
    index = result.get("ruleIndex", -1)
    if not 0 <= index < len(ids) or ids[index] != result.get("ruleId"):
        yield f"{here}: ruleIndex and ruleId disagree"
    if result.get("level") not in _LEVELS:
        yield f"{here}: no level"
    if "suppressions" in result:
        yield f"{here}: suppressed results are shown as open alerts"
    yield from _message(result, here)
    locations = result.get("locations", [])
    if len(locations) != 1:
        yield f"{here}: needs exactly one location"
    for location in locations:
        yield from _location(location, here)
    related = result.get("relatedLocations", [])
    for location in related:
        yield from _location(location, f"{here}, related")
        if not location.get("message", {}).get("text"):
            yield f"{here}: a related location without a message is not shown"
    numbers = [location.get("id") for location in related]
    if None in numbers or len(set(numbers)) != len(numbers):
        yield f"{here}: related locations need ids of their own"
    for linked in re.findall(r"(?<!\\)\]\((\d+)\)", result.get("message", {}).get("text", "")):
        if int(linked) not in numbers:
            yield f"{here}: the message links to {linked}, which there is not"
    for flow in result.get("codeFlows", []):
        for thread in flow["threadFlows"]:
            for step in thread["locations"]:
                yield from _location(step["location"], f"{here}, code flow")
    fingerprints = result.get("partialFingerprints", {})
    if not fingerprints:
        yield f"{here}: no fingerprint"
    line_hash = fingerprints.get("primaryLocationLineHash")
    if line_hash is not None and not _LINE_HASH.fullmatch(line_hash):
        yield f"{here}: {line_hash} is not a line hash"


def _message(result: dict[str, Any], here: str) -> Iterator[str]:
    text = result.get("message", {}).get("text", "")
    if not text.strip():
        yield f"{here}: no message"
    elif not text.rstrip().endswith((".", "!", "?")):
        yield f"{here}: the message does not end"
    if "\n" in text:
        yield f"{here}: the message has several lines"


def _location(location: dict[str, Any], here: str) -> Iterator[str]:
    physical = location.get("physicalLocation", {})
    uri = physical.get("artifactLocation", {}).get("uri", "")
    parts = urlsplit(uri)
    if not uri:
        yield f"{here}: a location without a URI gets the whole upload rejected"
    if parts.scheme or parts.netloc or uri.startswith("/"):
        yield f"{here}: {uri} is not relative"
    if ".." in unquote(uri).split("/") or uri.startswith("./") or "\\" in uri:
        yield f"{here}: {uri} is not a path below the root"
    if re.search(r"[\s\x00-\x1f\"<>\[\]^`{|}#?]|[^\x00-\x7f]", uri):
        yield f"{here}: {uri} is not percent-encoded"
    region = physical.get("region", {})
    keys = ("startLine", "startColumn", "endLine", "endColumn")
    if any(not isinstance(region.get(key), int) or region[key] < 1 for key in keys):
        yield f"{here}: the region is not whole"
        return
    start = (region["startLine"], region["startColumn"])
    if start >= (region["endLine"], region["endColumn"]):
        yield f"{here}: the region is empty"


def _sizes(value: Any, here: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, limit in _SIZES:
            if isinstance(value.get(key), list) and len(value[key]) > limit:
                yield f"{here}: more than {limit} {key}"
        for key, inner in value.items():
            yield from _sizes(inner, f"{here}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _sizes(inner, here)
