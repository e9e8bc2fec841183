"""The tests; each test reads as a sentence."""
