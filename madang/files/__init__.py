"""Files as a person works with them by hand, in the opened folders."""
