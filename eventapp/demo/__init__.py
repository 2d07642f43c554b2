"""The demo: five stories from a ministry's newsletter and one upcoming edition, as content to try things out.

Each event is a data file in `stories/`; `story` loads all of them. Facts from sources are kept apart from invented
ones: real events name their sources, and invented people, registrations and organizations are marked as generated or
fictional.
"""
