"""The wheels as strangers get them: in an environment of their own, without a compiler, with the README's example."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

# What the simulator must do without.
HEAVIER = ("pandas", "matplotlib", "sklearn", "torchvision", "memtorch", "snakemake", "memristive_study")
# Other Pythons to try, as paths; .ci/run names those of the machine.
PYTHONS = [sys.executable, *os.environ.get("MEMRISTIVE_PYTHONS", "").split()]
# After the README's example, whose names it uses.
EXAMINATION = """
import importlib.util, json, os, pathlib, sys, time
import memristive
from memristive import convert, kernels

def timed(images):
    network = convert(model, Setting(max_input_voltage=3.0), torch.Generator().manual_seed(1))
    network(images[:2])
    started = time.perf_counter()
    return network(images), time.perf_counter() - started

few = images[:10]
level = kernels.level()
compiled, compiled_seconds = timed(images)
os.environ["MEMRISTIVE_KERNEL"] = "off"
plain, plain_seconds = timed(few)
print(json.dumps({
    "accuracies": [evaluation.accuracy for evaluation in result],
    "level": level,
    "folder": str(pathlib.Path(memristive.__file__).parent),
    "heavier": [name for name in sys.argv[1:] if importlib.util.find_spec(name)],
    "same": torch.equal(compiled[: len(few)], plain),
    "compiled seconds an image": compiled_seconds / len(images),
    "plain seconds an image": plain_seconds / len(few),
    "torch": torch.__version__,
}))
"""


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess:
    command = [*map(str, command)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def example(repository, tmp_path_factory) -> Path:
    """The README's Python example as a program, followed by an examination of where and how it ran."""
    code = re.search(r"```python\n(.*?)```", (repository / "README.md").read_text(), re.DOTALL)[1]
    path = tmp_path_factory.mktemp("example") / "example.py"
    path.write_text(code + EXAMINATION)
    return path


@pytest.fixture(scope="module")
def distributions(repository, tmp_path_factory) -> Path:
    """A folder with both wheels and both source distributions."""
    folder = tmp_path_factory.mktemp("dist")
    print(run(sys.executable, repository / "wheels" / "build.py", folder, **os.environ).stdout)
    return folder


@pytest.fixture(scope="module")
def wheels(distributions) -> dict[str, Path]:
    """Wheels by the name of their distribution."""
    return {path.name.partition("-")[0]: path for path in distributions.glob("*.whl")}


@pytest.fixture(scope="module")
def bare(repository, wheels, tmp_path_factory):
    """Makes an environment in which nothing but the simulator's wheel was installed; gives its Python."""
    uv = next(filter(None, [shutil.which("uv"), shutil.which("uv", path=Path(sys.prefix).parent / ".uv" / "bin")]))
    made = {}

    def make(python: str) -> Path:
        if python not in made:
            folder = tmp_path_factory.mktemp("bare")
            run(uv, "venv", "--python", python, folder, **os.environ)
            # The locked versions: they are at hand, and a newer torch is gigabytes.
            old = version(python) < (3, 11)
            locked = torch_alone(repository, folder) if old else repository / "requirements.lock"
            install = [uv, "pip", "install", "--python", folder, "--constraints", locked]
            # Elsewhere than in this repository, whose pyproject.toml fixes versions for the study.
            run(*install, wheels["memristive"], cwd=folder, **os.environ)
            made[python] = folder / "bin" / "python"
        return made[python]

    return make


def version(python: str) -> tuple[int, int]:
    return tuple(json.loads(run(python, "-c", "import sys; print(list(sys.version_info[:2]))").stdout))


def torch_alone(repository: Path, folder: Path) -> Path:
    """Of the locked versions only torch's: the others may not be there for an old Python."""
    path = folder / "constraints.txt"
    path.write_text(re.search(r"^torch==[\w.]+", (repository / "requirements.lock").read_text(), re.MULTILINE)[0])
    return path


