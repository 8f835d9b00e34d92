"""What a run has met and how often it asked, and the modes that were chosen."""
