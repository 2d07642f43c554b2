"""What happens when: sessions in rooms and tracks, and who takes part in them."""
