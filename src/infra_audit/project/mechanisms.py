"""What serves a purpose anywhere in the repository: pipelines, platforms, provisioning, monitoring."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..documents.facts import Other
from ..model import START, Location
from ..source.regex import regex
from .facts import Facts
from .tree import by_name, own
from .types import Mechanism

_CI_FILES = {
    ".gitlab-ci.yml": "GitLab CI",
    ".circleci/config.yml": "CircleCI",
    "Jenkinsfile": "Jenkins",
    ".travis.yml": "Travis CI",
    "azure-pipelines.yml": "Azure Pipelines",
    "bitbucket-pipelines.yml": "Bitbucket Pipelines",
    ".drone.yml": "Drone",
    ".drone.yaml": "Drone",
    ".woodpecker.yml": "Woodpecker",
    "cloudbuild.yaml": "Cloud Build",
    "cloudbuild.yml": "Cloud Build",
    "buildspec.yml": "CodeBuild",
    "appspec.yml": "CodeDeploy",
    "appspec.yaml": "CodeDeploy",
    ".build.yml": "SourceHut builds",
    "codemagic.yaml": "Codemagic",
    "appveyor.yml": "AppVeyor",
    ".cirrus.yml": "Cirrus CI",
    ".semaphore/semaphore.yml": "Semaphore",
    "bitrise.yml": "Bitrise",
    ".teamcity/settings.kts": "TeamCity",
    "wercker.yml": "Wercker",
    "bamboo-specs/bamboo.yml": "Bamboo",
}
_CI_FOLDERS = {
    ".circleci/": "CircleCI",
    ".buildkite/": "Buildkite",
    ".builds/": "SourceHut builds",
    ".woodpecker/": "Woodpecker",
    ".azure-pipelines/": "Azure Pipelines",
    ".concourse/": "Concourse",
    ".tekton/": "Tekton",
    ".dagger/": "Dagger",
    ".gitlab/": "GitLab CI",
}

_PLATFORMS = {
    "fly": "Fly.io",
    "netlify": "Netlify",
    "render": "Render",
    "railway": "Railway",
    "appengine": "App Engine",
    "cloudrun": "Cloud Run",
    "cloudflare": "Cloudflare Workers",
    "amplify": "AWS Amplify",
    "serverless": "Serverless Framework",
    "caprover": "CapRover",
}
_PLATFORM_FILES = {
    "sst.config.ts": "SST",
    ".do/app.yaml": "DigitalOcean App Platform",
    "apphosting.yaml": "Firebase App Hosting",
    "firebase.json": "Firebase",
    "zeabur.json": "Zeabur",
    "koyeb.yaml": "Koyeb",
    "apprunner.yaml": "App Runner",
    "heroku.yml": "Heroku",
    ".platform.app.yaml": "Platform.sh",
    ".replit": "Replit",
}
_PLATFORM_FOLDERS = {
    ".ebextensions/": "Elastic Beanstalk",
    ".elasticbeanstalk/": "Elastic Beanstalk",
    "copilot/": "AWS Copilot",
}
_PLATFORM_ACTIONS = (
    ("superfly/flyctl-actions", "Fly.io"),
    ("amondnet/vercel-action", "Vercel"),
    ("vercel/", "Vercel"),
    ("cloudflare/wrangler-action", "Cloudflare Workers"),
    ("cloudflare/pages-action", "Cloudflare Pages"),
    ("akhileshns/heroku-deploy", "Heroku"),
    ("google-github-actions/deploy-cloudrun", "Cloud Run"),
    ("google-github-actions/deploy-appengine", "App Engine"),
    ("azure/webapps-deploy", "Azure Web Apps"),
    ("azure/container-apps-deploy-action", "Azure Container Apps"),
    ("nwtgck/actions-netlify", "Netlify"),
    ("netlify/actions", "Netlify"),
    ("digitalocean/app_action", "DigitalOcean App Platform"),
    ("johnbeynon/render-deploy-action", "Render"),
    ("aws-actions/amazon-ecs-deploy-task-definition", "Amazon ECS"),
    ("einaregilsson/beanstalk-deploy", "Elastic Beanstalk"),
    ("railwayapp/", "Railway"),
    ("bervproject/railway-deploy", "Railway"),
    ("firebaseextended/action-hosting-deploy", "Firebase"),
)

_PROVISIONING = {
    "terraform": "Terraform",
    "ansible": "Ansible",
    "pulumi": "Pulumi",
    "cdk": "AWS CDK",
    "cloud-init": "cloud-init",
    "nixos": "NixOS",
    "kamal": "Kamal",
}
_BAKERY = "rugix-bakery.toml"
"""What describes the images of whole machines."""
_ORCHESTRATION = {
    "kubernetes": "Kubernetes",
    "helm": "Helm",
    "skaffold": "Skaffold",
    "tilt": "Tilt",
    "devcontainer": "development container",
    "vagrant": "Vagrant",
}
_MONITORING = {
    "prometheus": "Prometheus",
    "grafana": "Grafana",
    "otel": "OpenTelemetry Collector",
}
_MONITORING_IMAGES = regex(
    r"(?:^|/)(prometheus|grafana|cadvisor|node-exporter|netdata|telegraf|statsd|datadog|agent|"
    r"opentelemetry-collector[\w-]*|otel[\w-]*|victoria-metrics|signoz[\w-]*|newrelic[\w-]*|uptrace|"
    r"zabbix[\w-]*|loki|tempo|jaeger|vector|openobserve)(?::|@|$)"
)


_IN_CI_FOLDERS = tuple(_CI_FOLDERS)
_IN_PLATFORM_FOLDERS = tuple(_PLATFORM_FOLDERS)


def pipelines(facts: Facts) -> tuple[Mechanism, ...]:
    """Continuous integration of every system that leaves a file."""
    running = [w for w in facts.workflows if facts.is_production(w.path)]
    found = [
        Mechanism("GitHub Actions", Location(w.path, w.span))
        for w in running
        if w.system == "github"
    ]
    systems = {path: system for path in own(facts.files) if (system := _system(path))}
    found += [
        Mechanism(system, Location(path, START))
        for path, system in sorted(systems.items())
        if facts.is_production(path)
    ]
    return tuple(found)


def _system(path: str) -> str | None:
    system = _CI_FILES.get(path) or _CI_FILES.get(path.rpartition("/")[2])
    if not system and path.startswith(_IN_CI_FOLDERS):
        system = next(tool for folder, tool in _CI_FOLDERS.items() if path.startswith(folder))
    return system


def platforms(facts: Facts) -> tuple[Mechanism, ...]:
    """Providers that build and run the code, where the repository shows them to be in force."""
    found: list[Mechanism] = []
    for other in facts.others:
        if facts.is_production(other.path):
            found += _platform(other, facts)
    named = {path: names for path in own(facts.files) if (names := _providers(path))}
    for path, names in sorted(named.items()):
        found += [Mechanism(name, Location(path, START)) for name in names]
    found += _from_workflows(facts)
    found += _from_package_scripts(facts)
    return tuple(dict.fromkeys(found))


def _providers(path: str) -> list[str]:
    """The providers that a path alone shows."""
    named = _PLATFORM_FILES.get(path.rpartition("/")[2]) or _PLATFORM_FILES.get(path)
    found = [named] if named else []
    if path.startswith(_IN_PLATFORM_FOLDERS):
        found += [name for folder, name in _PLATFORM_FOLDERS.items() if path.startswith(folder)]
    return found


def _platform(other: Other, facts: Facts) -> Iterator[Mechanism]:
    words = {entry.name for entry in other.words}
    where = Location(other.path, START)
    match other.kind:
        case "vercel" if _vercel_in_force(other):
            yield Mechanism("Vercel", where)
        case "procfile" if any(o.kind == "heroku" for o in facts.others) or _is_root(other.path):
            yield Mechanism("Heroku", where)
        case "heroku" if words & {"addons", "buildpacks", "formation", "stack", "dokku"}:
            yield Mechanism("Heroku", where)
        case kind if kind in _PLATFORMS:
            yield Mechanism(_PLATFORMS[kind], where)


def _vercel_in_force(other: Other) -> bool:
    """Crons alone, or git deployment switched off, are left over from a platform that it left."""
    words = {entry.name: entry.value.literal if entry.value else None for entry in other.words}
    if words.get("deploymentEnabled") == "false" or words.get("enabled") == "false":
        return False
    return not words or words.keys() != {"crons"}


def _is_root(path: str) -> bool:
    return "/" not in path


def _from_workflows(facts: Facts) -> Iterator[Mechanism]:
    for workflow in facts.workflows:
        for job in workflow.jobs if facts.is_production(workflow.path) else ():
            for step in job.steps:
                uses = (step.uses.literal or "") if step.uses else ""
                for prefix, provider in _PLATFORM_ACTIONS:
                    if uses.lower().startswith(prefix) and "/setup-" not in uses:
                        yield Mechanism(provider, Location(workflow.path, step.span))
                for entry in (*job.environment, *step.environment):
                    hook = _HOOK.search(entry.value.raw) if entry.value is not None else None
                    if hook is not None:
                        provider = _HOOKS[hook[1].upper()]
                        yield Mechanism(provider, Location(workflow.path, entry.span))


_HOOKS = {
    "RENDER": "Render",
    "VERCEL": "Vercel",
    "NETLIFY": "Netlify",
    "KOYEB": "Koyeb",
    "RAILWAY": "Railway",
}
_HOOK = regex(rf"secrets\.(?:\w+_)?({'|'.join(_HOOKS)})_(?:\w+_)?HOOK", re.IGNORECASE)
"""A secret that holds the address by which a provider is told to deploy."""


_DEPLOYING = regex(
    r"\b(?:(vercel)(?:\s+deploy|\s+--prod)|(netlify)\s+deploy|(wrangler)\s+(?:deploy|publish|pages\s+deploy)"
    r"|(fly)(?:ctl)?\s+deploy|(railway)\s+up|(sst)\s+deploy|(serverless|sls)\s+deploy|(firebase)\s+deploy"
    r"|(gcloud)\s+(?:run|app)\s+deploy|(eb)\s+deploy)\b(?![^;&|]*--dry-run)"
)
_PROVIDERS = {
    "vercel": "Vercel",
    "netlify": "Netlify",
    "wrangler": "Cloudflare Workers",
    "fly": "Fly.io",
    "railway": "Railway",
    "sst": "SST",
    "serverless": "Serverless Framework",
    "sls": "Serverless Framework",
    "firebase": "Firebase",
    "gcloud": "Google Cloud",
    "eb": "Elastic Beanstalk",
}


def _from_package_scripts(facts: Facts) -> Iterator[Mechanism]:
    for package in facts.packages:
        for script in package.scripts if facts.is_production(package.path) else ():
            found = _DEPLOYING.search(script.command)
            if found:
                tool = next(group for group in found.groups() if group)
                yield Mechanism(_PROVIDERS[tool], Location(package.path, script.span))


def provisioning(facts: Facts) -> tuple[Mechanism, ...]:
    """Infrastructure as code, also where it stands in a folder of examples' names."""
    baked = sorted(by_name(facts.files).get(_BAKERY, ()))
    images = [Mechanism("Rugix Bakery", Location(path, START)) for path in baked]
    return (*_of_kinds(facts, _PROVISIONING), *images)


def orchestration(facts: Facts) -> tuple[Mechanism, ...]:
    """What starts the application with its backing services, in production or development."""
    composes = [
        Mechanism("Compose", Location(compose.path, compose.span))
        for compose in facts.composes
        if facts.purposes[compose.path] not in ("documentation", "test")
    ]
    return (*composes, *_of_kinds(facts, _ORCHESTRATION))


def monitoring(facts: Facts) -> tuple[Mechanism, ...]:
    """Metrics and tracing outside of the applications' dependencies."""
    found = list(_of_kinds(facts, _MONITORING))
    for compose in facts.composes:
        for service in compose.services:
            image = service.image.raw if service.image else ""
            hit = _MONITORING_IMAGES.search(image)
            if hit and (hit[1] != "agent" or "datadog" in image):
                found.append(Mechanism(hit[1], Location(compose.path, service.span)))
    return tuple(found)


def _of_kinds(facts: Facts, kinds: dict[str, str]) -> tuple[Mechanism, ...]:
    return tuple(
        Mechanism(kinds[other.kind], Location(other.path, START))
        for other in facts.others
        if other.kind in kinds
    )
