"""The server: it imports what jobs need and forks a child for each."""

import contextlib
import json
import os
import socket
import sys
import threading
import time

import torch

from memristive import evaluation
from memristive.kernels import build
from memristive_study.data import dataset
from memristive_study.models import build as models
from memristive_study.models import weights
from memristive_study.runtime.forkserver import job

LOADED = (evaluation, dataset, models, weights, job)  # before the first fork, so that no child has to
IDLE_SECONDS = 15  # without a job; longer than Snakemake's pauses between two jobs


def serve(path: str, owner: int) -> int:
    """Fork a child for each connection to the socket on stdin, until the owner ends or no job has run for a while."""
    torch.set_num_threads(1)
    with contextlib.suppress(build.BuildError):
        build.library()  # compiled once, here, not by every child

    listener = socket.socket(fileno=0)
    listener.settimeout(1)
    last = time.monotonic()
    while _alive(owner) and time.monotonic() - last < IDLE_SECONDS:
        with contextlib.suppress(TimeoutError):
            connection, _ = listener.accept()
            if os.fork() == 0:
                _be_child(connection, listener)
            connection.close()
            last = time.monotonic()
        if _has_children():
            last = time.monotonic()
    os.unlink(path)  # noqa: PTH108
    return 0


def _be_child(connection: socket.socket, listener: socket.socket) -> None:
    """Carry out the job that the connection brings and end."""
    code = 1
    try:
        listener.close()
        header, streams, *_ = socket.recv_fds(connection, 8, 2)
        for number, stream in enumerate([os.open(os.devnull, os.O_RDONLY), *streams]):
            os.dup2(stream, number)
        request = connection.recv(int.from_bytes(header, "big"), socket.MSG_WAITALL)
        connection.sendall(b"+")
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        code = job.run(json.loads(request))
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(bytes([code]))
    finally:
        os._exit(code)  # not through the server's own code


def _end_with(connection: socket.socket) -> None:
    """End this process when the client has ended: Snakemake may already have deleted the job's output."""
    try:
        connection.recv(1)  # a client sends nothing more; this returns when it closes, or raises where it was killed
    finally:
        os._exit(1)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _has_children() -> bool:
    """True while a child runs. Lets the system forget those that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
