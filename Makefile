# SPDX-License-Identifier: Apache-2.0
# make run: set up, build for release, replay the model factory.  make test: set up, then every test.
SHELL := /bin/bash
SITE := Fixtures/model-factory/site.yaml

.PHONY: run test lint bench fixtures fuzz setup setup-test setup-lint build

run: setup build
	.build/release/sekisho replay --site $(SITE) Fixtures/model-factory/all.pcap

test: setup-test build
	swift test

# Swift, shell and Python; comments; and that rooms use only rooms above them.
lint: setup-lint
	Scripts/lint

bench:
	Scripts/setup bench
	Benchmarks/run

# Records the model factory anew: needs root, builds network namespaces and a switch with a mirror port.
fixtures:
	Fixtures/record/record

# 60 seconds of libFuzzer over the whole way from frame to alert.
fuzz: setup
	Scripts/fuzz

build:
	swift build -c release

setup:
	Scripts/setup

setup-test:
	Scripts/setup test

setup-lint:
	Scripts/setup lint
