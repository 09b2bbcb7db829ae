"""What `.gitattributes` files say of line ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.line_ends import line_ends

from .linked_project import project

ENDS: dict[str, tuple[dict[str, str], str]] = {
    "nothing": ({}, "as they are"),
    "other files": ({".gitattributes": "*.ps1 eol=crlf\n"}, "as they are"),
    "text": ({".gitattributes": "*.sh text\n"}, "plain"),
    "line feeds": ({".gitattributes": "*.sh eol=lf\n"}, "plain"),
    "by content": ({".gitattributes": "* text=auto\n"}, "plain"),
    "returns": ({".gitattributes": "* text=auto eol=crlf\n"}, "returns"),
    "no text": ({".gitattributes": "* text=auto\n*.sh -text\n"}, "as they are"),
    "binary": ({".gitattributes": "* text=auto\nops/* binary\n"}, "as they are"),
    "the last line wins": ({".gitattributes": "*.sh eol=crlf\n*.sh eol=lf\n"}, "plain"),
    "the inner file wins": (
        {".gitattributes": "*.sh eol=lf\n", "ops/.gitattributes": "*.sh text eol=crlf\n"},
        "returns",
    ),
    "another folder": ({"web/.gitattributes": "*.sh eol=lf\n"}, "as they are"),
    "a path": ({".gitattributes": "/ops/a.sh eol=lf\n"}, "plain"),
    "no pattern": ({".gitattributes": "! text\n"}, "as they are"),
    "too long to be sure": (
        {".gitattributes": "".join(f"/{n}.sh eol=lf\n" for n in range(300))},
        "plain",
    ),
}


@pytest.mark.parametrize(("files", "expected"), ENDS.values(), ids=ENDS)
def test_line_ends(files: dict[str, str], expected: str, tmp_path: Path) -> None:
    assert line_ends("ops/a.sh", project(tmp_path, files))[0] == expected
