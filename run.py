"""Tomoshibi's command line: `python run.py --help`."""

import sys

from service.commands.cli import main

if __name__ == "__main__":
    sys.exit(main())
