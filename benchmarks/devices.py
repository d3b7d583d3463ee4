"""Time of what measured devices add: programming and age at conversion, read noise and currents at inference."""

import torch

from benchmarks import cases
from benchmarks.measure import interleaved, ratio
from memristive import Setting, convert

NETWORK = "mnist"
PLAIN = {"max_input_voltage": 0.2, "rescale_output": True, "tuning": "none"}
AGED = {"programming": "one_shot", "retention_model": "measured", "retention_time": 86400.0}
CONVERSIONS = {
    "plain": {},
    "one shot": {"device": "rram_wan", "programming": "one_shot"},
    "one shot, aged": {"device": "rram_wan", **AGED},
    "write-verify, 30 pulses": {
        "programming": "write_verify",
        "spread": "relative",
        "programming_sigma": 0.1,
        "tolerance": 1e-7,
    },
}
INFERENCES = {
    "plain": {},
    "one shot, aged": {"device": "rram_wan", **AGED},
    "read noise": {"device": "sonos", "read_noise": "measured"},
    "polynomial current": {"device": "rram_milo", "device_current": "device"},
    "sinh current": {"device": "stanford_pku", "device_current": "device"},
    "current of memdiodes": {"device": "memdiode", "device_current": "device"},
}


def measure(rounds: int, share: float, threads: int) -> list[dict[str, object]]:
    """One row a way, seconds and the ratio to the plain setting, taking turns with it."""
    torch.set_num_threads(threads)
    model = cases.network(NETWORK)
    x = cases.images(NETWORK, max(100, round(cases.IMAGES[NETWORK] * share)))

    def converted(fields: dict) -> torch.nn.Module:
        return convert(model, Setting(**{**PLAIN, **fields}), torch.Generator().manual_seed(0))

    ways = {f"conversion, {way}": lambda f=fields: converted(f) for way, fields in CONVERSIONS.items()}
    networks = {way: converted(fields) for way, fields in INFERENCES.items()}
    runs = {f"inference, {way}": lambda n=network: cases.run(n, x, len(x)) for way, network in networks.items()}
    rows = []
    for group in (ways, runs):
        times = interleaved(group, rounds)
        plain = times[next(iter(group))]
        rows += [
            {"way": f"{NETWORK} {way}", **each.columns(), "to_plain": ratio(each, plain)} for way, each in times.items()
        ]
    return rows
