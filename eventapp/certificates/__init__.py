"""Certificates of attendance, and their check by anybody who has the code."""
