"""What the files of platforms, clusters and supervisors tell to run."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.details import details
from infra_audit.documents.facts import Hosted, HostedCheck, Hosting, Value
from infra_audit.documents.shell.syntax import Command
from infra_audit.source.text import Text

PATHS = {
    "fly": "fly.toml",
    "render": "render.yaml",
    "railway": "railway.toml",
    "replit": ".replit",
    "vercel": "vercel.json",
    "heroku": "app.json",
    "procfile": "Procfile",
    "kubernetes": "k8s/app.yaml",
    "supervisor": "supervisord.conf",
}


def read(kind: str, content: str) -> Hosting:
    (found,) = details(kind, Text(PATHS[kind], content))
    assert isinstance(found, Hosting)
    return found


def told(value: Value | None) -> str:
    return "-" if value is None else "?" if value.literal is None else value.literal


def check(found: HostedCheck) -> str:
    use = f"{found.use} " if found.use else ""
    words = words_of(found.script.statements) if found.script else ""
    return f"{use}{found.kind} {told(found.path)} {told(found.port)}{words and f' {words}'}"


def words_of(statements: tuple[object, ...]) -> str:
    return "; ".join(
        " ".join(word.literal or "?" for word in s.words)
        for s in statements
        if isinstance(s, Command)
    )


def shown(hosted: Hosted) -> list[str]:
    return [
        f"{hosted.kind} {hosted.name}",
        *(f"{c.kind}: {words_of(c.script.statements)}" for c in hosted.commands),
        *(f"port {told(port)}" for port in hosted.ports),
        *(f"publishes {told(port)} to {told(target)}" for port, target in hosted.published),
        *(f"asks {check(c)}" for c in hosted.checks),
        *(f"mounts {m.kind} {m.source} at {m.target}" for m in hosted.mounts),
        *(f"{e.name}={told(e.value)}" for e in hosted.environment),
        *(
            f"{n} {told(v)}"
            for n, v in (("image", hosted.image), ("schedule", hosted.schedule))
            if v
        ),
        *(f"{n} {told(v)}" for n, v in (("user", hosted.user), ("restart", hosted.restart)) if v),
    ]


FLY = """app = "shop"
[env]
PORT = "8080"
[deploy]
release_command = "npx prisma migrate deploy"
[processes]
web = "node server.js"
worker = "node worker.js"
[[mounts]]
source = "data"
destination = "/data"
processes = ["web"]
[http_service]
internal_port = 8080
processes = ["web"]
[[http_service.checks]]
path = "/health"
[[services]]
internal_port = 9000
processes = ["worker"]
[[services.ports]]
port = 9000
[[services.tcp_checks]]
interval = "10s"
[checks.alive]
type = "http"
port = 8080
"""
RENDER = """services:
  - type: web
    name: shop
    buildCommand: npm ci
    startCommand: npm start
    preDeployCommand: npm run migrate
    healthCheckPath: /up
    envVars:
      - key: PORT
        value: 10000
      - key: SECRET
        sync: false
    disk:
      name: data
      mountPath: /data
  - type: cron
    name: night
    schedule: "0 3 * * *"
    startCommand: node night.js
databases:
  - name: db
"""
RAILWAY = """[build]
buildCommand = "npm run build"
[deploy]
startCommand = "npm start"
preDeployCommand = ["npm run migrate", "npm run seed"]
healthcheckPath = "/health"
restartPolicyType = "ON_FAILURE"
"""
VERCEL = (
    '{"buildCommand": "next build", "crons": [{"path": "/api/night", "schedule": "0 3 * * *"}]}'
)
HEROKU = '{"name": "shop", "env": {"A": "b", "C": {"value": "d"}}, "scripts": {"postdeploy": "npm run seed"}}'
PROCFILE = (
    "web: npm start\nrelease: npx prisma migrate deploy\n\n# a comment\nworker: node worker.js  \n"
)
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  template:
    spec:
      volumes:
        - {name: data, hostPath: {path: /srv}}
        - {name: tmp, emptyDir: {}}
      containers:
        - name: web
          image: shop:1
          command: [node]
          args: [server.js, "--port=$(PORT)"]
          ports: [{containerPort: 3000, name: http}]
          env: [{name: PORT, value: "3000"}, {name: SECRET, valueFrom: {secretKeyRef: {name: a, key: b}}}]
          securityContext: {runAsUser: 1000}
          livenessProbe: {httpGet: {path: /live, port: http}}
          readinessProbe: {tcpSocket: {port: 3000}}
          startupProbe: {exec: {command: [curl, -f, "http://localhost:3000/up"]}}
          volumeMounts: [{name: data, mountPath: /data}, {name: tmp, mountPath: /tmp}, {name: x, mountPath: /x}]
---
kind: Service
apiVersion: v1
metadata: {name: shop}
spec: {ports: [{port: 80, targetPort: 3000}, {port: 81, targetPort: http}, {port: 82}]}
"""
CRONJOB = """apiVersion: batch/v1
kind: CronJob
metadata: {name: night}
spec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: "{{ .Values.image }}"}]}}}}}
"""
SUPERVISOR = """[supervisord]
nodaemon=true
[program:web] ; the server
command=/usr/bin/node "my server.js" %(ENV_FLAGS)s ; runs it
directory=/srv
user=shop
autorestart = unexpected
environment=PORT="3000",A=b
[program:none]
autostart=false
"""

