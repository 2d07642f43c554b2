"""`flask --app wsgi …` and WSGI servers start here."""

from eventapp.serve import start_app

app = start_app()
