# `make` lists what there is. Nothing has to be set up first: every target brings what it needs.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

# ── Surroundings ────────────────────────────────────────────────────────────────────────────────────────────────────

# Everything here works on this machine alone: no tool sees the person's own AWS account. There is one door, for
# `make dead-letters STACK=…` or `make import STACK=…` as the only target: that is about a stack in this account.
OPERATED := $(if $(filter command,$(origin STACK)),$(STACK))
ifeq ($(and $(OPERATED),$(filter 1,$(words $(MAKECMDGOALS))),$(filter dead-letters import,$(MAKECMDGOALS))),)
unexport $(filter AWS_%,$(.VARIABLES))
export AWS_ACCESS_KEY_ID := test
export AWS_SECRET_ACCESS_KEY := test
export AWS_DEFAULT_REGION := us-east-1
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_EC2_METADATA_DISABLED := true
endif

# sam: no telemetry, and its settings here instead of in the home folder.
SAM_HOME := .tools/sam-home
export SAM_CLI_TELEMETRY := 0
export __SAM_CLI_APP_DIR := $(CURDIR)/$(SAM_HOME)

# checkov: the settings are in .checkov.yaml; a key of the person's would make it call its maker's platform.
unexport $(filter BC_% CHECKOV_% CKV_% PRISMA_%,$(.VARIABLES)) DOWNLOAD_EXTERNAL_MODULES EXTERNAL_MODULES_DIR

# Settings that would change what is installed, or where. Indexes, proxies and certificates stay: hashes guard those.
unexport PIP_CONSTRAINT PIP_FIND_LINKS PIP_NO_BINARY PIP_NO_DEPS PIP_ONLY_BINARY PIP_PLATFORM PIP_PRE PIP_PREFIX
unexport PIP_REQUIRE_HASHES PIP_REQUIRE_VIRTUALENV PIP_REQUIREMENT PIP_ROOT PIP_TARGET PIP_USER
unexport UV_BUILD_CONSTRAINT UV_CONSTRAINT UV_EXCLUDE_NEWER UV_FIND_LINKS UV_NO_BINARY UV_OVERRIDE UV_PRERELEASE
unexport UV_PYTHON UV_RESOLUTION UV_SYSTEM_PYTHON UV_TARGET
unexport CONDA_PREFIX PYTHONHOME VIRTUAL_ENV
# Without bytecode, sam and cfn-lint compile themselves for seconds at every start.
unexport PYTHONDONTWRITEBYTECODE
# The import root, as on Lambda.
export PYTHONPATH := functions

# ── Environments ────────────────────────────────────────────────────────────────────────────────────────────────────

UV := .tools/uv/bin/uv
DEV := .venv
SAM := .tools/sam
MINISTACK := .tools/ministack
CHECKOV := .tools/checkov
RECEIVERS := .tools/receivers
AWS := .tools/aws
CLIENTS := .tools/clients
EXAMPLES := .tools/examples
BROWSER := .tools/browser
PYTHON := $(DEV)/bin/python

# A file .ready is the last thing that a set-up makes: one that was killed is done again.
$(DEV)/.ready: requirements/dev.txt
$(SAM)/.ready: requirements/sam.txt
$(MINISTACK)/.ready: requirements/ministack.txt
$(CHECKOV)/.ready: requirements/checkov.txt
$(RECEIVERS)/python/.ready: requirements/receivers.txt
$(AWS)/.ready: requirements/aws.txt
$(EXAMPLES)/.ready: requirements/examples.txt
$(CLIENTS)/python/.ready: requirements/clients.txt
$(BROWSER)/python/.ready: requirements/browser.txt
$(DEV)/.ready $(SAM)/.ready $(MINISTACK)/.ready $(CHECKOV)/.ready $(RECEIVERS)/python/.ready $(CLIENTS)/python/.ready $(BROWSER)/python/.ready $(AWS)/.ready $(EXAMPLES)/.ready: .python-version | $(UV)
	@tools/environment.sh $(@D) $(filter requirements/%,$^)

