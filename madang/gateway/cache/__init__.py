"""Kept answers: an identical question is answered from here and nothing is sent."""
