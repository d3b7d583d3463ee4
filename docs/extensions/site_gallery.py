"""The how-to pages in the gallery: their order, and how their pictures look."""

import matplotlib as mpl
from sphinx_gallery.sorting import FunctionSortKey

ORDER = (
    "own_network",
    "own_data_set",
    "own_device",
    "own_experiment",
    "devices",
    "measured_devices",
    "converters",
    "wires",
    "trained_through_wires",
    "chips",
    "explain",
    "faults",
    "ageing",
    "recovery",
    "fine_tuning",
    "layers",
    "gpu_arithmetic",
)


def place(name: str) -> tuple[int, str]:
    """A page that is not in `ORDER` comes last, by name. Sort key of a script's file name."""
    stem = name.removeprefix("plot_").removesuffix(".py")
    return (ORDER.index(stem) if stem in ORDER else len(ORDER)), stem


InOrder = FunctionSortKey(place)


def pictures(_settings: object, _script: str) -> None:
    """Colours that colour-blind readers tell apart, lines that differ in grey; called before each script."""
    mpl.rcParams.update(
        {
            "figure.figsize": (6.4, 4.0),
            "figure.dpi": 110,
            "axes.grid": True,
            "grid.alpha": 0.3,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": mpl.cycler(color=["#0072b2", "#d55e00", "#000000", "#009e73"])
            + mpl.cycler(linestyle=["-", "--", ":", "-."])
            + mpl.cycler(marker=["o", "s", "^", "D"]),
            "image.cmap": "cividis",
            "savefig.bbox": "tight",
        }
    )


def setup(_app: object) -> dict[str, bool]:
    """Nothing to register: Sphinx only has to know the module."""
    return {"parallel_read_safe": True}
