# Madang's commands. Each makes what it needs: Python 3.11 or newer, make and a package index are enough.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: help run test check fix bench soak clients docs lock sbom clean
.DEFAULT_GOAL := help

help: ## Show this list.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

run: ## Install what Madang needs into .venv and start it. Options: make run ARGS="--port 9000".
	@$(PYTHON) tools/environment.py run
	@exec $(BIN)/madang serve $(ARGS)

test: ## Run every test. Some of them: make test ARGS="tests/chat -k stop".
	@$(PYTHON) tools/environment.py dev
	@$(BIN)/python -m tools.machine
	@exec $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup $(ARGS)

check: ## Check style, types, import order, frontend, words, docs and licences.
	@$(PYTHON) tools/environment.py dev
	@$(BIN)/python -m tools.check

fix: ## Mend what can be mended by machine, and write the generated docs anew.
	@$(PYTHON) tools/environment.py dev
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/python -m tools.frontend fix
	@$(BIN)/python -m tools.generate

bench: ## Measure start, memory, page, size and a chat turn against bare yardsticks.
	@$(PYTHON) tools/environment.py dev
	@exec $(BIN)/python -m bench $(ARGS)

soak: ## Kill, starve and confuse Madang for an hour on both databases. Shorter: make soak ARGS="--minutes 5".
	@$(PYTHON) tools/environment.py dev
	@exec $(BIN)/python -m soak $(ARGS)

clients: ## Let other people's clients of OpenAI ask /v1: LangChain's own tests, and llm.
	@$(PYTHON) tools/environment.py dev
	@exec $(BIN)/python -m clients $(ARGS)

docs: ## Write the generated docs anew.
	@$(PYTHON) tools/environment.py dev
	@$(BIN)/python -m tools.generate

lock: ## Pin the dependencies anew. Newer versions: make lock ARGS=--upgrade.
	@$(PYTHON) tools/environment.py dev
	@tools/lock $(ARGS)

sbom: ## Write what Madang is made of to dist/madang.cdx.json (CycloneDX).
	@$(PYTHON) tools/environment.py dev
	@$(BIN)/python -m tools.sbom $(ARGS)

clean: ## Remove what was installed and built here; your data is elsewhere and stays.
	rm -rf .venv node_modules build dist .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache test-results
