"""E-mails to attendees and speakers: a pending notification is compared with what its recipient was last sent."""
