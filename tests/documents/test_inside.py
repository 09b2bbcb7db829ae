"""The units and configurations that scripts write."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.documents.facts import UnitFile
from infra_audit.documents.inside import inside
from infra_audit.documents.shell.script import parse
from infra_audit.source.text import Text

BODY = "[Unit]\nDescription=Shop\n[Service]\nExecStart=/bin/x\n"
TIMER = "[Timer]\nOnCalendar=daily\n"

WRITTEN: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "cat into a file": (
        f"cat > /etc/systemd/system/shop.service <<EOF\n{BODY}EOF\n",
        [("shop.service", "service")],
    ),
    "cat behind the heredoc": (
        f"cat <<EOF > /etc/systemd/system/shop.service\n{BODY}EOF\n",
        [("shop.service", "service")],
    ),
    "tee": (
        f"sudo tee /etc/systemd/system/shop.service <<'EOF' >/dev/null\n{BODY}EOF\n",
        [("shop.service", "service")],
    ),
    "a pipe into tee": (
        f"cat <<EOF | sudo tee /etc/systemd/system/shop.service\n{BODY}EOF\n",
        [("shop.service", "service")],
    ),
    "quotes and a variable": (
        f'cat > "$DIR/shop.service" <<EOF\n{BODY}EOF\n',
        [("shop.service", "service")],
    ),
    "a variable as the name": (
        f'cat > "/etc/systemd/system/$NAME.service" <<EOF\n{BODY}EOF\n',
        [("$NAME.service", "service")],
    ),
    "a variable as the whole file": (f'cat > "$UNIT" <<EOF\n{BODY}EOF\n', [("", "service")]),
    "a variable that holds the whole file": (
        f'put() {{\n  UNIT="/etc/systemd/system/shop.service"\n  tee $UNIT <<EOF\n{BODY}EOF\n}}\n',
        [("shop.service", "service")],
    ),
    "a variable that holds one of two files": (
        f'UNIT=/a/shop.service\n$NEW && UNIT=/a/b.service\ncat > "$UNIT" <<EOF\n{BODY}EOF\n',
        [("", "service")],
    ),
    "a timer": (f"cat > /etc/systemd/system/b.timer <<EOF\n{TIMER}EOF\n", [("b.timer", "timer")]),
    "a timer without a name": (f'cat > "$FILE" <<EOF\n{TIMER}EOF\n', [("", "timer")]),
    "a function": (
        f"put() {{\n  cat > /a/shop.service <<EOF\n{BODY}EOF\n}}\n",
        [("shop.service", "service")],
    ),
    "a condition": (
        f"if true; then\n  cat > /a/shop.service <<EOF\n{BODY}EOF\nfi\n",
        [("shop.service", "service")],
    ),
    "a case": (
        f"case $x in\n  a)\n    cat > /a/shop.service <<EOF\n{BODY}EOF\n    ;;\nesac\n",
        [("shop.service", "service")],
    ),
    "two units": (
        f"cat > /a/b.service <<EOF\n{BODY}EOF\ncat > /a/b.timer <<EOF\n{TIMER}EOF\n",
        [("b.service", "service"), ("b.timer", "timer")],
    ),
    "another heredoc": ("cat > /a/b.conf <<EOF\nserver = x\nEOF\n", []),
    "a server of nginx": (
        "cat > /etc/nginx/conf.d/b.conf <<EOF\nserver {\n}\nEOF\n",
        [("/etc/nginx/conf.d/b.conf", "nginx")],
    ),
    "a server of nginx, into a variable": (
        'cat <<EOF | sudo tee "$CONF"\nserver {\n}\nEOF\n',
        [("", "nginx")],
    ),
    "a Caddyfile": (
        "cat > /etc/caddy/Caddyfile <<EOF\n:80\nEOF\n",
        [("/etc/caddy/Caddyfile", "caddy")],
    ),
    "a unit for another machine": (
        f"ssh h <<'E'\ncat > /a/b.service <<'EOF'\n{BODY}EOF\nE\n",
        [("b.service", "service")],
    ),
    "a heredoc that speaks of units": ("cat <<EOF\nput [Service] into it\nEOF\n", []),
}


@pytest.mark.parametrize(("content", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_units_are_found(content: str, expected: list[tuple[str, str]]) -> None:
    text = Text("install.sh", content)
    found = inside(parse(text, "file"), text)
    assert [(d.name, d.kind if isinstance(d, UnitFile) else d.proxy) for d in found] == expected


def test_a_unit_keeps_its_places_in_the_script() -> None:
    text = Text("install.sh", f"ls\ncat > /a/shop.service <<EOF\n{BODY}EOF\n")
    (unit,) = inside(parse(text, "file"), text)
    assert isinstance(unit, UnitFile)
    start = next(s for s in unit.settings if s.key == "ExecStart")
    assert (unit.path, start.span.line, start.value.raw) == ("install.sh", 6, "/bin/x")


@settings(deadline=None)
@given(st.text(), st.text())
def test_anything_may_stand_inside(before: str, body: str) -> None:
    text = Text("a.sh", f"{before}\ncat > /a/b.service <<'EOF'\n[Service]\n{body}\nEOF\n")
    for unit in inside(parse(text, "file"), text):
        assert unit.path == "a.sh"
