from __future__ import annotations

import pytest

from tests.installed import Installed, install


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own; built once, at the first test that asks for it."""
    return install(tmp_path_factory.mktemp("installed"))
