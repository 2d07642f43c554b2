"""Events and sessions as calendar entries: rows of what is public, and how each reads in one language."""
