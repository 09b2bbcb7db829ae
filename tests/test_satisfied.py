"""What a review is told to be well: only what is surely so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.files import write
from tests.repository import audited

_PACKAGE = (
    '{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}'
)
_UNIT = """\
cat > /etc/systemd/system/shop.service <<UNIT
[Service]
User={user}
ExecStart=/usr/bin/node /opt/shop/server.js
UNIT
systemctl enable --now shop
"""


@pytest.mark.parametrize(
    ("before", "user", "said"),
    [
        ("", "shop", ["`shop` has a user of its own"]),
        ("APP_USER=shop\n", "$APP_USER", ["`shop` has a user of its own"]),
        ('if [ "$EUID" = 0 ]; then APP_USER=root; else APP_USER=$USER; fi\n', "$APP_USER", []),
        ("", "${SUDO_USER:-$USER}", []),
        ("", "{{ user }}", []),
    ],
)
def test_a_user_that_may_be_root_is_not_called_well(
    before: str, user: str, said: list[str], tmp_path: Path
) -> None:
    script = "#!/bin/bash\nset -e\napt-get install -y nodejs\n" + before + _UNIT.format(user=user)
    write(tmp_path, {"install.sh": script, "package.json": _PACKAGE})
    (ruled,) = audited(tmp_path, "servers/runs-as-root").ruled
    assert [each.what for each in ruled.satisfied] == said


def test_an_image_that_names_its_user_is_well_also_in_a_cluster(tmp_path: Path) -> None:
    manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  template:\n    spec:\n      containers:\n        - {name: shop, image: shop}\n"
    files = {
        "package.json": _PACKAGE,
        "Dockerfile": 'FROM node:22\nCOPY . .\nUSER node\nCMD ["node", "server.js"]\n',
        "k8s/shop.yaml": manifest,
    }
    write(tmp_path, files)
    (ruled,) = audited(tmp_path, "containers/root-user").ruled
    assert [each.what for each in ruled.satisfied] == ["`USER node` is the last word"]
