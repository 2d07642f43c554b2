"""The programme to and from the files of other systems."""
