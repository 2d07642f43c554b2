"""The event itself: series, themes, hosts, venues, status."""
