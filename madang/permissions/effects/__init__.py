"""What was done: the intent before, the outcome after."""
