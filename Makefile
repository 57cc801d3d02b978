# Gridloop: `make up` brings a whole stack up on this machine, `make test` proves that it works.

.DEFAULT_GOAL := help
.PHONY: help up down reset status logs test bench chaos format lint

SEED ?= 1
SECONDS ?= 60
SOURCES := Package.swift Shared Services Tests

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n%s\n' 'Variables: NETWORK GRIDLOOP_HOME INTAKE_PORT CONSOLE_PORT BIND CLOCK CLOCK_START SAMPLE BUILD DATABASE_URL'

up: ## install, build, start everything, wait until it is ready, print addresses and sign-ins
	@deploy/local/up

down: ## stop, keeping the data
	@deploy/local/down

reset: ## stop and erase
	@deploy/local/reset

status: ## who is up, lag, versions
	@./gridctl status

logs: ## follow the logs
	@tail -n 20 -F $${GRIDLOOP_HOME:-.gridloop}/logs/*.log

test: ## every test
	@deploy/local/test

bench: ## measure, beside the machine's own ceilings
	@./gridctl bench --out $${GRIDLOOP_HOME:-.gridloop}/bench.json

chaos: ## faults under load, then the invariants (SEED=n SECONDS=n)
	@export BUILD=$${BUILD:-release}; deploy/local/install && deploy/local/build && \
	deploy/chaos/run --seed $(SEED) --seconds $(SECONDS)

format: ## put the sources into the project's format
	@swift format format -r -i -p $(SOURCES)

lint: ## check the format of the sources and the scripts
	@swift format lint -r -p --strict $(SOURCES)
	@if command -v shellcheck >/dev/null; then shellcheck -x deploy/local/* .ci/run; fi
