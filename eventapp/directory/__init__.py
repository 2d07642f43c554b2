"""People, organizations and places, each stored once for all events."""
