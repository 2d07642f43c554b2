"""Tickets: signed texts that show a registration."""
