"""Figure 6 as data: switching and hysteresis curves of the devices, their loops, their parameters."""

from memristive import devices
from memristive.core.files import write_csv
from memristive.devices import curves
from memristive.devices.vteam import ALLOWED
from memristive_study.runtime.scripting import job

with job(snakemake):
    known = devices.table(snakemake.params.own)
    shown = {name: known[name] for name in snakemake.params.shown}
    # A device without a state equation has no curves.
    chosen = {name: device for name, device in shown.items() if isinstance(device, devices.VTEAM)}
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
                **{parameter: getattr(device, parameter, "") for parameter in ALLOWED},
                "assumed": " ".join(getattr(device, "assumed", ())),
                "source": device.source,
            }
            for name, device in shown.items()
        ],
    )
