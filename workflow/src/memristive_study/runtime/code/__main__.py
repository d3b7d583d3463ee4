"""List the code that scripts or functions reach, or the way to one definition."""

import argparse
import sys

from memristive.core.errors import InputError
from memristive_study.runtime.code import reached, why

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m memristive_study.runtime.code", description=__doc__)
    parser.add_argument("starts", nargs="+", help="figure.py, or module:function")
    parser.add_argument("--why", metavar="module:name", help="the definitions by which this one is reached")
    options = parser.parse_args()
    try:
        print("\n".join(why(options.why, *options.starts) if options.why else reached(*options.starts)))
    except InputError as error:
        sys.exit(f"error: {error}")
