from __future__ import annotations

from pathlib import Path

import pytest

from tests.repository import audited

UNIT = """[Service]
WorkingDirectory=/opt/shop
ExecStart=/usr/bin/node {entry}
"""
PACKAGE = '{"name": "shop", "scripts": {"build": "tsc"}, "dependencies": {"express": "4"}}'

SAID = {
    "until the step that fills it again": (
        "server.js",
        "git pull\nrm -rf node_modules\nnpm ci\nnpx prisma migrate deploy\nsystemctl restart shop",
        (
            "deletes `/opt/shop/node_modules`, which `shop.service` runs from, 3 lines before it is"
            " restarted: it is broken while `npm ci` installs, and for good if it fails;"
            " `npx prisma migrate` comes before the restart"
        ),
    ),
    "with what comes before that step": (
        "server.js",
        (
            "rm -rf node_modules\ngit pull\nnpm install\nnpm run build\nnpm run db:migrate\n"
            "systemctl restart shop"
        ),
        (
            "5 lines before it is restarted: it is broken while `git pull` fetches and `npm install`"
            " installs, and for good if `npm install` fails; `npm run build` and `npm run db:migrate`"
            " come before the restart"
        ),
    ),
    "with a substitute": (
        "server.js",
        "git pull\nrm -rf node_modules\nnpm ci || npm install\nsystemctl restart shop",
        (
            "2 lines before it is restarted: it is broken while `npm ci` or its substitute installs,"
            " and for good if `npm ci` and its substitute fail"
        ),
    ),
    "what it has loaded": (
        "dist/main.js",
        "git pull\nrm -rf dist\nnpm run build\nsystemctl restart shop",
        (
            "2 lines before it is restarted: it runs on from memory and cannot start again while"
            " `npm run build` builds, nor after that if it fails"
        ),
    ),
    "stopped before": (
        "server.js",
        "systemctl stop shop\nrm -rf node_modules\ngit pull\nnpm ci\nsystemctl start shop",
        (
            "after stopping it on line 3: it is down for 4 lines, until line 7, while `git pull` fetches"
            " and `npm ci` installs, and for good if `npm ci` fails"
        ),
    ),
    "what takes long between the stop and the removal": (
        "server.js",
        "systemctl stop shop\ngit pull\nrm -rf node_modules\nnpm ci\nsystemctl start shop",
        (
            "after stopping it on line 3: it is down for 4 lines, until line 7, while `git pull`"
            " fetches and `npm ci` installs, and for good if `npm ci` fails"
        ),
    ),
    "many steps": (
        "server.js",
        (
            "systemctl stop shop\ngit pull\nrm -rf node_modules\nnpm ci\nnpm run build\n"
            "npx prisma migrate deploy\nsystemctl start shop"
        ),
        (
            "it is down for 6 lines, until line 9, while `git pull` fetches, `npm ci` installs and"
            " 2 more run, and for good if `npm ci` fails"
        ),
    ),
    "never restarted": (
        "server.js",
        "git pull\nrm -rf node_modules\nnpm ci\nsystemctl reload nginx",
        (
            "and nothing here starts it anew: it is broken while `npm ci` installs, and for good if it"
            " fails"
        ),
    ),
    "nothing brings it back": (
        "server.js",
        "git pull\nrm -rf node_modules\nsystemctl reload nginx",
        "and nothing here starts it anew: it stays broken",
    ),
    "a folder that nothing is known to fill": (
        "server.js",
        (
            "git pull\nrm -rf /opt/shop\ncurl -o x.tgz https://example.com/x\ntar xzf x.tgz\n"
            "systemctl restart shop"
        ),
        (
            "3 lines before it is restarted: it is broken while `curl -o x.tgz` fetches and"
            " `tar xzf x.tgz` unpacks, and each of them may fail"
        ),
    ),
}


@pytest.mark.parametrize(("entry", "steps", "said"), SAID.values(), ids=SAID)
def test_how_long_it_stays_broken(tmp_path: Path, entry: str, steps: str, said: str) -> None:
    (tmp_path / "deploy.sh").write_text(f"#!/bin/bash\ncd /opt/shop\n{steps}\n")
    (tmp_path / "shop.service").write_text(UNIT.format(entry=entry))
    (tmp_path / "package.json").write_text(PACKAGE)
    (finding,) = audited(tmp_path, "scripts/removal-of-live-path").findings
    assert finding.message.endswith(said)