READ: dict[str, tuple[str, str, list[list[str]]]] = {
    "fly": (
        "fly",
        FLY,
        [
            ["app web", "release: npx prisma migrate deploy", "start: node server.js", "port 8080",
             "asks http /health 8080", "asks http / 8080", "mounts volume data at /data", "PORT=8080"],
            ["app worker", "start: node worker.js", "port 9000", "publishes 9000 to 9000", "asks tcp - 9000",
             "PORT=8080"],
        ],
    ),
    "fly without processes": ("fly", "app = 'x'\n[mounts]\nsource='a'\ndestination='/b'\n", [["app app", "mounts volume a at /b"]]),
    "render": (
        "render",
        RENDER,
        [
            ["web shop", "build: npm ci", "release: npm run migrate", "start: npm start", "asks http /up -",
             "mounts volume data at /data", "PORT=10000", "SECRET=-"],
            ["cron night", "cron: node night.js", "schedule 0 3 * * *"],
        ],
    ),
    "railway": (
        "railway",
        RAILWAY,
        [["app app", "build: npm run build", "release: npm run migrate", "release: npm run seed", "start: npm start",
          "asks http /health -", "restart ON_FAILURE"]],
    ),
    "replit": (
        "replit",
        'run = "npm run dev"\n[deployment]\nbuild = "npm run build"\nrun = ["npm", "start"]\n',
        [["app app", "build: npm run build", "start: npm start"]],
    ),
    "replit without a deployment": ("replit", 'run = "npm run dev"\n[deployment]\nbuild = []\n', []),
    "vercel": ("vercel", VERCEL, [["app app", "build: next build"], ["cron /api/night", "schedule 0 3 * * *"]]),
    "heroku": ("heroku", HEROKU, [["app app", "release: npm run seed", "A=b", "C=d"]]),
    "another app.json": ("heroku", '{"name": "x", "expo": {}}', []),
    "a Procfile": (
        "procfile",
        PROCFILE,
        [["web web", "start: npm start"], ["release release", "release: npx prisma migrate deploy"],
         ["worker worker", "start: node worker.js"]],
    ),
    "a deployment and a service": (
        "kubernetes",
        DEPLOYMENT,
        [
            ["Deployment web", "start: node server.js ?", "port 3000", "asks liveness http /live 3000",
             "asks readiness tcp - 3000", "asks startup command - - curl -f http://localhost:3000/up",
             "mounts bind data at /data", "mounts tmpfs tmp at /tmp", "mounts unknown x at /x", "PORT=3000",
             "SECRET=-", "image shop:1", "user 1000"],
            ["Service shop", "publishes 80 to 3000", "publishes 81 to http", "publishes 82 to 82"],
        ],
    ),
    "a job of a clock": ("kubernetes", CRONJOB, [["CronJob a", "image ?", "schedule 0 3 * * *"]]),
    "another kind": ("kubernetes", "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n", []),
    "supervisor": (
        "supervisor",
        SUPERVISOR,
        [["program web", "start: /usr/bin/node my server.js ?", "PORT=3000", "A=b", "user shop", "restart unexpected"],
         ["program none"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "expected"), READ.values(), ids=READ)
def test_what_is_read(kind: str, content: str, expected: list[list[str]]) -> None:
    found = read(kind, content)
    assert ([shown(hosted) for hosted in found.services], found.problems) == (expected, ())


def test_values_know_their_places() -> None:
    (hosted,) = read("railway", RAILWAY).services
    assert [(c.script.span.line, c.script.span.column) for c in hosted.commands][:2] == [
        (2, 17),
        (5, 22),
    ]
    assert hosted.checks[0].span.line == 6


def test_a_folded_command_keeps_its_lines() -> None:
    content = (
        "services:\n  - type: web\n    startCommand: |\n      npm run migrate\n      npm start\n"
    )
    (hosted,) = read("render", content).services
    places = [s.span.line for s in hosted.commands[0].script.statements if isinstance(s, Command)]
    assert places == [4, 5]


def test_all_settings_are_kept() -> None:
    found = read("vercel", '{"git": {"deploymentEnabled": {"main": false}}, "regions": ["fra1"]}')
    assert [(e.name, told(e.value)) for e in found.options] == [
        ("git.deploymentEnabled.main", "false"),
        ("regions.0", "fra1"),
    ]


PIECES = (
    "a",
    "=",
    ":",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "\n",
    " ",
    "  ",
    "- ",
    "#",
    "\\",
    "%(x)s",
    "\ufeff",
    "é",
    "&a ",
    "*a",
)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(sorted(PATHS)),
    st.lists(
        st.sampled_from((*PIECES, *FLY.split(), *DEPLOYMENT.split(), *SUPERVISOR.split("\n"))),
        max_size=40,
    ),
)
def test_any_text_can_be_read(kind: str, pieces: list[str]) -> None:
    read(kind, "".join(pieces))


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_any_mutation_can_be_read(data: st.DataObject) -> None:
    kind, content, _ = data.draw(st.sampled_from(list(READ.values())))
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 10, len(content))))
    read(kind, content[:start] + data.draw(st.text(max_size=5)) + content[end:])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "services",
                    "env",
                    "crons",
                    "scripts",
                    "build",
                    "deploy",
                    "path",
                    "name",
                    "spec",
                    "kind",
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(("vercel", "heroku", "kubernetes", "render")), JSON)
def test_any_types_can_be_read(kind: str, tree: object) -> None:
    read(kind, json.dumps(tree))
