"""Says in one line where samples are missing."""

import pytest

from tests.service import samples


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tests that compare with sample telegrams pass without them, but not silently."""
    if samples.folder() is None:
        terminalreporter.write_line(samples.NOTICE)
