"""Events and sessions as calendar entries: rows of public data, and their texts in one language."""
