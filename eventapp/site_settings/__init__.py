"""What an installation says of itself: its name, logo and colour, its legal pages, and what new events begin with."""
