"""Tests of running programs."""
