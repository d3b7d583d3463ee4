"""Removes Snakemake's default limit of submissions.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

from typing import Any

DEFAULT_LIMIT = (100, 1)  # submissions, seconds


def unlimit(scheduler: Any) -> None:
    """Take the default limit of submissions off Snakemake's `scheduler`; a limit that a user has set stays.

    With any limit Snakemake 9.27 looks again for jobs to start every second, and once more a second for each job that
    has finished (scheduling/job_scheduler.py: each look orders the next one). After some hundred jobs, while others
    run, that takes a whole core. No machine starts a hundred of these jobs a second, so that the limit has no use.
    """
    limiter = scheduler.job_rate_limiter
    if limiter is not None and (limiter.max_jobs, limiter.timespan) == DEFAULT_LIMIT:
        scheduler.job_rate_limiter = None
