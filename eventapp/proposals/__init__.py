"""The call for speakers: proposals, what the team thinks of them, and the links by which speakers answer."""
