"""The organizers' desk: pages that cross features."""
