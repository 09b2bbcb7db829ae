"""Compile the rule book into the wheel: literals for running, prose for explaining."""

from __future__ import annotations

import pprint
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_HEAD = '"""Generated from rules/ when the wheel is built."""\n\n'
_RUN = ("title", "severity", "precision", "step", "message", "fix", "check", "parameters",
        "covered_by", "formerly")  # fmt: skip


class CompileRules(BuildHookInterface[Any]):
    """Adds the compiled rule book to the wheel; an editable install reads the YAML."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the two modules and have them included."""
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
