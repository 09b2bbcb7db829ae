"""Route tables of Python: what is found, what is hidden, what may answer beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.project.routes import routes
from infra_audit.project.types import Routes

from .linked import linked

FASTAPI = "fastapi==0.115.0\nuvicorn==0.30.0\n"
FLASK = "flask==3.0.0\ngunicorn==22.0.0\n"
DJANGO = "django==5.1\ngunicorn==22.0.0\n"
DOCS = ["GET /docs", "GET /redoc", "GET /openapi.json"]
STATIC = "GET,HEAD /static/*"
APP = "from fastapi import FastAPI\napp = FastAPI()\n"
SETTINGS = (
    "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['django.middleware.common.CommonMiddleware']\n"
)
URLS = "from django.urls import include, path, re_path\n"


def of(folder: Path, files: dict[str, str]) -> Routes:
    facts, deployables = linked(folder, files)
    (found,) = routes(facts, deployables)
    return found


def paths(found: Routes) -> list[str]:
    return [f"{','.join(route.methods)} {route.path}" for route in found.table]


TABLES = {
    "FastAPI with routers from other modules": (
        {
            "requirements.txt": FASTAPI,
            "app/main.py": "from fastapi import FastAPI\nfrom .api import router as api\nfrom app.routers import health\n"
            "app = FastAPI(docs_url=None, redoc_url=None, openapi_url='/api.json')\n"
            "app.include_router(api, prefix='/api')\napp.include_router(health.router)\n",
            "app/api/__init__.py": "from .orders import router\n",
            "app/api/orders.py": "from fastapi import APIRouter\nrouter = APIRouter(prefix='/orders')\n"
            "@router.get('')\nasync def every(): ...\n@router.post('/{id}')\nasync def one(id: int): ...\n",
            "app/routers/health.py": "import fastapi\nrouter = fastapi.APIRouter()\n"
            "@router.api_route('/health', methods=['GET', 'HEAD'])\ndef health(): return {}\n",
        },
        ["GET /api.json", "GET /api/orders", "POST /api/orders/{id}", "GET,HEAD /health"],
    ),
    "FastAPI by a factory, with a constant prefix and an application below it": (
        {
            "requirements.txt": FASTAPI,
            "main.py": "from web.factory import create_app\napp = create_app()\n",
            "web/config.py": "PREFIX = '/v1'\n",
            "web/factory.py": "from fastapi import FastAPI\nfrom fastapi.staticfiles import StaticFiles\n"
            "from .config import PREFIX\nfrom .orders import router\n"
            "def create_app() -> FastAPI:\n    app = FastAPI(openapi_url=None)\n    inner = FastAPI(openapi_url=None)\n"
            "    app.include_router(router, prefix=PREFIX)\n    app.mount('/inner', inner)\n"
            "    app.mount('/files', StaticFiles(directory='x'))\n    app.mount('/other', make_app())\n"
            "    @inner.get('/ping')\n    def ping(): ...\n    return app\n",
            "web/orders.py": "from fastapi import APIRouter\nrouter = APIRouter()\n"
            "router.add_api_route('/orders', lambda: 1)\n",
        },
        ["GET /v1/orders", "GET /inner/ping", "GET,HEAD /files/*", "ALL /other/*"],
    ),
    "an application that is given to a function": (
        {
            "requirements.txt": FASTAPI,
            "main.py": "from fastapi import FastAPI\nfrom routes import register\n"
            "app = FastAPI(openapi_url=None)\nregister(app)\n",
            "routes.py": "def register(app):\n    @app.get('/ready')\n    def ready(): ...\n",
        },
        ["GET /ready"],
    ),
    "Flask with blueprints in a factory": (
        {
            "requirements.txt": FLASK,
            "shop/__init__.py": "from flask import Flask\nfrom flask_cors import CORS\nfrom .extensions import db\n"
            "def create_app():\n    app = Flask(__name__)\n    CORS(app)\n    db.init_app(app)\n"
            "    from .orders import bp\n    from . import pages\n"
            "    app.register_blueprint(bp, url_prefix='/orders')\n    app.register_blueprint(pages.blueprint)\n"
            "    app.add_url_rule('/up', view_func=pages.up)\n    return app\n",
            "shop/extensions.py": "db = SQLAlchemy()\n",
            "shop/orders.py": "from flask import Blueprint\nbp = Blueprint('orders', __name__, url_prefix='/ignored')\n"
            "@bp.route('/', methods=['GET', 'POST'])\ndef every(): ...\n@bp.get('/<int:id>')\ndef one(id): ...\n",
            "shop/pages.py": "from flask import Blueprint\nblueprint = Blueprint('pages', __name__, url_prefix='/pages')\n"
            "@blueprint.route('/about')\n@blueprint.route('/contact')\ndef about(): ...\ndef up(): return 'ok'\n",
        },
        [
            STATIC,
            "GET,POST /orders",
            "GET /orders/<int:id>",
            "GET /pages/about",
            "GET /pages/contact",
            "GET /up",
        ],
    ),
    "Django with included modules, lists, routers and patterns": (
        {
            "requirements.txt": DJANGO,
            "manage.py": "",
            "shop/settings.py": SETTINGS,
            "shop/urls.py": URLS
            + "from django.contrib import admin\nfrom rest_framework.routers import DefaultRouter\n"
            "from . import views\nrouter = DefaultRouter()\nrouter.register(r'users', views.Users)\n"
            "inner = [path('a/', views.a), path('b/', views.B.as_view())]\n"
            "urlpatterns = [path('admin/', admin.site.urls), path('api/', include('orders.urls')),\n"
            "    path('inner/', include(inner)), path('rest/', include(router.urls)),\n"
            "    path('accounts/', include('allauth.urls')), re_path(r'^health/?$', views.health),\n"
            "    re_path(r'^year/(?P<year>[0-9]+)/$', views.a)] + static('/media/')\n"
            "if settings.DEBUG:\n    urlpatterns = [path('debug/', views.a)] + urlpatterns\n",
            "shop/views.py": "def a(request): ...\ndef health(request): ...\n"
            "class B(View):\n    def get(self, request): ...\n    def post(self, request): ...\n",
            "orders/urls.py": URLS
            + "urlpatterns = [path('orders/<int:pk>/', lambda request: None)]\n"
            "urlpatterns += [path('orders/', lambda request: None)]\n",
        },
        [
            "ALL /admin/*",
            "ALL /api/orders/<int:pk>",
            "ALL /api/orders",
            "ALL /inner/a",
            "GET,POST /inner/b",
            "ALL /rest/users/*",
            "GET /rest",
            "ALL /accounts/*",
            "ALL /health",
            "ALL /year/*",
            "ALL /debug",
        ],
    ),
    "Django with lists from other modules, accounts and a router that hands on": (
        {
            "requirements.txt": DJANGO,
            "src/shop/settings.py": SETTINGS,
            "src/shop/urls.py": URLS
            + "from orders import urls as orders\nfrom shop.api import router\n"
            "from users.urls import urlpatterns as users\n"
            "urlpatterns = [path('orders/', include(orders)), *users, path('accounts/', include('django.contrib.auth.urls'))]\n"
            "urlpatterns += router.urls\n",
            "src/shop/api.py": "from rest_framework.routers import SimpleRouter\nrouter = SimpleRouter()\n"
            "router.register('items', Items, basename='items')\n",
            "src/orders/urls.py": URLS + "urlpatterns = [path('', every)]\n",
            "src/users/urls.py": URLS + "urlpatterns = [path('users/', every)]\n",
        },
        [
            "ALL /orders",
            "ALL /users",
            *[
                f"ALL /accounts/{path}"
                for path in (
                    "login",
                    "logout",
                    "password_change",
                    "password_change/done",
                    "password_reset",
                    "password_reset/done",
                    "reset/<uidb64>/<token>",
                    "reset/done",
                )
            ],
            "ALL /items/*",
            "GET /",
        ],
    ),
    "names by stars, packages without a file and classes": (
        {
            "requirements.txt": FASTAPI,
            "src/web/main.py": "from web.base import *\nimport web.parts.orders\nfrom .parts import users\n"
            "from ..web.parts.pages import pages as more\n"
            "app.include_router(web.parts.orders.router)\napp.include_router(users.router.router)\n"
            "app.include_router(more.build())\n",
            "src/web/base.py": "from fastapi import FastAPI\napp = FastAPI(openapi_url=None)\n",
            "src/web/parts/orders.py": "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/orders')\ndef f(): ...\n",
            "src/web/parts/users.py": "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/users')\ndef f(): ...\n",
            "src/web/parts/pages/__init__.py": "",
            "src/web/parts/pages/pages.py": "from fastapi import APIRouter\ndef build():\n    router = APIRouter(prefix='/pages')\n"
            "    @router.get('/about')\n    def f(): ...\n    return router\n",
            "other/main.py": "from fastapi import FastAPI\nclass Server:\n    def __init__(self):\n"
            "        self.app = FastAPI(openapi_url=None)\n    def routes(self):\n        @self.app.get('/ping')\n        def f(): ...\n",
        },
        ["GET /ping", "GET /orders", "GET /users", "GET /pages/about"],
    ),
    "what applications answer by themselves": (
        {
            "requirements.txt": FLASK + FASTAPI,
            "a.py": "from flask import Flask\napp = Flask(__name__, static_folder=None)\n@app.get('/a')\ndef a(): ...\n",
            "b.py": "from flask import Flask\napp = Flask(__name__, static_url_path='/files')\n",
            "c.py": "from fastapi import FastAPI\napp = FastAPI(docs_url='/help', redoc_url=None, openapi_url=URL)\n",
        },
        ["GET /a", "GET,HEAD /files/*", "GET /help", "GET /openapi.json"],
    ),
}


@pytest.mark.parametrize(("files", "expected"), TABLES.values(), ids=TABLES)
def test_the_table(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    found = of(tmp_path, files)
    assert paths(found) == expected
    assert (found.known, found.reason) == (True, "")


HIDDEN = {
    "a router that is not found": (
        FASTAPI,
        {"main.py": APP + "from web import api\napp.include_router(api.router)\n", "web.py": ""},
        "`api.router`, which main.py includes, was not found",
    ),
    "a prefix that is not literal": (
        FASTAPI,
        {
            "main.py": "from fastapi import APIRouter\n" + APP + "router = APIRouter()\n"
            "app.include_router(router, prefix=settings.prefix)\n"
        },
        "the prefix of `router` in main.py is not literal",
    ),
    "a path that is put together": (
        FASTAPI,
        {"main.py": APP + "@app.get(f'/{name}')\ndef x(): ...\n"},
        "a path in main.py is not literal",
    ),
    "a router that nothing mounts": (
        FASTAPI,
        {
            "main.py": APP,
            "other.py": "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/x')\ndef x(): ...\n",
        },
        "where `router` in other.py is mounted is not seen",
    ),
    "routes from a list": (
        FASTAPI,
        {"main.py": "from fastapi import FastAPI\napp = FastAPI(routes=routes)\n"},
        "not all options of `app` in main.py are written out",
    ),
    "something that is not known": (
        FASTAPI,
        {"main.py": APP, "x.py": "@api.get('/x')\ndef x(): ...\n"},
        "`api`, to which x.py adds, was not found",
    ),
    "an application of no framework that is read": (
        FASTAPI,
        {"main.py": "app = make()\n@app.get('/x')\ndef x(): ...\n"},
        "`app`, to which main.py adds, was not found",
    ),
    "a file that is broken": (
        FASTAPI,
        {"main.py": APP + "@app.get('/x')\ndef x(:\n"},
        "main.py is no valid Python",
    ),
    "a router that is made in two ways": (
        FASTAPI,
        {
            "main.py": "from fastapi import APIRouter\n"
            + APP
            + "if old:\n    router = APIRouter(prefix='/old')\n"
            "else:\n    router = APIRouter(prefix='/new')\napp.include_router(router)\n"
        },
        "`router` in main.py is made in two ways",
    ),
    "a mount that is put together": (
        FASTAPI,
        {"main.py": APP + "app.mount(f'/{x}', other)\n"},
        "a mount in main.py is not literal",
    ),
    "a name of Django's that is not literal": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS,
            "shop/urls.py": URLS + "urlpatterns = [path(f'{x}/', x), path('a/', a)]\n",
        },
        "a path in shop/urls.py is not literal",
    ),
    "the first routes of Django are not there": (
        DJANGO,
        {"shop/settings.py": SETTINGS, "shop/wsgi.py": ""},
        "`shop.urls` was not found",
    ),
    "a module of routes that is not there": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS,
            "shop/urls.py": URLS + "urlpatterns = [path('a/', include('shop.orders'))]\n",
        },
        "`shop.orders`, which shop/urls.py includes, was not found",
    ),
    "routes that lead into each other": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS,
            "shop/urls.py": URLS + "urlpatterns = [path('a/', include('shop.urls'))]\n",
        },
        "the routes lead into each other",
    ),
    "routers that lead into each other": (
        FASTAPI,
        {
            "main.py": "from fastapi import APIRouter\n"
            + APP
            + "a = APIRouter()\na.include_router(a)\n"
            "app.include_router(a)\n"
        },
        "the routers lead into each other",
    ),
    "another framework": ("sanic==24.6\n", {"main.py": ""}, "routes of sanic are not read"),
    "two settings of Django": (
        DJANGO,
        {
            "a/settings.py": "ROOT_URLCONF = 'a.urls'\n",
            "b/settings.py": "ROOT_URLCONF = 'b.urls'\n",
        },
        "which file holds the first routes is not told",
    ),
    "the routes of a package at the root": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS,
            "shop/urls.py": URLS + "urlpatterns = [path('', include('django_prometheus.urls'))]\n",
        },
        "`django_prometheus.urls`, which shop/urls.py includes, is not read",
    ),
    "routes by the host's name": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS + "ROOT_HOSTCONF = 'shop.hosts'\n",
            "shop/urls.py": URLS + "urlpatterns = []\n",
        },
        "`urlpatterns` of shop/urls.py was not read",
    ),
    "routes from a function": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS,
            "shop/urls.py": URLS + "urlpatterns = i18n_patterns(path('x/', x))\n",
        },
        "not all routes in shop/urls.py are written out",
    ),
}


@pytest.mark.parametrize(("manifest", "files", "reason"), HIDDEN.values(), ids=HIDDEN)
def test_what_hides_routes(
    tmp_path: Path, manifest: str, files: dict[str, str], reason: str
) -> None:
    found = of(tmp_path, {"requirements.txt": manifest, **files})
    assert not found.known
    assert found.reason == reason


BESIDE = {
    "a middleware of its own": (
        FASTAPI,
        {"main.py": APP + "from web import Probes\napp.add_middleware(Probes)\n"},
        "`Probes` in main.py may answer by itself",
    ),
    "a function that answers before all routes": (
        FLASK,
        {
            "app.py": "from flask import Flask\napp = Flask(__name__)\n@app.before_request\n"
            "def first():\n    return jsonify(ok=True)\n"
        },
        "`first` in app.py may answer by itself",
    ),
    "pages for what is not found": (
        FLASK,
        {
            "app.py": "from flask import Flask\napp = Flask(__name__)\n@app.errorhandler(404)\n"
            "def lost(error):\n    return send_file('index.html')\n"
        },
        "`lost` in app.py may answer by itself",
    ),
    "a function for what is not found that is not looked into": (
        FLASK,
        {
            "app.py": "from flask import Flask\napp = Flask(__name__)\ndef page(e):\n    return 'x'\n"
            "app.register_error_handler(404, page)\n"
        },
        "`page` in app.py may answer by itself",
    ),
    "a name of the script": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS + "FORCE_SCRIPT_NAME = '/shop'\n",
            "shop/urls.py": URLS + "urlpatterns = [path('x/', x)]\n",
        },
        "shop/settings.py sets `FORCE_SCRIPT_NAME`",
    ),
    "middlewares that are not written out": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS + "MIDDLEWARE += more()\n",
            "shop/urls.py": URLS + "urlpatterns = [path('x/', x)]\n",
        },
        "not all middlewares in shop/settings.py are written out",
    ),
    "a package of Django's that answers probes": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS,
            "shop/urls.py": URLS
            + "urlpatterns = [path('x/', x), path('ht/', include('health_check.urls'))]\n",
        },
        "`health_check.urls` answers probes",
    ),
    "files at a path that is not literal": (
        FLASK,
        {
            "app.py": "from flask import Flask\napp = Flask(__name__, static_url_path=URL)\n"
            "@app.get('/x')\ndef x(): ...\n"
        },
        "`static_url_path` in app.py is not literal",
    ),
    "a package that is given the application": (
        FLASK,
        {
            "app.py": "from flask import Flask\nfrom flask_restx import Api\napp = Flask(__name__)\napi = Api(app)\n"
        },
        "`Api` in app.py may add routes",
    ),
    "a path that a proxy takes away": (
        FASTAPI,
        {"main.py": "from fastapi import FastAPI\napp = FastAPI(root_path='/api')\n"},
        "`app` in main.py has a `root_path`",
    ),
    "a middleware of Django's own making": (
        DJANGO,
        {
            "shop/settings.py": SETTINGS + "MIDDLEWARE += ['shop.health.Probes']\n",
            "shop/urls.py": URLS + "urlpatterns = [path('x/', x)]\n",
        },
        "`shop.health.Probes` may answer by itself",
    ),
}


@pytest.mark.parametrize(("manifest", "files", "reason"), BESIDE.values(), ids=BESIDE)
def test_what_may_answer_beside_routes(
    tmp_path: Path, manifest: str, files: dict[str, str], reason: str
) -> None:
    found = of(tmp_path, {"requirements.txt": manifest, **files})
    assert found.known
    assert found.reason == reason


def test_a_function_that_is_given_the_application_is_followed(tmp_path: Path) -> None:
    files = {
        "requirements.txt": FASTAPI,
        "main.py": APP
        + "from web import configure\nconfigure(app)\n@app.get('/x')\ndef x(): ...\n",
        "web.py": "from fastapi.middleware.gzip import GZipMiddleware\nfrom sentry_sdk import init\n"
        "def configure(app):\n    app.add_middleware(GZipMiddleware)\n    init(app)\n    print(app)\n",
    }
    assert of(tmp_path / "a", files).reason == ""
    files["web.py"] = "from others import Api\ndef configure(app):\n    Api(app)\n"
    assert of(tmp_path / "b", files).reason == "`Api` in web.py may add routes"


def test_what_passes_requests_on_hides_nothing(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        {
            "requirements.txt": FASTAPI,
            "main.py": "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n"
            "from prometheus_fastapi_instrumentator import Instrumentator\nfrom .web import RequestLoggerMiddleware\n"
            "app = FastAPI()\napp.add_middleware(CORSMiddleware)\napp.add_middleware(RequestLoggerMiddleware)\n"
            "Instrumentator().instrument(app).expose(app)\n"
            "@app.middleware('http')\nasync def timing(request, call_next):\n    return await call_next(request)\n"
            "@app.exception_handler(404)\nasync def lost(request, error):\n    return JSONResponse({}, status_code=404)\n"
            "@app.exception_handler(ValueError)\nasync def wrong(request, error):\n    return FileResponse('x')\n",
        },
    )
    assert (found.known, found.reason) == (True, "")
    assert paths(found) == [*DOCS, "GET /metrics", "GET /metrics"]
