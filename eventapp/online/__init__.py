"""Online attendance: links to join, codes to check in to a session, and the reports of meeting services."""
