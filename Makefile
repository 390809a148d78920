# Deux commandes suffisent : make demo, make test.
# Seuls prérequis : Python 3.11 (ou plus récent), make et git.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
VNU := 26.9.27
VNU_JAR ?= var/vnu/node_modules/vnu-jar/build/dist/vnu.jar
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-postgresql test-browser test-html check-faults check-long lint format migrations-check smoke bench bench-speed lighthouse requirements clean

help: ## Cette aide
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | column -t -s '	'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/base.stamp: requirements/base.txt | $(BIN)/python
	$(BIN)/pip install --quiet --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/base.stamp
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/base.stamp ## Tout installer, charger la démonstration et la servir sur http://127.0.0.1:8000
	@DEBUG=1 $(BIN)/python manage.py demo --port $(PORT)

test: $(VENV)/dev.stamp lint ## Toute la suite de tests, sur SQLite, et la relecture automatique
	$(BIN)/python -m pytest -n auto --dist worksteal

test-postgresql: $(VENV)/dev.stamp ## La même suite sur PostgreSQL : make test-postgresql DATABASE_URL=postgres://…
	@case "$(DATABASE_URL)" in postgres*) ;; *) echo "Indiquez DATABASE_URL=postgres://…"; exit 1;; esac
	DATABASE_URL=$(DATABASE_URL) $(BIN)/python -m pytest -n auto --dist worksteal

test-browser: $(VENV)/dev.stamp ## Les parcours dans un vrai navigateur : Chromium, dans CHROMIUM ou /usr/bin/chromium
	$(BIN)/python -m pytest -m browser -n 2

test-html: $(VENV)/dev.stamp ## Toutes les pages par le vérificateur HTML du W3C : Java et npm, ou VNU_JAR=…
	test -f $(VNU_JAR) || npm install --silent --no-save --prefix var/vnu vnu-jar@$(VNU)
	VNU_JAR=$(abspath $(VNU_JAR)) $(BIN)/python -m pytest -m html

check-faults: $(VENV)/dev.stamp ## Les pannes, en une minute : processus tués, rechargement, écritures simultanées, disque plein (en root)
	$(BIN)/python benchmarks/faults/short.py

check-long: $(VENV)/dev.stamp ## Tout : chaque adresse et chaque rôle, 10 000 entrées hostiles, chaque écran piégé (Chromium), les pannes (PostgreSQL, Redis)
	$(BIN)/python -m pytest -m long -n 2
	DATABASE_URL=$${BENCH_POSTGRESQL:-postgres://postgres@127.0.0.1:5432}/postgres $(BIN)/python -m pytest -m long -n 2 tests/coopemploi/test_races.py
	$(BIN)/python benchmarks/faults/workers.py 60
	$(BIN)/python benchmarks/faults/sqlite_clients.py
	$(BIN)/python benchmarks/faults/database.py
	$(BIN)/python benchmarks/faults/shared_cache.py
	$(BIN)/python benchmarks/faults/disk.py
	$(BIN)/python benchmarks/growth.py

lint: $(VENV)/dev.stamp ## Relecture automatique du code et des gabarits
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files -z --cached --others --exclude-standard 'templates/*.html' | xargs -0 $(BIN)/djade --target-version 5.2 --check

format: $(VENV)/dev.stamp ## Mettre en forme le code et les gabarits
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files -z --cached --others --exclude-standard 'templates/*.html' | xargs -0 $(BIN)/djade --target-version 5.2

migrations-check: $(VENV)/dev.stamp ## Aucune migration ne manque
	DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run

smoke: $(VENV)/base.stamp ## La démonstration démarre et sert ses pages
	.ci/smoke

bench: $(VENV)/base.stamp ## Les mesures : rapprochement, pertinence, imports (make demo d'abord), passage à l'échelle
	DEBUG=1 $(BIN)/python benchmarks/reconciliation.py
	DEBUG=1 $(BIN)/python benchmarks/relevance.py
	DEBUG=1 $(BIN)/python benchmarks/imports.py
	$(BIN)/python benchmarks/scale.py $(BENCH)

bench-speed: $(VENV)/base.stamp ## Le débit des pages, contre une page Django nue (PostgreSQL, wrk)
	$(BIN)/python benchmarks/speed.py $(BENCH)

lighthouse: $(VENV)/base.stamp ## Les notes de Lighthouse sur les pages principales (make demo d'abord ; npm et Chromium)
	$(BIN)/python benchmarks/lighthouse.py $(BENCH)

requirements: pyproject.toml ## Figer de nouveau les dépendances, avec leurs empreintes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet -o requirements/base.txt
	$(BIN)/uv pip compile pyproject.toml --extra s3 --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet -c requirements/base.txt -o requirements/s3.txt
	$(BIN)/uv pip compile pyproject.toml --extra s3 --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet -c requirements/base.txt \
		-o requirements/dev.txt

clean: ## Retirer l'environnement et la base de démonstration
	rm -rf $(VENV) var
