"""Dispatch triage: does a call need a sworn officer, or can a Community Service Officer take it?"""
