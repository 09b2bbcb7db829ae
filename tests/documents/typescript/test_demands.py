from __future__ import annotations

import pytest

from infra_audit.documents.typescript import parse
from infra_audit.source.text import Text

_SCHEMA = "import { z } from 'zod'\nconst s = z.object({ A: z.string().min(1), B: z.string().optional(), M: z.enum(['x']).default('x') })\n"
_NEED = "function need(n) { const v = process.env[n]; if (!v) { throw new Error(n) } return v }\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("if (!process.env.A) throw new Error()", "A", id="thrown for"),
        pytest.param("if (!process.env['A']) { process.exit(1) }", "A", id="exited for"),
        pytest.param("if (process.env.A === undefined) { throw 1 }", "A", id="compared"),
        pytest.param("const a = process.env.A\nif (!a) { throw 1 }", "A", id="by a constant"),
        pytest.param("const { A } = process.env\nif (!A) { throw 1 }", "A", id="taken apart"),
        pytest.param("const { A: a } = process.env\nif (!a) { throw 1 }", "A", id="renamed"),
        pytest.param("const env = process.env\nif (!env.A) { throw 1 }", "A", id="by another name"),
        pytest.param("if (!process.env.A || !process.env.B) { throw 1 }", "A B", id="both"),
        pytest.param("if (!process.env.A && !process.env.B) { throw 1 }", "A|B", id="one of both"),
        pytest.param(
            "const p = process.env.NODE_ENV === 'production'\nif (p && !process.env.A) { throw 1 }",
            "A!",
            id="in production",
        ),
        pytest.param(
            "if (process.env.NODE_ENV !== 'test' && !process.env.A) { throw 1 }",
            "A!",
            id="but for tests",
        ),
        pytest.param(
            "const gone = ['A', 'B'].filter((k) => !process.env[k])\nif (gone.length > 0) { throw 1 }",
            "A B",
            id="a list of those that are missing",
        ),
        pytest.param(
            "const all = ['A', 'B']\nif (all.some((k) => !process.env[k])) { throw 1 }",
            "A B",
            id="any that is missing",
        ),
        pytest.param(
            "const all = ['A', 'B']\nfor (const k of all) { if (!process.env[k]) throw 1 }",
            "A B",
            id="a loop",
        ),
        pytest.param(
            "const all = ['A', 'B']\nall.forEach((k) => { if (!process.env[k]) throw 1 })",
            "A B",
            id="for each",
        ),
        pytest.param(
            "const a = process.env.A ?? (() => { throw new Error() })()", "A", id="or a throw"
        ),
        pytest.param(
            "import invariant from 'tiny-invariant'\ninvariant(process.env.A, 'x')",
            "A",
            id="an invariant",
        ),
        pytest.param(
            "import assert from 'node:assert'\nassert(process.env.A, 'x')", "A", id="an assertion"
        ),
        pytest.param(
            f"{_NEED}export const c = {{ a: need('A'), b: Number(need('B')) }}",
            "A B",
            id="a function that is given the name",
        ),
        pytest.param(
            "function check() { if (!process.env.A) { throw 1 } }\ncheck()", "A", id="a call"
        ),
        pytest.param(
            "function check() { if (!process.env.A) { throw 1 } }\ntry { check() } catch { process.exit(1) }",
            "A",
            id="caught and given up",
        ),
        pytest.param(f"{_SCHEMA}export const env = s.parse(process.env)", "A", id="zod"),
        pytest.param(
            f"{_SCHEMA}const r = s.safeParse(process.env)\nif (!r.success) {{ process.exit(1) }}",
            "A",
            id="zod, and what it says is heard",
        ),
        pytest.param(
            f"{_SCHEMA}const d = s.parse(process.env)\nif (d.M === 'x' && !d.B) {{ throw 1 }}",
            "A B|M",
            id="what zod has parsed, and its default",
        ),
        pytest.param(
            "import { cleanEnv, str } from 'envalid'\n"
            "cleanEnv(process.env, { A: str(), B: str({ default: '' }), C: str({ devDefault: 'x' }) })",
            "A C!",
            id="envalid",
        ),
        pytest.param(
            "const list = (process.env.A ?? '').split(',').map((o) => o.trim()).filter(Boolean)\n"
            "if (list.length === 0) { throw 1 }",
            "A",
            id="an empty list",
        ),
    ],
)
def test_what_ends_the_program(content: str, expected: str) -> None:
    found = parse(Text("env.ts", content)).demands
    written = ("|".join(d.names) + ("!" if d.production else "") for d in found)
    assert " ".join(sorted(written)) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("if (!process.env.A) { console.warn('x') }", id="only said"),
        pytest.param("if (!process.env.A) { process.exit(0) }", id="left without a failure"),
        pytest.param("const a = process.env.A || 'x'\nif (!a) { throw 1 }", id="a default"),
        pytest.param("function f() { if (!process.env.A) throw 1 }", id="a function of others"),
        pytest.param(
            "function f() { if (x) { return } if (!process.env.A) { throw 1 } }\nf()",
            id="after a way out",
        ),
        pytest.param(
            "async function f() { app.listen(3000); if (!process.env.A) { throw 1 } }\nf()",
            id="when it serves already",
        ),
        pytest.param(
            "try { if (!process.env.A) { throw 1 } } catch (e) { console.error(e) }", id="caught"
        ),
        pytest.param(
            "if (!process.env.A) { if (dev) { return } throw 1 }", id="only in some cases"
        ),
        pytest.param("if (process.env.B === 'x' && !process.env.A) { throw 1 }", id="a feature"),
        pytest.param("let a = process.env.A\na = 'x'\nif (!a) { throw 1 }", id="set again"),
        pytest.param(f"{_NEED}const a = on ? need('A') : ''", id="a call on a condition"),
        pytest.param(f"{_SCHEMA}s.safeParse(process.env)", id="zod, and nobody hears"),
        pytest.param(f"{_SCHEMA}s.partial().parse(process.env)", id="zod, all of it optional"),
        pytest.param(
            "import { z } from 'zod'\nconst base = {}\n"
            "z.object({ A: z.string(), ...base }).parse(process.env)",
            id="zod, with more keys",
        ),
        pytest.param(
            "import { z } from 'zod'\nz.object({ A: z.coerce.string(), B: z.string().catch('') }).parse(process.env)",
            id="zod that makes something of nothing",
        ),
        pytest.param(
            "import { cleanEnv, str } from 'envalid'\ncleanEnv(process.env, { A: str() }, { reporter })",
            id="envalid that is told what to do",
        ),
        pytest.param("if (!process.env.A) { throw 1", id="no valid source"),
    ],
)
def test_what_ends_no_program(content: str) -> None:
    assert parse(Text("env.ts", content)).demands == ()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("process.env.A = 'x'", ("A",), id="an assignment"),
        pytest.param("process.env['A'] ??= 'x'", ("A",), id="where it is missing"),
        pytest.param("process.env[name] = 'x'", ("*",), id="by a computed name"),
        pytest.param("Object.assign(process.env, given)", ("*",), id="many at once"),
        pytest.param("require('dotenv').config({ path: '../.env' })", ("*",), id="another file"),
        pytest.param("define: { 'process.env.A': '\"x\"' }", ("A",), id="put in by a bundler"),
        pytest.param("process.env.A === 'x'", (), id="a comparison"),
    ],
)
def test_what_a_file_gives(content: str, expected: tuple[str, ...]) -> None:
    assert parse(Text("env.ts", content)).assigned == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("import { env } from './env'\nuse(env)", True, id="a value"),
        pytest.param("import './env'", True, id="nothing of it"),
        pytest.param("const env = require('./env')", True, id="required"),
        pytest.param("import type { env } from './env'\nlet a: env", False, id="a type"),
        pytest.param("import { Env } from './env'\nlet a: Env", False, id="perhaps a type"),
        pytest.param("import { env } from './env'", False, id="unused"),
        pytest.param("if (x) { require('./env') }", False, id="on a condition"),
        pytest.param("const f = () => require('./env')", False, id="in a function"),
        pytest.param("await import('./env')", False, id="later"),
    ],
)
def test_what_is_surely_loaded(content: str, expected: bool) -> None:
    assert [one.loads for one in parse(Text("env.ts", content), whole=True).imports] == [expected]
