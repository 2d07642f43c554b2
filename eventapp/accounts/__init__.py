"""Logins of organizers, and who may do what at which event."""
