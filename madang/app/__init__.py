"""The composition root: builds each service once, hands them out, and decides nothing."""
