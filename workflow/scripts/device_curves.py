"""Figure 6 as data: switching and hysteresis curves of the devices, their loops, their parameters."""

from memristive import devices
from memristive.core.files import write_csv
from memristive.devices import curves
from memristive_study.runtime.scripting import job

with job(snakemake):
    # A device without a state equation has no curves.
    chosen = {
        k: device for k, device in devices.table(snakemake.params.own).items() if isinstance(device, devices.VTEAM)
    }
    write_csv(
        snakemake.output.curves,
        [row for name, device in chosen.items() for row in curves.curves(name, device)],
        curves.COLUMNS,
    )
    write_csv(
        snakemake.output.hysteresis,
        [row for name, device in chosen.items() for row in curves.hysteresis(name, device)],
        curves.HYSTERESIS_COLUMNS,
    )
    write_csv(
        snakemake.output.parameters,
        [
            {
                "device": name,
                "name": device.name,
                **device.parameters(),
                "assumed": " ".join(device.assumed),
                "source": device.source,
            }
            for name, device in chosen.items()
        ],
    )
