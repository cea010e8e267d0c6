# One definition of everything. `make` lists it.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
LOWEST := .venv-lowest
KIT_PYTHON ?= /usr
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# What is installed is what was locked, byte for byte. Our own code is then put beside it by the locked build back-end.
LOCKED := $(PIP) install --require-hashes
# Set-up takes less time when two processes unpack, each its half of the libraries (the locks name all of them), ...
HALVES := $(VENV)/half-0.txt $(VENV)/half-1.txt
HALVED := awk '/^[^ \#]/ {is_new = !seen[$$1]++; n += is_new} is_new {print > ("$(VENV)/half-" n % 2 ".txt")}'
# ... and when all processors compile what was installed, and nobody what no run imports, such as the libraries' own tests.
UNUSED := /tests?/|/(pip|setuptools|pkg_resources|fontTools|cuda|distutils|f2py|ensemble|datasets|signal)/|pydantic/v1/
COMPILED := $(BIN)/python -m compileall -q -j 0 -x '$(UNUSED)' $(VENV)/lib
OURS := $(PIP) install --no-deps --no-build-isolation -e .
PARTS := livelihood-map.cdx.json
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: $(shell sed -n "s/^\([a-z-]*\):.*\#\# .*/\1/p" $(firstword $(MAKEFILE_LIST)))

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/run.stamp: pyproject.toml requirements.lock requirements-build.lock
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed / 需要 Python 3.11 或更新版本") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(HALVED) requirements.lock requirements-build.lock
	printf '%s\n' $(HALVES) | xargs -P 2 -n 1 $(LOCKED) --no-deps --no-compile -r
	$(OURS) & $(COMPILED) && wait $$!
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	$(LOCKED) -r requirements-dev.lock
	touch $@

demo: $(VENV)/run.stamp ## set up and do the main job on the embedded demo district
	$(BIN)/livelihood-map demo out/demo --maps maps

again: demo ## do the demo's run once more from its record, and compare every file to the byte
	$(BIN)/livelihood-map replay out/demo/out/run.json

demo-data: $(VENV)/dev.stamp ## write data/demo anew
	PYTHONPATH=tools $(BIN)/python -m demo_district data/demo

pictures: $(VENV)/dev.stamp ## take every picture of README and docs anew from the demo (with Chromium)
	PYTHONPATH=tools $(BIN)/python -m doc_pictures

real: $(VENV)/dev.stamp ## the same job on real input, where ../shared/data is there
	$(BIN)/livelihood-map run tests/real/las_palmas.toml
	for question in progress phases demonstration; do $(BIN)/livelihood-map $$question tests/real/las_palmas.toml || exit 1; done
	$(BIN)/livelihood-map compare tests/real/las_palmas.toml out/las_palmas
	$(BIN)/livelihood-map run tests/real/minhang.toml

notebooks: $(VENV)/dev.stamp ## run the notebooks into out/notebooks, for the documentation
	PYTHONPATH=tools $(BIN)/python -m doc_notebooks out/notebooks

docs: notebooks ## build the documentation into out/site, warnings as errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

test: $(VENV)/dev.stamp ## set up and run the tests, on two cores
	$(BIN)/python -m pytest -n 2 --dist worksteal

long: $(VENV)/dev.stamp ## the long forms of proofs whose short forms `make test` runs
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long

lowest: $(VENV)/dev.stamp ## run the tests with the lowest versions that pyproject.toml allows, on Python 3.11
	$(BIN)/uv venv -q --clear --python 3.11 $(LOWEST)
	$(BIN)/uv pip compile -q --python-version 3.11 --all-extras --resolution lowest-direct pyproject.toml -o $(LOWEST)/run.txt
	$(BIN)/uv pip compile -q --python-version 3.11 --all-extras --group dev -c $(LOWEST)/run.txt --generate-hashes pyproject.toml -o $(LOWEST)/dev.txt
	$(BIN)/uv pip sync -q --python $(LOWEST) --require-hashes $(LOWEST)/dev.txt
	$(BIN)/uv pip install -q --python $(LOWEST) --no-deps --no-build-isolation -e .
	$(LOWEST)/bin/python -m pytest -n 2 --dist worksteal -W ignore::DeprecationWarning --ignore tests/supply_chain

check: format lint types imports test ## the one definition of green

format: $(VENV)/dev.stamp ## the code is formatted
	$(BIN)/ruff format --check src tools tests hatch_build.py

lint: $(VENV)/dev.stamp ## the code is clean
	$(BIN)/ruff check src tools tests hatch_build.py

types: $(VENV)/dev.stamp page-types ## the types hold, in Python and in the page's modules
	$(BIN)/mypy

page-types: $(VENV)/dev.stamp ## the types of the page's modules hold (TypeScript reads their JSDoc; needs npm once)
	PYTHONPATH=tools $(BIN)/python -m page_types

imports: $(VENV)/dev.stamp ## the import contracts hold
	$(BIN)/lint-imports

bench: bench-demo bench-registers bench-readers bench-walking bench-siting bench-maps ## measure speed, memory and proof; figures go to docs/benchmarks.md

bench-demo: $(VENV)/dev.stamp ## the whole job, and streets beside OSMnx
	$(BIN)/python tests/benchmarks/bench_demo.py

bench-city: $(VENV)/dev.stamp ## the whole job on synthetic cities of growing size
	$(BIN)/python tests/benchmarks/bench_city.py

