"""Which figures and tables there are, from which files each is made, and by which function.

The workflow builds its rules from these tables, so nothing but the standard library is imported.

Inputs, by name:
  input_voltage, adc_tile, variability, device_faults, endurance, retention
                  experiments/<name>.csv
  times           experiments/inference_time.csv
  parity          validation/parity.csv
  curves, hysteresis, parameters
                  devices/<name>.csv
  selections      list of training/<network>/selection.json
  histories       list of training/<network>/fold<k>/history.csv, and training/<network>/published/history.csv
  datasets        list of datasets/<dataset>.npz
  layers          tables/networks.csv
  rulegraph       output of `snakemake --rulegraph` (dot), or lines "parent child"
Every rule also has params.networks, the JSON text of `study.networks`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Output:
    """One figure or table.

    `module` is a module of `memristive.figures` that has `draw`, or a function of
    `memristive.tables`; `inputs` must be there, `optional` are used where a study has them.
    """

    module: str
    inputs: tuple[str, ...]
    title: str
    optional: tuple[str, ...] = ()


# Each is figures/<name>.png and .svg, by the rule <name>.
FIGURES = {
    "fig06_device_curves": Output("device_curves", ("curves",), "Switching and pinched hysteresis of the devices"),
    "fig09_workflow": Output("workflow", ("rulegraph",), "The workflow"),
    "fig10_images": Output("images", ("datasets",), "Example images of each data set"),
    "fig11_networks": Output("networks", ("layers",), "The networks"),
    "fig11_tiles": Output("tiles", ("layers",), "The networks' layers on tiles"),
    "fig12_cross_validation": Output("cross_validation", ("histories",), "Cross-validation of the networks"),
    "fig13_max_input_voltage": Output(
        "input_voltage", ("input_voltage", "selections"), "Accuracy against the maximum input voltage"
    ),
    "fig14_adc_tile": Output("adc_tile", ("adc_tile",), "Accuracy against ADC resolution and tile shape"),
    "fig15_variability": Output("variability", ("variability",), "Device variability and conductance states"),
    "fig16_device_faults": Output("device_faults", ("device_faults",), "Devices stuck at a resistance state"),
    "fig_endurance": Output("endurance", ("endurance",), "Endurance: accuracy after SET/RESET cycles"),
    "fig_retention": Output("retention", ("retention",), "Retention: accuracy after drift"),
}

# Each is tables/<name>.csv and .md.
TABLES = {
    "table1_datasets": Output("datasets", ("datasets",), "Data sets"),
    "table2_training": Output(
        "training", ("histories", "selections", "datasets"), "Test accuracy of the digital networks"
    ),
    "table3_endurance_retention": Output(
        "endurance_retention", ("endurance", "retention"), "Accuracy after endurance and retention"
    ),
    "table4_max_input_voltage": Output(
        "max_input_voltage",
        ("input_voltage", "selections", "datasets"),
        "Best accuracy over the maximum input voltages",
    ),
    "table5_inference_time": Output("inference_time", ("times",), "Inference time by tile shape"),
    "table6_stuck_at_faults": Output("stuck_at_faults", ("device_faults",), "Accuracy with stuck-at faults"),
    "networks": Output("networks", ("datasets",), "Layers of the networks"),
}

# claims.csv and claims.md. All inputs are optional: what a study lacks, its ledger says.
CLAIMS = (
    "input_voltage", "adc_tile", "variability", "device_faults", "endurance", "retention", "times", "curves",
    "hysteresis", "selections", "histories", "datasets", "layers",
)  # fmt: skip
