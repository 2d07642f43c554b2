"""The baseline: a bare Flask app on the same server."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def floor() -> str:
    return "ok"
