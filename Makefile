# What a developer needs. `make` alone says what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Tools of the build, each built once into bin/ under its version.
GOLANGCI_LINT_VERSION := v2.15.0
GOVULNCHECK_VERSION   := v1.9.0

GO           ?= go
BIN          := $(CURDIR)/bin
GOLANGCI     := $(BIN)/golangci-lint-$(GOLANGCI_LINT_VERSION)
GOVULNCHECK  := $(BIN)/govulncheck-$(GOVULNCHECK_VERSION)
TEST_TIMEOUT := 20m

# Most tests wait for what runs by itself in the bot and beside it, not for the processor:
# so many of a package run side by side, whatever the number of cores.
TEST_PARALLEL := 6

# Race detection needs a C compiler; the product is built without one. SQLite is C that
# was translated to Go: watching each of its memory accesses takes most of the time and
# finds nothing of ours, so the detector leaves it and its allocator out. Not the driver:
# it shares generic code with others, who would not be watched either.
RACE := -race $(patsubst %,-gcflags=modernc.org/%=-race=false,sqlite/lib libc memory)

# Packages are compiled in two ways and no third: as the tests are, for which vet and the
# linters look at them, and as the product is, which some tests build.
AS_TESTED := CGO_ENABLED=1 GOFLAGS="$${GOFLAGS:-} $(RACE)"
AS_BUILT  := CGO_ENABLED=0 GOFLAGS="$${GOFLAGS:-} -trimpath"

