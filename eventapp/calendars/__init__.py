"""Pure writers of calendars, and the feeds that serve them."""
