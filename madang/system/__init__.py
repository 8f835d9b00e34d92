"""What is done to this machine: actions in one canonical form, and the executors that carry them out."""
