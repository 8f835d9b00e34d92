"""Programs: found, held by the best sandbox this machine has, run without a shell, and ended whole."""
