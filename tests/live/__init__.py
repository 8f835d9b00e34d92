"""Tests of the journal and its two views."""
