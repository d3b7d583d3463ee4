"""The hash of the code that a result depends on: which edits change it and which do not, and that it misses nothing."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

import pytest

from memristive import evaluation  # noqa: F401 (loading it is no part of what a test watches)
from memristive.core.errors import InputError
from memristive.core.setting import GROUPS, Setting
from memristive_study.data.prepare import prepare
from memristive_study.models.build import build
from memristive_study.models.weights import save_weights
from memristive_study.runtime import code
from memristive_study.runtime.code.graph import Graph
from memristive_study.runtime.code.modules import Sources

# A workflow in small: a script, a job that it calls, what that uses, and what it does not use.
FILES = {
    "scripts/measure.py": """
        from memristive_study.jobs import measure
        measure.make(snakemake.output[0])
        """,
    "src/memristive_study/jobs/measure.py": """
        import numpy as np
        from memristive import Device
        from memristive.physics import laws as law
        from memristive_study.runtime import logging

        def make(path):
            '''Write the current.'''
            logging.log("measure")
            device = Device()
            if device.hot:
                raise ValueError("too hot")
            current = law.current(device.resistance())  # ampere
            return [volts for volts in np.arange(3) if volts] + _all(current)

        def _all(current, spare=None):
            from memristive.table import MODELS
            return [current, *(model() for model in MODELS.values())]

        def other():
            return law.power()
        """,
    "src/memristive_study/runtime/logging.py": "def log(text):\n    print(text)\n",
    "src/memristive/__init__.py": """
        _HOMES = {"Device": "memristive.device", "Wire": "memristive.wire"}
        def __getattr__(name):
            return _HOMES[name]
        """,
    "src/memristive/wire.py": "class Wire:\n    ohms = 1\n",
    "src/memristive/core/fields.py": "class Group:\n    limit = 1\n",
    "src/memristive/device.py": """
        from typing import ClassVar
        from memristive.core.fields import Group

        class Base(Group):
            hot: bool = False

        class Heater(Group):
            watts: float = 1.0
            @property
            def on(self):
                return self.watts > 0

        class Cooler(Group):
            '''Nothing but fields.'''
            watts: float = 1.0

        class Device(Base):
            ohms: float = 5.0
            heater: Heater = Heater()
            cooler: Cooler = Cooler()
            scale: ClassVar[int] = 2
            def resistance(self):
                spare = 3
                return self.ohms * spare

        def spare():
            return 0
        """,
    "src/memristive/physics/laws.py": """
        import numpy as np
        from scipy.special import erf
        SCALE = 1
        def current(ohms):
            return SCALE * erf(ohms)
        def power():
            return 2
        """,
    "src/memristive/table.py": """
        from memristive.models import linear, cubic
        MODELS = {"linear": linear.model, "cubic": cubic.Model}
        """,
    "src/memristive/models/linear.py": "def model():\n    return 1\n",
    "src/memristive/models/cubic.py": """
        from memristive.models.shared import Announced
        class Model(Announced):
            power = 3
        """,
    "src/memristive/models/shared.py": """
        class Announced:
            def __init_subclass__(cls):
                ALL.append(cls)
        ALL = []
        """,
    "src/memristive/physics/cpp/law.cpp": '// A law.\nint law() { return 1; } /* "1" */\n',
}
for package in ("memristive_study", "memristive_study/jobs", "memristive_study/runtime"):
    FILES.setdefault(f"src/{package}/__init__.py", "")
for package in ("core", "physics", "models"):
    FILES[f"src/memristive/{package}/__init__.py"] = ""


Edit = tuple[str, str, str]  # file, text, the text that replaces it


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., str]:
    """Hashes the code of a start after some edits."""

    def _hash(
        *edits: Edit, start: str = "measure.py", without: Iterable[str] = (), used: code.Used | None = None
    ) -> str:
        written = {path: re.sub("(?m)^        ", "", text).lstrip("\n") for path, text in FILES.items()}
        for path, old, new in edits:
            assert old in written[path], f"{path} has no {old!r}"
            written[path] = written[path].replace(old, new, 1)
        for path, text in written.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return Graph(Sources(tmp_path)).hash([start], without, used or {})

    return _hash


S, M = "src/memristive_study", "src/memristive"
CHANGES = [
    ("scripts/measure.py", "output[0]", "output[1]"),
    (f"{S}/jobs/measure.py", "np.arange(3)", "np.arange(4)"),
    (f"{S}/jobs/measure.py", "import numpy as np", "import cupy as np"),  # the same text means something else
    (f"{S}/jobs/measure.py", "for volts in", "for watts in"),
    (f"{S}/jobs/measure.py", "return [current, *", "return [*"),  # in a function that the job calls
    (f"{S}/jobs/measure.py", "spare=None", "spare=law.power()"),
    (f"{M}/device.py", "spare = 3", "spare = 4"),  # reached by the package's lazy names
    (f"{M}/device.py", "ClassVar[int] = 2", "ClassVar[int] = 3"),
    (f"{M}/device.py", "class Device(Base)", "class Device(Group)"),
    (f"{M}/device.py", "self.watts > 0", "self.watts > 1"),  # of a group that is a field
    (f"{M}/core/fields.py", "limit = 1", "limit = 2"),
    (f"{M}/__init__.py", '"memristive.device"', '"memristive.wire"'),
    (f"{M}/physics/laws.py", "SCALE = 1", "SCALE = 2"),
    (f"{M}/physics/laws.py", "scipy.special import erf", "scipy.special import erfc as erf"),
    (f"{M}/physics/laws.py", "SCALE = 1", "SCALE = 1\nnp.seterr(all='raise')"),  # when the module is loaded
    (f"{M}/physics/laws.py", "SCALE = 1", "SCALE = 1\nSCALE += 1"),
    (f"{M}/physics/__init__.py", "", "print(1)"),
    (f"{M}/physics/cpp/law.cpp", "return 1", "return 2"),
    (f"{M}/models/linear.py", "return 1", "return 2"),
    (f"{M}/models/cubic.py", "power = 3", "power = 4"),
]
NO_CHANGES = [
    (f"{S}/jobs/measure.py", "# ampere", "# volt"),
    (f"{S}/jobs/measure.py", "Write the current.", "Write it."),
    (f"{S}/jobs/measure.py", "too hot", "too hot, at least 3 K"),
    (f"{S}/jobs/measure.py", "np.arange(3)", "np.arange(\n        3\n    )"),
    (f"{S}/jobs/measure.py", "return law.power()", "return 2 * law.power()"),  # nothing calls it
    (f"{S}/jobs/measure.py", "import numpy as np", "import os\nimport numpy as np\nUNUSED = 1"),
    (f"{S}/runtime/logging.py", "print(text)", "print(text, flush=True)"),
    (f"{M}/__init__.py", '"Wire": "memristive.wire"', '"Wire": "memristive.wire", "Coil": "memristive.wire"'),
    (f"{M}/wire.py", "ohms = 1", "ohms = 2"),
    (f"{M}/physics/laws.py", "return 2", "return 3"),
    (f"{M}/device.py", "return 0", "return 1"),  # its name is that of a variable elsewhere
    (f"{M}/device.py", "ohms: float = 5.0", "ohms: float = 5.0\n    volts: float = 0.0"),  # a neutral field
    (f"{M}/device.py", "hot: bool = False", "hot: bool = False\n    wet: bool = spare()"),
    (f"{M}/device.py", "cooler: Cooler = Cooler()", "cooler: Cooler = Cooler()\n    second: Cooler = Cooler()"),
    (f"{M}/device.py", "    watts: float = 1.0", "    watts: float = 2.0\n    volts: float = 0.0"),
    (f"{M}/physics/cpp/law.cpp", "// A law.", "// The law.\n"),
    (f"{M}/physics/cpp/law.cpp", "return 1; }", "return 1;   }"),
]


@pytest.mark.parametrize("edit", CHANGES, ids=lambda edit: f"{edit[0]} {edit[2]}")
def test_an_edit_of_what_the_job_uses_changes_the_hash(edited, edit):
    assert edited(edit) != edited()


@pytest.mark.parametrize("edit", NO_CHANGES, ids=lambda edit: f"{edit[0]} {edit[2]}")
def test_an_edit_of_what_decides_nothing_leaves_the_hash(edited, edit):
    assert edited(edit) == edited()


def test_entries_of_a_table_that_are_not_used_play_no_part(edited):
    used = {"memristive.table:MODELS": ["linear"]}
    before = edited(used=used)
    cubic, linear = (
        (f"{M}/models/cubic.py", "power = 3", "power = 4"),
        (f"{M}/models/linear.py", "return 1", "return 2"),
    )
    table = f"{M}/table.py"
    assert edited(cubic, used=used) == before
    assert edited((table, "cubic.Model}", 'cubic.Model, "fast": cubic.Model}'), used=used) == before
    assert edited(linear, used=used) != before
    assert edited((table, '"linear": linear.model', '"linear": cubic.Model'), used=used) != before
    # A module that the job uses by itself too counts, whatever the entries are.
    direct = (f"{S}/jobs/measure.py", "import MODELS", "import MODELS, cubic")
    assert edited(direct, (direct[0], "[current, *", "[cubic.Model, *"), used=used) != edited(
        direct, (direct[0], "[current, *", "[cubic.Model, *"), cubic, used=used
    )


def test_fields_and_listed_names_that_are_not_used_play_no_part(edited):
    used = {"memristive.device:Device": ["ohms", "cooler"]}
    heater = (f"{M}/device.py", "self.watts > 0", "self.watts > 1")
    assert edited(heater, used=used) == edited(used=used) != edited()
    names = (f"{S}/jobs/measure.py", "return law.power()", 'return NAMES\n\nNAMES = ("one", "two")')
    options = {"start": "memristive_study.jobs.measure:other", "used": {"memristive_study.jobs.measure:NAMES": ["one"]}}
    before = edited(names, **options)
    assert edited(names, (names[0], '"two"', '"two", "three"'), **options) == before
    assert edited(names, (names[0], '"one"', '"one", "one"'), **options) != before


@pytest.mark.parametrize("package", ["memristive.models", "{__name__}"])
def test_modules_that_an_f_string_names_count_all_or_as_used(edited, package):
    line = f'return import_module(f"{package}.{{law}}").model()'
    by_name, start = (f"{S}/jobs/measure.py", "return law.power()", line), "memristive_study.jobs.measure:other"
    if package == "{__name__}":
        by_name = (f"{M}/models/__init__.py", "", f"def other(law):\n    {line}\n")
        start = "memristive.models:other"
    cubic = (f"{M}/models/cubic.py", "power = 3", "power = 4")
    linear = (f"{M}/models/linear.py", "return 1", "return 2")
    for used, counts in (({}, True), ({"memristive.models": ["linear"]}, False)):
        options = {"start": start, "used": used}
        before = edited(by_name, **options)
        assert edited(by_name, linear, **options) != before
        assert (edited(by_name, cubic, **options) != before) == counts


def test_of_a_module_that_an_f_string_names_only_what_is_looked_up_counts(edited):
    line = 'return import_module(f"memristive.models.{law}").model()'
    by_name = (f"{S}/jobs/measure.py", "return law.power()", line)
    other = (f"{M}/models/linear.py", "def model", "def other():\n    return 1\n\ndef model")
    start = "memristive_study.jobs.measure:other"
    assert edited(by_name, other, start=start) == edited(by_name, start=start)
    kept = (by_name[0], line, 'return import_module(f"memristive.models.{law}")')
    assert edited(by_name, kept, other, start=start) != edited(by_name, kept, start=start)


def test_arguments_of_a_made_object_that_are_not_used_play_no_part(edited):
    made = (f"{M}/table.py", "MODELS = {", "MADE = dict(one=linear.model, two=cubic.Model)\nMODELS = {")
    used = {"memristive.table:MADE": ["one"]}
    options = {"start": "memristive.table:MADE", "used": used}
    cubic = (f"{M}/models/cubic.py", "power = 3", "power = 4")
    assert edited(made, cubic, **options) == edited(made, **options)
    assert edited(made, cubic, start="memristive.table:MADE") != edited(made, start="memristive.table:MADE")


def test_texts_that_name_a_module_or_a_definition_are_followed(edited):
    wire = (f"{M}/wire.py", "ohms = 1", "ohms = 2")
    for text in ("memristive.wire:Wire", "memristive.wire"):
        named = (f"{S}/jobs/measure.py", "law.current(", f'call("{text}", ')
        assert edited(named) != edited(named, wire)


def test_what_only_checks_is_left_out_by_name(edited):
    without = ["memristive.physics.laws:current"]
    law = (f"{M}/physics/laws.py", "SCALE * erf", "2 * SCALE * erf")
    assert edited(law) != edited()
    assert edited(law, without=without) == edited(without=without)


def test_a_name_that_does_not_exist_is_an_error(edited):
    start = "memristive_study.jobs.measure:make"
    with pytest.raises(InputError, match=r"memristive\.nothing: there is no such module"):
        edited(start="memristive.nothing")
    with pytest.raises(InputError, match=r"memristive_study\.jobs\.measure has no definition mak"):
        edited(start=start[:-1])
    with pytest.raises(InputError, match=r"memristive\.table:MODEL: there is no such dictionary"):
        edited(start=start, used={"memristive.table:MODEL": []})


def test_a_network_of_the_user_s_own_counts(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "my_networks.py").write_text("def wide(classes, input_shape): return 2\ndef deep(): return 3\n")
    assert code.own_network("mnist") == ()
    assert code.own_network("torchvision.models:resnet18") == ()
    assert code.own_network("my_networks:wide") == ("my_networks:wide",)
    assert code.reached("my_networks:wide") == ["my_networks:wide"]
    (tmp_path / "my_folder").mkdir()  # without __init__.py
    (tmp_path / "my_folder" / "inner.py").write_text("import my_networks\ndef made(): return my_networks.deep()\n")
    assert code.own_network("my_folder.inner:made") == ("my_folder.inner:made",)
    assert {"my_folder.inner:made", "my_networks:deep"} <= set(code.reached("my_folder.inner:made"))


def test_comments_of_rules_are_no_rules(tmp_path):
    (tmp_path / "workflow" / "rules").mkdir(parents=True)
    snakefile = tmp_path / "Snakefile"
    found = []
    for text in (
        'rule a:\n    output: "a"\n',
        '# First.\nrule a:\n\n    output: "a"  # made\n',
        'rule a:\n    output: "b"\n',
    ):
        snakefile.write_text(text)
        found.append(code.rules_hash(tmp_path))
    assert found[0] == found[1] != found[2]


# The real workflow.

EVALUATION = "memristive_study.results.records:evaluate_setting"

RULES = sorted((Path(__file__).parents[2] / "workflow" / "rules").glob("*.smk"))


def test_the_code_of_every_rule_that_runs_some_is_among_its_params():
    common = next(path for path in RULES if path.name == "common.smk").read_text(encoding="utf-8")
    checked = 0
    for rule in re.split(r"(?m)^rule ", "\n".join(path.read_text(encoding="utf-8") for path in RULES))[1:]:
        if rule.startswith("train_"):  # a recipe names a training, not the code
            continue
        script = re.search(r'script:\s*"\.\./scripts/(\w+\.py)"', rule)
        if not script and "shell:" not in rule:
            continue
        param = re.search(r"(?m)^        code=(.*)$", rule)
        assert param, f"rule {rule.split(':')[0]} has no code among its params"
        helper = re.match(r"code_of_\w+", param[1])
        text = re.search(rf"(?s)def {helper[0]}\(.*?\n\n\n", common)[0] if helper else param[1]
        assert (script[1] if script else "evaluate_setting") in text, rule.split(":")[0]
        checked += 1
    assert checked > 15


def test_the_code_is_followed_without_being_run():
    """Snakemake reads the rules in a second, torch and pandas in several."""
    line = f"from memristive_study.runtime import code; code.code_hash({EVALUATION!r}); code.code_hash('report.py')"
    check = "import sys; assert not {'torch', 'pandas', 'numpy', 'matplotlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", f"{line}; {check}"], check=True)


def test_nothing_that_counts_is_looked_up_in_a_way_that_cannot_be_followed():
    """A class found by `__subclasses__`, or code in a text, would be missing from the hashes."""
    for path in (Path(code.__file__).parents[3]).rglob("*.py"):
        found = re.search(
            r"__subclasses__\(|(?<![.\w])(?:exec|eval|__import__)\(|^ *from \S+ import \*", path.read_text("utf-8")
        )
        assert not found, f"{path}: {found[0]}"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Images and untrained weights."""
    folder = tmp_path_factory.mktemp("inputs")
    entry = {"source": "digits", "size": [28, 28], "train_images": 60, "test_images": 20}
    prepare("digits28", entry, folder, folder / "images.npz")
    save_weights(build("mnist"), folder / "weights.safetensors")
    return folder / "weights.safetensors", folder / "images.npz", "mnist"


