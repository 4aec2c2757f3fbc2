# The commands a developer types. Each sets up what it needs on a fresh Debian 12 machine.
.PHONY: help setup build train models up test lint format

JOBS ?= $(shell nproc)
PORT ?= 8080

help: ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install the packages of tools/packages.txt
	@tools/setup

build: setup ## build/release/bin/argosy
	@cmake --preset release > build-configure.log 2>&1 || { cat build-configure.log; exit 1; }
	@rm -f build-configure.log
	@cmake --build --preset release -j $(JOBS) --target argosy

train: build ## build/release/bin/argosy-train, which argosy tune needs
	@cmake --build --preset release -j $(JOBS) --target argosy-train

models: train ## the shipped models, from nothing: an afternoon on 2 cores
	@models/recipe/make-models

up: build ## run the shop of examples/shop and print where to go (PORT=8080)
	@exec build/release/bin/argosy up --port $(PORT)

test: setup ## everything CI checks
	@tools/test

lint: setup ## floors of the rooms, format of the sources
	@tools/lint

format: ## clang-format in place
	@git ls-files '*.h' '*.cc' | xargs clang-format-19 -i
