"""A database at any version of its tables."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import MetaData

from eventapp.core.db import Base, db


@pytest.fixture
def at(app: Flask) -> Any:
    """A database at a version; afterwards all tables are restored to the newest version."""
    db.session.remove()
    Base.metadata.drop_all(db.engine)

    def go(version: str) -> None:
        upgrade(directory=app.config["MIGRATIONS"], revision=version)

    yield go
    left = MetaData()  # tables may have had other names at that version
    left.reflect(db.engine)
    left.drop_all(db.engine)
    Base.metadata.create_all(db.engine)
