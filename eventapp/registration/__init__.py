"""Taking part: options with places, questions, registrations, the waiting list."""
