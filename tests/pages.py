"""The generated files: a page for each rule, and the expected reports of the fixtures."""

from __future__ import annotations

import sys
from pathlib import Path

from infra_audit import __version__
from infra_audit.audit import audit, sources
from infra_audit.config import load as load_config
from infra_audit.report.context import Context
from infra_audit.report.formats import render
from infra_audit.ruleset.rule import Example, Prose, Rule
from tests.repository import PROSE, RULES

ROOT = Path(__file__).parent.parent
FIXTURES = (
    "leaky-bare",
    "leaky-shop",
    "leaky-stack",
    "leaky-survey",
    "rough-edges",
    "tidy-shop",
    "tidy-stack",
)
_SHOWN = 3
"""So many findings stand in the README."""
_LANGUAGES = {
    "sh": "bash", "yml": "yaml", "yaml": "yaml", "json": "json", "ts": "ts", "tsx": "tsx", "js": "js",
    "cjs": "js", "mjs": "js", "prisma": "prisma", "service": "ini", "timer": "ini", "toml": "toml",
}  # fmt: skip


def page(rule: Rule, prose: Prose) -> str:
    """The documentation of a rule, made of its page of data."""
    parts = [
        f"# {rule.id}",
        f"**{rule.title}** · {rule.severity} · {rule.precision} precision",
        "## What happens",
        prose.why,
        "## What to do",
        rule.fix,
        "## Examples",
        "« » marks the finding, ‹ › its evidence.",
        *(_example(f"Flagged: {_words(name)}", e) for name, e in prose.flag.items()),
        *(_example(f"Silent: {_words(name)}", e) for name, e in prose.allow.items()),
    ]
    if prose.references:
        parts += ["## References", "\n".join(f"* {link}" for link in prose.references)]
    return "\n\n".join(parts) + "\n"


def _words(name: str) -> str:
    return name.replace("-", " ")


def _example(title: str, example: Example) -> str:
    blocks = [f"### {title}"]
    for path, text in example.files.items():
        language = _LANGUAGES.get(path.rpartition(".")[2], "")
        shown = text.rstrip().replace("\r", "␍").replace("\ufeff", "<U+FEFF>")
        blocks.append(f"`{path}`\n````{language}\n{shown}\n````")
    return "\n\n".join(blocks)


def expected(fixture: str, form: str) -> str:
    """The report on a fixture, without a date."""
    folder = ROOT / "fixtures" / fixture
    report = audit(str(folder), load_config(str(folder)), RULES, pictured=True)
    context = Context(
        rules=RULES.rules, prose=PROSE, source=sources(str(folder)), version=__version__, width=100
    )
    return render(form, report, context)


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    pages = {
        ROOT / "docs" / "rules" / f"{rule.id}.md": page(rule, PROSE(rule.id))
        for rule in RULES.rules.values()
    }
    reports = {
        ROOT / "fixtures" / "expected" / f"{fixture}.{suffix}": expected(fixture, form)
        for fixture in FIXTURES
        for form, suffix in (("concise", "txt"), ("markdown", "md"))
    }
    return pages | reports | {ROOT / "README.md": readme()}


def readme() -> str:
    """The README with its report and its table of rules as they are today."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    report = "\n\n".join(expected("leaky-shop", "text").split("\n\n")[:_SHOWN])
    text = _between(text, "report: fixtures/leaky-shop", "report", f"````\n{report}\n````")
    rows = [
        f"| [{r.id}](docs/rules/{r.id}.md) | {r.severity} | {r.title} |"
        for r in RULES.rules.values()
    ]
    return _between(
        text, "rules", "rules", "\n".join(["| rule | severity | |", "|---|---|---|", *rows])
    )


def _between(text: str, opening: str, closing: str, content: str) -> str:
    before, mark, rest = text.partition(f"<!-- {opening} -->\n")
    _, end, after = rest.partition(f"<!-- end of {closing} -->")
    return f"{before}{mark}{content}\n{end}{after}"


def main() -> None:
    """Write them all, and remove the pages of rules that are gone."""
    files = generated()
    for old in (ROOT / "docs" / "rules").glob("*/*.md"):
        if old not in files:
            old.unlink()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(str(ROOT), "."), encoding="utf-8")
    sys.stdout.write(f"{len(files)} files\n")


if __name__ == "__main__":
    main()
