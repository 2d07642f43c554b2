"""The people desk: find, sort, decide about, export, invite and import those who take part."""
