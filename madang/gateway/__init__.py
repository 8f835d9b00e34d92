"""The gateway room: the one door to every model."""
