"""The ground: knows no feature."""
