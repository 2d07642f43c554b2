"""The demonstration: the five stories of a ministry's newsletter and one edition to come, as content to try things on.

Each story is a module with one `load`. What a source states is kept apart from what is made up: real events carry their
sources, and people, registrations and organizations that nobody has heard of are marked as generated or fictional.
"""
