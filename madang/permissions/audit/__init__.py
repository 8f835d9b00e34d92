"""What happened, in a chain that shows every later change."""
