"""Tools for a model that cannot call any by itself: it is asked to write what it would call, and held to that form."""
