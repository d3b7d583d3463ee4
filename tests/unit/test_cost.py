"""MemTorch's work, counted by hand."""

import fabricated
import pytest
from torch import nn

from memristive.memtorch.cost import CALLS_A_TILE, Layer, on_cpu, on_gpu
from memristive_study import figures
from memristive_study.models.crossbar_shapes import crossbar_shapes
from memristive_study.papers import load
from memristive_study.papers.souto_garnelo import cost
from memristive_study.results.study import Study


def exchange_sort(values):
    """`sort_` of memtorch/cu/utils.cuh, with its comparisons counted."""
    comparisons = 0
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            comparisons += 1
            if values[i] < values[j]:
                values[i], values[j] = values[j], values[i]
    return values, comparisons


def test_a_vector_and_a_tile():
    one = Layer(rows=4, columns=5, vectors=1)
    gpu = on_gpu([one], (4, 5))
    # 4 x 5 multiply-adds; 4 + 3 + 2 + 1 comparisons; 5 conversions.
    assert (gpu.pairs, gpu.multiply_adds, gpu.comparisons, gpu.conversions, gpu.operations) == (1, 20, 10, 5, 35)
    ordered, comparisons = exchange_sort([0.5, -3.0, 2.0, -1.0, 0.0])
    assert ordered == [2.0, 0.5, 0.0, -1.0, -3.0]
    assert gpu.comparisons == comparisons
    cpu = on_cpu([one], (4, 5))
    assert (cpu.multiply_adds, cpu.comparisons, cpu.conversions, cpu.calls) == (20, 5 * 3, 5, CALLS_A_TILE)


def test_tiles_are_whole():
    # 90 rows on tiles of 64: 2; 10 columns: 1. 65 columns: 2.
    assert Layer(90, 10, 784).pairs((64, 64)) == 784 * 2
    assert Layer(90, 65, 3).pairs((64, 64)) == 3 * 2 * 2
    assert on_gpu([Layer(90, 10, 784)], (64, 64)).operations == 784 * 2 * (64 * 64 + 64 * 63 // 2 + 64)


def test_shapes_of_a_network():
    convolutions = (nn.Conv2d(2, 5, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(5, 4, 3, stride=2))
    model = nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(16, 7))
    # 12x12 positions; pooled to 6x6, of which every other of 4x4 remains: 2x2.
    assert crossbar_shapes(model, (2, 12, 12)) == [Layer(18, 5, 144), Layer(45, 4, 4), Layer(16, 7, 1)]


def test_the_paper_s_mnist():
    # Rows 9, 90, 90, 90 and 490; positions 28x28 twice, 14x14 twice, and one vector.
    assert cost.layers("mnist") == (
        Layer(9, 10, 784),
        Layer(90, 10, 784),
        Layer(90, 10, 196),
        Layer(90, 10, 196),
        Layer(490, 10, 1),
    )
    assert on_gpu(cost.layers("mnist"), (64, 64)).pairs == 784 + 2 * 784 + 2 * 196 + 2 * 196 + 8
    assert on_gpu(cost.layers("mnist"), (128, 128)).pairs == 784 + 784 + 196 + 196 + 4
    # Unpadded: 26x26, 24x24, 10x10, 8x8, and 160 rows.
    assert on_gpu(cost.layers(cost.UNPADDED), (64, 64)).pairs == 676 + 2 * 576 + 2 * 100 + 2 * 64 + 3


def test_predictions_stand_beside_the_paper_s_times(tmp_path):
    inputs = fabricated.write_study(tmp_path)
    frames = figures.read_all({"times": inputs["times"]})
    frame = cost.table(frames, Study.read(inputs["study"], load("souto_garnelo"))).set_index(["network", "tile_shape"])
    assert frame.loc[("MNIST", "128x128"), "gpu_ratio"] == pytest.approx(48_392_960 / 19_417_344)
    assert frame.loc[("MNIST", "128x128"), "paper_ratio"] == pytest.approx(464 / 196)
    assert frame.loc[("CIFAR100", "64x64"), "paper_seconds"] == 1300
    assert frame.loc[("MNIST", "256x256"), "cpu_calls_ratio"] == pytest.approx(1962 / 3144)
    assert frame.loc[("MNIST", "256x256"), "cpu_measured_ratio"] == pytest.approx(700 / 196)
    assert frame["cpu_measured_ratio"].notna().sum() == 3
    assert frame["paper_seconds"].notna().sum() == 3 + 3 + 1 + 1
