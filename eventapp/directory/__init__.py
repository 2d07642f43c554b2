"""Who and where: people, organizations and places, each once for all events."""
