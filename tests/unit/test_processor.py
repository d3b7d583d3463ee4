"""torch's arithmetic, asked to be the same on every processor; each time in a process of its own."""

import os
import subprocess
import sys

import pytest

from memristive.core import processor

READ = (
    "import os, torch; torch.nn.Conv2d(1, 1, 3)(torch.ones(1, 1, 5, 5)); "
    "print(torch.backends.cpu.get_cpu_capability(), *(os.environ.get(name, '-') for name in {names}))"
)


def run(first: str, **variables: str) -> list[str]:
    """ATen's instruction set and the variables, after the statement `first` and before torch is loaded."""
    own = {name: value for name, value in os.environ.items() if name not in processor.VARIABLES} | variables
    code = f"{first}; {READ.format(names=processor.VARIABLES)}"
    return subprocess.run(
        [sys.executable, "-c", code], env=own, capture_output=True, text=True, check=True
    ).stdout.split()


ASK = "from memristive.core.processor import use_common_arithmetic as ask; ask()"


def test_torch_computes_as_every_processor_with_avx2_can():
    if not processor._has_avx2():
        pytest.skip("this processor has no AVX2")
    assert run(ASK) == ["AVX2", "COMPATIBLE", "AVX2", "avx2"]


def test_nothing_is_asked_without_a_call_and_a_value_of_ones_own_is_kept():
    assert run("import memristive")[1:] == ["-", "-", "-"]
    assert run(ASK, MKL_CBWR="AVX2", ONEDNN_MAX_CPU_ISA="SSE41")[1:3] == ["AVX2", "SSE41"]


@pytest.mark.parametrize("through", ["client", "server"])
def test_inference_jobs_ask_before_torch_is_loaded(through, tmp_path):
    """The client that carries a job out itself, and the server: seen by what they load first."""
    arguments = {"client": ["log=x"], "server": ["--serve", str(tmp_path / "socket"), "1"]}[through]
    spy = (
        "import sys, runpy, os\n"
        "class Spy:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('torch', 'memristive_study.runtime.forkserver.job'):\n"
        f"            print(*(os.environ.get(n, '-') for n in {processor.VARIABLES}), flush=True)\n"
        "            os._exit(0)\n"
        "sys.meta_path.insert(0, Spy())\n"
        f"sys.argv = ['forkserver', *{arguments}]\n"
        "runpy.run_module('memristive_study.runtime.forkserver', run_name='__main__')\n"
    )
    own = {name: value for name, value in os.environ.items() if name not in processor.VARIABLES}
    own["MEMRISTIVE_FORK_SERVER"] = "off"
    seen = subprocess.run([sys.executable, "-c", spy], env=own, capture_output=True, text=True, check=False).stdout
    assert seen.startswith("COMPATIBLE ")