bench-first: $(VENV)/dev.stamp ## the first coverage from Python on real streets
	$(BIN)/python tests/benchmarks/bench_first_coverage.py

bench-batch: $(VENV)/dev.stamp ## eight districts on two workers of a cluster, one killed, beside one by one
	$(BIN)/python tests/benchmarks/bench_batch.py

bench-walking: $(VENV)/dev.stamp ## walking beside other tools
	$(BIN)/python tests/benchmarks/bench_walking.py

bench-registers: $(VENV)/dev.stamp ## taking in registers and datums
	$(BIN)/python tests/benchmarks/bench_registers.py

bench-readers: $(VENV)/dev.stamp ## reading in a child program, and files made to do harm
	$(BIN)/python tests/benchmarks/bench_readers.py

bench-siting: $(VENV)/dev.stamp bench-district ## siting beside other solvers
	$(BIN)/python tests/benchmarks/bench_siting.py

bench-district: $(VENV)/dev.stamp ## the demo district's plan under every rule
	$(BIN)/python tests/benchmarks/bench_district.py

bench-candidates: $(VENV)/dev.stamp ## candidates on every street: value, bound, time, memory
	$(BIN)/python tests/benchmarks/bench_candidates.py

ablate: $(VENV)/dev.stamp ## what each part of the siting engine earns
	$(BIN)/python tests/benchmarks/ablate_siting.py

check-siting: $(VENV)/dev.stamp ## 500 drawn siting questions against every choice; spopt, short limits, a busy machine
	$(BIN)/python tests/benchmarks/check_siting.py

figures: $(VENV)/dev.stamp ## follow every figure of the demo's output, in both languages, back to its tables
	$(BIN)/python tests/benchmarks/check_figures.py

walks: $(VENV)/dev.stamp ## the page's walking beside the engine's: 1,400 random edits, 800 routes, 200 best places (in parts: --part)
	$(BIN)/python tests/benchmarks/check_walks.py

print: $(VENV)/dev.stamp ## print every sheet and brief of the demo with LibreOffice: pages, smallest type
	$(BIN)/python tests/benchmarks/check_print.py

what-if: $(VENV)/dev.stamp ## 30 files of changes, made on the demo's map, against the program and its runs (with Chromium)
	$(BIN)/livelihood-map demo out/what-if
	$(BIN)/python tests/benchmarks/check_what_if.py out/what-if/livelihood.toml --files 30 --runs 30

bench-what-if: $(VENV)/dev.stamp ## what the demo's map takes to try a change, at 4 times the processor's time (with Chromium)
	$(BIN)/livelihood-map demo out/what-if
	$(BIN)/python tests/benchmarks/bench_what_if.py out/what-if/maps/planner.html

bench-networks: $(VENV)/dev.stamp ## the demo's streets beside real ones
	$(BIN)/python tests/benchmarks/bench_networks.py

bench-maps: $(VENV)/dev.stamp ## maps beside plain folium
	$(BIN)/python tests/benchmarks/bench_maps.py

chaos: $(VENV)/dev.stamp ## 220 killed runs, every write refused in turn, 30 changes run
	$(BIN)/python tests/chaos/kills.py
	$(BIN)/python tests/chaos/faults.py
	$(BIN)/python tests/chaos/decisions.py

fuzz: $(VENV)/dev.stamp ## 100,000 damaged files for all readers, and 10,000 broken registers
	$(BIN)/python tests/benchmarks/fuzz_readers.py --keep out/fuzz
	$(BIN)/python tests/benchmarks/fuzz_registers.py

bench-office: $(VENV)/dev.stamp ## 20 users of the office program for 5 minutes while jobs run
	$(BIN)/python tests/benchmarks/bench_office.py

office-path: $(VENV)/dev.stamp ## the new user's path through the office program, with Chromium: clicks, requests, pictures
	$(BIN)/python tests/benchmarks/office_path.py

awkward: $(VENV)/dev.stamp ## write docs/awkward_files.md: what is said of each awkward file
	$(BIN)/python tests/benchmarks/tell_awkward.py

lock: $(VENV)/dev.stamp ## renew the pinned versions: everything, then run-time and build alone with the same pins
	$(LOCK) --upgrade pyproject.toml --all-extras --group dev --group bench -o requirements-dev.lock
	$(LOCK) --upgrade pyproject.toml --all-extras -c requirements-dev.lock -o requirements.lock
	$(LOCK) --upgrade --group build -c requirements-dev.lock -o requirements-build.lock
	PYTHONPATH=tools $(BIN)/python -m supply_chain.parts_list $(PARTS)

wheel: $(VENV)/dev.stamp ## verify the vendored files, build the wheel into dist/, its parts list (SBOM) inside and beside
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation
	cp $(PARTS) dist/

kit: $(VENV)/dev.stamp ## build the folders for a stick, Windows and Linux, into out/kit: set-up without internet
	PYTHONPATH=tools $(BIN)/python -m kit

start-kit: kit ## start the kit of Linux in a fresh root without network: demo, map, office program (needs root; KIT_PYTHON: folder of a Python 3.12)
	$(BIN)/python tests/benchmarks/start_kit.py out/kit/livelihood-map-*-linux $(KIT_PYTHON)

clean: ## remove what the targets made
	rm -rf $(VENV) $(LOWEST) out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find maps -name '*.html' -delete
	rm -rf maps/.livelihood-map
	find src tools tests -name __pycache__ -type d -prune -exec rm -rf {} +
