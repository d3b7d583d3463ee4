"""The benchmarks' table: no number by hand, and verdicts that follow from the goals."""

from benchmarks import goals, options, page

from memristive.core.files import write_csv


def test_times_in_the_documentation_are_those_measured():
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.update(text, page.block(page.RESULTS)) == text


def test_verdicts(tmp_path):
    measured = {"mnist": 0.15, "cifar10": 0.36, "cifar100": 0.7}  # goals 0.16, 0.36, 0.55; limits 0.35, 0.6, 0.8
    write_csv(
        tmp_path / "inference.csv",
        [{"network": name, "way": goals.PLAIN, "to_digital": value} for name, value in measured.items()],
    )
    write_csv(
        tmp_path / "simulators.csv",
        [
            {"simulator": "memtorch", "to_crossbar": 12345.6, "to_crossbar_fused": 15000.0},
            {"simulator": "aihwkit", "to_crossbar": 59.0, "to_crossbar_fused": 61.0},
        ],
    )
    write_csv(
        tmp_path / "builds.csv",
        [
            {"network": name, "devices": devices, "build": build, "to_cpu_build": value}
            for name, gpu in (("mnist", 0.9), ("cifar100", 1.31))
            for devices, worst in (("ideal devices", gpu), ("sigma 20 ohm", 7.0))
            for build, value in (("memtorch", 1.0), ("memtorch_cuda", worst))
        ],
    )
    rows = {row["what"]: row for row in goals.rows(tmp_path)}
    of_gpu = rows["semantics memtorch_cuda / memtorch, ideal devices, each in its own summation"]
    assert (of_gpu["measured"], of_gpu["verdict"]) == ("MNIST 0.90, CIFAR100 1.31", "missed")
    first = rows["crossbar / digital plain at its best batch size, 64x64, 8 bits, on noise"]
    assert first["measured"] == "MNIST 0.15, CIFAR10 0.36, CIFAR100 0.70"
    assert first["verdict"] == "limit"
    assert (
        rows["MemTorch / crossbar, MNIST"] | {"verdict": "goal", "measured": "12,346x"}
        == rows["MemTorch / crossbar, MNIST"]
    )
    assert rows["aihwkit / crossbar, MNIST"]["verdict"] == "missed"
    assert rows["peak memory of an inference job on CIFAR100"]["verdict"] == "not measured"


def test_options_that_were_measured_have_a_row(tmp_path):
    assert options.lines(tmp_path) == []
    ways = {"mnist inference, plain": 1.0, "mnist inference, read noise": 2.634, "mnist conversion, one shot": 1.29}
    write_csv(tmp_path / "devices.csv", [{"way": way, "to_plain": value} for way, value in ways.items()])
    write_csv(tmp_path / "slices.csv", [{"way": "cifar10, ADCs of a fixed range", "to_plain": 13.04}])
    assert options.lines(tmp_path)[2:] == [
        "| option | MNIST | CIFAR10 |",
        "| --- | --- | --- |",
        "| inference: read noise | 2.63 |  |",
        "| inference: ADCs of a fixed range |  | 13 |",
        "| conversion: one shot | 1.29 |  |",
        "",
    ]
