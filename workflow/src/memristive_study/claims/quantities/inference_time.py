"""Quantities of the times of inference. A paper that timed MemTorch is judged on MemTorch's, on the same machine."""

from collections.abc import Mapping, Sequence

import pandas as pd

from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.claims.quantities.adc_tile import devices
from memristive_study.results.differences import at
from memristive_study.results.statistics import single


def growth_with_tile(networks: Sequence[str] = (), threads: int | None = None) -> Quantity:
    """MemTorch's smallest ratio of seconds from one tile shape to the next larger one, a network.

    Args:
        networks: of the paper, which must all have been timed; none: whichever were.
        threads: that computed; with one, no tile is computed beside another. None: any number.
    """

    def quantity(evidence: Evidence) -> list[Found]:
        frame, found = _times(evidence, threads), []
        for name in evidence.networks:
            mine = frame[frame["network"] == name]
            mine = mine.assign(devices=mine["tile_shape"].map(devices)).sort_values("devices")
            if len(mine) > 1:
                seconds = mine["scaled_seconds"].to_numpy()
                scaled = (mine["images"] != mine["test_images"]).any()
                note = f"{'few images, scaled; ' if scaled else ''}CPU; the paper's times are from a GPU"
                found.append(Found(name, single(float((seconds[1:] / seconds[:-1]).min()), "timings"), note=note))
        timed = {evidence.networks[f.where].paper for f in found}
        missing = [_label(evidence, name) for name in networks if name not in timed]
        if missing:
            raise Missing(f"inference time of {' or '.join(missing)}")
        return found

    return quantity


def relative_to(network: str, reported: Mapping[str, float], tile_shape: str) -> Quantity:
    """MemTorch's seconds of the paper's other networks over those of `network`; `reported`: the paper's seconds."""

    def quantity(evidence: Evidence) -> list[Found]:
        seconds = {paper: _seconds(evidence, paper, tile_shape) for paper in reported}
        return [
            Found(
                evidence.named(paper),
                single(seconds[paper] / seconds[network], "timings"),
                paper=reported[paper] / reported[network],
            )
            for paper in reported
            if paper != network
        ]

    return quantity


def hours(network: str, tile_shape: str) -> Quantity:
    """MemTorch's hours for the paper's `network`, on tiles of one shape."""

    def quantity(evidence: Evidence) -> list[Found]:
        taken = _seconds(evidence, network, tile_shape) / 3600
        return [Found(evidence.named(network), single(taken, "timings"))]

    return quantity


def _times(evidence: Evidence, threads: int | None = None) -> pd.DataFrame:
    frame = evidence.frame("times")
    frame = frame[frame["engine"] == "memtorch"]
    if not len(frame):
        raise Missing("inference time of MemTorch")
    if threads is not None:
        frame = frame[frame["threads"] == threads]
        if not len(frame):
            raise Missing(f"inference time of MemTorch on {'one thread' if threads == 1 else f'{threads} threads'}")
    return frame


def _seconds(evidence: Evidence, paper: str, tile_shape: str) -> float:
    mine = at(_times(evidence), tile_shape=tile_shape, network=evidence.named(paper))
    if not len(mine):
        raise Missing(f"inference time of {_label(evidence, paper)}")
    return float(mine["scaled_seconds"].iloc[0])


def _label(evidence: Evidence, paper: str) -> str:
    return evidence.study.paper.labels.get(paper, paper)
