"""Public pages that combine several features: home, list of events, event."""
