"""What is generated is current: rule pages and the fixtures' reports. `make docs` writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages import ROOT, generated

FILES = generated()


@pytest.mark.parametrize("path", [pytest.param(p, id=str(p.relative_to(ROOT))) for p in FILES])
def test_it_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path].replace(str(ROOT), ".")
