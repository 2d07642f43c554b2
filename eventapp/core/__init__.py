"""The ground floor: code that knows no feature."""