SETTINGS = [
    Setting(),
    Setting(sigma=50, conductance_states=4, stuck_at_lrs=0.01, tile_shape=(32, 32), adc_bits=4),
    Setting(semantics="memtorch", stuck_at_hrs=0.01, tile_shape=(32, 32), adc_quantisation="log"),
    Setting(adc_range="calibrated", calibration_images=8, retention_time=100, tuning="after"),
    Setting(layers={"fc*": {"cycles": 1000}}),
    Setting(tile_shape=(8, 8), wires={"word_line": 1, "bit_line": 2}),
]


@pytest.mark.parametrize("kernel", ["auto", "off"])
@pytest.mark.parametrize("setting", SETTINGS, ids=Setting.canonical)
def test_every_function_that_an_evaluation_runs_is_among_those_found(inputs, monkeypatch, setting, kernel):
    from memristive_study.results import records

    monkeypatch.setenv("MEMRISTIVE_KERNEL", kernel)
    source = Path(code.__file__).parents[3]
    ran: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        made = frame.f_code
        if event == "call" and made.co_filename.startswith(str(source)) and "<module>" not in made.co_qualname:
            parts = Path(made.co_filename).relative_to(source).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            ran.add(f"{module}:{made.co_qualname.split('.')[0]}")

    sys.setprofile(note)
    try:
        records.evaluate_setting(*inputs, setting.canonical(), seeds=[1], threads=1, named={})
    finally:
        sys.setprofile(None)
    found = set(code.reached(EVALUATION, used=code.used_by([setting])))
    # A package's `__getattr__` only tells where a name is defined, and a neutral group that it is not active.
    groups = {f"{type(getattr(setting, name)).__module__}:{type(getattr(setting, name)).__name__}" for name in GROUPS}
    # A lambda of a module belongs to the definition that holds it.
    ran = {name for name in ran if not name.startswith("memristive_study.runtime")}
    ran = {name for name in ran if not name.endswith((":__getattr__", ":<lambda>"))}
    ran -= {name for name in groups if ".nonidealities." in name}
    assert len(ran) > 20
    assert ran <= found, ran - found


