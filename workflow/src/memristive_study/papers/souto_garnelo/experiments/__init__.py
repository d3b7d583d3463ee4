"""The paper's experiments, a file each: figures, tables, and what a study finds in them.

The grids are in config.yaml, under the same names. The modules are imported when Snakemake reads the workflow, so their
functions import what draws and computes themselves.
"""

from memristive_study.papers.souto_garnelo.experiments import (
    adc_tile,
    device_faults,
    endurance,
    input_voltage,
    retention,
    variability,
)

EXPERIMENTS = {
    "input_voltage": input_voltage.SECTION,
    "adc_tile": adc_tile.SECTION,
    "variability": variability.SECTION,
    "device_faults": device_faults.SECTION,
    "endurance": endurance.SECTION,
    "retention": retention.SECTION,
}
