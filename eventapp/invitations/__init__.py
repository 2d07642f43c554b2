"""Personal invitations: who is asked to come, and what they have answered."""
