"""Start an inference job in milliseconds: ``python -SP -m memristive_study.runtime.forkserver key=value ...``.

Importing torch takes seconds, the arithmetic of a setting a fraction of one. Therefore the first job of a Snakemake
process starts a server, which imports torch and the library once and forks a child for each job. The process that
Snakemake starts for a job is only a client, which needs nothing but the standard library:

    client ── connects to ──> server: one a Snakemake process, ends with it or when idle
       └────── connection ──────┴ fork ─> child: carries out the job, sends its exit code

The connection ties a child to its job. A client that ends, even by a kill, closes it, and its child ends at once; a
child that ends without an exit code closes it, and its client fails. Children and clients do not need the server any
more once a child has begun, and a client that finds no server carries the job out itself.

The server must neither run anything in parallel nor touch CUDA before it forks, since a child has none of its
threads; children do as they like. Snakemake's `benchmark:` measures the client: its wall time is the job's, its memory
is not (the log states the child's).
"""

# Environment variable: the number of the Snakemake process that the server belongs to. With "off", without it, and on
# another system than Linux, the client carries the job out itself, with the same result.
SWITCH = "MEMRISTIVE_FORK_SERVER"
