"""The event itself: series, themes, hosts, sites, status."""
