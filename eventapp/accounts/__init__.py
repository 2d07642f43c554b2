"""Logins of organizers, and the permissions of each role."""
