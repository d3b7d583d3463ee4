import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")

# Of this file, also where another one includes it.
REPOSITORY = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
SOURCE = REPOSITORY / "workflow" / "src"
sys.path.insert(0, str(SOURCE))


configfile: "config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/datasets.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/devices.smk"
include: "workflow/rules/inference.smk"
include: "workflow/rules/choices.smk"
include: "workflow/rules/measurements.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        rules.figures.input,
        rules.tables.input,
        rules.collect_parity.output,
        rules.report.output,
