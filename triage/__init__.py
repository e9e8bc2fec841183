"""Dispatch triage: whether a call needs a sworn officer or a Community Service Officer can take it, and why."""
