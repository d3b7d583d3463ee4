"""The job itself, in a child of the server or in the client."""

import json
import resource
import traceback
from collections.abc import Mapping
from types import SimpleNamespace

from memristive.core.files import write_json
from memristive_study.results import records
from memristive_study.runtime import scripting


def run(job: Mapping[str, str]) -> int:
    """Evaluate one setting and write its record; returns the exit code, errors are in the log and on stderr.

    Args:
        job: weights, data, architecture, setting, seeds, precision and threads as `records.evaluate_setting` takes
            them (seeds and precision as JSON); experiment, network, part and label, which the record carries; output,
            its path; log.
    """
    try:
        with scripting.job(SimpleNamespace(log=[job["log"]])):
            record = records.evaluate_setting(
                *(job[key] for key in ("weights", "data", "architecture", "setting")),
                seeds=json.loads(job["seeds"]),
                precision=json.loads(job["precision"]),
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
