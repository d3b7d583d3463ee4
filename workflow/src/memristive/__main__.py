"""``python -m memristive``: the command line, as ``memristive`` where the package is installed."""

import sys

from memristive.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
