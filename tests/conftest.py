"""What holds for all tests: properties are judged by what they find, not by the clock, and leave no files behind.

Some tests hold the project against published tables that it may not ship: `../shared/data`, beside the repository.
Where that folder is missing they are left out, and the end of the run says so; in CI it must be there.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("project", deadline=None, database=None)
settings.load_profile("project")

PUBLISHED = Path(__file__).parents[1].parent / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the published tables where there are none."""
    if PUBLISHED.is_dir() or os.environ.get("CI") == "true":
        return
    needing = [item for item in items if item.get_closest_marker("published_data")]
    items[:] = [item for item in items if not item.get_closest_marker("published_data")]
    config.hook.pytest_deselected(items=needing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    if not PUBLISHED.is_dir():
        terminalreporter.write_line("left out: the tests of published tables, as there is no ../shared/data")
