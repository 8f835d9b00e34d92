"""Made-up conversations and calls, for looking around in an installation that nobody has used yet."""
