"""List the code that scripts, notebooks or functions reach."""

import sys

from memristive.core.errors import InputError
from memristive_study.runtime.code import reached

if __name__ == "__main__":
    try:
        print("\n".join(reached(*sys.argv[1:])))
    except InputError as error:
        sys.exit(f"error: {error}")
