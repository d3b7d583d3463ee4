"""Errors of code that others wrote, in one line."""

import traceback

LIBRARIES = ("importlib", "memristive", "torch")  # whose lines say nothing about the mistake


def described(error: Exception, *more: str) -> str:
    """The last line that ran of a user's own code, the kind of the error and its message.

    Args:
        error: as it was caught, with its traceback.
        more: packages beside `LIBRARIES` whose lines are left out.
    """
    left_out = {*LIBRARIES, *more}
    own = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__", "").partition(".")[0] not in left_out
    ]
    where = "{} line {}: ".format(*own[-1]) if own else ""
    return f"{where}{type(error).__name__}: {' '.join(str(error).split())}"
