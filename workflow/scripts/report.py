"""Run the report's notebook on a study and write it as one HTML file."""

import json
from pathlib import Path

from memristive_study.plan.plan import Plan
from memristive_study.report import report
from memristive_study.runtime.scripting import job

with job(snakemake):
    plan = Plan(json.loads(snakemake.params.config))
    report.make(
        snakemake.input.notebook,
        Path(snakemake.input.notebook).parent / "template",
        snakemake.params.results,
        snakemake.params.config,
        snakemake.input.provenance,
        plan.described(),
        plan.config["paper"] or "",
        snakemake.output.html,
    )