# Debian keeps the server programs of PostgreSQL, and PgBouncer, away from the path. Asked
# at each use, since `make test` may install them on the way.
WITH_POSTGRES := for dir in /usr/lib/postgresql/*/bin /usr/sbin; do export PATH="$$PATH:$$dir"; done;

# Where git refuses to speak of the directory (another owner, as in some CI systems, or
# no repository at all), Go must not ask it for the version.
ifneq ($(shell git rev-parse HEAD > /dev/null 2>&1 && echo yes),yes)
export GOFLAGS := $(GOFLAGS) -buildvcs=false
endif

# Two megabytes less of program. The PostgreSQL client is without its default types
# (bot/ledger/postgres_types.go says more), and Go's HTTP without HTTP/2: Slack and the portal
# speak HTTP/1.1 as well, and enough connections are kept for the calls that are made at once.
export GOFLAGS := $(GOFLAGS) -tags=nopgxregisterdefaulttypes,nethttpomithttp2

# Another third of a megabyte less of the product: what a real run never uses is compiled without
# inlining.
SMALL := $(patsubst %,-gcflags=renewbot/%/...=-l,bot/slacksim bot/sandbox yeastar/yeastarsim)

.PHONY: help test fmt lint build golden release-check assets bench bench-soak bench-years gobench vuln disk compiler deps gofmt-check compile go-test

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

# While the compiler works, what the tests need is fetched.
test: ## What every change must pass: layout, vet, and all tests with -race
	@$(MAKE) disk compiler
	@$(MAKE) --jobs=3 --output-sync=line gofmt-check compile deps
	@$(MAKE) go-test
	@echo "make test: everything passed"

fmt: $(GOLANGCI) ## Lay out the Go files and sort their imports
	@$(GOLANGCI) fmt ./...

lint: $(GOLANGCI) ## Run the linters of .golangci.yaml
	@echo "golangci-lint $(GOLANGCI_LINT_VERSION)"
	@$(AS_TESTED) $(GOLANGCI) run ./...

build: ## Build ./renewbot as one static binary
	@$(AS_BUILT) $(GO) build $(SMALL) -o renewbot .
	@echo "built ./renewbot"

# Each writes its files, and fails where something is wrong that no file can mend. The simulated
# portal is made of what the first one writes.
golden: ## Write the golden files anew: look at the difference before it is committed
	@$(GO) test -count=1 -run '^TestGolden' ./yeastar -update
	@$(GO) test -count=1 -run '^TestGolden$$' ./blocks -update
	@$(GO) test -count=1 -run '^TestBrokenFiles$$' ./bot/policy -update
	@$(GO) test -count=1 -run '^TestStory$$' ./bot/audit -update
	@$(GO) test -count=1 -run '^TestCheckScripts$$' ./bot/program -update

release-check: ## Build what a release has, for every system and processor of deploy/goreleaser.yaml
	@$(GO) test -count=1 -run '^TestRelease' -v -timeout $(TEST_TIMEOUT) ./deploy -release.all

assets: ## Pack the files of the sandbox's page after a change in them, and the time zones of a newer Go
	@$(GO) test -count=1 -run '^TestWhatIsPackedIsTheFolder$$' ./bot/sandbox/page -pack > /dev/null
	@$(GO) test -count=1 -run '^TestEveryZoneIsThere$$' ./bot/zones -pack > /dev/null
	@echo "packed bot/sandbox/page/assets.json.gz and bot/zones/zones.gz"

bench: ## Measure the built product beside Bolt and a bare bot, and write deploy/BENCHMARKS.md
	@$(GO) run ./bot/bench -o deploy/BENCHMARKS.md
	@echo "wrote deploy/BENCHMARKS.md"

bench-soak: ## Use the built product for an hour, and write deploy/BENCHMARKS-SOAK.md
	@$(GO) run ./bot/bench -only soak -soak 1h -o deploy/BENCHMARKS-SOAK.md
	@echo "wrote deploy/BENCHMARKS-SOAK.md"

bench-years: ## Measure ledgers of one year and of ten on both engines, and write deploy/BENCHMARKS-YEARS.md
	@$(GO) run ./bot/bench -only years -years 10 -o deploy/BENCHMARKS-YEARS.md
	@echo "wrote deploy/BENCHMARKS-YEARS.md"

gobench: ## Run the Go benchmarks of single parts
	@$(GO) test -run '^$$' -bench . -benchmem -timeout $(TEST_TIMEOUT) ./...

gofmt-check:
	@unformatted=$$(find . -name '*.go' -not -path '*/node_modules/*' -not -path '*/testdata/*' -exec gofmt -l {} +); \
	if [ -n "$$unformatted" ]; then echo "not laid out as gofmt does it (make fmt):"; echo "$$unformatted"; exit 1; fi
	@echo "gofmt: fine"

# Vet has all packages compiled, those of the tests too: the tests' patience is not for
# the compiler.
compile:
	@$(AS_TESTED) $(GO) vet ./...
	@echo "go vet: fine"
	@$(AS_BUILT) $(GO) build ./bot/program

# The list of known vulnerabilities is asked over the network. Without it the check
# cannot be made, which is said and is no failure; a finding is one.
vuln: $(GOVULNCHECK) ## Look for known vulnerabilities that the code can reach
	@code=0; report=$$($(AS_BUILT) timeout 120 $(GOVULNCHECK) ./... 2>&1) || code=$$?; \
	case $$code in \
	0) echo "govulncheck: nothing known";; \
	3) echo "$$report"; exit 1;; \
	*) echo "govulncheck: NOT CHECKED, most likely because the vulnerability database could not be reached:"; echo "$$report" | tail -n 3;; \
	esac

# In CI no result is taken from the cache, and a test that skips is a failure. The tests
# run go themselves, so that the flags are not in the environment. What takes longest
# begins first. The tests' programs have no debugging information: it is most of the time
# that their linking takes, and stack traces do without. The race detector would wait for a
# second at the end of each of them, in case that what was left behind still runs into a race.
go-test:
	@$(WITH_POSTGRES) CGO_ENABLED=1 GORACE=atexit_sleep_ms=0 $(GO) test -json $(RACE) -ldflags=-s -vet=off $(if $(filter true,$(CI)),-count=1) \
		-parallel $(TEST_PARALLEL) -timeout $(TEST_TIMEOUT) ./bot ./bot/program ./... < /dev/null | $(AS_BUILT) $(GO) run .ci/testreport.go

# On a full disk compilers and databases fail in odd places, and say little of it. Empty
# caches take a gigabyte and a half, what the tests write at a time another.
disk:
	@df -Pk . "$${TMPDIR:-/tmp}" "$${HOME:-/}" | awk 'NR > 1 && $$4 < 3000000 { full[$$6] } END { for (where in full) { \
		print "less than 3 GB free on " where ": make room (go clean -cache empties the compiler'"'"'s cache)"; exit 1 } }'

# What compiling takes apart from Go: a C compiler for the race detector.
compiler:
	$(call need,gcc:gcc git:git /usr/include/stdlib.h:libc6-dev /etc/ssl/certs/ca-certificates.crt:ca-certificates)

# What the tests use besides: a browser, a PostgreSQL server, PgBouncer, Node with npm,
# and what checks the files of deploy/.
deps:
	$(call need,chromium:chromium initdb:postgresql pgbouncer:pgbouncer node:nodejs npm:npm promtool:prometheus \
		systemd-analyze:systemd buildah:buildah setpriv:util-linux)

# need installs the packages, given as NAME:PACKAGE, whose program or file NAME is not here.
define need
	@$(WITH_POSTGRES) missing=(); \
	for what in $(1); do \
		[ -e "$${what%%:*}" ] || command -v "$${what%%:*}" > /dev/null || missing+=("$${what#*:}"); \
	done; \
	if [ "$${#missing[@]}" = 0 ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		echo "installing $${missing[*]}"; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq < /dev/null; \
		apt-get install -y -qq --no-install-recommends "$${missing[@]}" < /dev/null > /dev/null; \
	elif [ "$${CI:-}" = true ]; then \
		echo "missing: $${missing[*]}; install them, or run as root on Debian"; exit 1; \
	else \
		echo "missing: $${missing[*]}; tests that need them are skipped (as root: apt-get install $${missing[*]})"; \
	fi
endef

# build-tool installs a tool at a version and gives it a name with that version in it.
define build-tool
	@echo "building $(notdir $@)"
	@mkdir -p $(BIN)
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	GOBIN="$$dir" GOFLAGS=-trimpath CGO_ENABLED=0 $(GO) install $(1)@$(2) && mv "$$dir"/* $@
endef

$(GOLANGCI):
	$(call build-tool,github.com/golangci/golangci-lint/v2/cmd/golangci-lint,$(GOLANGCI_LINT_VERSION))

$(GOVULNCHECK):
	$(call build-tool,golang.org/x/vuln/cmd/govulncheck,$(GOVULNCHECK_VERSION))
