"""What proxies serve, and where they pass it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.types import Forward, Site

from .linked_project import project

COMPOSE = {"compose.yaml": "services:\n  web:\n    image: shop\n"}
SCRIPT = "#!/bin/bash\nPORT=3000\ncat > /etc/nginx/conf.d/shop.conf <<{end}\n{text}EOF\n"


def shown(site: Site) -> str:
    listens = (
        f"{x.host}:{x.port or '?'}{' ssl' * x.secure}{' default' * x.default}" for x in site.listens
    )
    words = (
        site.proxy,
        " ".join(site.names) + ("" if site.named else " ?"),
        " ".join(listens),
        "redirects" * bool(site.redirects),
        "secure" * site.secure,
        " ".join(site.roots),
        *map(passed, site.forwards),
    )
    return ", ".join(filter(None, words))


def passed(forward: Forward) -> str:
    place = f"{forward.scheme}://{forward.host}:{forward.port}{forward.path or ''}"
    through = f" through {forward.upstream}" if forward.upstream else ""
    unit = f" of {forward.unit.location.path}" if forward.unit else ""
    return f"{forward.pattern} -> {place}{through}{unit}"


def nginx(text: str) -> dict[str, str]:
    return {"nginx.conf": text}


def caddy(text: str) -> dict[str, str]:
    return {"Caddyfile": text}


SITES: dict[str, tuple[dict[str, str], list[str]]] = {
    "a server": (
        nginx("server {\n listen 80 default_server;\n listen [::]:443 ssl;\n server_name a.example b.example _;\n root /x;\n}"),
        ["nginx, a.example b.example, :80 default :443 ssl, secure, /x"],
    ),
    "a server that says little": (nginx("http { server { } }"), ["nginx, :80"]),
    "addresses": (
        nginx("server { listen 127.0.0.1:80; listen *:81; listen unix:/x; listen $P; listen a; }"),
        ["nginx, 127.0.0.1:80 :81 unix:/x:? :? a:80"],
    ),
    "names that are not known": (
        nginx("server { server_name ~^x$ $y YOUR_DOMAIN a.example; }"),
        ["nginx, a.example ?, :80"],
    ),
    "a redirect": (
        nginx("server { listen 80; location / { return 301 https://$host$request_uri; } }"),
        ["nginx, :80, redirects"],
    ),
    "certbot's redirect": (
        nginx("server { if ($host = a) { return 301 https://$host$request_uri; } listen 80; return 404; }"),
        ["nginx, :80, redirects"],
    ),
    "a redirect beside files that are served": (
        nginx("server { location ^~ /up/ { alias /srv/up/; } location / { return 301 https://$host$request_uri; } }"),
        ["nginx, :80, /srv/up/"],
    ),
    "a redirect beside a certificate's challenges": (
        nginx("server { location /.well-known/ { root /w; } location / { return 301 https://$host$request_uri; } }"),
        ["nginx, :80, redirects, /w"],
    ),
    "the redirect of one page": (
        nginx("server { location /x { return 301 https://a.example/x; } }"),
        ["nginx, :80"],
    ),
    "what is passed on": (
        nginx("server { location /api/ { proxy_pass http://127.0.0.1:3000/v1/; } location / { proxy_pass http://app; } }"),
        ["nginx, :80, /api/ -> http://127.0.0.1:3000/v1/, / -> http://app:80"],
    ),
    "an upstream": (
        nginx("upstream app { server a:1; server unix:/x; }\nserver { location ~ \\.x$ { proxy_pass http://app; } }"),
        ["nginx, :80, ~ \\.x$ -> http://a:1 through app, ~ \\.x$ -> unix://:None through app"],
    ),
    "an upstream of another file": (
        {"nginx/a.conf": "server { location / { proxy_pass http://app; } }", "nginx/b.conf": "upstream app { server a:1; }"},
        ["nginx, :80, / -> http://a:1 through app"],
    ),
    "a variable that is set": (
        nginx("server { set $up http://app:80; location / { proxy_pass $up; } }"),
        ["nginx, :80, / -> http://app:80"],
    ),
    "a variable that is set twice, or to itself": (
        nginx("server { set $a x; set $a y; set $b $b; location / { proxy_pass http://$a:1; proxy_pass http://$b; } }"),
        ["nginx, :80, / -> http://None:1, / -> http://None:None"],
    ),
    "other protocols": (
        nginx("server { location / { fastcgi_pass 127.0.0.1:9000; } location /x { uwsgi_pass unix:/s; } }"),
        ["nginx, :80, / -> fastcgi://127.0.0.1:9000, /x -> unix://:None"],
    ),
    "a stream": (
        nginx("stream { server { listen 5432; proxy_pass db:5432; } }"),
        ["nginx, :5432, / -> tcp://db:5432"],
    ),
    "a file that others include": (
        {"nginx/locations.conf": "location / {\n  proxy_pass http://web:80;\n}\n", **COMPOSE},
        ["nginx,  ?, / -> http://web:80 of compose.yaml"],
    ),
    "a service of the nearest file": (
        {
            **nginx("server { location / { proxy_pass http://web:1; } }"),
            **COMPOSE,
            "other/compose.yaml": COMPOSE["compose.yaml"],
        },
        ["nginx, :80, / -> http://web:1 of compose.yaml"],
    ),
    "a service that several files have": (
        {
            **nginx("server { location / { proxy_pass http://web:1; } }"),
            "a/compose.yaml": COMPOSE["compose.yaml"],
            "b/compose.yaml": COMPOSE["compose.yaml"],
        },
        ["nginx, :80, / -> http://web:1"],
    ),
    "a script that fills in": (
        {"setup.sh": SCRIPT.format(end="EOF", text="server {\n location / {\n proxy_pass http://127.0.0.1:$PORT;\n }\n server_name $X \\$y;\n}\n")},
        ["nginx,  ?, :80, / -> http://127.0.0.1:3000"],
    ),
    "a script that fills nothing in": (
        {"setup.sh": SCRIPT.format(end="'EOF'", text="server {\n server_name a;\n listen $PORT;\n}\n")},
        ["nginx, a, :?"],
    ),
    "a script for another machine": (
        {"setup.sh": "ssh h <<'E'\ncat > /etc/nginx/nginx.conf <<'N'\nserver {\n listen 81;\n server_name a;\n}\nN\nE\n"},
        ["nginx, a, :81"],
    ),
    "a site of Caddy": (
        caddy("a.example, http://b.example:8080 {\n root * /x\n reverse_proxy /api/* web:80\n handle_path /y/* {\n  reverse_proxy {\n   to localhost:1 {$UP}\n  }\n }\n}"),
        ["caddy, a.example b.example, :443 ssl :8080, redirects, secure, /x, /api/* -> http://web:80, /y/* -> http://localhost:1, /y/* -> http://None:None"],
    ),
    "a port of Caddy": (caddy(":80 {\n php_fastcgi unix//x\n reverse_proxy @a app\n}"),
                        ["caddy, :80 default, * -> fastcgi://None:None, None -> http://app:80"]),
    "a name that Caddy is told": (caddy("{$DOMAIN} {\n}"), ["caddy,  ?, :?"]),
    "Caddy without certificates": (caddy("{\n auto_https off\n}\na.example {\n}"), ["caddy, a.example, :80"]),
    "a snippet of Caddy": (
        caddy("(x) {\n reverse_proxy a:1\n import x\n}\n:80 {\n import x\n}"),
        ["caddy, :80 default, * -> http://a:1"],
    ),
    "Traefik": (
        {"compose.yaml": "services:\n  web:\n    image: x\n    labels:\n      - traefik.http.routers.a.rule=Host(`a.example`) && Path(`/x`)\n"
                         "      - traefik.http.routers.a.entrypoints=websecure\n      - traefik.http.services.a.loadbalancer.server.port=3000\n"},
        ["traefik, a.example, secure, None -> http://web:3000 of compose.yaml"],
    ),
    "Traefik's variables": (
        {"compose.yaml": "services:\n  web:\n    image: x\n    labels:\n      traefik.http.routers.a.rule: Host(`$D`)\n      traefik.http.routers.a.tls: 'true'\n"},
        ["traefik,  ?, secure"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), SITES.values(), ids=SITES)
def test_sites(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    assert [shown(site) for site in project(tmp_path, files).sites] == expected


def test_sites_have_ports(tmp_path: Path) -> None:
    text = "server {\n listen 8080;\n location / { proxy_pass http://web:3000; }\n location /x { proxy_pass http://unix:/x; }\n}\n"
    found = project(tmp_path, {**nginx(text), **COMPOSE}).ports
    told = [(p.kind, p.number, p.host, p.unit.name if p.unit else None) for p in found]
    assert told == [("listens", "8080", "", None), ("proxied", "3000", "web", "web")]
