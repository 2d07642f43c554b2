"""The check-in app: one page for all events, which knows nothing until a link has given it a key.

Its address says nothing of an event, so a draft stays a secret, and a changed web address of an event changes nothing
at the doors. The service worker (its own file, at the root of its scope) keeps page and files for when there is no
network.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from eventapp.check_in import app_texts
from eventapp.core.assets import address
from eventapp.core.languages import countries, interface
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page

views = Blueprint("check_in_app", __name__, url_prefix="/check-in")

# The service worker keeps the page only if it says that it is ours.
MARK = "X-Check-In-App"
MODULES = (
    "app",
    "camera",
    "decide",
    "device-test",
    "dom",
    "people",
    "scan-worker",
    "server",
    "sound",
    "store",
    "sync",
    "ticket",
    "view",
)
FILES = (
    "core/base.css",
    "core/seal.svg",
    "check-in.css",
    "check-in-app.css",
    *(f"check-in/{name}.js" for name in MODULES),
    "vendor/noble-ed25519/index.js",
    "vendor/zxing-wasm/share.js",
    "vendor/zxing-wasm/reader/index.js",
    "vendor/zxing-wasm/reader/zxing_reader.wasm",
)
WORKER = "/check-in/scan-worker.js"


@views.get("/")
def app() -> Response:
    """The app. It alone may use the camera."""
    response = page("check_in/app.html", words=app_texts.texts(), countries=countries(interface()))
    response.headers[MARK] = current_app.config["ASSETS"]
    response.headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    response.headers["X-Robots-Tag"] = "noindex"
    response.cache_control.no_cache = True
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@views.get("/sw.js")
def service_worker() -> ResponseReturnValue:
    """The service worker, with the files that it keeps."""
    files = [*map(address, FILES), WORKER, "/check-in/manifest.webmanifest"]
    shell = json.dumps({"version": current_app.config["ASSETS"], "files": files})
    return _script(f"self.SHELL = {shell};\nimportScripts({json.dumps(address('check-in/service-worker.js'))});\n")


@views.get("/scan-worker.js")
def scan_worker() -> ResponseReturnValue:
    """The worker that reads codes: a worker obeys the policy of its own response, and this one may run WebAssembly."""
    response = _script(f"import {json.dumps(address('check-in/scan-worker.js'))};\n")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    )
    return response


def _script(text: str) -> Response:
    response = current_app.response_class(text, mimetype="text/javascript")
    response.cache_control.no_cache = True
    return response


@views.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    """What a phone puts on its home screen."""
    icon = {"src": address("core/seal.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    body = {
        "name": _("Check-in"),
        "short_name": _("Check-in"),
        "start_url": "/check-in/",
        "scope": "/check-in/",
        "id": "/check-in/",
        "display": "standalone",
        "background_color": "#fbfaf6",
        "theme_color": "#1a2130",
        "lang": interface(),
        "icons": [icon],
    }
    response = current_app.response_class(json.dumps(body, ensure_ascii=False), mimetype="application/manifest+json")
    response.cache_control.no_cache = True
    return response
