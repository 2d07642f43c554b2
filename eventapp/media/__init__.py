"""Pictures of an event with their captions."""