def test_a_selection_depends_on_its_own_rule_alone():
    """So that a new rule selects no other weights again."""
    table = "memristive_study.training.rules:RULES"
    rules = {
        name: {each.split(":")[1] for each in code.reached("select_checkpoint.py", used={table: {name}})}
        for name in ("best_test", "best_validation", "last")
    }
    assert {name: found & {"best_test", "best_validation", "last", "_best"} for name, found in rules.items()} == {
        "best_test": {"best_test", "_best"},
        "best_validation": {"best_validation", "_best"},
        "last": {"last"},
    }


def test_an_evaluation_depends_on_its_own_non_idealities_converters_and_device():
    """Those of all layers; others may be added or changed."""
    modules = {
        name: {
            each.split(":")[0].rpartition(".")[2]
            for each in code.reached(EVALUATION, used=code.used_by([setting]))
            if not each.startswith("memristive.kernels")
        }
        for name, setting in (
            ("plain", Setting()),
            ("aged", Setting(cycles=1000)),
            ("aged in a layer", Setting(layers={"fc*": {"cycles": 1000}})),
            ("drifting", Setting(retention_time=100, device="ferroelectric")),
            ("logarithmic in a layer", Setting(layers={"fc*": {"adc_quantisation": "log"}})),
            ("got back", Setting(statistics_images=100)),
            ("remapped in a layer", Setting(layers={"fc*": {"remap": "rows"}})),
        )
    }
    choices = {"endurance", "retention", "faults", "pt_hf_ti", "ferroelectric", "linear", "logarithmic"}
    choices |= {"statistics", "remapping", "fine_tuning", "folding", "weight_range", "column_line"}
    assert {name: found & choices for name, found in modules.items()} == {
        "plain": {"pt_hf_ti", "linear"},
        "aged": {"endurance", "pt_hf_ti", "linear"},
        "aged in a layer": {"endurance", "pt_hf_ti", "linear"},
        "drifting": {"retention", "ferroelectric", "linear"},
        "logarithmic in a layer": {"pt_hf_ti", "linear", "logarithmic"},
        "got back": {"pt_hf_ti", "linear", "statistics"},
        "remapped in a layer": {"pt_hf_ti", "linear", "remapping", "faults"},
    }
