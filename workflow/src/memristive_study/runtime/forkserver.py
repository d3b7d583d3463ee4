"""Start an inference job in milliseconds: ``python -SP -m memristive_study.runtime.forkserver key=value ...``.

Importing torch takes seconds, the arithmetic of a setting a fraction of one. So the first job of a Snakemake process
starts a server, which imports torch and the library once and forks a child for each job; what Snakemake starts is
only a client, which needs nothing but the standard library:

    client ── connects to ──> server: one a Snakemake process, ends with it or when idle
       └────── connection ──────┴ fork ─> child: carries out `run`, sends its exit code

The connection ties a child to its job. A client that ends, even by a kill, closes it, and its child ends at once; a
child that ends without an exit code closes it, and its client fails. Children and clients do not need the server any
more once a child has begun, and a client that finds no server carries the job out itself.

The server must neither run anything in parallel nor touch CUDA before it forks, for a child has none of its threads;
children do as they like. Snakemake's `benchmark:` measures the client: its wall time is the job's, its memory is not
(the log states the child's).

The environment variable MEMRISTIVE_FORK_SERVER holds the id of the Snakemake process that the server belongs to; with
``off``, without it, or on another system than Linux, the client carries the job out itself, with the same result.
"""

import json
import os
import signal
import socket
import sys
import zlib
from collections.abc import Mapping, Sequence

SWITCH = "MEMRISTIVE_FORK_SERVER"
IDLE_SECONDS = 15  # without a job; longer than Snakemake's pauses between two jobs


def main(arguments: Sequence[str]) -> int:
    """Carry out the job of the arguments (see `run`) in a child of the server, or here; its exit code."""
    if arguments[0] == "--serve":
        return serve(arguments[1], int(arguments[2]))
    job = dict(argument.split("=", 1) for argument in arguments)
    owner = os.environ.get(SWITCH, "off")
    code = _ask(job, int(owner)) if owner != "off" and sys.platform == "linux" else None
    if code is None:
        if sys.flags.no_site:  # a client starts without the installed packages (-S), which the job needs
            import site

            site.main()
        code = run(job)
    return code


def run(job: Mapping[str, str]) -> int:
    """Evaluate one setting and write its record; returns the exit code, errors are in the log and on stderr.

    Args:
        job: weights, data, architecture, setting, seeds and threads as `records.evaluate_setting` takes them (seeds
            as JSON); experiment, network, part and label, which the record carries; output, its path; log.
    """
    import resource
    import traceback
    from types import SimpleNamespace

    from memristive.core.files import write_json
    from memristive_study.results import records
    from memristive_study.runtime import scripting

    try:
        with scripting.job(SimpleNamespace(log=[job["log"]])):
            record = records.evaluate_setting(
                *(job[key] for key in ("weights", "data", "architecture", "setting")),
                seeds=json.loads(job["seeds"]),
                threads=int(job["threads"]),
                named={key: job[key] for key in ("experiment", "network", "part", "label")},
            )
            write_json(job["output"], record)
            print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    except SystemExit as ended:  # of bad input, which is reported already
        return int(ended.code or 0)
    except Exception:
        traceback.print_exc()
        return 1
    return 0


# The client.


def _ask(job: Mapping[str, str], owner: int) -> int | None:
    """Exit code of the child that carried `job` out; None where there is no server that takes it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing to tidy up, and no traceback
    request = json.dumps(job).encode()
    problem: object = "it ends before it takes the job"
    for _ in range(2):  # a server may just be ending
        try:
            connection = _connect(owner)
            socket.send_fds(connection, [len(request).to_bytes(8, "big")], [1, 2])
            connection.sendall(request)
            begun = connection.recv(1)
        except OSError as error:
            problem = error
            continue
        if begun:
            code = connection.recv(1)
            if not code:
                print("error: the job's process was killed or crashed (out of memory?)", file=sys.stderr)
            return code[0] if code else 1
    print(f"fork server: not available ({problem}); this job imports the library itself", file=sys.stderr)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return None


def _connect(owner: int) -> socket.socket:
    """Connection to the owner's server, which is started where there is none. Raises OSError."""
    import fcntl

    path = _socket_path(owner)
    with open(f"{os.path.dirname(path)}/lock", "w") as lock:  # noqa: PTH120, PTH123 (pathlib costs a client 10 ms)
        fcntl.flock(lock, fcntl.LOCK_EX)
        for _ in range(2):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path)
                return connection
            except (FileNotFoundError, ConnectionRefusedError):  # no server, or one that was killed
                _start(path, owner)
    raise ConnectionRefusedError(path)


def _start(path: str, owner: int) -> None:
    """Listen, and hand the socket to a new server: clients may connect while it still imports."""
    import contextlib
    import subprocess

    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(128)
        subprocess.Popen(
            [sys.executable, "-P", "-m", "memristive_study.runtime.forkserver", "--serve", path, str(owner)],
            stdin=listener,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for Snakemake and the clients
        )


def _socket_path(owner: int) -> str:
    """Path of the socket, in a folder that only this user can enter: another code, another server. Raises OSError."""
    folder = f"{os.environ.get('TMPDIR', '/tmp')}/memristive-{os.getuid()}"
    if len(folder) > 88:  # a socket's path has at most 107 characters
        folder = f"/tmp/memristive-{os.getuid()}"
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
    state = os.lstat(folder)
    if state.st_uid != os.getuid() or state.st_mode & 0o170077 != 0o040000:
        raise PermissionError(f"{folder} is not a private folder of this user")
    return f"{folder}/{owner}-{zlib.crc32(repr(_identity()).encode()):08x}"


def _identity() -> list[object]:
    """Python, working directory and every source of the library with its size and time of change."""
    found: list[object] = [sys.executable, os.getcwd()]  # noqa: PTH109
    source = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120
    for folder, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name != "__pycache__"]
        states = [(f"{folder}/{name}", os.stat(f"{folder}/{name}")) for name in files]  # noqa: PTH116
        found += sorted((name, state.st_size, state.st_mtime_ns) for name, state in states)
    return found


# The server.


def serve(path: str, owner: int) -> int:
    """Fork a child for each connection to the socket on stdin, until the owner ends or no job has run for a while."""
    import contextlib
    import importlib
    import time

    import torch

    from memristive.kernels import build

    study = ("data.dataset", "models.build", "models.weights", "results.records")
    for name in ("memristive.evaluation", *(f"memristive_study.{module}" for module in study)):
        importlib.import_module(name)
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
    import threading

    code = 1
    try:
        listener.close()
        header, streams, *_ = socket.recv_fds(connection, 8, 2)
        for number, stream in enumerate([os.open(os.devnull, os.O_RDONLY), *streams]):
            os.dup2(stream, number)
        request = connection.recv(int.from_bytes(header, "big"), socket.MSG_WAITALL)
        connection.sendall(b"+")
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        code = run(json.loads(request))
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
    """Whether a child still runs; those that have ended are taken leave of."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
