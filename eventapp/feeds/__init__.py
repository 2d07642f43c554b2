"""Calendars to subscribe to and to download: options, versions, links, and the team's check of them."""
