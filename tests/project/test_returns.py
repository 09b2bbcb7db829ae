"""What a command of a release keeps, or goes back to."""

from __future__ import annotations

import pytest

from infra_audit.documents.shell.script import parse
from infra_audit.flow.behaviour import Run, analyse
from infra_audit.project.releases import pulls, restarts, sends
from infra_audit.project.returns import keeps
from infra_audit.source.text import Text


def _run(line: str) -> Run:
    return analyse(parse(Text("deploy.sh", f"{line}\n"), "file")).runs[-1]


@pytest.mark.parametrize(
    "line",
    [
        'ln -sfn "$release" /srv/shop/current',
        "mv .next .next.bak",
        "cp -a dist dist.$(date +%s)",
        "cp -r backup/dist dist.old",
        'tar czf "/srv/backups/shop-$(date +%F).tar.gz" /srv/shop',
        'git reset --hard "$before"',
        'git checkout "$TAG"',
        'docker build -t "shop:$VERSION" .',
        "docker tag shop:latest shop:previous",
        "docker service update --image shop:2 shop",
        "helm upgrade --install shop ./chart",
        "bundle exec cap production deploy",
        "pm2 deploy ecosystem.config.js production",
        "zfs snapshot tank/shop@before",
        'rsync -a dist/ "shop@shop.example.com:/srv/shop-$VERSION/"',
        'sed -i "s/^TAG=.*/TAG=$1/" .env',
        'echo "IMAGE_TAG=$GITHUB_SHA" >> .env',
        'echo "IMAGE_NAME=shop:$GITHUB_SHA" >> .env',
    ],
)
def test_it_keeps_or_returns_to_an_earlier_version(line: str) -> None:
    assert keeps(_run(line))


@pytest.mark.parametrize(
    "line",
    [
        "git pull --ff-only",
        'git reset --hard "origin/$BRANCH"',
        'git checkout "$BRANCH"',
        "cp .env .env.backup",
        "cp prisma/shop.db /srv/backups/shop.db",
        'tar czf "/srv/backups/db.tar.gz" prisma/shop.db',
        "ln -sf /etc/nginx/sites-available/shop /etc/nginx/sites-enabled/shop",
        "rsync --archive --delete dist/ shop@shop.example.com:/srv/shop/",
        "docker compose up -d --build",
        "docker build -t shop:latest .",
        'echo "to roll back, call the office"',
        'echo "IMAGE_NAME=${IMAGE_NAME,,}" >> "$GITHUB_ENV"',
        "curl -LO https://example.com/shop/releases/latest/download/shop.tar.gz",
    ],
)
def test_it_keeps_nothing(line: str) -> None:
    assert keeps(_run(line)) == ""


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("git -C /srv/shop pull", "pulls"),
        ("git reset --hard origin/main", "pulls"),
        ("git fetch origin", ""),
        ("rsync -a dist/ shop@shop.example.com:/srv/shop/", "sends"),
        ('scp -i "$KEY" shop.tar "$USER@$HOST:/srv/"', "sends"),
        ('rsync -a dist/ "$TARGET/"', ""),
        ("systemctl restart shop", "restarts"),
        ("$SUDO systemctl restart shop", "restarts"),
        ("systemctl reload nginx", ""),
    ],
)
def test_what_a_run_does_for_a_release(line: str, what: str) -> None:
    run = _run(line)
    done = [
        name
        for name, does in (("pulls", pulls), ("sends", sends), ("restarts", restarts))
        if does(run)
    ]
    assert "".join(done) == what
