from __future__ import annotations

import pytest

from infra_audit.documents.shell.script import parse
from infra_audit.documents.shell.syntax import Command, Script
from infra_audit.source.text import Text

_WRITES = "#!/bin/bash\ncat > /tmp/there.sh << 'EOF'\n#!/bin/bash\nset -e\npm2 restart shop\nEOF\n"
_SENDS = "scp -i key /tmp/there.sh root@shop:/tmp/\n"


def _carried(content: str) -> list[Script]:
    commands = [
        s for s in parse(Text("x.sh", content), "file").statements if isinstance(s, Command)
    ]
    scripts = [script for command in commands for script in command.scripts]
    return [script for script in scripts if script.origin == "heredoc"]


@pytest.mark.parametrize(
    "last",
    [
        pytest.param("ssh root@shop 'bash /tmp/there.sh'", id="by a shell"),
        pytest.param("ssh root@shop /tmp/there.sh", id="by itself"),
        pytest.param("ssh root@shop 'chmod +x /tmp/there.sh && sudo /tmp/there.sh'", id="as root"),
    ],
)
def test_a_script_that_runs_where_it_is_copied_to(last: str) -> None:
    (script,) = _carried(_WRITES + _SENDS + last + "\n")
    assert (script.span.line, script.interpreter) == (3, "bash")
    assert [s.span.line for s in script.statements] == [4, 5]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_WRITES + _SENDS + "ssh root@shop 'rm /tmp/there.sh'\n", id="not run"),
        pytest.param(_WRITES + "ssh root@shop /tmp/there.sh\n", id="not copied"),
        pytest.param(_WRITES + _SENDS + "ssh root@shop /tmp/other.sh\n", id="another one"),
        pytest.param(
            _WRITES.replace("'EOF'", "EOF") + _SENDS + "ssh root@shop /tmp/there.sh\n",
            id="filled in first",
        ),
        pytest.param(
            _WRITES.replace("#!/bin/bash\nset", "set") + _SENDS + "ssh root@shop /tmp/there.sh\n",
            id="no script by its first line",
        ),
    ],
)
def test_what_is_no_script_there(content: str) -> None:
    assert _carried(content) == []
