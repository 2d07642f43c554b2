"""Email: rows in an outbox that commit with what they report; a worker sends them."""
