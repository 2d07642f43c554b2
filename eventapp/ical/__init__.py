"""Calendar formats, as plain values in and bytes out: iCalendar, jCal and JSON-LD. Knows no feature."""
