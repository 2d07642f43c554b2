"""Public pages that put several features together: home, list of events, event."""