def examined(python: Path, example: Path, cache: Path, path: Path | str, *options: str, **more: str):
    """What the example found, and its standard error; in an empty environment but for the search `path` and a cache."""
    cache.mkdir(exist_ok=True)
    environment = {"XDG_CACHE_HOME": str(cache), "HOME": str(cache), "PATH": str(path), **more}
    done = run(python, *options, example, *HEAVIER, **environment)
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.parametrize("python", PYTHONS)
def test_the_readme_s_example_runs_on_the_wheel_alone(python, bare, example, tmp_path):
    found, errors = examined(bare(python), example, tmp_path / "cache", tmp_path, "-I")
    print(python, found)
    assert "site-packages" in found["folder"]
    assert found["heavier"] == []
    assert len(found["accuracies"]) == 5
    assert min(found["accuracies"]) > 60  # a classifier of ten classes still decides as it did without crossbars
    assert found["level"] is not None, errors
    assert "kernels" not in errors
    assert not list((tmp_path / "cache").rglob("*.so"))  # nothing was compiled
    assert found["same"]
    assert found["compiled seconds an image"] < found["plain seconds an image"] / 3


@pytest.fixture
def without_library(bare, tmp_path) -> Path:
    """A folder with the simulator as the wheel holds it, but for the compiled library."""
    (package,) = bare(sys.executable).parents[1].glob("lib/*/site-packages/memristive")
    shutil.copytree(package, tmp_path / "sources" / "memristive", ignore=shutil.ignore_patterns("prebuilt"))
    return tmp_path / "sources"


def test_without_library_the_kernels_are_compiled_on_first_use(without_library, bare, example, tmp_path):
    options = {"PYTHONPATH": str(without_library)}
    cache = tmp_path / "cache"
    found, errors = examined(bare(sys.executable), example, cache, os.environ["PATH"], **options)
    assert found["folder"] == str(without_library / "memristive")
    assert found["level"] is not None, errors
    assert len(list(cache.rglob("*.so"))) == 1


def test_without_library_and_compiler_one_line_says_so(without_library, bare, example, tmp_path):
    options = {"PYTHONPATH": str(without_library)}
    program = tmp_path / "program.py"
    program.write_text(example.read_text().replace("torch.rand(200,", "torch.rand(20,"))
    found, errors = examined(bare(sys.executable), program, tmp_path / "cache", tmp_path, **options)
    assert found["level"] is None
    assert len(found["accuracies"]) == 5
    (line,) = [line for line in errors.splitlines() if "kernels" in line]
    assert "no compiler" in line


def test_without_compiler_the_source_distribution_gives_a_wheel_without_library(distributions, tmp_path):
    (source,) = distributions.glob("memristive-*.tar.gz")
    options = ["--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path]
    run(sys.executable, "-m", "pip", "wheel", *options, source, **os.environ | {"CXX": "no-such-compiler"})
    (wheel,) = tmp_path.iterdir()
    assert wheel.name.endswith("-py3-none-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.endswith(".so")]
    assert [name for name in names if name.endswith(".cpp")]


@pytest.mark.parametrize("name", ["memristive", "memristive_study"])
def test_a_wheel_holds_every_source_file(repository, wheels, name):
    source = repository / "workflow" / "src"
    files = {str(path.relative_to(source)) for path in (source / name).rglob("*") if path.suffix in SOURCES}
    assert len(files) > 20
    assert files <= {*zipfile.ZipFile(wheels[name]).namelist()}


SOURCES = (".py", ".md", ".cpp", ".hpp", ".inc")


def test_the_simulator_s_wheel_serves_all_pythons_and_older_systems(wheels):
    name = wheels["memristive"].name
    assert re.fullmatch(r"memristive-[\d.]+-py3-none-manylinux_2_\d+_\w+\.whl", name)
    oldest_with_torch = 28
    assert int(re.search(r"manylinux_2_(\d+)", name)[1]) <= oldest_with_torch
    libraries = [name for name in zipfile.ZipFile(wheels["memristive"]).namelist() if name.endswith(".so")]
    assert len(libraries) == 1
    assert sysconfig.get_config_var("SOABI") not in libraries[0]


def test_the_tool_s_wheel_brings_the_files_that_it_reads(repository, wheels, tmp_path):
    for wheel in wheels.values():
        zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "from memristive_study import report; from memristive_study.training import pretrained;"
        "print(report.TEMPLATE, pretrained.FOLDER)"
    )
    done = run(sys.executable, "-c", code, **os.environ | {"PYTHONPATH": str(tmp_path)})
    for path in map(Path, done.stdout.split()):
        ours = repository / "workflow" / path.relative_to(tmp_path / "memristive_study" / "shipped")
        inner = [file.relative_to(ours) for file in ours.rglob("*")] if ours.is_dir() else [Path()]
        assert inner
        assert all((path / file).exists() for file in inner)
