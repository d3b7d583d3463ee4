"""Damaged configurations and files bring about an InputError of one line or nothing, never another exception.

For longer: ``pytest tests/unit/test_fuzz.py --hypothesis-profile=long --hypothesis-show-statistics``.
"""

import copy
import io

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from memristive.core.errors import InputError
from memristive_study.config.check import checked
from memristive_study.config.files import read
from memristive_study.config.reference import REPOSITORY
from memristive_study.data.prepare import prepare
from memristive_study.models.build import build
from memristive_study.models.weights import load_weights, save_weights
from memristive_study.plan.plan import Plan

QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
settings.register_profile("short", max_examples=25, deadline=None, suppress_health_check=QUIET, database=None)
settings.register_profile("long", parent=settings.get_profile("short"), max_examples=100_000, phases=[Phase.generate])
if settings.get_current_profile_name() == "default":
    settings.load_profile("short")

CONFIG = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
CONFIG["run"] |= {"networks": ["mnist"], "experiments": ["input_voltage", "retention"]}  # a fast plan
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS | st.sampled_from([1e300, -1, 0, "9", "1e4", "mnist", "../x", "a:b", [64, 64]]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)


def places(value, path=()):
    """Path of every mapping's entry and every list's item."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield (*path, key)
        yield from places(child, (*path, key))


EDITS = st.lists(
    st.tuples(
        st.sampled_from(list(places(CONFIG))), st.sampled_from(["set", "delete", "add"]), VALUES, st.text(max_size=8)
    ),
    min_size=1,
    max_size=3,
)


def edited(edits):
    config = copy.deepcopy(CONFIG)
    for path, action, value, key in edits:
        parent = config
        try:
            for part in path[:-1]:
                parent = parent[part]
            if action == "delete":
                del parent[path[-1]]
            else:
                parent[key if action == "add" and isinstance(parent, dict) else path[-1]] = value
        except (KeyError, IndexError, TypeError):  # an earlier edit took it away
            continue
    return config


def tolerated(function, *arguments):
    """Call it; an InputError must be one line."""
    try:
        function(*arguments)
    except InputError as error:
        assert str(error)
        assert "\n" not in str(error)


def plan(config):
    Plan(checked(config))


@given(EDITS)
def test_configuration(edits):
    tolerated(plan, edited(edits))


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("latin-1")) | VALUES.map(yaml.dump))
def test_configuration_file(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    tolerated(read, [path], {})


def damaged(data: bytes, edits) -> bytes:
    """Bytes replaced, cut out or doubled at places given as shares of the length."""
    for share, action, piece in edits:
        at = int(share * len(data))
        if action == "replace":
            data = data[:at] + piece + data[at + len(piece) :]
        elif action == "cut":
            data = data[:at] + data[at + len(piece) :]
        else:
            data = data[:at]
    return data


DAMAGE = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(["replace", "cut", "end"]), st.binary(max_size=12)),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A whole .npz, a compressed one, and weights."""
    folder = tmp_path_factory.mktemp("whole")
    arrays = {
        **{"x_train": np.arange(6 * 16, dtype=np.uint8).reshape(6, 4, 4, 1), "y_train": np.array([0, 1, 2, 0, 1, 2])},
        **{
            "x_test": np.zeros((3, 4, 4, 1), np.uint8),
            "y_test": np.arange(3),
            "class_names": np.array(["a", "b", "c"]),
        },
    }
    for save in (np.savez, np.savez_compressed):
        stream = io.BytesIO()
        save(stream, **arrays)
        (folder / f"{save.__name__}.npz").write_bytes(stream.getvalue())
    save_weights(build("mnist"), folder / "weights.safetensors")
    return folder


@given(edits=DAMAGE, kind=st.sampled_from(["savez", "savez_compressed"]))
@example([(0.8345482849584852, "replace", b"@")], "savez")  # of a later version of zip
@example([(0.8359375, "replace", b"@")], "savez")  # strong encryption
@example([(0.8359375, "replace", b" ")], "savez")  # patched data
@example([(0.8359375, "replace", b"\x01")], "savez")  # encrypted
def test_images(files, edits, kind):
    path = files / "fuzzed.npz"
    path.write_bytes(damaged((files / f"{kind}.npz").read_bytes(), edits))
    tolerated(prepare, "own", {"source": "npz", "path": str(path)}, files, files / "prepared.npz")


DTYPES = st.sampled_from([np.uint8, np.int8, np.int64, np.uint64, np.float32, np.complex64, bool, "U3", "S2", "M8[s]"])


@given(
    st.dictionaries(
        st.sampled_from(["x_train", "y_train", "x_test", "y_test", "class_names"]),
        st.tuples(st.lists(st.integers(0, 4), max_size=5).map(tuple), DTYPES),
        max_size=5,
    )
)
def test_arrays(files, described):
    path = files / "arrays.npz"
    whole = dict(np.load(files / "savez.npz", allow_pickle=False))
    np.savez(path, **whole | {name: np.ones(shape).astype(kind) for name, (shape, kind) in described.items()})
    tolerated(prepare, "own", {"source": "npz", "path": str(path)}, files, files / "prepared.npz")


@given(DAMAGE)
def test_weights(files, edits):
    path = files / "fuzzed.safetensors"
    path.write_bytes(damaged((files / "weights.safetensors").read_bytes(), edits))
    tolerated(load_weights, build("mnist"), path)
