"""The pure core: what is known of a call, what is decided about it and why.

Standard library and pydantic only: no clock, no randomness, no logging, no I/O. Time, loads and risk come in as data.
"""
