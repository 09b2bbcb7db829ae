"""Random scripts in the style of those that deploy: helpers, steps, a trap, and a main."""

from __future__ import annotations

from .sample import Sample
from .writer import Lines, Place, Writer, indented

_INSIDE = Place(1, 0, 1, returns=True)


def realistic_script(seed: int) -> Sample:
    """A script that could be found in a repository, the same one for the same seed."""
    writer = Writer(seed, 6 + seed % 5)
    lines = [writer.pick("#!/bin/bash", "#!/usr/bin/env bash")]
    lines += [
        writer.pick("set -e", "set -euo pipefail", "set -eo pipefail", "# as it comes", "set -u")
    ]
    lines += _helpers(writer)
    steps = writer.random.sample([*_STEPS], k=writer.random.randint(1, 4))
    if writer.chance(0.85):
        steps = [step for step in steps if step != "retry"] or ["build"]
    for step in steps:
        lines += [f"{step}() {{", *indented(_STEPS[step](writer)), "}"]
    if writer.chance(0.35):
        lines += _cleanup(writer)
    lines += _main(writer, steps) if writer.chance(0.4) else _straight(writer, steps)
    return Sample(
        f"realistic {seed}", "\n".join(lines) + "\n", frozenset(writer.quoted), writer.arguments
    )


def _helpers(writer: Writer) -> Lines:
    usage = f"usage() {{ {writer.mark()}; exit {writer.pick('0', '1', '2')}; }}"
    return [
        f'log() {{ {writer.mark()} "[deploy] $*"; }}',
        f"die() {{ {writer.mark()} >&2; exit {writer.pick('1', '1', '3')}; }}",
        *([usage] if writer.chance(0.6) else []),
    ]


def _cleanup(writer: Writer) -> Lines:
    body = writer.pick(writer.stub(), f"{writer.stub()} || true", writer.mark())
    last = writer.pick("", "", "", "  exit 5")
    handler = ["cleanup() {", f"  {body}", *([last] if last else []), "}"]
    if writer.chance(0.3):
        handler = ["cleanup() {", "  local status=$?", f"  {body}", "  exit $status", "}"]
    events = writer.pick("EXIT", "EXIT", "EXIT INT TERM", "ERR", "INT")
    return [*handler, f"trap cleanup {events}"]


def _check(writer: Writer) -> Lines:
    return [
        f"{writer.stub()} >/dev/null 2>&1 || die 'no docker'",
        f'[[ -n "$({writer.output()})" ]] || {{ log missing; {writer.way_out(_INSIDE)}; }}',
        f'if [ "$({writer.output()})" != 1 ]; then',
        "  die 'not root'",
        *([f"  {writer.mark()}"] if writer.chance(0.3) else []),
        "fi",
    ][: writer.random.choice([1, 2, 6])]


def _build(writer: Writer) -> Lines:
    return [
        f"if ! {writer.stub()}; then",
        "  log 'build failed'",
        f"  {writer.pick('return 1', 'exit 1', 'die failed', 'return 4')}",
        "fi",
        f"{writer.stub()}{writer.pick('', ' || return 2', ' || true', ' && log built')}",
    ]


def _ship(writer: Writer) -> Lines:
    return [
        "local release",
        f"release=$({writer.output()}){writer.pick('', ' || die release')}",
        "for host in a b; do",
        f'  {writer.stub()} || {{ log "$host"; {writer.pick("continue", "break", "return 1")}; }}',
        f"  {writer.mark()}",
        "done",
    ]


def _health(writer: Writer) -> Lines:
    loop = writer.pick("for i in 1 2 3; do", "for ((i = 0; i < 3; i++)); do", "while true; do")
    return [
        loop,
        f"  {writer.mark()}",
        f"  if {writer.stub()}; then",
        f"    {writer.pick('return 0', 'log up; return', 'break')}",
        "  fi",
        "done",
        f"{writer.pick('log down', writer.mark())}",
        f"{writer.pick('return 1', 'exit 1', 'die down')}",
    ]


def _migrate(writer: Writer) -> Lines:
    return [
        f"{writer.stub()} | {writer.stub()}",
        f"if {writer.stub()} && ! {writer.stub()}; then",
        f"  {writer.pick('rollback', 'die migrate', 'return 1')}",
        f"  {writer.mark()}",
        "fi",
    ]


def _rollback(writer: Writer) -> Lines:
    return [
        f"{writer.stub()} || true",
        writer.mark(),
        f"exit {writer.pick('1', '4')}",
        *([writer.mark()] if writer.chance(0.2) else []),
    ]


def _retry(writer: Writer) -> Lines:  # noqa: ARG001
    return [
        "local n=0",
        'until "$@"; do',
        "  n=$((n + 1))",
        '  if [ "$n" -ge 3 ]; then',
        "    return 6",
        "  fi",
        "done",
    ]


_STEPS = {
    "check": _check,
    "build": _build,
    "ship": _ship,
    "health": _health,
    "migrate": _migrate,
    "rollback": _rollback,
    "retry": _retry,
}


def _calls(writer: Writer, steps: list[str], place: Place) -> Lines:
    lines: Lines = []
    for step in steps:
        if step == "retry":
            lines.append(f"retry {writer.stub(quoted=True)}{writer.pick('', ' || die retry')}")
            continue
        if writer.chance(0.15):
            continue
        form = writer.random.choice(
            [
                "{step}",
                "{step}",
                "{step}",
                "{step} || die '{step}'",
                "{step} || exit 7",
                "if {step}; then log ok; else log no; exit 7; fi",
                "{step} && log done",
                "{step} || {{ rc=$?; log failed; exit $rc; }}",
                "if ! {step}; then\n  log again\n  {step}\nfi",
                "( {step} )",
                "{step} &\nwait $!",
                "{step} 2>&1 | {log}",
                "set +e\n{step}\nrc=$?\nset -e",
            ]
        )
        lines += form.format(step=step, log=writer.stub()).splitlines()
        if writer.chance(0.3):
            lines += writer.statement(place)
    return lines


def _straight(writer: Writer, steps: list[str]) -> Lines:
    return [
        *_calls(writer, steps, Place(depth=3)),
        *writer.block(Place(depth=2), 2),
        *([writer.pick("exit 0", "exit", "exit $?", "log done")] if writer.chance(0.5) else []),
    ]


def _main(writer: Writer, steps: list[str]) -> Lines:
    calls = _calls(writer, steps, Place(3, 0, 1, returns=True))
    if writer.chance(0.5):
        writer.arguments = ("", "start", "stop", "other")
        calls = [
            f'case "{writer.pick("${1:-}", "${1:-stop}")}" in',
            "  start)",
            *indented(indented(calls or [writer.mark()])),
            "    ;;",
            f"  stop) {writer.stub()} ;;",
            f"  *) {writer.pick(writer.mark(), 'die usage', 'exit 2')} ;;",
            "esac",
        ]
    last = writer.pick('main "$@"', 'main "$@"', 'main "$@"; exit $?', 'main "$@" || exit 9')
    guard = 'if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then'
    if writer.chance(0.15):
        return ["main() {", *indented(calls), f"  {writer.mark()}", "}", guard, f"  {last}", "fi"]
    return ["main() {", *indented(calls), f"  {writer.mark()}", "}", last]
