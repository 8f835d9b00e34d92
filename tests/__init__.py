"""Madang's tests: real processes, real databases, a real browser, and fakes only where the product ships them."""
