"""What attendees and speakers are e-mailed: pending notifications, compared with what each recipient was last sent."""
