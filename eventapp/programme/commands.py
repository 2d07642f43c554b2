"""`flask programme …`: the programme on the command line. `cli.py` adds the commands of higher features to this
group.
"""

from __future__ import annotations

from flask.cli import AppGroup

programme = AppGroup("programme", help="The programme of an event.")
