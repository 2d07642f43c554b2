"""The floor: what Flask itself costs on the same server, before we do anything."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def floor() -> str:
    return "ok"
