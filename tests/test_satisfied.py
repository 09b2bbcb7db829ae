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
