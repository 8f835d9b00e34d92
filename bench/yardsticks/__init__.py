"""The smallest programs that do the same work: what a figure of ours is divided by."""
