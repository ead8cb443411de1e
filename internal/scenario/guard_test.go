package scenario

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAbort(t *testing.T) {
	s := mustParse(t, minimal+"abort: [{errors: 50%, for: 20s}, {p99.9: 5s}, {in_flight: 9.5k, for: 1m}, {errors: 0.125}, {in_flight: 12}]", Options{Env: noEnv})
	want := []Guard{
		{Name: "errors >= 50% for 20s", Errors: 0.5, For: 20 * time.Second},
		{Name: "p99.9 > 5s for 10s", Quantile: 0.999, Limit: 5 * time.Second, For: 10 * time.Second},
		{Name: "in flight >= 9.5k for 1m", InFlight: 9500, For: time.Minute},
		{Name: "errors >= 12.5% for 10s", Errors: 0.125, For: 10 * time.Second},
		{Name: "in flight >= 12 for 10s", InFlight: 12, For: 10 * time.Second},
	}
	if diff := cmp.Diff(want, s.Abort); diff != "" {
		t.Errorf("guards (-want +got):\n%s", diff)
	}
	if diff := compare(s, mustParse(t, string(s.Resolved), Options{})); diff != "" {
		t.Errorf("Parse(Resolved) (-first +again):\n%s", diff)
	}
}

func TestLate(t *testing.T) {
	for text, want := range map[string]Late{
		"":                             {DropAfter: 250 * time.Millisecond},
		"late: {drop_after: 2s}":       {DropAfter: 2 * time.Second},
		"late: {catch_up: true}":       {CatchUp: true},
		"late: {catch_up: \"${YES}\"}": {CatchUp: true},
	} {
		s := mustParse(t, minimal+text, Options{Env: func(string) (string, bool) { return "true", true }})
		if s.Late != want {
			t.Errorf("Late with %q = %+v; want %+v", text, s.Late, want)
		}
	}
}

// What was stored while false was accepted can still be read.
func TestStoredLate(t *testing.T) {
	want := Late{DropAfter: 250 * time.Millisecond}
	if got := mustParse(t, minimal+"late: {catch_up: false}", Options{}).Late; got != want {
		t.Errorf("Late of a stored scenario with catch_up false = %+v; want %+v", got, want)
	}
}

// What the documents show as examples of guards, the default cap allows.
func TestExampleOfAbort(t *testing.T) {
	for _, f := range fileTable.fields {
		if f.name == "abort" {
			mustParse(t, minimal+"abort: "+f.example, Options{Env: noEnv})
			return
		}
	}
	t.Error("the file has no field abort; want its example")
}

func TestCountText(t *testing.T) {
	for count, want := range map[float64]string{0: "0", 12: "12", 999: "999", 1000: "1k", 1234: "1234", 1500: "1.5k", 15_000: "15k", 2e6: "2M", 1.25e6: "1250k", 1_200_000: "1.2M", 270_613: "270613"} {
		if got := countText(count); got != want {
			t.Errorf("countText(%v) = %q; want %q", count, got, want)
		}
	}
}
