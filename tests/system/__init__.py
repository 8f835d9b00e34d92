"""Tests of what is done to this machine."""
