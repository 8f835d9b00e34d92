"""Measurements against bare yardsticks, run by `make bench`. Nothing here ships."""
