"""What holds for all tests: properties are judged by what they find, not by the clock, and leave no files behind."""

from hypothesis import settings

settings.register_profile("project", deadline=None, database=None)
settings.load_profile("project")
