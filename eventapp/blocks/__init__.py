"""Further parts of the event page, which the team writes and orders: texts, questions, documents, partners."""
