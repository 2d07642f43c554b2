"""Badges, name plates and signs on paper."""
