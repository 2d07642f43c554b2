"""A visitor's own list of sessions, across events and without an account."""
