"""Pictures of an event, with captions."""
