package report

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// guarded is the directory of a short run that a guard ended, with all that load
// tells of itself.
func guarded(t *testing.T) *rundir.Dir {
	t.Helper()
	r := aborted.report()
	w, err := rundir.Create(t.TempDir(), r.Manifest, []byte(stored))
	if err != nil {
		t.Fatal(err)
	}
	for n, s := range r.Timeline.Seconds {
		s.Addresses = map[string]int64{"10.0.0.5": s.Sent - s.Sent/3}
		if n >= 10 && n < 90 {
			s.Addresses["10.0.0.6"] = s.Sent / 3
		}
		if err := w.WriteSecond(s); err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{timeline.CPU, timeline.MachineCPU, timeline.CPUThrottled, timeline.GCPause, timeline.RSS, timeline.Goroutines, timeline.InFlight,
			timeline.InFlightCap, timeline.Connections, timeline.OpenFiles, timeline.OpenFilesLimit, timeline.Ports, timeline.PortsLimit} {
			value := float64(n*(i+3)%97) / 100
			if i > 3 {
				value = 1000 + float64(n*(i+3)%97)
			}
			reading := timeline.Reading{At: timeline.Offset(*after(float64(n))), Source: timeline.Generator, Name: name, Value: value}
			if err := w.WriteReading(reading); err != nil {
				t.Fatal(err)
			}
		}
	}
	events := append(r.Timeline.Events,
		timeline.Event{Source: timeline.Generator, Kind: timeline.Sample, Unit: "status_503", Text: "top: GET / answered 503"},
		timeline.Event{At: timeline.Offset(*after(-1)), Source: timeline.Generator, Kind: timeline.Resolved, Unit: "10.0.0.5"},
		timeline.Event{At: timeline.Offset(*after(9)), Source: timeline.Generator, Kind: timeline.Resolved, Unit: "10.0.0.6"})
	for _, e := range events {
		if err := w.WriteEvent(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.Dir()
}

// Every figure of the generator, the errors and the addresses is worked out
// again from the lines of the run directory.
func TestFiguresOfTheGenerator(t *testing.T) {
	r, err := Read(guarded(t))
	if err != nil {
		t.Fatal(err)
	}
	most := map[string]float64{}
	for _, reading := range r.Timeline.Readings {
		if reading.Source == timeline.Generator {
			most[reading.Name] = max(most[reading.Name], reading.Value)
		}
	}
	s := r.Summary()
	g := s.Generator
	for name, got := range map[string]*float64{
		timeline.CPU: g.CPUMax, timeline.MachineCPU: g.MachineCPUMax, timeline.CPUThrottled: g.CPUThrottledMax, timeline.GCPause: g.GCPauseMax,
		timeline.RSS: g.RSSMaxBytes, timeline.Goroutines: g.GoroutinesMax, timeline.InFlight: g.InFlightMax, timeline.InFlightCap: g.InFlightCap,
		timeline.Connections: g.OpenConnectionsMax, timeline.OpenFiles: g.OpenFilesMax, timeline.OpenFilesLimit: g.OpenFilesLimit,
		timeline.Ports: g.PortsMax, timeline.PortsLimit: g.PortsLimit,
	} {
		if got == nil || *got != most[name] {
			t.Errorf("%s = %v; want %v", name, got, most[name])
		}
	}
	requests := map[string]int64{}
	var failed, all int64
	for _, second := range r.Timeline.Seconds {
		for address, n := range second.Addresses {
			requests[address] += n
			all += n
		}
		failed += second.Errors["status_503"]
	}
	for _, a := range s.Load.Addresses {
		if a.Requests != requests[a.Address] {
			t.Errorf("%s got %d; want %d", a.Address, a.Requests, requests[a.Address])
		}
	}
	if n := len(s.Load.Addresses); n != 2 || s.Load.Errors["status_503"] != failed || s.Load.ErrorSamples["status_503"] != "top: GET / answered 503" {
		t.Errorf("%d addresses, errors %v of %v; want 2, %d failed", n, s.Load.Errors, s.Load.ErrorSamples, failed)
	}
	rows := r.addressRows()
	want := []addressRow{
		{Address: "10.0.0.5", First: "21:53:00", Last: "21:54:37"},
		{Address: "10.0.0.6", First: "21:53:10", Last: "21:54:29", Joined: "21:53:09"},
	}
	for i := range rows {
		if got := fmt.Sprintf("%.3g %%", 100*float64(requests[rows[i].Address])/float64(all)); rows[i].Share != got {
			t.Errorf("share of %s = %s; want %s", rows[i].Address, rows[i].Share, got)
		}
		rows[i].Requests, rows[i].Share = "", ""
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

// A run that a guard ended says so first, in every format, and then what it
// found until then.
func TestAnAbortedRunSaysWhyFirst(t *testing.T) {
	r, err := Read(guarded(t))
	if err != nil {
		t.Fatal(err)
	}
	const why = "borted at 21:54:37: errors reached 50% for 20 s (57% in the last second)"
	if got := r.Summary(); got.Verdict != capacity.Aborted || len(got.Reasons) != 2 || got.Reasons[0] != "a"+why || !strings.HasPrefix(got.Reasons[1], "at least 20 % of headroom is required") {
		t.Errorf("%s %q; want aborted a%s", got.Verdict, got.Reasons, why)
	}
	for name, text := range map[string][]byte{
		"text":     rendered(t, func(w io.Writer) error { return r.Text(w, false) }),
		"markdown": rendered(t, r.Markdown),
		"html":     regexp.MustCompile(`<[^>]*>`).ReplaceAll(rendered(t, r.HTML), nil),
	} {
		first, second := strings.Index(string(text), "A"+why), strings.Index(strings.ReplaceAll(string(text), "Until then", "until then"), "until then: ")
		if first < 0 || second < first {
			t.Errorf("%s: the guard stands at %d, the headroom at %d; want both, in this order", name, first, second)
		}
	}
	for name, p := range map[string]picture{"headroom": r.headroomPicture(), "timeline": r.timelinePicture()} {
		svg, err := p.svg()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(svg), ">errors reached 50% for 20 s<") {
			t.Errorf("%s lacks the guard", name)
		}
	}
}

func TestEndings(t *testing.T) {
	r := &Report{Timeline: timeline.Timeline{Events: []timeline.Event{
		{At: timeline.Offset(*after(3)), Kind: timeline.Decision, Text: "desired 2 to 4"},
		{At: timeline.Offset(*after(12.5)), Kind: timeline.CutShort, Text: "the cap on duration ended sending"},
		{At: timeline.Offset(*after(13)), Kind: timeline.SendingDone, Text: "the last request was sent"},
		{At: timeline.Offset(*after(14)), Kind: timeline.Interrupted, Text: "stopped by the user"},
	}}}
	want := []mark{{12.5, "the cap on duration ended sending"}, {14, "stopped by the user"}}
	if diff := cmp.Diff(want, r.endings(), cmp.AllowUnexported(mark{})); diff != "" {
		t.Errorf("endings (-want +got):\n%s", diff)
	}
}

// A terminal shows the busiest addresses and how many more there are.
func TestTextShowsFewAddresses(t *testing.T) {
	r := passing.report()
	for i := range 20 {
		r.Result.Load.Addresses = append(r.Result.Load.Addresses, capacity.Address{Address: fmt.Sprintf("10.0.0.%d", i), Requests: int64(100 - i)})
	}
	lines := strings.Split(string(rendered(t, func(w io.Writer) error { return r.Text(w, false) })), "\n")
	first := slices.Index(lines, "Addresses")
	if first < 0 || !strings.HasPrefix(lines[first+1], "  10.0.0.0  100  ") || lines[first+9] != "  and 12 more" {
		t.Errorf("text has %q; want 8 of 20 addresses", lines[max(first, 0):])
	}
	r.Result.Load.Addresses = r.Result.Load.Addresses[:1]
	if rows := r.addressRows(); rows != nil {
		t.Errorf("addressRows() = %v; want none for one address", rows)
	}
}

func TestOfLimit(t *testing.T) {
	for _, c := range []struct {
		n, limit *float64
		want     string
	}{
		{number(812), number(1024), "812 of 1,024"}, {number(0), number(1024), "0 of 1,024"},
		{number(812), nil, "812"}, {nil, number(1024), "unknown"}, {nil, nil, "unknown"},
	} {
		if got := ofLimit(c.n, c.limit); got != c.want {
			t.Errorf("ofLimit(%v, %v) = %q; want %q", c.n, c.limit, got, c.want)
		}
	}
}
