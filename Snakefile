import os
import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")

# Of this file, also where another one includes it.
REPOSITORY = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
SOURCE = REPOSITORY / "workflow" / "src"
sys.path.insert(0, str(SOURCE))
# Scripts run in processes of their own and find the library here, installed or not.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(SOURCE), os.environ.get("PYTHONPATH")]))
# `python` of a shell command is this one, unless the rule's conda environment comes before it.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/datasets.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/devices.smk"
include: "workflow/rules/inference.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        rules.figures.input,
        rules.tables.input,
        rules.collect_parity.output,
        rules.report.output,
