# Gatehouse: all that a developer runs. `make` lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO       ?= go
PKG      ?= ./...
FUZZTIME ?= 10s
SEEDS    ?= 200
DEMO     ?=

folders  := $(wildcard sync boards drivers gateway cloud tools)

.PHONY: help build demo test race lint tidy fuzz sim crash integration hil bench clean

help: ## list the targets
	@echo "Gatehouse runs a car park from a box at its gate. Targets:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | while IFS=$$'\t' read -r target what; do printf '  make %-11s %s\n' "$$target" "$$what"; done

build: ## all programs into bin/, without C
	@.ci/need go
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./...

demo: ## a car park with simulated devices and its headquarters, and a network between them to cut
	@.ci/need go
	$(GO) build -o bin/ ./gateway/cmd/gatehouse ./tools/demo
	bin/demo $(DEMO)

test: ## formatting, vet, the rules, and all tests: before every commit
	@.ci/need go
	@.ci/need chromium
	@$(MAKE) --no-print-directory format
	$(GO) vet ./...
	$(GO) test ./tools/tidy
	$(GO) test -timeout 5m ./...

race: ## all tests with the race detector
	@.ci/need go
	@.ci/need cc
	$(GO) test -race -timeout 15m ./...

lint: ## formatting, vet, staticcheck, known vulnerabilities
	@.ci/need go
	@$(MAKE) --no-print-directory format
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	.ci/vulncheck

.PHONY: format
format:
	@unformatted=$$(gofmt -l $(folders)); test -z "$$unformatted" || { echo "not formatted (gofmt -w):"; echo "$$unformatted"; exit 1; }

tidy: ## the rules of the tree: layers, purity, names, sizes
	@.ci/need go
	$(GO) test -count=1 ./tools/tidy

fuzz: ## each fuzz target of PKG (all) for FUZZTIME (10s)
	@.ci/need go
	.ci/fuzz $(FUZZTIME) $(PKG)

sim: ## SEEDS (200) simulated worst days
	@.ci/need go
	$(GO) run ./tools/lotsim seeds --count $(SEEDS)

crash: ## kill -9 and power cuts, over and over: the tests that heed GATEHOUSE_CAMPAIGN
	@.ci/need go
	GATEHOUSE_CAMPAIGN=1 $(GO) test -count=1 -timeout 30m $$(grep -rl --include='*_test.go' GATEHOUSE_CAMPAIGN $(folders) | sed 's|/[^/]*$$||; s|^|./|' | sort -u)

hil: ## the gateway on a real kernel with simulated hardware, in QEMU
	@.ci/need go
	@.ci/need qemu
	.ci/hil-kernel bin/hil-kernel
	$(GO) run ./tools/hil --kernel bin/hil-kernel

integration: ## gateways and headquarters killed and cut off; PostgreSQL with a standby, Mosquitto, a cluster: real processes
	@.ci/need go
	@.ci/need postgresql
	@.ci/need mosquitto
	GATEHOUSE_INTEGRATION=1 $(GO) test -count=1 -timeout 15m ./cloud/... ./tools/integration

bench: ## measured comparisons
	@.ci/need go
	@.ci/need mosquitto
	$(GO) run ./tools/bench

clean: ## remove what was built
	rm -rf bin *.test *.out
	find $(folders) -name '*.test' -delete -o -name '*.out' -delete
