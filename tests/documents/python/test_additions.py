"""What a Python file makes and adds to it, what its functions do, and which servers it starts."""

from __future__ import annotations

import pytest

from infra_audit.documents.facts import Handler, PythonModule, Serve
from infra_audit.documents.python import parse
from infra_audit.source.text import Text


def read(content: str) -> PythonModule:
    return parse(Text("app/main.py", content))


def handler(body: str, parameters: str = "", before: str = "") -> Handler:
    found = read(
        f"{before}def health({parameters}):\n"
        + "".join(f"    {line}\n" for line in body.splitlines())
    )
    return found.functions[0].handler


def test_applications() -> None:
    found = read(
        "app = FastAPI(root_path='/x', **more)\nclass Server:\n    def __init__(self):\n        self.app = flask.Flask(__name__)\n"
        "router: APIRouter = fastapi.APIRouter(prefix=P, *rest)\nx = other()\n"
    )
    shown = [(a.name, a.scope, a.made, [o.name for o in a.options]) for a in found.applications]
    assert shown == [
        ("app", "", "FastAPI", ["root_path", "**"]),
        ("self.app", "Server.__init__", "flask.Flask", ["0"]),
        ("router", "", "fastapi.APIRouter", ["*", "prefix"]),
    ]


ADDED = {
    "a route": ("@app.get('/x')\ndef f(): ...", [("get", "app", "/x", "f", ("GET",))]),
    "several methods": (
        "@bp.route('/x', methods=['GET', 'post'])\ndef f(): ...",
        [("route", "bp", "/x", "f", ("GET", "POST"))],
    ),
    "methods that are not literal": (
        "@bp.route('/x', methods=M())\ndef f(): ...",
        [("route", "bp", "/x", "f", None)],
    ),
    "a path by its name": (
        "@app.get(path='/x')\nasync def f(): ...",
        [("get", "app", "/x", "f", ("GET",))],
    ),
    "two decorators": (
        "@app.get('/a')\n@cached()\n@app.get('/b')\ndef f(): ...",
        [("get", "app", "/a", "f", ("GET",)), ("get", "app", "/b", "f", ("GET",))],
    ),
    "a call": (
        "app.add_api_route('/x', x.view, methods=['PUT'])",
        [("add_api_route", "app", "/x", "x.view", ("PUT",))],
    ),
    "a rule of Flask": (
        "app.add_url_rule('/x', 'x', view_func=view)",
        [("add_url_rule", "app", "/x", "view", ("GET",))],
    ),
    "a router": (
        "app.include_router(x.router, prefix='/p')",
        [("include_router", "app", "/p", "x.router", ("GET",))],
    ),
    "what is spread": (
        "app.include_router(*x)",
        [("include_router", "app", None, "", ("GET",))],
    ),
    "an application that is given away": (
        "app = Flask(__name__)\nsetup(1, app)\nCORS(app=app.wsgi_app)",
        [("hand", "app", None, "setup", None), ("hand", "app", None, "CORS", None)],
    ),
    "a name of its own in a function": (
        "menu = Blueprint('menu')\ndef add():\n    menu = Menu()\n    session.add(menu)\n",
        [],
    ),
    "what only looks alike": ("@mock.patch('x.y')\ndef f(): ...\n@property\ndef g(self): ...", []),
    "paths of Django": (
        "urlpatterns = [path('a/', v.a, name='a'), re_path(r'^b/$', view=v.B.as_view()), *more] + static('/m/')",
        [
            ("path", "urlpatterns", "a/", "v.a", None),
            ("re_path", "urlpatterns", "^b/$", "v.B.as_view()", None),
            ("patterns", "urlpatterns", None, "more", None),
            ("patterns", "urlpatterns", None, "static()", None),
        ],
    ),
    "what Django includes": (
        "urlpatterns = [path('a/', include('shop.urls')), path('b/', include((inner, 'b')))]\nurlpatterns.append(path('c/', c))",
        [
            ("path include", "urlpatterns", "a/", "'shop.urls'", None),
            ("path include", "urlpatterns", "b/", "inner", None),
            ("path", "urlpatterns", "c/", "c", None),
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), ADDED.values(), ids=ADDED)
def test_additions(content: str, expected: list[tuple[object, ...]]) -> None:
    found = read(content).additions
    shown = [(a.verb, a.receiver, a.path and a.path.literal, a.target, a.methods) for a in found]
    assert shown == expected


def test_what_stands_before_a_route() -> None:
    found = read(
        "@app.get('/x', dependencies=[Depends(admin)])\n@login_required\ndef f(): ..."
    ).additions[0]
    assert [o.value.raw for o in found.options if o.name == "@" and o.value] == [
        "login_required",
        "admin",
    ]


CALLS = {
    "calls": ("return jsonify(a.b(), x=[f'{c()}'])", ("jsonify", "a.b", "c")),
    "a call without a name": ("return x['y'].z()", ("?",)),
    "what is read": ("return {'ok': app.state.ready, 'x': version}", ("app.state.ready",)),
    "what is its own": ("db_state = 'up'\nreturn {'db': db_state}", ()),
}


@pytest.mark.parametrize(("body", "expected"), CALLS.values(), ids=CALLS)
def test_what_a_function_calls(body: str, expected: tuple[str, ...]) -> None:
    assert handler(body).calls == expected


def test_what_is_called_for_its_parameters() -> None:
    found = handler(
        "return {}", "request: Request, db: Session = Depends(get_db), user: UserDep, n: int = 1"
    )
    assert found.calls == ("get_db", "Session", "UserDep")


STATUSES = {
    "of an exception": ("raise HTTPException(status_code=503)", (503,)),
    "of an exception by its place": ("raise HTTPException(404, 'x')", (404,)),
    "of an answer": ("return JSONResponse({}, 500)", (500,)),
    "behind a comma": ("return jsonify(), 503", (503,)),
    "in parentheses": ("return (jsonify(), 503)", (503,)),
    "by name": ("return Response(status=status.HTTP_503_SERVICE_UNAVAILABLE)", (503,)),
    "by the library's name": (
        "return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)",
        (503,),
    ),
    "set on the response": ("response.status_code = 503\nreturn {}", (503,)),
    "of a class": ("return HttpResponseServerError()", (500,)),
    "none": ("return {'code': 404}", ()),
}


@pytest.mark.parametrize(("body", "expected"), STATUSES.values(), ids=STATUSES)
def test_with_what_a_function_answers(body: str, expected: tuple[int, ...]) -> None:
    assert handler(body).statuses == expected


TRIED = "try:\n    db.ping()\nexcept Exception as error:\n    {}\nreturn {{}}"
SWALLOWED = {
    "it goes on": ("state = 'down'", ("db.ping",)),
    "it says so and goes on": ("logger.error(str(error))", ("db.ping",)),
    "it answers": ("return jsonify(state='down')", ("db.ping",)),
    "it raises": ("raise", ()),
    "it answers with a failure": ("return jsonify(), 503", ()),
    "it answers with what is not literal": ("return jsonify(), code", ()),
    "it hands on": ("return failed(error)", ()),
}


@pytest.mark.parametrize(("clause", "expected"), SWALLOWED.values(), ids=SWALLOWED)
def test_which_failures_are_hidden(clause: str, expected: tuple[str, ...]) -> None:
    found = handler(TRIED.format(clause))
    assert (found.swallows, found.swallowed) == (bool(expected), expected)


MAIN = "if __name__ == '__main__':\n    "
SERVES = {
    "uvicorn": (
        MAIN + "uvicorn.run('main:app', host='10.0.0.1', port=80)",
        ("uvicorn.run", "main:app", "80", "", "10.0.0.1", "main"),
    ),
    "Flask": (MAIN + "app.run(port=5001)", ("app.run", "app", "5001", "", "", "main")),
    "Flask by places": ("app.run('1.2.3.4', 5001)", ("app.run", "app", "5001", "", "1.2.3.4", "")),
    "waitress": ("serve(app, port=80)", ("serve", "app", "80", "", "", "")),
    "waitress at an address": ("serve(app, listen='*:80')", ("serve", "app", None, "", None, "")),
    "a variable": (
        "uvicorn.run(app, port=int(os.environ.get('PORT', '8000')))",
        ("uvicorn.run", "app", "8000", "PORT", "", ""),
    ),
    "another variable": (
        "uvicorn.run(app, port=int(os.getenv('PORT') or 80))",
        ("uvicorn.run", "app", "80", "PORT", "", ""),
    ),
    "a variable that must be there": (
        "uvicorn.run(app, port=int(os.environ['PORT']))",
        ("uvicorn.run", "app", None, "PORT", "", ""),
    ),
    "what is not known": (
        "uvicorn.run(app, port=settings.port)",
        ("uvicorn.run", "app", None, "", "", ""),
    ),
    "what is spread": ("uvicorn.run(app, **options)", ("uvicorn.run", "app", None, "", None, "")),
    "under a condition": (
        MAIN + "if debug:\n        app.run()",
        ("app.run", "app", "", "", "", "if"),
    ),
    "Flask-SocketIO": (
        "socketio.run(app, host='10.0.0.1', port=80)",
        ("socketio.run", "app", "80", "", "10.0.0.1", ""),
    ),
    "werkzeug": (
        "run_simple('localhost', 80, app)",
        ("run_simple", "app", "80", "", "localhost", ""),
    ),
}


@pytest.mark.parametrize(("content", "expected"), SERVES.values(), ids=SERVES)
def test_servers(content: str, expected: tuple[str | None, ...]) -> None:
    (found,) = read(content).serves
    assert (
        found.server,
        found.target,
        found.port,
        found.variable,
        found.host,
        found.branch,
    ) == expected


@pytest.mark.parametrize(
    "content", ["asyncio.run(main())", "subprocess.run(['x'])", "run()", "x.serve()"]
)
def test_what_serves_nothing(content: str) -> None:
    found: tuple[Serve, ...] = read(content).serves
    assert found == ()


def test_what_the_program_itself_calls() -> None:
    found = read(
        "def main(): ...\nif __name__ == '__main__':\n    main()\n    asyncio.run(other())\nif x:\n    third()\n"
    )
    assert found.called == ("main", "asyncio.run", "other")
