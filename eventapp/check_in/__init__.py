"""Check-in: doors, and the log of who came in and went out."""
