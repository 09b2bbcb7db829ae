"""Units whose hardening forbids what their runtime does first: to write code and run it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Inapplicable, Match, Outcome, Satisfied
from ..project.programs import Program, Programs, is_sure, places
from ..project.service_units import ServiceUnit, called, service_units, whole
from ..project.types import Project

_NODE = "Node.js (V8)"
_COMPILERS: dict[str, str] = {
    **dict.fromkeys(
        ("node", "nodejs", "npm", "npx", "pnpm", "pnpx", "yarn", "corepack", "next", "nuxt", "nest", "tsx", "ts-node", "nodemon",
         "pm2", "pm2-runtime", "remix-serve", "react-router-serve", "strapi", "electron"),
        _NODE,
    ),
    "deno": "Deno (V8)",
    "java": "the JVM",
    "dotnet": ".NET",
    "pypy": "PyPy",
    "pypy3": "PyPy",
    **dict.fromkeys(
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"), "Chromium (V8)"
    ),
}  # fmt: skip
"""Programs that compile as they start and stop where they may not. Tried or reported: Node.js 24
(gascity-dashboard#174), OpenJDK (airsonic#976), CoreCLR (its executable allocator calls mprotect).

Bun and LuaJIT fall back on interpreting, PHP and Ruby compile only when told to: left out.
"""
_WITHOUT = "jitless"


def check(project: Project, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """One match for each unit that denies its own runtime memory to compile in."""
    guarded = [unit for unit in service_units(project) if unit.is_on("MemoryDenyWriteExecute")]
    if not guarded:
        yield Inapplicable("no unit here sets MemoryDenyWriteExecute")
        return
    programs = Programs(project)
    for unit in guarded:
        found = programs.of(unit)
        blocked = next((p for p in found if _compiles(p)), None)
        setting = unit.get("MemoryDenyWriteExecute")
        if setting is None:
            continue
        where = whole(setting, unit, project)
        if blocked is None or _is_interpreted(unit, found):
            yield Satisfied(where, "what the unit runs is not known to compile while it runs")
            continue
        yield Match(
            location=where,
            values={
                "setting": f"{setting.key}={setting.value.raw}",
                "unit": called(unit),
                "runtime": _runtime(blocked),
            },
            evidence=places(blocked, f"this is {_runtime(blocked)}"),
        )


def _runtime(program: Program) -> str:
    if "node_modules/.bin/" in program.run.name:
        return _NODE
    return _COMPILERS[program.name]


def _compiles(program: Program) -> bool:
    """Whether a program that runs at each start compiles; what a script runs now and then may not."""
    if not is_sure(program.run):
        return False
    return program.name in _COMPILERS or "node_modules/.bin/" in program.run.name


def _is_interpreted(unit: ServiceUnit, programs: tuple[Program, ...]) -> bool:
    """Whether V8 is told to interpret only, wherever that stands."""
    return any(_WITHOUT in setting.value.raw for setting in unit.settings.values()) or any(
        _WITHOUT in text
        for program in programs
        for text in (
            *(word.raw for word in program.run.words),
            *(value or "" for _, value in program.run.environment),
        )
    )
