"""Announcements: one text, written by the team, to all people of a group."""
