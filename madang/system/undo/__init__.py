"""Undo: what folders held before an action, kept by copy, and put back without touching what changed since."""
