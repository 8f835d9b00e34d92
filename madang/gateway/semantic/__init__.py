"""Answers kept under questions that mean the same: compared by vectors, held back by vetoes, shown as what they are."""
