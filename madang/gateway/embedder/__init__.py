"""The built-in embedder: vectors of texts, made on this machine by a small model in a child process."""
