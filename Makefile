# Two commands do everything: make rehearse, make test.

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION     = $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD       = CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

.PHONY: build rehearse test laws check format lint tidy cross smoke soak bench example fuzz truth truth-short compare-truth faults

build:
	$(BUILD) -o bin/onair ./cmd/onair

## rehearse: run the demo rehearsal against the embedded staging
rehearse: build
	bin/onair rehearse scenarios/lab-tvcm.yaml

## test: run all tests with the race detector, and of laws that it makes expensive a part
test:
	go test -race -p 3 ./...

## laws: the same without the race detector, every law at all its seeds, two worlds foretold and planned for, thousands of pods, the page in a browser, and nights of the workflow; three minutes
laws:
	go test ./internal/...
	go test -run Nights ./cmd/onair

## check: everything a change must pass
check: format lint tidy cross test laws smoke truth-short

format:
	@unformatted=$$(gofmt -l cmd internal); test -z "$$unformatted" || { echo "gofmt -w $$unformatted"; exit 1; }

lint:
	go vet ./...
	go run $(STATICCHECK) ./...

tidy:
	go mod tidy -diff

cross:
	GOOS=darwin GOARCH=arm64 $(BUILD) -o /dev/null ./cmd/onair
	GOOS=linux GOARCH=arm64 $(BUILD) -o /dev/null ./cmd/onair

## smoke: short real rehearsals, and what their summaries must say
smoke: build
	ONAIR_BIN=$(CURDIR)/bin/onair ONAIR_SOAK=60000 go test -count=1 -run 'TestSmoke|TestSoak' -v ./cmd/onair

## truth: what onair says of many worlds against what is true of them, forty runs of each, and what it foretells and plans against labs that do it; on two idle cores some forty minutes, an hour where every run in real time (18 minutes) has to be made again
truth:
	ONAIR_TRUTH=40 go test -count=1 -timeout 90m -parallel 6 -v ./internal/truth

## faults: two hundred rehearsals of a staging that fails at random; a minute (a few are in test)
faults:
	ONAIR_FAULTS=200 go test -count=1 -timeout 20m -run TestEveryFaultIsTold ./internal/truth

## truth-short: two runs of each world, two worlds foretold and planned for; two minutes at most
truth-short:
	ONAIR_TRUTH=2 go test -count=1 -timeout 10m -run TestTruth ./internal/truth

## compare-truth: what comparisons say of three stagings of which capacity was taken, or not, a hundred times each; half an hour (one of each is in test)
compare-truth:
	ONAIR_COMPARE=100 go test -count=1 -timeout 120m -run TestCompare -v ./internal/truth

## soak: ten minutes of steady load, 300,000 requests and 3,000,000; memory must not grow with the length of a run
soak: build
	ONAIR_BIN=$(CURDIR)/bin/onair ONAIR_SOAK=300000 go test -count=1 -timeout 30m -run TestSoak -v ./cmd/onair

## bench: what judging and writing a run of four hours takes; more than 15 s or 300 MiB, or 2 s, fails; and ten thousand simulated hours, wanted in 5 s
bench:
	go test -run '^$$' -bench FourHours -benchtime 1x ./internal/report
	go test -run '^$$' -bench TenThousandSpots -benchtime 1x ./internal/simulation

## example: make the checked-in report again, by a real run, and the picture of its first screen
CHROMIUM = chromium
example: build
	rm -rf reports/example reports/.example
	bin/onair rehearse --out reports/.example scenarios/lab-tvcm.yaml
	mv reports/.example/* reports/example
	rmdir reports/.example
	$(CHROMIUM) --headless --no-sandbox --hide-scrollbars --force-device-scale-factor=1.5 --window-size=1280,800 \
		--screenshot=reports/example/first-screen.png file://$(CURDIR)/reports/example/report.html

## fuzz: every fuzz target for half a minute
fuzz:
	@go list ./... | while read -r package; do \
		go test -list '^Fuzz' $$package | grep '^Fuzz' | while read -r target; do \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime 30s $$package || exit 1; \
		done || exit 1; \
	done
