"""The OpenAI-compatible door: what a program sends goes to the provider as it is, past the same cache and caps."""
