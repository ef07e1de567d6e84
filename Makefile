# make demo          Adam against AMSGrad on Reddi's sequence: table, verdict, figure
# make test          lint, types and all tests but those of the next five commands
# make test-derive   what derivations find, against brute force, and planted faults that they must see
# make test-sim      kernels for a GPU as plain Python and in a simulator
# make test-experiments  networks; sweeps; every experiment in its quick form, and planted faults that must turn its verdict
# make test-outside  comparisons with optax, PyTorch and z3, and a proof's page in Chromium where there is one
# make test-ptx      kernels for a GPU compiled to machine code, without one, in an environment of their own, .venv-ptx
# make test-ptx-next the same by numba-cuda-mlir, the next compiler, in .venv-ptx-next; CI leaves it out
# make test-gpu      kernels on a GPU, where there is one, in an environment of their own, .venv-gpu
# make test-gpu-sanitizer  the same under compute-sanitizer: accesses out of bounds, races
# make bench-gpu     times on a GPU, beside the CPU's and a copy's; BENCH='--json' and the like are handed on
# make clean         remove the environment, caches and build results
#
# Each target does its own set-up in .venv, from nothing but Python >= 3.11 and make.
# PYTHON=... chooses the interpreter that .venv is made with.

.DEFAULT_GOAL := demo
.PHONY: demo test test-derive test-sim test-experiments test-outside outside-env test-ptx ptx-env test-ptx-next \
        ptx-next-env test-gpu test-gpu-sanitizer bench-gpu gpu-env clean

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
OUTSIDE := $(VENV)/ready-outside
VENV_PTX := .venv-ptx
PTX := $(VENV_PTX)/ready
VENV_NEXT := .venv-ptx-next
NEXT := $(VENV_NEXT)/ready
VENV_GPU := .venv-gpu
GPU := $(VENV_GPU)/ready
BENCH ?=
SANITIZER ?= compute-sanitizer
PYTHON ?=
CANDIDATES := $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# In the folder that holds the checkout, a checkout named adamtheory would be taken for an empty package of that name.
define REGISTER
import pathlib, sysconfig
pathlib.Path(sysconfig.get_path("purelib"), "adamtheory-checkout.pth").write_text(str(pathlib.Path.cwd()))
endef
export REGISTER

demo: $(READY)
	@$(BIN)/adamtheory regret

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadgroup --ignore=tests/outside --ignore=tests/experiments \
	    --ignore=tests/deriving --ignore=tests/cuda --ignore=tests/nets --ignore=tests/sweeping

test-derive: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup tests/deriving

test-sim: $(READY)
	$(BIN)/python -m pytest -n 2 -m "not sim and not ptx and not gpu" tests/cuda
	NUMBA_ENABLE_CUDASIM=1 $(BIN)/python -m pytest -n 2 -m sim tests/cuda

test-experiments: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup tests/nets tests/sweeping tests/experiments

test-outside: $(OUTSIDE)
	$(BIN)/python -m pytest tests/outside tests/logic/test_refute.py

outside-env: $(OUTSIDE)

test-ptx: $(PTX)
	$(VENV_PTX)/bin/python -m pytest -m ptx tests/cuda/test_ptx*.py tests/cuda/test_interpreted*.py

ptx-env: $(PTX)

test-ptx-next: $(NEXT)
	$(VENV_NEXT)/bin/python -m pytest -m ptx tests/cuda/test_next.py

ptx-next-env: $(NEXT)

test-gpu: $(GPU)
	$(VENV_GPU)/bin/python -m pytest -m gpu -rs tests/cuda/test_device*.py

