"""What every script of the workflow shares: its log, and one line instead of a traceback for bad input."""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from memristive.errors import InputError


@contextlib.contextmanager
def job(snakemake: Any) -> Iterator[None]:
    """Send stdout and stderr to the rule's log, if it has one, and end with exit code 1 on an InputError.

    The error's one line goes to the log and to the terminal. Any other exception leaves its traceback in both.
    """
    with contextlib.ExitStack() as stack:
        if len(snakemake.log):
            path = Path(snakemake.log[0])
            path.parent.mkdir(parents=True, exist_ok=True)
            log = stack.enter_context(path.open("w", encoding="utf-8", buffering=1))
            stack.enter_context(contextlib.redirect_stdout(log))
            stack.enter_context(contextlib.redirect_stderr(log))
        try:
            yield
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            if sys.stderr is not sys.__stderr__:
                print(f"error: {error}", file=sys.__stderr__)
            raise SystemExit(1) from None
        except Exception:
            traceback.print_exc()
            raise
