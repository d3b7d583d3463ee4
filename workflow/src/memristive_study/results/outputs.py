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
  records         list of evaluations/<experiment>/<network>/<label>.json, for comparisons paired over the images
  rulegraph       output of `snakemake --rulegraph` (dot), or lines "parent child"
Every rule also has params.name (but claims) and params.networks, the JSON text of `study.networks`.
Figures have the outputs png and svg, tables and claims csv and md.

The report (scripts/report.py) has the inputs notebook, provenance (`provenance.record` as JSON) and
whatever it shows; it reads figures/, tables/, experiments/, validation/parity.csv and claims.csv in
params.results, the study's folder. params.config is the study's configuration as JSON; output.html.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Output:
    """One figure or table.

    `module` is a module of `memristive_study.figures` that has `draw`, or a function of
    `memristive_study.report.tables`. `caption` serves both reports, as alternative text too.
    """

    module: str
    inputs: tuple[str, ...]
    title: str
    caption: str = ""


# Each is figures/<name>.png and .svg.
FIGURES = {
    "fig06_device_curves": Output(
        "device_curves",
        ("curves",),
        "Switching and pinched hysteresis of the devices",
        "Each row is a device. Left, |current| on a logarithmic axis over one period of a triangular "
        "voltage: the device switches to its low resistance on one polarity and back on the other. Right, "
        "current over one period of a sine, one loop a frequency: every loop passes through the origin.",
    ),
    "fig09_workflow": Output(
        "workflow",
        ("rulegraph",),
        "The workflow",
        "Rules from the images to the report; an arrow is a file that one rule writes and another reads. "
        "Figures and tables with the same inputs share a box.",
    ),
    "fig10_images": Output(
        "images",
        ("datasets",),
        "Example images of each data set",
        "The first test image of each of ten classes, evenly over the classes of each data set.",
    ),
    "fig11_networks": Output(
        "networks",
        ("layers",),
        "The networks",
        "Each box is a layer with its output shape (channels, height, width); below it, what follows the "
        "layer: batch normalisation (BN), ReLU; dropout in brackets stands before the layer.",
    ),
    "fig11_tiles": Output(
        "tiles",
        ("layers",),
        "The networks' layers on tiles",
        "Each layer's weight matrix on the tiles of its crossbars; the filled part holds weights, the "
        "percentage is its share of all devices of the tiles.",
    ),
    "fig12_cross_validation": Output(
        "cross_validation",
        ("histories",),
        "Cross-validation of the networks",
        "Accuracy on the training images (dashed) and on the validation images (solid) over the epochs; "
        "thin lines are folds, thick ones their mean, a star the paper's mean test accuracy.",
    ),
    "fig13_max_input_voltage": Output(
        "input_voltage",
        ("input_voltage", "selections"),
        "Accuracy against the maximum input voltage",
        "Accuracy on the test set against the maximum input voltage, for both semantics; dotted, the "
        "digital network; stars, what the paper reports.",
    ),
    "fig_batch_size": Output(
        "batch_size",
        ("input_voltage",),
        "Accuracy against the batch size of inference",
        "At a low maximum input voltage. As published, MemTorch scales the inputs of a linear layer by the largest of "
        "the whole batch, so that the accuracy depends on the batch size; as meant, each sample has its own scale.",
    ),
    "fig14_adc_tile": Output(
        "adc_tile",
        ("adc_tile",),
        "Accuracy against ADC resolution and tile shape",
        "Accuracy on the test set against the resolution of the ADC, a line a tile shape; where both semantics were "
        "run, as MemTorch computes padding cells take part in the ADC's range.",
    ),
    "fig_adc_range": Output(
        "adc_range",
        ("adc_tile",),
        "An ADC of a fixed range beside the auto-ranging one",
        "Accuracy on the test set against the resolution of the ADC. MemTorch's converter takes its range from the "
        "vector that it converts, which no converter can know; the other one has a range for each tile, fixed on "
        "training images.",
    ),
    "fig15_variability": Output(
        "variability",
        ("variability",),
        "Device variability and conductance states",
        "Accuracy against the number of conductance states (infinity: continuous), a line a standard "
        "deviation sigma of the device resistances. Left as meant, right as MemTorch computes it, where "
        "states change nothing.",
    ),
    "fig16_device_faults": Output(
        "device_faults",
        ("device_faults",),
        "Devices stuck at a resistance state",
        "Accuracy by the proportions of devices stuck at their low (LRS) and at their high resistance "
        "(HRS): in 3-D as in the paper, and as a heat map with the paper's values in brackets. Where both semantics "
        "were run, as MemTorch computes padding cells of the tiles count as devices.",
    ),
    "fig_endurance": Output(
        "endurance",
        ("endurance",),
        "Endurance: accuracy after SET/RESET cycles",
        "Left, accuracy after 10,000 SET/RESET cycles at 350 K in sudden mode, tuned before or after, "
        "under both semantics; lines and stars are what the paper reports. Right, accuracy over cycles in "
        "gradual mode, a line a temperature.",
    ),
    "fig_retention": Output(
        "retention",
        ("retention",),
        "Retention: accuracy after drift",
        "Left, accuracy after 10,000 s at a drift coefficient of 0.1, tuned before or after the drift; "
        "lines and stars are what the paper reports. Right, accuracy over time.",
    ),
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
    "device_parameters": Output("device_parameters", ("parameters",), "Parameters of the devices and their sources"),
}

# claims.csv and claims.md. All inputs are optional: what a study lacks, its ledger says.
CLAIMS = (
    "input_voltage", "adc_tile", "variability", "device_faults", "endurance", "retention", "times", "curves",
    "hysteresis", "selections", "histories", "datasets", "layers", "records",
)  # fmt: skip
