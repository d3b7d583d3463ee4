"""Ask Snakemake for the graph of this study's rules."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from memristive.core.errors import InputError
from memristive.core.files import write_text
from memristive_study.runtime.complete import over
from memristive_study.runtime.scripting import job

with job(snakemake), tempfile.TemporaryDirectory() as folder:
    config = Path(folder) / "config.json"
    snakefile = Path(snakemake.scriptdir).resolve().parents[1] / "Snakefile"
    whole = over(snakefile.with_name("config.yaml"), snakemake.config)
    config.write_text(json.dumps(whole), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "snakemake", "--snakefile", snakefile, "--configfile", config]
    done = subprocess.run(
        [*command, "--cores", "1", "--rulegraph", "dot", "--nolock", "--forceall", "all"],
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stderr)
    if done.returncode != 0:
        raise InputError(f"rule graph: snakemake ended with {done.returncode}; its words are in the log")
    write_text(snakemake.output[0], done.stdout)
