"""The built-in model: fetched by its hash, run in a child process, there for whoever has no other model."""
