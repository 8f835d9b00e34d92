"""Tests of programs run by hand."""
