"""Every job's surroundings: its log, one line instead of a traceback for bad input, an end with its Snakemake."""

import contextlib
import os
import shutil
import socket
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from memristive.core.errors import InputError
from memristive_study.runtime import processes
from memristive_study.runtime.environment import OWNER

SMALL = 1_000_000  # bytes


@contextlib.contextmanager
def job(snakemake: Any) -> Iterator[None]:
    """Send stdout and stderr to the rule's log, if it has one, and end with exit code 1 on an InputError.

    The error's one line goes to the log and to the terminal. Any other exception leaves its traceback in both, and a
    line if the disk is full. When the Snakemake process that started the job ends, however it ends, so does the job:
    it could otherwise write over what a later run has made.
    """
    _end_with(os.environ.get(OWNER, ""))
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
            _say(f"error: {error}")
            raise SystemExit(1) from None
        except Exception:
            with contextlib.suppress(OSError):  # the log may be on the disk that is full
                traceback.print_exc()
            if full := _full_disk([*snakemake.log, *getattr(snakemake, "output", [])]):
                _say(f"error: the disk of {full} is full; make room and give the same command again")
            raise


def _end_with(owner: str) -> None:
    """End this process when the one of the identity `owner`, if any, has ended."""
    if not owner or processes.host_of(owner) != socket.gethostname():
        return

    def watch() -> None:
        processes.wait_for_end(owner)
        _say("error: the Snakemake process that started this job has ended, and the job with it")
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _say(line: str) -> None:
    """Print a line to the terminal and to the log."""
    for stream in {sys.__stderr__, sys.stderr}:
        with contextlib.suppress(OSError):
            print(line, file=stream)


def _full_disk(paths: Iterable[str]) -> str | None:
    """The first folder of `paths` whose disk has no room for another small file."""
    for folder in {str(Path(path).parent) for path in paths}:
        with contextlib.suppress(OSError):
            if shutil.disk_usage(folder).free < SMALL:
                return folder
    return None