# It comes with the CUDA toolkit: its wheel of 13.0 lacks the program that starts others. Left out are tests of millions
# of numbers, which would take hours, and an allocation that is meant to fail.
test-gpu-sanitizer: $(GPU)
	@command -v $(SANITIZER) >/dev/null || { echo "no $(SANITIZER) was found: it comes with the CUDA toolkit; put it on\
	 the search path, or name it: make test-gpu-sanitizer SANITIZER=/path/to/compute-sanitizer"; exit 1; }
	$(SANITIZER) --tool memcheck --error-exitcode 1 $(VENV_GPU)/bin/python -m pytest -m gpu -rs \
	    -k "not million and not fit and not no_launch" tests/cuda/test_device.py tests/cuda/test_device_update.py \
	    tests/cuda/test_device_blocks.py
	$(SANITIZER) --tool racecheck --error-exitcode 1 $(VENV_GPU)/bin/python -m pytest -m gpu -rs \
	    -k "totals or every_rule or turns" tests/cuda/test_device_update.py tests/cuda/test_device_blocks.py

bench-gpu: $(GPU)
	$(VENV_GPU)/bin/adamtheory bench --device cuda $(BENCH)

gpu-env: $(GPU)

# A candidate is run, not only found: version managers put commands on the path that do not work.
$(READY): pyproject.toml setup.py
	@works() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }; \
	if ! works $(BIN)/python; then \
	    for candidate in $(CANDIDATES); do works $$candidate && found=$$candidate && break; done; \
	    if [ -z "$$found" ]; then \
	        echo "adamtheory needs Python 3.11 or newer; tried: $(CANDIDATES). Name one: make PYTHON=/path/to/python3"; \
	        exit 1; \
	    fi; \
	    echo "making $(VENV) with $$($$found --version)"; \
	    rm -rf $(VENV) && $$found -m venv $(VENV); \
	fi
	@echo "installing adamtheory and what its tests need into $(VENV) (about a minute the first time)"
	@$(PIP) install --editable '.[test]'
	@$(BIN)/python -c "$$REGISTER"
	@touch $@

$(OUTSIDE): $(READY)
	@echo "installing optax, jax, PyTorch and z3 into $(VENV) (some hundred MB)"
	@$(PIP) install --editable '.[test,smt,outside]' 'torch==2.13.*'
	@touch $@

# Only what these tests load: the extra itself, what kernels are written with, and what runs tests.
define REQUIREMENTS
import sys, tomllib
with open("pyproject.toml", "rb") as file:
    print(*tomllib.load(file)["project"]["optional-dependencies"][sys.argv[1]], sep="\n")
endef
export REQUIREMENTS

$(PTX): pyproject.toml | $(READY)
	@echo "making $(VENV_PTX) with a compiler for GPUs (some hundred MB)"
	@rm -rf $(VENV_PTX) && $(BIN)/python -m venv $(VENV_PTX)
	@$(BIN)/python -c "$$REQUIREMENTS" ptx > $(VENV_PTX)/requirements.txt
	@$(VENV_PTX)/bin/python -m pip --disable-pip-version-check --quiet install \
	    -r $(VENV_PTX)/requirements.txt 'pytest>=8.2' 'hypothesis>=6.100' 'platformdirs>=4.2' 'python-flint>=0.7'
	@touch $@

$(NEXT): pyproject.toml | $(READY)
	@echo "making $(VENV_NEXT) with numba-cuda-mlir (about a GB)"
	@rm -rf $(VENV_NEXT) && $(BIN)/python -m venv $(VENV_NEXT)
	@$(BIN)/python -c "$$REQUIREMENTS" gpu-next > $(VENV_NEXT)/requirements.txt
	@$(VENV_NEXT)/bin/python -m pip --disable-pip-version-check --quiet install \
	    -r $(VENV_NEXT)/requirements.txt numba nvidia-cuda-nvdisasm \
	    'pytest>=8.2' 'hypothesis>=6.100' 'platformdirs>=4.2' 'python-flint>=0.7'
	@touch $@

$(GPU): pyproject.toml setup.py | $(READY)
	@echo "making $(VENV_GPU) with what compiles and runs kernels on a GPU (about a GB)"
	@rm -rf $(VENV_GPU) && $(BIN)/python -m venv $(VENV_GPU)
	@$(VENV_GPU)/bin/python -m pip --disable-pip-version-check --quiet install --editable '.[test,gpu]'
	@$(VENV_GPU)/bin/python -c "$$REGISTER"
	@touch $@

clean:
	rm -rf $(VENV) $(VENV_PTX) $(VENV_NEXT) $(VENV_GPU) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
