from __future__ import annotations

import re

from msgspec.structs import replace

from infra_audit.model import START, Location, Problem
from infra_audit.report.text import render
from tests.report.samples import CONTEXT, EMPTY, LIVE, REPORT, at, finding


def test_the_whole_report_reads_as_a_person_should_see_it() -> None:
    assert render(REPORT, CONTEXT) == _WHOLE


def test_a_clean_repository_gets_its_summary() -> None:
    assert render(EMPTY, CONTEXT) == "deployed as: unknown\nnothing found in 1 file\n"


def test_all_unfolds() -> None:
    shown = render(REPORT, replace(CONTEXT, all=True))
    for found in REPORT.findings:
        assert f"{found.location.path}:{found.location.span.line}:" in shown
    assert "more" not in shown
    rules = {found.rule for found in REPORT.findings}
    assert shown.count("infra-audit explain") == len(rules)
    assert shown.count("= fix: as at ") == len(REPORT.findings) - len(rules)


def test_what_repeats_in_a_file_is_folded() -> None:
    places = [at("deploy.sh", 1, n, 1, n + 1) for n in range(1, 17)]
    many = tuple(
        finding("scripts/needs-root", place, f"number {n}") for n, place in enumerate(places)
    )
    shown = render(replace(REPORT, findings=many), CONTEXT)
    assert "= also 1:2: number 1" in shown
    assert "and 12 more" in shown
    assert shown.count("= fix:") == 1


def test_colours_only_wrap_what_is_shown_without() -> None:
    colored = render(REPORT, replace(CONTEXT, color=True))
    assert "\x1b[1;31merror[scripts/removal-of-live-path]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == render(REPORT, CONTEXT)


def test_nothing_audited_reaches_the_terminal_as_a_code() -> None:
    evil = "\x1b]0;owned\x07\x9b31m\u202e\r\n"
    found = finding(LIVE.rule, at(f"a{evil}b", 1, 1, 1, 2), evil)
    shown = render(replace(REPORT, findings=(found,)), CONTEXT)
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(shown)


def test_a_file_that_cannot_be_read_has_no_excerpt() -> None:
    shown = render(REPORT, replace(CONTEXT, source=lambda _: None))
    assert "^" not in shown
    assert "deploy.sh:4:2: error[scripts/removal-of-live-path]" in shown


_WHOLE = """\
deploy.sh:4:2: error[scripts/removal-of-live-path] deletes `node_modules`, which `shop.service` \
runs from
4 |     rm -rf node_modules # 日本語
  |     ^^^^^^^^^^^^^^^^^^^
  = deploy/shop.service:2:1: the unit runs from there
2 | WorkingDirectory=/opt/shop
  | --------------------------
  = reached by
    1. .github/workflows/ci.yml:2:1: job deploy, step 2
  = also 5:2: deletes `dist`, which `shop.service` runs from
  = reason: Live application files are deleted in place
  = fix: Build beside it, then switch a link:

             ln -sfn releases/42 current
  = infra-audit explain scripts/removal-of-live-path

weird name [1].sh:1:6: warning[scripts/needs-root] writes `␛[31m` to *the* \
[terminal](https://example.com) <b>as root</b>
1 | echo '␛[31mred␇' <U+202E> # <U+009B>
  |      ^^^^^^^^^^
  = reason: The script needs root
  = fix: Build beside it, then switch a link:

             ln -sfn releases/42 current
  = infra-audit explain scripts/needs-root

Missing here
package.json:2:24: warning[containers/missing-dockerfile] `shop` is deployed, and nothing builds \
an image of it
   = package.json:2:15: its start script
   = reason: No image is built of what is deployed
   = fix: Build beside it, then switch a link:

              ln -sfn releases/42 current
   = infra-audit explain containers/missing-dockerfile
package.json:2:24: note[observability/missing-metrics] `shop` has no metrics

Notes
deploy.sh:2:1: note[scripts/needs-root] step 2 needs root (also deploy.sh:7, deploy.sh:8, \
deploy.sh:9 and 1 more)

Could not be read
broken.yml:1:1: problem: not YAML

deployed as: server (deploy/shop.service:1: a systemd unit)
declared: backup: nightly snapshots (RDS) .infra-audit.yaml:2
left out: 1,200 files (installed dependencies 1,200)
undecided: database/sqlite-in-production 1
2 errors, 2 warnings, 6 notes in 61 files; 1 allowed; 2 in the baseline; 1 undecided; 1 problem
"""


def test_files_that_cannot_be_read_for_the_same_reason_are_named_in_one_line() -> None:
    gone = [Problem(Location(f"src/{name}.ts", START), "cannot be read") for name in "abcdef"]
    inside = Problem(at("a.yaml", 2, 1, 2, 3), "cannot be read")
    shown = render(replace(REPORT, problems=(*gone, inside)), CONTEXT)
    folded = "src/a.ts:1:1: problem: cannot be read (also src/b.ts, src/c.ts, src/d.ts and 2 more)"
    assert folded in shown.splitlines()
    assert "a.yaml:2:1: problem: cannot be read" in shown.splitlines()
    unfolded = render(replace(REPORT, problems=(*gone, inside)), replace(CONTEXT, all=True))
    assert unfolded.count(": problem: cannot be read\n") == len(gone) + 1
