# Thin targets; `snakemake` itself takes over once the environment is there (. .venv/bin/activate).

PYTHON ?= python3
BIN := .venv/bin
UV := .uv/bin/uv
UV_VERSION := 0.13.9
# The shell's own name of this folder: make would hand over the name as text that the shell reads once more.
WITH_PATH := PATH="$$PWD/$(BIN):$$PATH"
SNAKEMAKE := $(WITH_PATH) $(BIN)/snakemake

.PHONY: all audit bench clang compare clean-environment demo docs docs-links environment explain lint lock plan sanitize test unlocked wheel

# CORES=6 for six cores, also for the tests.
CORES ?= 2

# The study of config.yaml.
all: unlocked
	$(SNAKEMAKE) --cores $(CORES) all

# A small study on embedded digits; ends with results/demo/report.html.
demo: unlocked
	$(SNAKEMAKE) --profile profiles/demo --cores $(CORES) all

# What would run, and why, in a few lines: make plan study=examples/own_study.yaml; without study=, that of config.yaml.
plan: environment
	@mkdir -p .snakemake
	@$(SNAKEMAKE) --cores $(CORES) --dry-run $${study:+--configfile "$$study"} -- all >.snakemake/plan.log \
		|| { cat .snakemake/plan.log >&2; exit 1; }
	@grep "^Nothing to be done" .snakemake/plan.log || true

# After a power cut: the lock that a dead process of this machine has left, and only that.
unlocked: environment
	@$(WITH_PATH) $(BIN)/python -P -m memristive_study.runtime.lock

test: environment
	$(BIN)/python -m pytest -n $(CORES) --dist loadfile

# The kernels once without optimisation, their assertions on, every access to memory and every operation checked.
sanitize: export MEMRISTIVE_KERNEL_FLAGS := -O0 -g -UNDEBUG -fsanitize=address,undefined -fno-sanitize-recover=undefined
sanitize: export ASAN_OPTIONS := detect_leaks=0
sanitize: environment
	LD_PRELOAD="$$(g++ -print-file-name=libasan.so):$$(g++ -print-file-name=libubsan.so)" \
		$(BIN)/python -m pytest tests/unit/test_kernels.py tests/unit/test_memtorch_cuda_kernels.py \
		tests/unit/test_digits_on_kernels.py

# The kernels by the other compiler.
clang: environment
	CXX=clang++ $(BIN)/python -m pytest tests/unit/test_kernels.py tests/unit/test_memtorch_cuda_kernels.py \
		tests/unit/test_digits_on_kernels.py

lint: environment
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(SNAKEMAKE) --lint

# Two studies on one page: make compare a=results/one b=results/other
compare: environment
	@$(BIN)/python -P -m memristive_study.report.compare "$$a" "$$b"

# Why a setting has its accuracy: make explain study=results/demo setting=<label> network=<name, where several have it>
explain: environment
	@$(BIN)/python -P -m memristive_study.jobs.explanation "$$study" "$$setting" --network "$$network"

# Known weaknesses of the locked packages; needs a registry that has advisories.
audit: environment
	$(BIN)/pip-audit --disable-pip --require-hashes --progress-spinner off -r requirements.lock

bench: environment
	$(BIN)/python -m benchmarks

# dist/: simulator (with its kernels) and tool as wheels, each built from its source distribution.
wheel: environment
	$(BIN)/python wheels/build.py dist

# The documentation site, build/docs/index.html: runs the tutorial and the how-to scripts; a warning is an error.
docs: environment .docs/.ready
	PYTHONPATH="$$PWD/workflow/src" .docs/bin/python -P -m sphinx --fail-on-warning --keep-going -q -b html docs build/docs

# Links to other sites; hosts that this machine does not reach are named, and are no failure.
docs-links: environment .docs/.ready
	PYTHONPATH="$$PWD/workflow/src" .docs/bin/python -P -m sphinx -q -D plot_gallery=False -D nb_execution_mode=off \
		-b linkcheck docs build/links

# Sphinx and its extensions, over the packages of .venv.
.docs/.ready: docs/requirements.lock $(UV)
	@test -x .docs/bin/python || $(UV) venv --quiet --python $(BIN)/python .docs
	VIRTUAL_ENV=.docs $(UV) pip sync --quiet docs/requirements.lock
	@echo "import site; site.addsitedir('$$PWD/.venv/lib/python3.11/site-packages')" >.docs/lib/python3.11/site-packages/locked.pth
	@touch $@

# The locked packages, MemTorch compiled against the locked torch (minutes, once), the kernels.
environment: .venv/.ready

# The two pyproject.toml have the commands that are installed.
.venv/.ready: requirements.lock pyproject.toml workflow/pyproject.toml $(UV)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "error: PYTHON: $$($(PYTHON) --version), but Python 3.11 is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@echo "Installing the locked packages; MemTorch is compiled the first time, which takes minutes"
	VIRTUAL_ENV=.venv $(UV) pip sync --quiet --compile-bytecode requirements.lock
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation --editable . --editable workflow
	$(BIN)/python -P -W ignore::RuntimeWarning -m memristive.kernels.build
	@touch $@

$(UV):
	$(PYTHON) -I -m venv .uv
	.uv/bin/python -P -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# New versions into the lock file.
lock: $(UV)
	$(UV) pip compile pyproject.toml workflow/pyproject.toml --extra memtorch --group dev --no-emit-package memristive \
		--universal --generate-hashes --python 3.11 -o requirements.lock

	$(UV) pip compile --group docs -c requirements.lock --universal --generate-hashes --python 3.11 -o docs/requirements.lock

clean-environment:
	rm -rf .venv .uv .docs
