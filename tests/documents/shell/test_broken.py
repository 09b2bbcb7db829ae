"""Valid scripts broken by one token: the judge agrees with bash and leads nearer to the edit.

`bench/broken.py` does the same with thousands of real scripts.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from bench.broken import NEAR, judged, mutants, named
from infra_audit.documents.shell.blocks import check

FIXTURES = Path(__file__).parents[3] / "fixtures"
SIMPLE = (
    'echo "deploying $1"',
    "systemctl restart 'shop'",
    "cd /opt/shop || exit 1",
    'version="$(git describe --tags)"',
    "npm ci && npm run build",
    "# what doesn't matter",
    "",
)


def generated(chosen: Random, depth: int, margin: str = "") -> str:
    """A valid script, laid out as people do, of a few statements that nest up to `depth`."""
    return "".join(statement(chosen, depth, margin) for _ in range(chosen.randint(2, 5)))


def statement(chosen: Random, depth: int, margin: str) -> str:
    body = generated(chosen, depth - 1, f"{margin}  ") if depth else ""
    body += f"{margin}  true\n"
    match chosen.randrange(9) if depth else 8:
        case 0:
            other = generated(chosen, depth - 1, f"{margin}  ") + f"{margin}  true\n"
            return f"{margin}if [ -f .env ]; then\n{body}{margin}else\n{other}{margin}fi\n"
        case 1:
            return f'{margin}for host in a b; do\n{body}{margin}done\n{margin}echo "$host"\n'
        case 2:
            return f"{margin}while read -r line; do\n{body}{margin}done < hosts\n"
        case 3:
            return f'{margin}release() {{\n{body}{margin}}}\n{margin}release "$@"\n'
        case 4:
            return f"{margin}case $1 in\n{margin}  up)\n{body}{margin}  ;;\n{margin}  *) exit ;;\n{margin}esac\n"
        case 5:
            return f"{margin}cat > shop.conf <<EOF\nlisten 80;\n# it's {{ plain }}\nEOF\n"
        case 6:
            return f"{margin}if ! curl -fsS localhost; then\n{body}{margin}fi\n"
        case _:
            return f"{margin}{chosen.choice(SIMPLE)}\n"


@pytest.mark.skipif(shutil.which("bash") is None, reason="compares with bash")
def test_mutants_are_judged_as_by_bash_and_named_nearer(tmp_path: Path) -> None:
    chosen = Random(11)  # noqa: S311  # mutants, not secrets
    sound = [path.read_text() for path in sorted(FIXTURES.glob("*y-*/**/*.sh"))]
    sound += [generated(chosen, 3) for _ in range(12)]
    file = tmp_path / "script.sh"
    found = ours = likely = theirs = 0
    differing: list[str] = []
    for text in sound:
        if check(text).fault is not None:
            continue
        for mutant in mutants(text, chosen, 1):
            file.write_text(mutant.text)
            bash = judged(str(file))
            fault = check(mutant.text).fault
            if bash.rejects != (fault is not None):
                differing.append(mutant.text)
            elif fault is not None:
                found += 1
                lines, likeliest = named(mutant.text, fault)
                ours += near(lines, mutant.line)
                likely += near((likeliest,), mutant.line)
                theirs += near(bash.lines, mutant.line)
    assert not differing
    assert found > 250
    assert ours > 0.97 * found
    assert likely > 0.93 * found
    assert theirs < 0.85 * found


def near(lines: tuple[int, ...], edit: int) -> bool:
    return any(abs(line - edit) <= NEAR for line in lines)
