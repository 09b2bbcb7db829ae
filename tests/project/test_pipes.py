"""Whether something may set pipefail for a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.pipes import pipefail

from .linked_project import project

PIPE = "pg_dump shop | gzip > shop.gz\n"
SET = "#!/bin/bash\nset -euo pipefail\n"

CASES: dict[str, tuple[dict[str, str], str]] = {
    "nothing does": ({"a.sh": f"#!/bin/bash\nset -e\n{PIPE}"}, "unset"),
    "it does itself": ({"a.sh": SET + PIPE}, "set"),
    "its first line does": ({"a.sh": f"#!/bin/bash -eo pipefail\n{PIPE}"}, "set"),
    "what it sources does": (
        {"a.sh": f"#!/bin/bash\n. ./lib.sh\n{PIPE}", "lib.sh": SET + "f() { ls; }\n"},
        "unknown",
    ),
    "what it sources does not": (
        {"a.sh": f"#!/bin/bash\n. ./lib.sh\n{PIPE}", "lib.sh": "f() { ls; }\n"},
        "unset",
    ),
    "what it sources stands elsewhere": (
        {"a.sh": f"#!/bin/bash\n. /usr/lib/jobs/start.sh\n{PIPE}"},
        "unknown",
    ),
    "it sources only values": ({"a.sh": f"#!/bin/bash\n. /etc/shop.env\n{PIPE}"}, "unset"),
    "it sources what a variable names": (
        {"a.sh": f'#!/bin/bash\nsource "$LANGUAGE_FILE"\n{PIPE}'},
        "unset",
    ),
    "it is run so": (
        {"a.sh": f"#!/bin/bash\n{PIPE}", "b.sh": "#!/bin/sh\nbash -o pipefail ./a.sh\n"},
        "unknown",
    ),
    "it is sourced so": ({"a.sh": f"#!/bin/bash\n{PIPE}", "b.sh": SET + ". ./a.sh\n"}, "unknown"),
}


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES.keys())
def test_what_sets_pipefail(files: dict[str, str], expected: str, tmp_path: Path) -> None:
    found = project(tmp_path, files)
    (act,) = [a for a in found.acts if a.script.path == "a.sh"]
    assert pipefail(act, found) == expected
