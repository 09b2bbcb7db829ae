from __future__ import annotations

import pytest

from infra_audit.documents.shell.script import parse
from infra_audit.project.errexit import scopes
from infra_audit.source.text import Text

SHELLS = {
    "one": ("x\n", [(1, 0)]),
    "beside each other": ("ssh a 'x'\nssh b 'y'\n", [(1, 0), (1, 1), (2, 1)]),
    "inside each other": ("ssh a <<'E'\nx\nbash -c 'y'\nE\nz\n", [(1, 0), (2, 1), (3, 2)]),
    "behind one that is inside": (
        "ssh a <<'E'\nbash -c 'y'\nE\nssh b 'z'\n",
        [(1, 0), (2, 1), (2, 2), (4, 1)],
    ),
}


@pytest.mark.parametrize(("text", "depths"), SHELLS.values(), ids=SHELLS)
def test_scopes_know_the_shells_around_them(text: str, depths: list[tuple[int, int]]) -> None:
    found = scopes(parse(Text("deploy.sh", text), "file"))
    assert sorted((scope.script.span.line, len(scope.outer)) for scope in found) == depths
    assert found[0].outer == ()
