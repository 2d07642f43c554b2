"""Counting who takes part, on a stated basis."""
