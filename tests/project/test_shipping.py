"""What commands ship."""

from __future__ import annotations

import pytest

from infra_audit.documents.shell.script import parse
from infra_audit.flow.behaviour import analyse
from infra_audit.project.shipping import ships
from infra_audit.source.text import Text

SHIPPED: dict[str, tuple[str, str]] = {
    "a copy to a host": ("rsync -az dist/ deploy@host:/srv/app", "deploy"),
    "a copy to a host that a variable names": ('rsync -az dist/ "$HOST:/srv/app"', "deploy"),
    "a secure copy to anywhere": ('scp build.tgz "$TARGET"', "deploy"),
    "a copy from a host": ("rsync -az host:/srv/app ./app", ""),
    "a copy on this machine": ('rsync -a dist/ "$OUT"', ""),
    "a command on a host": ("ssh deploy@host ./update.sh", "deploy"),
    "a test of a key": ("ssh -T git@github.com", ""),
    "a tunnel": ("ssh -N -L 5432:db:5432 host", ""),
    "an image": ("docker push ghcr.io/me/app", "image"),
    "an image to this machine": ("docker push localhost:5000/app", ""),
    "a build that pushes": ("docker buildx build --push -t me/app .", "image"),
    "a build whose output is pushed": (
        'docker buildx build --output "type=image,push=true" .',
        "image",
    ),
    "a build that stays": ("docker build -t me/app .", ""),
    "a stack": ("docker stack deploy -c stack.yml app", "deploy"),
    "services on another host": ("docker --context prod compose up -d", "deploy"),
    "services on this host": ("docker compose up -d", ""),
    "manifests applied": ("kubectl apply -f k8s", "deploy"),
    "pods listed": ("kubectl get pods", ""),
    "a release of a chart": ("helm --debug upgrade --install shop ./chart", "deploy"),
    "a release of a chart tried": ("helm upgrade shop ./chart --dry-run", ""),
    "Fly": ("flyctl deploy --remote-only", "deploy"),
    "Fly's registry": ("flyctl deploy --build-only --push", "image"),
    "Vercel": ('npx vercel --prod --token "$TOKEN"', "deploy"),
    "Vercel's build": ("vercel build --prod", ""),
    "a worker through npm": ("npm exec wrangler -- deploy --env production", "deploy"),
    "a worker through pnpm": ("pnpm wrangler pages deploy dist", "deploy"),
    "Cloud Run": ("gcloud run deploy shop --image x", "deploy"),
    "Cloud Run looked at": ("gcloud run services describe shop", ""),
    "ECS": ("aws ecs update-service --cluster a --service b", "deploy"),
    "a cluster's configuration": ("aws eks update-kubeconfig --name a", ""),
    "a bucket filled": ("aws s3 sync dist s3://shop", "deploy"),
    "a bucket read": ("aws s3 cp s3://shop/data.json .", ""),
    "a package": ("npm publish --access public", "package"),
    "packages by changesets": ("pnpm changeset publish", "package"),
    "a release": ("gh release create v1", "release"),
    "a release looked at": ("gh release view v1", ""),
    "a push to Dokku": ("git push dokku main", "deploy"),
    "a push": ("git push origin main", ""),
    "a deploy hook": ('curl -fsS "$RENDER_DEPLOY_HOOK"', "deploy"),
    "a webhook of unknown purpose": ('curl -X POST "$WEBHOOK_URL"', "unknown"),
    "a message to people": ('curl -X POST "$SLACK_WEBHOOK_URL"', ""),
    "a message to a chat": ("curl https://discord.com/api/webhooks/1/x", ""),
    "a download": ("curl -fsSL https://example.com/install.sh", ""),
}


@pytest.mark.parametrize(("line", "expected"), SHIPPED.values(), ids=SHIPPED)
def test_a_command_ships(line: str, expected: str) -> None:
    runs = analyse(parse(Text("a.sh", f"{line}\n"), "file")).runs
    found = [shipped[0] for run in runs if (shipped := ships(run))]
    assert found == ([expected] if expected else [])
