"""The outbox: e-mails are rows that commit together with what they report; a worker sends them."""
