"""The process that Snakemake starts for a job: it hands the job to a child of the server.

It imports as little as it can, since a study starts thousands of clients.
"""

import json
import os
import signal
import socket
import sys
import zlib
from collections.abc import Mapping, Sequence

from memristive_study.runtime.forkserver import SWITCH


def main(arguments: Sequence[str]) -> int:
    """Carry out the job of the arguments (see `job.run`) in a child of the server, or here; its exit code."""
    job = dict(argument.split("=", 1) for argument in arguments)
    owner = os.environ.get(SWITCH, "off")
    code = ask(job, int(owner)) if owner != "off" and sys.platform == "linux" else None
    if code is None:
        if sys.flags.no_site:  # a client starts without the installed packages (-S), which the job needs
            import site

            site.main()
        from memristive.core.processor import use_common_arithmetic

        use_common_arithmetic()  # before torch is loaded
        from memristive_study.runtime.forkserver.job import run

        code = run(job)
    return code


def ask(job: Mapping[str, str], owner: int) -> int | None:
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
    source = __file__.rsplit("/", 4)[0]
    for folder, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name != "__pycache__"]
        states = [(f"{folder}/{name}", os.stat(f"{folder}/{name}")) for name in files]  # noqa: PTH116
        found += sorted((name, state.st_size, state.st_mtime_ns) for name, state in states)
    return found
