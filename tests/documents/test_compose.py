from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.documents.command_line import words
from infra_audit.documents.compose import parse
from infra_audit.documents.facts import Compose, Entry, Mount, Port, Service, Value
from infra_audit.documents.interpolation import default, literal
from infra_audit.documents.shell.syntax import Command, Script
from infra_audit.model import Span
from infra_audit.source.text import BOM, Text


def service(body: str) -> Service:
    """The service whose keys `body` holds."""
    indented = "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
    found = parse(Text("compose.yaml", f"services:\n  app:\n{indented}"))
    assert found.problems == ()
    return found.services[0]


def texts(values: tuple[Value, ...]) -> list[str | None]:
    return [v.literal for v in values]


def pairs(entries: tuple[Entry, ...]) -> dict[str, str | None]:
    return {e.name: e.value.raw if e.value else None for e in entries}


def argv(script: Script | None) -> list[str | None]:
    assert script is not None
    (command,) = script.statements
    assert isinstance(command, Command)
    return [word.literal for word in command.words]


def shown(content: str, span: Span) -> str:
    """The text of a span within one line."""
    assert span.line == span.end_line
    return content.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


def test_volumes_that_outlive_compose() -> None:
    written = """\
volumes:
  data:
  named: {name: shop_data, driver: local}
  away: {driver: rexray}
  other: {external: true}
  bound: {driver: local, driver_opts: {type: none, o: bind, device: /srv/data}}
"""
    found = parse(Text("compose.yaml", written))
    assert found.volumes == ("data", "named", "away", "other", "bound")
    assert found.lasting == ("away", "other", "bound")


PORTS = [
    ("3000", ("", None, "3000", True, "tcp")),
    ("8080:80", ("", "8080", "80", True, "tcp")),
    ("127.0.0.1:8080:80", ("127.0.0.1", "8080", "80", True, "tcp")),
    ("127.0.0.1::80", ("127.0.0.1", None, "80", True, "tcp")),
    ("'[::1]:8080:80/udp'", ("::1", "8080", "80", True, "udp")),
    ("8000-8005:9000-9005", ("", "8000-8005", "9000-9005", True, "tcp")),
    ("'${PORT}:80'", ("", None, "80", False, "tcp")),
    ("'${HOST:-127.0.0.1}:5432:5432'", ("127.0.0.1", "5432", "5432", False, "tcp")),
    ("'${HOST}:5432:5432'", ("${HOST}", "5432", "5432", False, "tcp")),
    ("{target: 80, published: '8080'}", ("", "8080", "80", True, "tcp")),
    ("{target: 53, host_ip: 127.0.0.1, protocol: udp}", ("127.0.0.1", None, "53", True, "udp")),
]


@pytest.mark.parametrize(("written", "expected"), PORTS, ids=[w for w, _ in PORTS])
def test_ports(written: str, expected: tuple[str, str | None, str | None, bool, str]) -> None:
    (port,) = service(f"ports:\n  - {written}").ports
    assert (port.host, port.published, port.target, port.known, port.protocol) == expected


def test_ports_keep_their_defaults() -> None:
    (port,) = service("ports: ['${PORT:-3000}:${INNER:-${OTHER:-80}}/tcp']").ports
    assert (port.published, port.target, port.default, port.target_default) == (
        None,
        None,
        "3000",
        "80",
    )


MOUNTS = [
    ("/data", ("volume", None, "/data", False)),
    ("db:/data", ("volume", "db", "/data", False)),
    ("./conf:/etc/app:ro,z", ("bind", "./conf", "/etc/app", True)),
    (
        "/var/run/docker.sock:/var/run/docker.sock",
        ("bind",) + ("/var/run/docker.sock",) * 2 + (False,),
    ),
    ("~/x:/x", ("bind", "~/x", "/x", False)),
    ("'C:\\app:/app'", ("bind", "C:\\app", "/app", False)),
    ("'${DATA:-./data}:/data'", ("unknown", None, "/data", False)),
    ("'${PWD}/data:/data'", ("bind", None, "/data", False)),
    ("'${MOUNT}'", ("unknown", None, None, False)),
    ("{type: bind, source: ./a, target: /a, read_only: true}", ("bind", "./a", "/a", True)),
    ("{type: volume, target: /a}", ("volume", None, "/a", False)),
    ("{type: tmpfs, target: /a}", ("tmpfs", None, "/a", False)),
]


@pytest.mark.parametrize(("written", "expected"), MOUNTS, ids=[w for w, _ in MOUNTS])
def test_mounts(written: str, expected: tuple[str, str | None, str | None, bool]) -> None:
    (mount,) = service(f"volumes:\n  - {written}").mounts
    assert (mount.kind, mount.source, mount.target, mount.read_only) == expected