# The receivers of docs/verify.md. What this machine cannot have is skipped, and tried again the next time.
$(RECEIVERS)/.ready: tools/receivers.sh $(wildcard requirements/receivers/*) | $(RECEIVERS)/python/.ready
	@tools/receivers.sh

# What the OpenAPI document is tried with, likewise.
$(CLIENTS)/.ready: tools/clients.sh $(wildcard requirements/clients/*) | $(CLIENTS)/python/.ready
	@tools/clients.sh

# What the console is tried in, likewise.
$(BROWSER)/.ready: tools/browser.sh $(wildcard requirements/browser/*) | $(BROWSER)/python/.ready
	@tools/browser.sh

$(UV): requirements/uv.txt
	@tools/get_uv.sh

# The version is pinned: sam need not look for a newer one until the year 2100.
$(SAM_HOME)/metadata.json:
	@mkdir -p $(@D) && echo '{"lastVersionCheck": 4102444800}' >$@

# An environment whose Python has gone (an upgrade, a moved folder) is made again too.
$(foreach env,$(DEV) $(SAM) $(MINISTACK) $(CHECKOV) $(RECEIVERS)/python $(CLIENTS)/python $(BROWSER)/python $(AWS) $(EXAMPLES),$(if $(wildcard $(env)/bin/python),,$(eval $(env)/.ready: FORCE)))
FORCE:

# ── What a person does ──────────────────────────────────────────────────────────────────────────────────────────────

.PHONY: help
help: ## This list
	@echo "Ringback: what happens on a phone number becomes its owner's HTTP request or e-mail."; echo
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 26

.PHONY: run
run: build $(DEV)/.ready $(MINISTACK)/.ready ## Show it at work: the stack on a local AWS, real events, what receivers get (ONCE=1 ends by itself)
	@$(PYTHON) -m local.run $(if $(filter-out 0,$(ONCE)),--once)

.PHONY: up
up: build $(DEV)/.ready $(MINISTACK)/.ready ## Start the local AWS and deploy the stack to it; .local/outputs.json says where
	@$(PYTHON) -m local.up

.PHONY: down
down: $(DEV)/.ready ## Stop the local AWS; its state is kept
	@$(PYTHON) -m local.down

.PHONY: token
token: $(DEV)/.ready ## Print a token for the local API (ACCOUNT=1000001 unless you say another); make -s prints it alone
	@$(PYTHON) -m local.token $(or $(ACCOUNT),1000001)

.PHONY: send
# Handed over as they are written: make would make nothing of the `$5` in a text, and the shell would read its quotes.
send: export SEND_DATA = $(value DATA)
send: export SEND_URL = $(value URL)
send: $(DEV)/.ready ## Have something happen on a number of the local stack (EVENT NUMBER ACCOUNT DATA; URL METHOD: who is told)
	@$(PYTHON) -m local.send $(if $(EVENT),--event '$(EVENT)') $(if $(NUMBER),--number '$(NUMBER)') \
		$(if $(ACCOUNT),--account '$(ACCOUNT)') $(if $(METHOD),--method '$(METHOD)') --data "$$SEND_DATA" --url "$$SEND_URL"

.PHONY: invoke
invoke: build $(DEV)/.ready ## Run a built function under Lambda's runtime (FUNCTION=DeliverFunction EVENT=events/message-get.json), after make up
	@$(PYTHON) -m local.invoke '$(FUNCTION)' '$(EVENT)'

.PHONY: dead-letters
dead-letters: $(DEV)/.ready ## List the dead letters of the local stack (STACK=ringback: of one on AWS, with your credentials)
	@$(PYTHON) -m operate.dead_letters $(if $(OPERATED),--stack '$(OPERATED)') $(if $(MOST),--most '$(MOST)') \
		$(if $(filter-out 0,$(BODIES)),--bodies) $(if $(SAVE),--save '$(SAVE)') $(if $(PUT),--put $(PUT)) \
		$(if $(DROP),--drop $(DROP))

.PHONY: unpack
unpack: $(DEV)/.ready ## Show deliveries that the AWS CLI prints: aws dynamodb get-item … --output json | make -s unpack (BODIES=1: their texts)
	@$(PYTHON) -m operate.unpack $(if $(filter-out 0,$(BODIES)),--bodies)

.PHONY: import
import: $(DEV)/.ready ## Say what a file of callbacks would change (FILE=callbacks.csv); WRITE=1 writes it, STACK=ringback is one on AWS
	@$(PYTHON) -m operate.import_callbacks '$(FILE)' $(if $(filter-out 0,$(WRITE)),--write) $(OPERATED:%=--stack '%')

.PHONY: test
test: test-unit test-integration test-browser test-chaos test-e2e ## Run all tests, one suite after the other (make -k test: the others even if one fails)

.PHONY: test-unit
test-unit: $(DEV)/.ready ## Run the tests of the pure parts, which open no sockets
	@$(PYTHON) -m pytest tests/unit

.PHONY: test-integration
test-integration: $(DEV)/.ready $(RECEIVERS)/.ready $(CLIENTS)/.ready ## Run the handlers against moto and real receivers
	@$(PYTHON) -m pytest tests/integration

.PHONY: test-browser
test-browser: $(DEV)/.ready $(BROWSER)/.ready ## Use the customers' console in a real browser (CHROMIUM: where one is)
	@$(BROWSER)/python/bin/python -m pytest tests/browser

.PHONY: pictures
pictures: $(DEV)/.ready $(BROWSER)/.ready ## Take the pictures of docs/console.md anew, in a real browser
	@$(BROWSER)/python/bin/python -m pytest tests/browser/test_pictures.py --pictures

.PHONY: test-e2e
test-e2e: build $(DEV)/.ready $(MINISTACK)/.ready $(AWS)/.ready ## Run the built stack on the local AWS, then with permissions enforced
	@$(PYTHON) -m pytest tests/e2e

.PHONY: chaos
chaos: $(DEV)/.ready ## Kill, fail, lie to, fuzz and race it, about an hour, and write docs/reliability.md (NAME=kills: one campaign alone)
	@$(PYTHON) -m tests.chaos $(NAME)

.PHONY: test-chaos
test-chaos: $(DEV)/.ready ## Run a lean pass of every campaign of make chaos
	@$(PYTHON) -m pytest tests/chaos

.PHONY: test-sam
test-sam: build $(DEV)/.ready $(MINISTACK)/.ready ## Run `sam local invoke` of each function in real containers, where Docker or Podman is (DOCKER_HOST)
	@$(PYTHON) -m pytest tests/sam

.PHONY: test-examples
test-examples: build $(DEV)/.ready $(MINISTACK)/.ready $(EXAMPLES)/.ready ## Try examples/ on the local stack: CDK where node is, Terraform where its command is (RESTAPI_PROVIDER)
	@$(PYTHON) -m pytest tests/examples

.PHONY: bench
bench: build $(DEV)/.ready $(MINISTACK)/.ready ## Measure it against its baselines, about 22 minutes (NAME=cpu: one row alone; RECORD=1: into benchmarks/README.md)
	@$(PYTHON) -m benchmarks $(if $(filter-out 0,$(RECORD)),--record) $(NAME)

.PHONY: lint
lint: $(DEV)/.ready $(SAM)/.ready $(CHECKOV)/.ready $(SAM_HOME)/metadata.json ## Check style, types, imports and the template, as written and as translated
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(DEV)/bin/lint-imports --no-logo --no-cache
	$(SAM)/bin/python -m samcli validate --lint
	$(PYTHON) -m tools.gate
	$(CHECKOV)/bin/python -m checkov.main --config-file .checkov.yaml --file .aws-sam/translated.json

.PHONY: format
format: $(DEV)/.ready ## Format the code, and mend what ruff can mend
	$(PYTHON) -m ruff check --fix-only
	$(PYTHON) -m ruff format

.PHONY: docs
docs: $(DEV)/.ready ## Regenerate docs/{catalogue,api}.md, docs/event.schema.json and the tables of docs/{deploy,metrics}.md from the code and the template
	@$(PYTHON) -m tools.catalogue_page
	@$(PYTHON) -m tools.event_schema
	@$(PYTHON) -m tools.api_page
	@$(PYTHON) -m tools.deploy_page
	@$(PYTHON) -m tools.deployer_policy
	@$(PYTHON) -m tools.metrics_page

.PHONY: snapshots
snapshots: $(DEV)/.ready ## Regenerate tests/unit/template/*.snap from the template; read what changed as a reviewer
	@$(PYTHON) -m tools.iam_snapshot
	@$(PYTHON) -m tools.resource_snapshot

# The machine's own processor, because the local AWS runs the build.
ARCHITECTURE ?= $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)

.PHONY: build
build: $(SAM)/.ready $(SAM_HOME)/metadata.json ## Build the stack into .aws-sam/build for this machine (ARCHITECTURE=arm64 for another)
	@tools/build.sh $(ARCHITECTURE)

.PHONY: release
release: $(DEV)/.ready ## Check that this commit can be a release, and write its version and changelog (VERSION=1.1.0)
	@$(PYTHON) -m tools.release '$(VERSION)'

.PHONY: bom
bom: $(DEV)/.ready ## Print the bill of materials of what a stack runs, as CycloneDX
	@$(PYTHON) -m tools.bill_of_materials

.PHONY: lock
lock: $(UV) ## Lock the requirements again where an .in file changed (UPGRADE=1: take the newest of everything)
	@tools/lock.sh $(if $(filter-out 0,$(UPGRADE)),--upgrade)

.PHONY: clean
clean: ## Stop the local AWS and remove all that make has made
	@if [ -x $(PYTHON) ] && [ -d .local ]; then $(PYTHON) -m local.down; fi
	rm -rf .aws-sam .local .tools .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
