"""Lockfiles: which dependencies only development asks for."""

from __future__ import annotations

import pytest

from infra_audit.documents.lockfile import words
from infra_audit.source.text import Text

_NPM = """{
  "lockfileVersion": 3,
  "packages": {
    "": {
      "devDependencies": {
        "prisma": "6",
        "typescript": "5",
        "absent": "1"
      }
    },
    "apps/web": {
      "devDependencies": {
        "vite": "6"
      }
    },
    "node_modules/prisma": {
      "devOptional": true
    },
    "node_modules/typescript": {
      "version": "5.7.2",
      "dev": true
    },
    "node_modules/vite": {
      "dev": true,
      "dependencies": {
        "esbuild": "*"
      }
    },
    "node_modules/vite/node_modules/typescript": {
      "version": "4"
    },
    "node_modules/other": {
      "dev": true
    }
  }
}
"""
_NPM_TOLD = {"prisma": "production", "typescript": "dev", "vite": "dev"}

_YARN = """# yarn lockfile v1


"@scope/tool@^1.0.0":
  version "1.0.0"

express@4, express@^4.0.0:
  version "4.21.2"
  dependencies:
    accepts "~1.3.8"
    "@scope/inner" "1"

"@scope/inner@1":
  version "1.0.0"

accepts@~1.3.8:
  version "1.3.8"
"""

_CASES = [
    pytest.param("package-lock.json", _NPM, _NPM_TOLD, id="npm 7 and later"),
    pytest.param("package-lock.json", _NPM.replace("\n", "\r\n"), _NPM_TOLD, id="npm with CRLF"),
    pytest.param("package-lock.json", _NPM.replace("  ", "    "), _NPM_TOLD, id="npm, four deep"),
    pytest.param("package-lock.json", _NPM.replace("  ", "\t"), _NPM_TOLD, id="npm with tabs"),
    pytest.param(
        "package-lock.json", '{"lockfileVersion": 1, "dependencies": {}}', {}, id="npm before 7"
    ),
    pytest.param("yarn.lock", _YARN, {"@scope/tool": "dev", "express": "dev"}, id="Yarn 1"),
    pytest.param("yarn.lock", "__metadata:\n  version: 8\n", {}, id="Yarn 2 and later"),
    pytest.param("package-lock.json", "", {}, id="empty"),
]


@pytest.mark.parametrize(("path", "content", "told"), _CASES)
def test_what_only_development_asks_for(path: str, content: str, told: dict[str, str]) -> None:
    found = words(Text.decode(path, content.encode())[0])
    assert {entry.name: entry.value and entry.value.raw for entry in found} == told
