"""Calendars to subscribe to and to download: their options, versions and links, and the team's check of them."""
