"""/v1 as its clients see it: a real server, the official SDK, the provider that plays along."""
