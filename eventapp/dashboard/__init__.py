"""The organizer's desk: overview over several features."""
