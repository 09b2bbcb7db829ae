from __future__ import annotations

import sys

import pytest

from tests.installed import Installed, install

sys.setrecursionlimit(20_000)  # what flow asks for: Hypothesis takes offence where a test raises it


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own; built once, at the first test that asks for it."""
    return install(tmp_path_factory.mktemp("installed"))
