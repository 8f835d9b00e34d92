"""What a person allowed beyond one time."""
