"""Tickets, check-in points, and the log of who came in and went out."""
