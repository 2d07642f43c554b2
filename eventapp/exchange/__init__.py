"""Import and export of programmes in the file formats of other systems."""
