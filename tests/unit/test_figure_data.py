"""The data that each figure shows, read back from its axes, are those of its input files."""

import math

import fabricated
import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from scipy import stats

from memristive_study import figures
from memristive_study.figures import overlay, style, sweep, workflow
from memristive_study.papers import load
from memristive_study.papers.souto_garnelo import reported
from memristive_study.results import outputs
from memristive_study.results.read import experiment
from memristive_study.results.study import Study

matplotlib.use("Agg")
PAPER = load("souto_garnelo")
FIGURES = outputs.figures(outputs.sections(fabricated.EXPERIMENTS, PAPER))
LABELS = {"mnist": "MNIST", "cifar10": "CIFAR10", "cifar100": "CIFAR100"}
AS = {"physical": "physical (as meant)", "memtorch": "memtorch (MemTorch on a CPU)"}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return fabricated.write_study(tmp_path_factory.mktemp("study"), repeats=3, folds=2, epochs=3)


@pytest.fixture(scope="module")
def study(inputs):
    return Study.read(inputs["study"], PAPER)


@pytest.fixture
def drawn(inputs, study):
    """Draws a figure, as it is before it is saved."""

    def draw(name, **changed):
        figure = FIGURES[name]
        frames = figures.read_all({key: inputs[key] for key in figure.inputs})
        with matplotlib.rc_context(style.RC):
            return outputs.resolve(figure.draw)(frames | changed, study)

    yield draw
    pyplot.close("all")


def panels(figure):
    """Axes by title."""
    return {axes.get_title() or axes.get_title(loc="left"): axes for axes in figure.axes}


def curves(axes):
    """Lines with markers: points {x: y}, bands {x: (low, high)} or None, and the line, in the order of drawing."""
    bands = [found for found in axes.collections if isinstance(found, PolyCollection)]
    found = []
    for line in axes.lines:
        if line.get_marker() in ("None", "", "*", "_", 2, 3) or line.get_label().startswith("_nolegend"):
            continue
        points = dict(zip(map(float, line.get_xdata()), map(float, line.get_ydata()), strict=True))
        band = next((b for b in bands if to_hex(b.get_facecolor()[0]) == to_hex(line.get_color())), None)
        if band is not None:
            bands.remove(band)
        found.append((points, band and band_of(band), line))
    return found


def band_of(collection):
    """Low and high by x of what fill_between drew."""
    sides: dict[float, list[float]] = {}
    for x, y in collection.get_paths()[0].vertices:
        sides.setdefault(float(x), []).append(float(y))
    return {x: (min(y), max(y)) for x, y in sides.items()}


