"""The demonstration: the five stories of a ministry's newsletter and one edition to come, as content to try things on.

Each event is a data file in `stories/`; `story` loads all of them. What a source states is kept apart from what is made
up: real events carry their sources, and people, registrations and organizations that nobody has heard of are marked as
generated or fictional.
"""
