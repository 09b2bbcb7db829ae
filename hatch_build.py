"""Compile what the wheel runs from: the rule book into literals and prose, and the patterns."""

from __future__ import annotations

import _sre
import array
import ast
import marshal
import pprint
import re
import sys
from functools import cache
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from re import _compiler, _parser  # type: ignore[attr-defined]
from types import CodeType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_HEAD = '"""Generated from rules/ when the wheel is built."""\n\n'
_RUN = ("title", "severity", "precision", "step", "message", "fix", "check", "parameters",
        "covered_by", "formerly")  # fmt: skip


class CompileRules(BuildHookInterface[Any]):
    """Adds what is compiled to the wheel; an editable install reads the YAML and the sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the modules and have them included."""
        if version == "editable":
            return
        root = Path(self.root)
        out = root / "build" / "rulebook"
        out.mkdir(parents=True, exist_ok=True)
        rules, prose = compiled(root / "rules")
        for name, constant, value in (("_compiled", "RULES", rules), ("_prose", "PROSE", prose)):
            text = f"{_HEAD}{constant} = {pprint.pformat(value, width=100, sort_dicts=False)}\n"
            (out / f"{name}.py").write_text(text, encoding="utf-8")
            build_data["force_include"][str(out / f"{name}.py")] = f"infra_audit/ruleset/{name}.py"
        build_data["force_include"][str(root / "rules")] = "infra_audit/rules"
        modules = bytecode(root / "src" / "infra_audit")
        modules["infra_audit.ruleset._compiled"] = (False, code(out / "_compiled.py", out))
        (out / "modules").write_bytes(shelved(modules))
        name = f"modules.{sys.implementation.cache_tag}-{MAGIC_NUMBER.hex()}"
        build_data["force_include"][str(out / "modules")] = f"infra_audit/{name}"
        (out / "patterns").write_bytes(shelved(prepared(root / "src")))
        name = f"patterns.{sys.implementation.cache_tag}-{_sre.MAGIC}-{sys.byteorder}"
        build_data["force_include"][str(out / "patterns")] = f"infra_audit/source/{name}"


def compiled(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a run needs of each rule, and its prose, as plain literals by id."""
    import yaml

    rules: dict[str, Any] = {}
    prose: dict[str, Any] = {}
    for path in sorted(folder.glob("*/*.yaml")):
        page = yaml.safe_load(path.read_text(encoding="utf-8"))
        name = f"{path.parent.name}/{path.stem}"
        page["parameters"] = page.pop("with", {})
        for key in ("covered-by", "formerly"):
            page[key.replace("-", "_")] = tuple(page.pop(key, ()))
        page["fix"] = page["fix"].strip()
        page.setdefault("step", "")
        rules[name] = {key: page[key] for key in _RUN}
        prose[name] = {
            "why": page["why"].strip(),
            "references": page.get("references", []),
            **{side: _examples(page, side) for side in ("flag", "allow")},
        }
    return rules, prose


def _examples(page: dict[str, Any], side: str) -> dict[str, Any]:
    found = page.get("examples", {}).get(side, {})
    return {
        name: {
            "files": {file: text for file, text in example.items() if file != "also"},
            "also": example.get("also", []),
        }
        for name, example in found.items()
    }


def bytecode(folder: Path) -> dict[str, tuple[bool, CodeType]]:
    """Of each module of the package in `folder` whether it is a package, and its code, by name."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        found[".".join(parts[:-1] if is_package else parts)] = (
            is_package,
            code(path, folder.parent),
        )
    return found


def code(path: Path, root: Path) -> CodeType:
    """The code of a module; a traceback names its file as seen from `root`."""
    name = path.relative_to(root).as_posix()
    return compile(path.read_bytes(), name, "exec", dont_inherit=True, optimize=0)


def prepared(folder: Path) -> dict[tuple[str | bytes, int], tuple[Any, ...]]:
    """What `re` makes of every pattern that a module gives to `regex`, by pattern and flags.

    A pattern that cannot be told from constants of our modules is left to the run.
    """
    found = {}
    for path in sorted(folder.rglob("*.py")):
        for source, flags in _read(path)[1]:
            parsed = _parser.parse(source, flags)
            code = array.array("I", _compiler._code(parsed, flags)).tobytes()  # noqa: SLF001
            names: list[str | None] = [None] * parsed.state.groups
            for name, nth in parsed.state.groupdict.items():
                names[nth] = name
            found[source, flags] = (
                flags | parsed.state.flags,
                code,
                parsed.state.groups - 1,
                dict(parsed.state.groupdict),
                tuple(names),
            )
    return found


def shelved(values: dict[Any, Any]) -> bytes:
    """The bytes of a file of values, as `source/shelf.py` reads it."""
    index: dict[Any, tuple[int, int]] = {}
    written = bytearray()
    for key, value in values.items():
        one = marshal.dumps(value)
        index[key] = (len(written), len(one))
        written += one
    listed = marshal.dumps(index)
    return len(listed).to_bytes(8, "little") + listed + written


@cache
def _read(path: Path) -> tuple[dict[str, Any], list[tuple[str | bytes, int]]]:
    """The constants of a module and the arguments of each call of `regex`, where they decide them."""
    known: dict[str, Any] = {"re": re}
    found = []
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        for call in (n for n in ast.walk(statement) if isinstance(n, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "regex":
                source, flags, *_ = *(_value(node, known) for node in call.args), 0
                if source is not None and flags is not None:
                    found.append((source, int(flags)))
        match statement:
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, value):
                known[name] = _value(value, known) if value is not None else None
            case ast.ImportFrom(module, names, level):
                known.update(_imported(path, module or "", [n.name for n in names], level))
    return known, found


def _imported(path: Path, module: str, names: list[str], level: int) -> dict[str, Any]:
    """The constants that a module has from another one, or from `re`."""
    if not level:
        return {name: getattr(re, name) for name in names} if module == "re" else {}
    other = path.parents[level - 1].joinpath(*module.split(".")).with_suffix(".py")
    constants = _read(other)[0] if module and other.is_file() else {}
    return {name: constants.get(name) for name in names}


def _value(node: ast.expr, known: dict[str, Any]) -> Any:
    """The value of an expression of our own sources, None where it needs more than what is known."""
    try:
        return eval(compile(ast.Expression(node), "", "eval"), dict(known))  # noqa: S307
    except Exception:  # noqa: BLE001
        return None
