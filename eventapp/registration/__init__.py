"""Attending an event: options with seats, questions, registrations, the waiting list."""
