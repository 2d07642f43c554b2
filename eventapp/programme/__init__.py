"""Sessions in rooms and tracks, the people who take part in them, and published versions."""