@pytest.mark.parametrize("written", ["/run", "[/run]", "['/run:size=64m']"])
def test_tmpfs_is_a_mount(written: str) -> None:
    assert [(m.kind, m.target) for m in service(f"tmpfs: {written}").mounts] == [("tmpfs", "/run")]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("environment:\n  A: b\n  C:\n  D: ''\n  E: true", id="mapping"),
        pytest.param("environment:\n  - A=b\n  - C\n  - D=\n  - 'E=true'", id="list"),
    ],
)
def test_environment(written: str) -> None:
    assert pairs(service(written).environment) == {"A": "b", "C": None, "D": "", "E": "true"}


def test_environment_spans_frame_name_and_value() -> None:
    content = "services:\n  a:\n    environment:\n      - 'AB=c d'\n"
    (entry,) = parse(Text("c.yml", content)).services[0].environment
    assert entry.value is not None
    assert (shown(content, entry.span), shown(content, entry.value.span)) == ("AB", "c d")


INTERPOLATION = [
    ("a", "a", None),
    ("$$a", "$a", None),
    ("$A", None, None),
    ("${A}", None, None),
    ("${A:-b}", None, "b"),
    ("${A-b}$$", None, "b$"),
    ("${A:-}", None, ""),
    ("${A:-b}${C}", None, None),
    ("${A:-${B:-c}}d", None, "cd"),
    ("${A:?b}", None, None),
    ("${A:+b}", None, None),
    ("${A", None, None),
    ("${1}", None, None),
    ("a$", None, None),
]


@pytest.mark.parametrize(("raw", "is_literal", "has_default"), INTERPOLATION)
def test_interpolation(raw: str, is_literal: str | None, has_default: str | None) -> None:
    assert (literal(raw), default(raw)) == (is_literal, has_default)


def test_defaults_inside_defaults_are_bounded() -> None:
    assert default("${A:-" * 5000 + "x" + "}" * 5000) is None


@pytest.mark.parametrize(
    ("written", "context", "dockerfile", "target"),
    [
        ("build: ./app", "./app", None, None),
        (
            "build: {context: ., dockerfile: a/Dockerfile, target: prod}",
            ".",
            "a/Dockerfile",
            "prod",
        ),
        ("build: {context: '${DIR}'}", None, None, None),
    ],
)
def test_build(
    written: str, context: str | None, dockerfile: str | None, target: str | None
) -> None:
    build = service(written).build
    assert build is not None
    found = [v.literal if v else None for v in (build.context, build.dockerfile, build.target)]
    assert found == [context, dockerfile, target]


def test_build_arguments_and_inline_dockerfile() -> None:
    build = service("build:\n  args: [A=1, B]\n  dockerfile_inline: |\n    FROM x").build
    assert build is not None
    assert build.inline
    assert pairs(build.arguments) == {"A": "1", "B": None}


def test_the_variables_that_compose_fills_in() -> None:
    found = service("command: run ${A} $${B} ${C:-c}\nports: ['${D}:80']\nlabels: {e: '${E:?}'}")
    assert [entry.name for entry in found.bare] == ["A", "D"]
    assert [entry.name for entry in found.required] == ["D", "E"]


@pytest.mark.parametrize(
    ("written", "required", "optional"),
    [
        ("env_file: .env", [".env"], []),
        ("env_file: [.env, b.env]", [".env", "b.env"], []),
        ("env_file:\n  - path: a.env\n    required: false\n  - path: b.env", ["b.env"], ["a.env"]),
    ],
)
def test_env_files(written: str, required: list[str], optional: list[str]) -> None:
    found = service(written)
    assert (texts(found.env_files), texts(found.optional_env_files)) == (required, optional)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("depends_on: [db]", [("db", "service_started", True)]),
        ("depends_on:\n  db:\n    condition: service_healthy", [("db", "service_healthy", True)]),
        ("depends_on: {db: {required: false}}", [("db", "service_started", False)]),
    ],
)
def test_depends_on(written: str, expected: list[tuple[str, str, bool]]) -> None:
    found = service(written).depends_on
    assert [(d.service, d.condition, d.required) for d in found] == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("command: npm run start", ["npm", "run", "start"], id="string"),
        pytest.param("command: [npm, 'run x']", ["npm", "run x"], id="list"),
        pytest.param("command:\n  - npm\n  - ${X}", ["npm", None], id="variable in a list"),
        pytest.param("command: a '--b c' ${X}", ["a", "--b c", None], id="quotes and variable"),
        pytest.param("command: echo $$HOME", ["echo", "$HOME"], id="escaped dollar"),
        pytest.param("command: a b && c", ["a", "b"], id="compose stops at an operator"),
        pytest.param("command: >\n  a\n  --b\n  'c d'", ["a", "--b", "c d"], id="folded"),
        pytest.param("entrypoint: [tini, --]", ["tini", "--"], id="entrypoint"),
    ],
)
def test_commands_are_split_without_a_shell(written: str, expected: list[str | None]) -> None:
    found = service(written)
    assert argv(found.command or found.entrypoint) == expected


