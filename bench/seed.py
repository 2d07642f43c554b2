"""Creates the database of a benchmark: `python -m bench.seed SESSIONS REGISTRATIONS`, in EVENTAPP_INSTANCE."""

from __future__ import annotations

import sys

from bench import data
from eventapp.serve import migrate, start_app

if __name__ == "__main__":
    app = start_app()
    migrate(app)
    with app.app_context():
        data.fill("summit", sessions=int(sys.argv[1]), registrations=int(sys.argv[2]))