def stars(axes):
    """Points that stand for the paper's values."""
    return [
        (float(x), float(y))
        for line in axes.lines
        if line.get_marker() == "*"
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def level(axes):
    """Heights of the horizontal lines over the whole width."""
    return [float(line.get_ydata()[0]) for line in axes.lines if list(line.get_xdata()) == [0, 1]]


def expected(rows, x):
    """Mean and t-interval of the accuracy by x, from the table itself."""
    means, bounds = {}, {}
    for value, group in rows.groupby(x):
        accuracy = group["accuracy"].to_numpy()
        means[float(value)] = accuracy.mean()
        if len(accuracy) > 1:
            sem = stats.sem(accuracy)
            low, high = (
                stats.t.interval(0.95, len(accuracy) - 1, accuracy.mean(), sem)
                if sem > 0
                else (accuracy.mean(), accuracy.mean())
            )
            bounds[float(value)] = (max(low, 0.0), min(high, 100.0))
    return means, bounds


def assert_curve(curve, rows, x):
    """A drawn curve is that of the rows, its band their intervals."""
    points, band, _ = curve
    means, bounds = expected(rows, x)
    assert points == pytest.approx(means)
    if len(bounds) > 1:
        assert band.keys() == bounds.keys()
        for value, bound in bounds.items():
            assert band[value] == pytest.approx(bound), value
    else:
        assert band is None


def ticks(axes):
    """Texts along the horizontal axis, also where another panel shows them."""
    return [axes.xaxis.get_major_formatter()(value) for value in axes.get_xticks()]


def only(frame, **values):
    for name, value in values.items():
        frame = frame[frame[name].isna() if value is None else frame[name] == value]
    return frame


def dashed(curve):
    return curve[2].is_dashed()


def legend(figure):
    """Label, colour and whether it is dashed, of each entry of the figure's legend."""
    found = figure.legends[0]
    return {text.get_text(): handle for text, handle in zip(found.get_texts(), found.legend_handles, strict=True)}


def lost(rows, name):
    """`rows` with points lost against the digital network in place of accuracies."""
    return rows.assign(accuracy=100 * fabricated.DIGITAL[name] - rows["accuracy"])


def assert_losses(curve, rows, name, x):
    """A drawn curve is that of the losses of the rows, cut at the end of the logarithmic axis; so is its band."""
    points, band, _ = curve
    low, high = zip(*expected(rows, x)[1].values(), strict=True)
    means, _ = expected(lost(rows, name), x)
    assert points == pytest.approx({at: max(mean, style.LEAST_LOSS) for at, mean in means.items()})
    digital = 100 * fabricated.DIGITAL[name]
    for at, most, least in zip(means, low, high, strict=True):
        wanted = (max(digital - least, style.LEAST_LOSS), max(digital - most, style.LEAST_LOSS))
        assert band[at] == pytest.approx(wanted)


def test_maximum_input_voltage(drawn, inputs):
    frame = only(experiment(inputs["input_voltage"]), part="paper")
    shown = panels(drawn("fig13_max_input_voltage"))
    titles = {name: f"{label}, digital {100 * fabricated.DIGITAL[name]:.2f} %" for name, label in LABELS.items()}
    assert list(shown) == list(titles.values())
    for name, title in titles.items():
        meant, published = curves(shown[title])
        mine = only(frame, network=name)
        assert_losses(meant, only(mine, semantics="physical"), name, "max_input_voltage")
        assert_losses(published, only(mine, semantics="memtorch"), name, "max_input_voltage")
        assert (dashed(meant), dashed(published)) == (False, True)
        assert shown[title].get_yscale() == "log"
    assert stars(shown[titles["mnist"]]) == [(pytest.approx(10.8), pytest.approx(98.73 - 97.85))]
    assert stars(shown[titles["cifar10"]]) == [(1, pytest.approx(69.34)), (pytest.approx(10.8), pytest.approx(1.22))]


def test_a_gain_over_digital_lies_at_the_end_of_the_axis(drawn, inputs):
    frame = experiment(inputs["input_voltage"]).assign(accuracy=99.9)
    ((points, _, _), *_) = curves(drawn("fig13_max_input_voltage", input_voltage=frame).axes[0])
    assert set(points.values()) == {style.LEAST_LOSS}


def test_batch_size(drawn, inputs):
    frame = only(experiment(inputs["input_voltage"]), max_input_voltage=1)
    shown = panels(drawn("fig_batch_size"))
    assert list(shown) == [f"{label}, at 1 V" for label in LABELS.values()]
    for name, label in LABELS.items():
        mine = only(frame, network=name)
        axes = shown[f"{label}, at 1 V"]
        (published,) = curves(axes)
        assert_curve(published, only(mine, semantics="memtorch"), "batch_size")  # 250 is that of the other part
        assert set(published[0]) == {1, 10, 250, 1000}
        meant = only(mine, semantics="physical")["accuracy"]
        assert level(axes) == [pytest.approx(meant.mean())]


def test_adc_resolution_and_tile_shape(drawn, inputs):
    frame = only(experiment(inputs["adc_tile"]), part="paper")
    figure = drawn("fig14_adc_tile")
    named = legend(figure)
    for name, axes in zip(("mnist", "cifar10"), figure.axes, strict=True):
        assert axes.get_title().startswith(LABELS[name])
        for curve, shape in zip(curves(axes), ("64x64", "128x128", "256x256"), strict=True):
            assert_losses(curve, only(frame, network=name, tile_shape=shape), name, "adc_bits")
            entry = named[f"tiles {shape.replace('x', style.TIMES)}"]
            assert (entry.get_color(), entry.get_marker()) == (curve[2].get_color(), curve[2].get_marker())


def test_both_semantics_share_a_panel_and_their_difference_is_said(drawn, inputs):
    frame = only(experiment(inputs["adc_tile"]), part="paper")
    other = frame.assign(semantics="memtorch", accuracy=frame["accuracy"] - 0.25)
    figure = drawn("fig14_adc_tile", adc_tile=pd.concat([frame, other]))
    assert [dashed(curve) for curve in curves(figure.axes[0])] == [False] * 3 + [True] * 3
    assert "differ by at most 0.25 points (MNIST), 0.25 points (CIFAR10)" in figure.get_supxlabel()


def test_adc_of_a_fixed_range(drawn, inputs):
    frame = only(experiment(inputs["adc_tile"]), tile_shape="64x64")
    figure = drawn("fig_adc_range")
    named = legend(figure)
    for name, axes in zip(("mnist", "cifar10"), figure.axes, strict=True):
        assert axes.get_title().startswith(LABELS[name])
        auto, fixed = curves(axes)
        assert_losses(auto, only(frame, network=name, part="paper"), name, "adc_bits")
        assert_losses(fixed, only(frame, network=name, part="range"), name, "adc_bits")
        assert named["fixed, on 200 training images"].get_marker() == fixed[2].get_marker()


def test_variability(drawn, inputs):
    frame = only(experiment(inputs["variability"]), part="paper")
    figure = drawn("fig15_variability")
    states, sigmas = [2, 4, 8, 16, 32, math.inf], [0, 20, 50, 100, 200]
    frame = frame.assign(states=frame["conductance_states"].fillna(math.inf))
    alike = ", every number of states alike"
    assert [axes.get_title() for axes in figure.axes] == [
        f"{LABELS[name]}, {AS[semantics]}{alike * (semantics == 'memtorch')}"
        for name in ("mnist", "cifar10")
        for semantics in AS
    ]
    assert ticks(figure.axes[-1]) == [f"{sigma}" for sigma in sigmas]
    cells = [(name, semantics) for name in ("mnist", "cifar10") for semantics in AS]
    for axes, (name, semantics) in zip(figure.axes, cells, strict=True):
        mine = only(frame, network=name, semantics=semantics)
        shown = states if semantics == "physical" else [math.inf]
        wanted = [(place, only(mine, states=n, sigma=sigma)) for n in shown for place, sigma in enumerate(sigmas)]
        large = [line for line in axes.lines if line.get_markersize() > 3]
        small = [line for line in axes.lines if line.get_markersize() < 3]
        for (place, rows), mean, each in zip(wanted, large, small, strict=True):
            assert (round(mean.get_xdata()[0]), mean.get_ydata()[0]) == (place, pytest.approx(rows["accuracy"].mean()))
            assert list(each.get_ydata()) == list(rows["accuracy"])


def test_states_that_do_something_are_all_drawn(drawn, inputs):
    frame = experiment(inputs["variability"])
    changed = (frame["semantics"] == "memtorch") & (frame["conductance_states"] == 2)
    slightly = frame.assign(accuracy=frame["accuracy"] - 0.3 * changed)
    titles = [axes.get_title() for axes in drawn("fig15_variability", variability=slightly).axes]
    assert titles[1] == f"MNIST, {AS['memtorch']}, every number of states alike to 0.30 points"
    frame.loc[changed, "accuracy"] -= 0.6
    figure = drawn("fig15_variability", variability=frame)
    assert [axes.get_title() for axes in figure.axes][1] == f"MNIST, {AS['memtorch']}"
    assert len([line for line in figure.axes[1].lines if line.get_markersize() > 3]) == 30


def test_device_faults(drawn, inputs):
    frame = only(experiment(inputs["device_faults"]), part="paper")
    figure = drawn("fig16_device_faults")
    flat = [axes for axes in figure.axes if axes.images]
    solid = [axes for axes in figure.axes if hasattr(axes, "get_zlim")]
    proportions = (0, 1, 2, 5, 10)
    for name, axes, surface in zip(("mnist", "cifar10"), flat, solid, strict=True):
        means = only(frame, network=name).pivot_table(index="stuck_at_hrs", columns="stuck_at_lrs", values="accuracy")
        assert axes.get_title().startswith(LABELS[name])
        assert np.asarray(axes.images[0].get_array()) == pytest.approx(means.to_numpy())
        assert axes.images[0].origin == "lower"
        for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
            assert [label.get_text() for label in labels] == [f"{p}" for p in proportions]
        texts = {text.get_position(): text.get_text() for text in axes.texts}
        for j, hrs in enumerate(means.index):
            for i, lrs in enumerate(means.columns):
                paper = reported.STUCK_AT_ACCURACY.get(name, {}).get((lrs, hrs))
                rows = only(frame, network=name, part="paper", stuck_at_lrs=lrs, stuck_at_hrs=hrs).assign(point=0)
                ((low, high),) = expected(rows, "point")[1].values()
                value = f"{means.loc[hrs, lrs]:.1f} \u00b1{(high - low) / 2:.1f}"
                value += f"\n({paper:.1f})" if paper is not None else ""
                assert texts[i, j] == value
        points = next(c for c in surface.collections if hasattr(c, "_offsets3d") and len(c._offsets3d[2]) == 25)
        places = {(x, y): z for x, y, z in zip(*map(np.ravel, points._offsets3d), strict=True)}
        wanted = {(100 * lrs, 100 * hrs): means.loc[hrs, lrs] for hrs in means.index for lrs in means.columns}
        assert places == pytest.approx(wanted)


def paper_points(axes):
    """Means with their intervals at the paper's setting: [(x, y, low, high, face)]."""
    found = []
    for container in axes.containers:
        line, _, (bars,) = container.lines
        (x,), (y,) = line.get_data()
        ((_, low), (_, high)) = bars.get_segments()[0]
        found.append((float(x), float(y), float(low), float(high), line.get_markerfacecolor()))
    return found


def assert_paper_point(axes, rows, columns, reported_values):
    """The points of both networks are means and intervals of the rows, in the columns (tuning, semantics)."""
    assert [text.get_text().replace("\n", " ") for text in axes.get_xticklabels()] == [
        f"tuned {tuning} {semantics}" for tuning, semantics in columns
    ]
    shown = {}
    for x, y, low, high, _ in paper_points(axes):
        shown[round(x), "mnist" if x < round(x) else "cifar10"] = (y, low, high)
    wanted = {}
    for place, (tuning, semantics) in enumerate(columns):
        for name in ("mnist", "cifar10"):
            mine = only(rows, network=name, tuning=tuning, semantics=semantics).assign(point=0)
            (mean,), ((low, high),) = (found.values() for found in expected(mine, "point"))
            wanted[place, name] = (mean, low, high)
    assert shown.keys() == wanted.keys()
    for key, values in wanted.items():
        assert shown[key] == pytest.approx(values), key
    assert [y for _, y in stars(axes)] == [reported_values["mnist"], reported_values["cifar10"]]


def test_endurance(drawn, inputs):
    frame = experiment(inputs["endurance"])
    figure = drawn("fig_endurance")
    shown, named = panels(figure), legend(figure)
    columns = [(tuning, semantics) for tuning in ("before", "after") for semantics in ("physical", "memtorch")]
    point = shown["10,000 cycles at 350 K, sudden"]
    assert_paper_point(point, only(frame, part="paper"), columns, {"mnist": 52.47, "cifar10": 36.01})
    for name in ("mnist", "cifar10"):
        mine = only(frame, network=name, part="cycles_temperature")
        for curve, kelvin in zip(curves(shown[f"{LABELS[name]}, gradual"]), (300, 350, 400), strict=True):
            assert_curve(curve, only(mine, temperature=kelvin), "cycles")
            assert named[f"{kelvin} K"].get_color() == curve[2].get_color()


def test_temperatures_at_which_nothing_differs_share_a_line(drawn, inputs):
    frame = experiment(inputs["endurance"])
    swept = frame["part"] == "cycles_temperature"
    cold = frame[swept & (frame["temperature"] == 300)]
    same = pd.concat([frame[~swept], *(cold.assign(temperature=kelvin) for kelvin in (300.0, 350.0, 400.0))])
    figure = drawn("fig_endurance", endurance=same)
    assert "300, 350 and 400 K alike" in legend(figure)
    (curve,) = curves(panels(figure)["MNIST, gradual"])
    assert_curve(curve, only(cold, network="mnist"), "cycles")


def test_retention(drawn, inputs):
    frame = experiment(inputs["retention"])
    figure = drawn("fig_retention")
    shown, named = panels(figure), legend(figure)
    columns = [(tuning, "physical") for tuning in ("before", "after")]
    point = shown["10,000 s at drift coefficient 0.1"]
    assert_paper_point(point, only(frame, part="paper"), columns, {"mnist": 93.94, "cifar10": 81.89})
    found = iter(curves(shown["over time"]))
    for name in ("mnist", "cifar10"):
        for tuning in ("before", "after"):
            curve = next(found)
            assert_curve(curve, only(frame, network=name, tuning=tuning), "retention_time")
            assert dashed(curve) == (tuning == "after")
            assert named[LABELS[name]].get_color() == curve[2].get_color()
    assert named["tuned after"].is_dashed()


def test_cross_validation(drawn, inputs):
    shown = panels(drawn("fig12_cross_validation"))
    for name, label in LABELS.items():
        paths = [path for path in inputs["histories"] if path.parts[-3] == name and "fold" in path.parts[-2]]
        folds = [pd.read_csv(path) for path in paths]
        lines = [line for line in shown[label].lines if line.get_marker() != "*"]
        assert len(lines) == 2 * (len(folds) + 1)
        for column, mine in zip(("train_accuracy", "validation_accuracy"), (lines[:3], lines[3:]), strict=True):
            series = [100 * (1 - fold[column].to_numpy()) for fold in folds]
            for line, values in zip(mine, np.maximum([*series, np.mean(series, axis=0)], 0.01), strict=True):
                assert list(line.get_xdata()) == [1, 2, 3]
                assert line.get_ydata() == pytest.approx(values)
                assert line.is_dashed() == (column == "train_accuracy")
        assert stars(shown[label]) == [(3, pytest.approx(100 - reported.FOLD_ACCURACY[name]))]


def test_device_curves(drawn, inputs):
    frame = pd.read_csv(inputs["curves"])
    shown = panels(drawn("fig06_device_curves"))
    for device, label in (("pt_hf_ti", "Pt-Hf-Ti"), ("ferroelectric", "ferroelectric")):
        mine = only(frame, device=device)
        switching = only(mine, experiment="switching")
        (line,) = shown[f"{label}: switching"].lines
        kept = ~np.isnan(line.get_ydata())
        current = switching["current"].abs()
        assert kept.tolist() == (current > 1e-6 * current.max()).tolist()
        assert line.get_ydata()[kept] == pytest.approx(current[kept])
        assert line.get_xdata()[kept] == pytest.approx(switching["voltage"][kept])
        loops = shown[f"{label}: hysteresis"]
        texts = [text.get_text() for text in loops.get_legend().get_texts()]
        assert texts == ["10 MHz", "50 MHz", "200 MHz"]
        for line, frequency in zip(loops.lines, (1e7, 5e7, 2e8), strict=False):
            loop = only(mine, experiment="hysteresis", frequency=frequency)
            assert line.get_xdata() == pytest.approx(loop["voltage"])
            assert line.get_ydata() == pytest.approx(loop["current"])


def test_images(drawn, inputs):
    figure = drawn("fig10_images")
    rows = np.reshape(figure.axes, (3, 10))
    for row, name in zip(rows, LABELS, strict=True):
        path = next(path for path in inputs["datasets"] if path.stem == name)
        with np.load(path) as arrays:
            images, labels = arrays["x_test"], arrays["y_test"]
        assert row[0].texts[0].get_text() == LABELS[name]
        for place, axes in enumerate(row):
            label = place * 11 if name == "cifar100" else place
            assert axes.get_title() == f"class {label}"
            first = images[np.flatnonzero(labels == label)[0]].squeeze()
            assert np.array_equal(np.asarray(axes.images[0].get_array()), first)


def test_networks(drawn, inputs):
    layers = pd.read_csv(inputs["layers"])
    shown = panels(drawn("fig11_networks"))
    for name, label in LABELS.items():
        mine = only(layers, network=name)
        title = next(title for title in shown if title.startswith(f"{label}: "))
        parameters, operations = mine["parameters"].sum(), mine["multiply_adds"].sum()
        assert title == f"{label}: {parameters:,} parameters, {operations / 1e6:.2f} million multiply-adds"
        boxes = mine[~mine["type"].isin(["Dropout"])]
        texts = [text.get_text() for text in shown[title].texts if text.get_text() and "(" not in text.get_text()]
        assert texts == [shape.replace(" x ", style.TIMES) for shape in boxes["output_shape"]]
        drawn_boxes = [patch for patch in shown[title].patches if isinstance(patch, Rectangle)]
        heights = [patch.get_height() for patch in drawn_boxes]
        tall = [int(shape.split("x")[1]) if "x" in shape else 4 for shape in boxes["output_shape"]]
        assert heights == pytest.approx([0.25 + 0.75 * math.sqrt(min(size, 32) / 32) for size in tall])


@pytest.mark.parametrize("tile", [(64, 64), (128, 32), None])
def test_tiles(inputs, study, tile):
    layers = pd.read_csv(inputs["layers"])
    other = Study(study.networks, PAPER, study.setting.replace(tile_shape=tile))
    with matplotlib.rc_context(style.RC):
        figure = outputs.resolve(FIGURES["fig11_tiles"].draw)({"layers": layers}, other)
    shown = panels(figure)
    for name, label in LABELS.items():
        mine = only(layers, network=name)
        mine = mine[mine["rows"] > 0]
        filled = [patch for patch in shown[label].patches if patch.get_fill()]
        outlines = [patch for patch in shown[label].patches if not patch.get_fill()]
        texts = [text.get_text().split("\n") for text in shown[label].texts]
        used, tiles = 0.0, 0
        for layer, text in zip(mine.itertuples(), texts, strict=True):
            rows, columns = tile or (layer.rows, layer.columns)
            down, across = math.ceil(layer.rows / rows), math.ceil(layer.columns / columns)
            share = layer.rows * layer.columns / (down * rows * across * columns)
            assert text[:3] == [
                layer.layer,
                f"{layer.rows:.0f}{style.TIMES}{layer.columns:.0f}",
                f"{100 * share:.0f} %",
            ]
            shown_rows = min(down, 4)
            assert (len(text) > 3) == (shown_rows < down)
            tiles += shown_rows * across
            used += min(layer.rows, shown_rows * rows) * layer.columns / (rows * columns)
        assert len(filled) == len(outlines) == tiles
        assert sum(patch.get_width() * patch.get_height() for patch in filled) == pytest.approx(used)
    pyplot.close("all")


def test_workflow(drawn):
    axes = drawn("fig09_workflow").axes[0]
    boxes = {text.get_text().replace("\n", " "): text.get_position() for text in axes.texts}
    patches = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    rules, edges = workflow.read_rulegraph(fabricated.RULEGRAPH)
    assert sorted(boxes) == sorted(rule.replace("_", " ") for rule in rules)
    assert len(patches) == len(boxes)
    for patch in patches:  # each text stands in its box
        middle = (patch.get_x() + patch.get_width() / 2, patch.get_y() + patch.get_height() / 2)
        assert any(middle == pytest.approx(place) for place in boxes.values())
        rule = next(name for name, place in boxes.items() if middle == pytest.approx(place)).replace(" ", "_")
        colour = next((colour for colour, members in workflow.KINDS.values() if rule in members), "#ffffff")
        assert to_hex(patch.get_facecolor()) == colour.lower()
    arrows = [patch._posA_posB for patch in axes.patches if isinstance(patch, FancyArrowPatch)]

    def box_at(point):
        return min(boxes, key=lambda name: math.dist(boxes[name], point))

    found = {(box_at(start), box_at(end)) for start, end in arrows}
    assert found == {(a.replace("_", " "), b.replace("_", " ")) for a, b in workflow.without_shortcuts(edges)}


def values_of(figure):
    """Every accuracy that a figure draws: markers, bars, cells of a heat map."""
    found = set()
    for axes in figure.axes:
        for line in axes.lines:
            found |= {round(float(y), 6) for y in line.get_ydata()}
        for image in axes.images:
            found |= {round(float(value), 6) for value in np.ravel(image.get_array()) if not np.isnan(value)}
    return found


OF_EXPERIMENTS = [name for name, figure in FIGURES.items() if figure.parts or figure.name.startswith("sweep_")]


def shows_accuracies(figure):
    """Whether a figure's values are accuracies, by the label of an axis or of a colour bar, and nothing derived."""
    return "accuracy (%)" in {axes.get_ylabel() for axes in figure.axes}


@pytest.mark.parametrize("name", OF_EXPERIMENTS)
def test_a_figure_of_an_experiment_shows_every_setting_of_its_parts(name, drawn, inputs):
    """Each setting's mean is in the figure, and moves where its evaluations do; what is made of means moves too."""
    (of,) = set(FIGURES[name].inputs) & set(fabricated.EXPERIMENTS)
    frame = experiment(inputs[of])
    moved = frame.assign(accuracy=frame["accuracy"] * 0.9 + 0.123)
    if not shows_accuracies(drawn(name)):
        for _, rows in frame[frame["part"].isin(FIGURES[name].parts)].groupby("network"):
            worse = frame.assign(accuracy=frame["accuracy"].where(~frame.index.isin(rows.index), moved["accuracy"]))
            assert values_of(drawn(name, **{of: worse})) != values_of(drawn(name)), "a network's rows play no part"
        return
    for rows, changed in ((frame, {}), (moved, {of: moved})):
        shown = values_of(drawn(name, **changed))
        general = ~rows["part"].isin(outputs.shown_parts(of, PAPER))
        mine = rows[rows["part"].isin(FIGURES[name].parts) if FIGURES[name].parts else general]
        if "selections" in FIGURES[name].inputs:  # losses on a logarithmic axis, which ends above 0
            mine = pd.concat(lost(found, network) for network, found in mine.groupby("network"))
        means = mine.groupby(["network", "part", "label"])["accuracy"].mean()
        if "selections" in FIGURES[name].inputs:
            means = means.clip(lower=style.LEAST_LOSS)
        missing = [key for key, mean in means.items() if round(mean, 6) not in shown]
        assert not missing


def test_every_figure_of_the_paper_s_experiments_is_among_these():
    assert {
        "fig13_max_input_voltage",
        "fig_batch_size",
        "fig14_adc_tile",
        "fig_adc_range",
        "fig15_variability",
        "fig16_device_faults",
        "fig_endurance",
        "fig_retention",
    } <= set(OF_EXPERIMENTS)


# The general figure, of an experiment of any name.


def general(frame, study, name="anything"):
    with matplotlib.rc_context(style.RC):
        return sweep.draw({name: frame}, study)


def test_the_general_figure_of_one_field(inputs, study):
    frame = only(experiment(inputs["input_voltage"]), part="paper")
    shown = panels(general(frame, study))
    assert list(shown) == list(LABELS.values())
    for name, label in LABELS.items():
        mine = only(frame, network=name)
        meant, published = curves(shown[label])
        assert_curve(meant, only(mine, semantics="physical"), "max_input_voltage")
        assert_curve(published, only(mine, semantics="memtorch"), "max_input_voltage")
        assert (dashed(meant), dashed(published)) == (False, True)
        assert shown[label].get_xlabel() == "inputs.max_voltage (V)"
    pyplot.close("all")


def test_the_general_figure_of_two_fields(inputs, study):
    frame = only(experiment(inputs["variability"]), semantics="physical")
    shown = panels(general(frame, study))
    states = [2, 4, 8, 16, 32, None]
    frame = frame.assign(place=[states.index(None if pd.isna(v) else v) for v in frame["conductance_states"]])
    for name in ("mnist", "cifar10"):
        axes = shown[LABELS[name]]
        assert ticks(axes) == ["2", "4", "8", "16", "32", "none"]
        for curve, sigma in zip(curves(axes), (0, 20, 50, 100, 200), strict=True):
            assert_curve(curve, only(frame, network=name, sigma=sigma), "place")
            assert curve[2].get_label() == f"variability.sigma {sigma}"
    pyplot.close("all")


def test_the_general_figure_of_words(inputs, study):
    frame = only(experiment(inputs["endurance"]), part="paper")
    shown = panels(general(frame, study))
    for name in ("mnist", "cifar10"):
        axes = shown[LABELS[name]]
        assert ticks(axes) == ["after", "before"]
        found = {}
        for container, semantics in zip(axes.containers, AS, strict=True):
            line, _, (bars,) = container.lines
            assert line.get_linestyle() == "None"  # nothing lies between two words
            for x, y, ((_, low), (_, high)) in zip(*line.get_data(), bars.get_segments(), strict=True):
                found[round(float(x)), semantics] = (y, low, high)
        for place, tuning in enumerate(("after", "before")):
            for semantics in AS:
                mine = only(frame, network=name, tuning=tuning, semantics=semantics).assign(point=0)
                (mean,), (bounds,) = (each.values() for each in expected(mine, "point"))
                assert found[place, semantics] == pytest.approx((mean, *bounds))
    pyplot.close("all")


def test_the_general_figure_of_parts_that_the_paper_s_own_do_not_show(inputs, study):
    frame = experiment(inputs["adc_tile"])
    mine = only(frame, part="range").assign(part="of_mine", accuracy=lambda rows: rows["accuracy"] / 2)
    both = pd.concat([frame, mine])
    shown = panels(general(both, study, "adc_tile"))
    for name in ("mnist", "cifar10"):
        (curve,) = curves(shown[LABELS[name]])
        assert_curve(curve, only(mine, network=name), "adc_bits")
    parts = {"parts": {"paper": {}, "range": {}, "of_mine": {}}}
    (section,) = [s for s in outputs.sections({"adc_tile": parts}, PAPER) if s.key == "adc_tile"]
    assert [figure.name for figure in section.figures] == ["fig14_adc_tile", "fig_adc_range", "sweep_adc_tile"]
    pyplot.close("all")


def test_two_studies_over_each_other(inputs):
    frame = only(experiment(inputs["endurance"]), part="cycles_temperature", network="mnist")
    other = frame.assign(accuracy=frame["accuracy"] - 1)
    with matplotlib.rc_context(style.RC):
        ((title, figure),) = overlay.draw(frame, other, ("one", "two"), LABELS)
    assert title == "MNIST, cycles temperature"
    cycles = sorted(frame["cycles"].unique())
    shown = curves(panels(figure)[AS["physical"]])
    for number, kelvin in enumerate((300, 350, 400)):
        for curve, rows in zip(shown[2 * number : 2 * number + 2], (frame, other), strict=True):
            mine = only(rows, temperature=kelvin)
            assert_curve(curve, mine.assign(place=mine["cycles"].map(cycles.index)), "place")
        assert [dashed(curve) for curve in shown[2 * number : 2 * number + 2]] == [False, True]
    pyplot.close("all")


# Proofs about the paper's numbers.


def test_proof_of_retention(drawn, inputs):
    axes = drawn("fig_proof_retention").axes[0]
    frame, retention = experiment(inputs["proof_scaling"]), experiment(inputs["retention"])
    lines = [line for line in axes.lines if line.get_marker() == "None"]
    points = [line for line in axes.lines if line.get_marker() not in ("None", "")]
    for name, line, crossbars in zip(("mnist", "cifar10"), lines, points, strict=True):
        mine = only(frame, network=name).sort_values("scale", ascending=False)
        lost = (mine["correct"].iloc[0] - mine["correct"]) / 10
        assert list(line.get_xdata()) == pytest.approx(list(mine["scale"]))
        assert list(line.get_ydata()) == pytest.approx(list(lost.clip(lower=0.05)))
        drifted = only(retention, network=name, tuning="before", semantics="physical")
        digital = mine["correct"].iloc[0] / 10
        means = {t**-0.1: digital - rows["accuracy"].mean() for t, rows in drifted.groupby("retention_time")}
        shown = dict(zip(crossbars.get_xdata(), crossbars.get_ydata(), strict=True))
        assert shown == pytest.approx({d: max(loss, 0.05) for d, loss in means.items()})


def test_proof_of_ageing(drawn, inputs):
    left, right = drawn("fig_proof_ageing").axes
    frame, endurance = experiment(inputs["proof_three_values"]), experiment(inputs["endurance"])
    transfer = only(frame, kind="transfer", network="mnist")
    assert list(left.lines[1].get_ydata()) == pytest.approx(list(transfer["y"]))
    assert ticks(right) == [f"{LABELS[n]}\ntuned {t}" for n in ("mnist", "cifar10") for t in ("before", "after")]
    three = [line.get_ydata()[0] for line in right.lines if line.get_markerfacecolor() == "none"]
    assert three == pytest.approx([70.0, 40.0, 70.0, 40.0])
    dashes = [list(line.get_ydata()) for line in right.lines if line.get_marker() == "_"]
    wanted = [
        list(only(endurance, part="paper", network=name, tuning=tuning)["accuracy"])
        for name in ("mnist", "cifar10")
        for tuning in ("before", "after")
    ]
    assert dashes == wanted
    assert [y for _, y in stars(right)] == [52.47, 36.01]


def test_proof_of_two_numbers(drawn, inputs):
    axes = drawn("fig_proof_two_numbers").axes[0]
    frame = only(experiment(inputs["proof_modes"]), network="cifar10")
    wanted = set()
    for _, rows in frame.groupby("mode"):
        low, aged = (rows[(rows["point"] == "1 V") == first]["correct"] / 10 for first in (True, False))
        wanted |= {(round(a, 6), round(b, 6)) for a in low for b in aged}
    shown = {
        (round(float(line.get_xdata()[0]), 6), round(float(line.get_ydata()[0]), 6))
        for line in axes.lines
        if line.get_marker() != "*"
    }
    assert shown == wanted
    assert stars(axes) == [(14.0, 36.01)]
    (box,) = axes.patches
    assert (box.get_xy(), box.get_width()) == ((9.0, pytest.approx(31.01)), 10.0)


def test_proof_of_high_and_low(drawn, inputs):
    axes = drawn("fig_proof_high_and_low").axes[0]
    frame = experiment(inputs["proof_modes"])
    low = frame[frame["point"] == "1 V"].set_index(["network", "mode", "scale"])["correct"] / 10
    paths = [line for line in axes.lines if line.get_markersize() < 4]
    for mode, line in zip(("evaluation", "batch norm in training", "all in training"), paths, strict=True):
        assert list(line.get_xdata()) == pytest.approx(list(low["mnist"][mode].sort_index()))
        assert list(line.get_ydata()) == pytest.approx(list(low["cifar10"][mode].sort_index()))
    assert [text.get_text() for text in axes.texts] == ["1", "2"]
