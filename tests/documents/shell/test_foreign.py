"""What is no shell script, although it bears a script's name or header."""

from __future__ import annotations

import pytest

from infra_audit.documents.shell.foreign import (
    hands_over,
    is_for_another_shell,
    is_other_language,
    is_template,
)

LANGUAGES = {
    "python": "# a comment\nimport sys\nprint(sys.path)\n",
    "python by from": "from os import path\n",
    "python function": "def main():\n    pass\n",
    "typescript": "import { a } from 'b'\n",
    "javascript": "const a = require('b')\n",
    "a comment of c": "/* a */\n",
    "php": "<?php echo 1;\n",
    "html": "<!DOCTYPE html>\n",
    "xml": '<?xml version="1.0"?>\n',
    "json": '{\n  "a": 1\n}\n',
    "batch": "@echo off\n",
    "powershell": "param(\n  [string]$a\n)\n",
}
SHELL = {
    "import of ImageMagick": "import -window root shot.png\n",
    "a function": "function deploy() {\n  a\n}\n",
    "a group": '{ "a"; }\n',
    "an export": "export A=b\n",
    "let": "let a=1\n",
    "a path": "/usr/bin/env a\n",
}
OTHER_SHELLS = {
    "zsh": "autoload -U compinit\nfor f (a b) { echo $f }\n",
    "zsh flags": 'for f in ${(f)"$(ls)"}; echo $f\n',
    "a cmdlet": "if (Test-Path a) { b }\n",
    "powershell": "if ($a -eq 1) { b }\n",
    "its environment": "$env:PATH\n",
    "cmd": "if not exist a md a\n",
    "a variable of cmd": "if %ERRORLEVEL% == 1 (a)\n",
    "a loop of cmd": "for /f %i in (a) do b %i\n",
}
BASH = {
    "a header": "curl -H 'Set-Cookie: a=b' c\n",
    "a date": "date +%Y%m%d%H%M\n",
    "a test for a file": "if [ -e exist ]; then a; fi\n",
    "a command with capitals": "./Get-a\nX-Y\n",
    "arithmetic": "while (($a > 1)); do b; done\n",
}
TEMPLATES = {
    "jinja": "a {% if b %}c{% endif %}\n",
    "erb": "a <%= b %>\n",
    "mustache": "a {{ b }}\n",
}
PLAIN = {
    "a format": "docker ps --format '{{.Names}}'\n",
    "a format in double quotes": 'docker ps --format "{{.Names}}"\n',
    "an alert that is written": "cat > a.yml <<'EOF'\nsummary: {{ $labels.instance }}\nEOF\nfi\n",
    "nothing of it": "a {b,c}\n",
}
HANDED_OVER = {
    "python": 'if true; then exec python3.12 -u "$0" "$@"; fi\n',
    "by a variable": 'exec "${PYTHON:-python3}" "$0"\n',
    "perl": "eval 'exec perl -wS $0 ${1+\"$@\"}'\n",
}
KEPT = {
    "again as root": 'exec sudo "$0" "$@"\n',
    "again in bash": 'exec bash "$0" "$@"\n',
    "another file": "exec node server.js\n",
}


@pytest.mark.parametrize("text", LANGUAGES.values(), ids=LANGUAGES)
def test_other_language(text: str) -> None:
    assert is_other_language(text)


@pytest.mark.parametrize("text", SHELL.values(), ids=SHELL)
def test_shell(text: str) -> None:
    assert not is_other_language(text)


@pytest.mark.parametrize("text", OTHER_SHELLS.values(), ids=OTHER_SHELLS)
def test_other_shell(text: str) -> None:
    assert is_for_another_shell(text)


@pytest.mark.parametrize("text", BASH.values(), ids=BASH)
def test_no_other_shell(text: str) -> None:
    assert not is_for_another_shell(text)


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_template(text: str) -> None:
    assert is_template(text)


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_no_template(text: str) -> None:
    assert not is_template(text)


@pytest.mark.parametrize("text", HANDED_OVER.values(), ids=HANDED_OVER)
def test_handed_over(text: str) -> None:
    assert hands_over(text, len(text))


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_not_handed_over(text: str) -> None:
    assert not hands_over(text, len(text))