@pytest.mark.parametrize(
    "written", ["command: sh -c 'cd /a && b'", "command: [sh, -c, 'cd /a && b']"]
)
def test_a_shell_is_handed_a_script(written: str) -> None:
    script = service(written).command
    assert script is not None
    (command,) = script.statements
    assert isinstance(command, Command)
    (inner,) = command.scripts
    assert [type(statement).__name__ for statement in inner.statements] == ["AndOr"]


@pytest.mark.parametrize(
    ("written", "statements"),
    [("command: []", 0), ("command: ''", 0), ("command:", None), ("command: a 'b", None)],
)
def test_empty_and_malformed_commands(written: str, statements: int | None) -> None:
    found = service(written).command
    assert (None if found is None else len(found.statements)) == statements


def test_words_of_a_command_lie_where_they_are_written() -> None:
    content = "services:\n  a:\n    command: >-\n      x $$y\n      'z' ${V}w\n"
    script = parse(Text("c.yml", content)).services[0].command
    assert script is not None
    (command,) = script.statements
    assert isinstance(command, Command)
    assert [shown(content, w.span) for w in command.words] == ["x", "$$y", "'z'", "${V}w"]


@pytest.mark.parametrize(
    ("written", "origin", "disabled"),
    [
        pytest.param("test: curl -f x || exit 1", "command", False, id="string"),
        pytest.param("test: [CMD, curl, x]", "exec", False, id="CMD"),
        pytest.param("test: [CMD-SHELL, curl x]", "command", False, id="CMD-SHELL"),
        pytest.param("test: [NONE]", None, True, id="NONE in a list"),
        pytest.param("test: NONE", None, True, id="NONE"),
        pytest.param("disable: true", None, True, id="disabled"),
        pytest.param("interval: 3s", None, False, id="no test"),
    ],
)
def test_probes(written: str, origin: str | None, disabled: bool) -> None:
    probe = service(f"healthcheck:\n  {written}").probe
    assert probe is not None
    assert (probe.script.origin if probe.script else None, probe.disabled) == (origin, disabled)


def test_other_fields() -> None:
    found = service("""
image: ${IMAGE:-app:1}
restart: no
deploy: {restart_policy: {condition: on-failure}}
profiles: [tools]
networks: {front: {}, back: }
network_mode: host
extra_hosts: ['host.docker.internal:host-gateway']
expose: [3000, '4000']
user: 1000:1000
working_dir: /srv
labels: {a.b: c}
extends: {file: base.yml, service: web}
x-own: 1
""")
    assert found.image == Value(None, "${IMAGE:-app:1}", Span(3, 12, 3, 27), "app:1")
    assert found.restart is not None
    assert found.restart.literal == "no"
    assert found.deploy_restart is not None
    assert found.deploy_restart.literal == "on-failure"
    assert (found.profiles, found.networks) == (("tools",), ("front", "back"))
    assert found.extra_hosts == ("host.docker.internal:host-gateway",)
    assert texts(found.expose) == ["3000", "4000"]
    assert pairs(found.labels) == {"a.b": "c"}
    assert found.extends is not None
    assert (found.extends.service, found.extends.file) == ("web", "base.yml")
    assert "x-own" in found.keys
    assert found.extent == Span(2, 3, 15, 13)


def test_anchors_and_merge_keys() -> None:
    found = parse(
        Text(
            "c.yml",
            "x-base: &base\n  restart: always\n  image: a\n"
            "services:\n  web:\n    <<: *base\n    image: b\n",
        )
    )
    (web,) = found.services
    assert (web.image and web.image.literal, web.restart and web.restart.literal) == ("b", "always")


def test_a_reset_removes_a_field() -> None:
    found = service("ports: !reset []\nimage: !reset null\ncommand: !override [a]")
    assert (found.ports, found.image, argv(found.command)) == ((), None, ["a"])


