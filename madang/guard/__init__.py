"""Who may come in: names and origins, sessions and tokens, limits, and the headers on every answer."""
