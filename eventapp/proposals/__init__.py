"""The call for speakers: proposals, the team's reviews, and the links by which speakers answer."""