def test_the_file_itself() -> None:
    found = parse(
        Text(
            "c.yml",
            "name: shop\ninclude:\n  - a.yml\n  - path: [b.yml, c.yml]\n"
            "services:\n  web:\nvolumes: {db: }\nnetworks: {front: }\n",
        )
    )
    assert (found.name, found.volumes, found.networks) == ("shop", ("db",), ("front",))
    assert texts(found.includes) == ["a.yml", "b.yml", "c.yml"]
    assert [s.name for s in found.services] == ["web"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- a", "a compose file is a mapping, this is none"),
        ("services: [a]", "`services` must be a mapping"),
        ("services: {a: [b]}", "the service `a` must be a mapping"),
        ("services: {a: {image: b, image: c}}", "the key `image` is given twice"),
    ],
)
def test_problems(content: str, message: str) -> None:
    assert [p.message for p in parse(Text("c.yml", content)).problems] == [message]


@pytest.mark.parametrize("content", ["", "# nothing", "services:", "include: [a.yml]"])
def test_a_file_without_services_is_no_problem(content: str) -> None:
    assert parse(Text("c.yml", content)).problems == ()


FILE = """
services:
  web:
    build: {context: ., args: [A=1]}
    ports: ["${PORT:-80}:80", {target: 1}]
    command: sh -c 'a && b'
    environment: ["A=$$b", C]
    healthcheck: {test: [CMD, curl, localhost]}
    volumes: [./a:/a, db:/b]
"""


def test_round_trip() -> None:
    found = parse(Text("c.yml", FILE))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Compose) == found


def test_line_ends_and_byte_order_mark_change_no_fact() -> None:
    def facts(content: str) -> list[object]:
        (web,) = parse(Text("c.yml", content)).services
        ports: list[Port] = list(web.ports)
        mounts: list[Mount] = list(web.mounts)
        return [argv(web.command), pairs(web.environment), ports, mounts, web.extent]

    assert facts(FILE.replace("\n", "\r\n")) == facts(FILE)
    assert facts(BOM + FILE) == facts(FILE)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", []),
        ("a  b\tc\n", ["a", "b", "c"]),
        (r"a\ b 'c\d' \"e\"", ["a b", r"c\d", '"e"']),
        ("a'b'\"c\"", ["abc"]),
        ("a '' b", ["a", "", "b"]),
        ("a $(b c) `d e`", ["a", "$(b c)", "`d e`"]),
        ("a 2>b", ["a"]),
        ("a b>c", ["a", "b"]),
        ("a 'b", None),
        ("a (b)", None),
        ("a\\", None),
    ],
)
def test_command_line(content: str, expected: list[str] | None) -> None:
    found = words(content)
    assert (None if found is None else [word for word, _, _ in found]) == expected


NODES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(0, 99),
        st.text(st.sampled_from("ab:/.-${}'\"= 1\n&~[]é"), max_size=12),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*Service.__struct_fields__, "volumes", "test", "path", "<<"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(
            [*Service.__struct_fields__, "volumes", "healthcheck", "env_file", "tmpfs", "deploy"]
        ),
        NODES,
        max_size=6,
    )
)
def test_any_service_can_be_read(body: dict[str, object]) -> None:
    content = msgspec.json.encode({"services": {"a": body}}).decode()
    found = parse(Text("c.yml", content))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Compose) == found


@given(st.text(max_size=80))
def test_any_text_can_be_read(content: str) -> None:
    parse(Text("c.yml", content))
    parse(Text("c.yml", f"services:\n  a:\n    command: {content}\n    ports: ['{content}']\n"))


def test_other_names_of_a_service() -> None:
    found = service(
        "container_name: shop-db\nhostname: ${HOST}\nnetworks:\n  back:\n    aliases: [database]\n  front:\n"
        "links: [mail, 'cache:sessions']"
    )
    assert found.aliases == ("shop-db", "database")
    assert found.links == ("mail", "sessions")


def test_networks_that_are_made_elsewhere() -> None:
    body = "networks:\n  a:\n  b:\n    external: true\n  c:\n    external: false\n  d:\n    external: {name: x}\n"
    assert parse(Text("compose.yaml", body)).external_networks == ("b", "d")


def test_networks_that_others_can_join() -> None:
    body = "networks:\n  a:\n  b:\n    name: web\n  c:\n    driver: bridge\n  d:\n    attachable: true\n"
    assert parse(Text("compose.yaml", body)).joinable_networks == ("b", "d")


def test_what_an_override_takes_away() -> None:
    found = service("ports: !reset []\nvolumes: !override\n  - data:/data\nimage: redis")
    assert found.resets == ("ports", "volumes")
    assert found.ports == ()
    assert found.keys == ("volumes", "image")
