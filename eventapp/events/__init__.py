"""The event itself: series, themes, hosts, venues, team, status."""
