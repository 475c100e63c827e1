"""The program on a machine whose clock is off: `python -m tests.service.off_clock SECONDS COMMAND`."""

import sys
from datetime import datetime, timedelta, tzinfo
from typing import Self

import service.clock

_OFF = timedelta(seconds=float(sys.argv[1]))


class _OffClock(datetime):
    """Everything reads the time of day through `service.clock`."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + _OFF


service.clock.datetime = _OffClock  # type: ignore[misc]  # the machine's clock

if __name__ == "__main__":
    from service.commands.cli import main

    sys.exit(main(sys.argv[2:]))
