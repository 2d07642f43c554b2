"""Counts of attendees, each on a stated basis."""
