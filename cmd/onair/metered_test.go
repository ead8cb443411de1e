package main

import (
	"context"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// facts is a Sink that calls back with each reading.
type facts struct {
	mu     sync.Mutex
	latest map[string]float64 // readings by name
	gaps   []timeline.Gap
	look   func(map[string]float64)
}

func (f *facts) WriteReading(r timeline.Reading) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latest[r.Name] = r.Value
	f.look(f.latest)
	return nil
}

func (f *facts) WriteEvent(timeline.Event) error { return nil }

func (f *facts) WriteGap(g timeline.Gap) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gaps = append(f.gaps, g)
	return nil
}

// watched observes a fleet until its ready units were read, and then stops.
func watched(t *testing.T, fleet scenario.Observe, start func(context.Context, *observe.Meter) (observe.Observer, error)) *facts {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	var meter observe.Meter
	o, err := start(ctx, &meter)
	if err != nil {
		t.Fatal(err)
	}
	f := &facts{latest: map[string]float64{}, look: func(latest map[string]float64) {
		if _, ok := latest[timeline.Ready]; ok {
			stop()
		}
	}}
	if _, err := observe.Watch(ctx, time.Now(), f, observe.Metered(o, &meter)); err != nil {
		t.Fatal(err)
	}
	if len(f.gaps) > 0 {
		t.Errorf("%s: gaps = %+v; want none", fleet.Source(), f.gaps)
	}
	return f
}

// What observing costs is counted for every kind of fleet. The autoscaler's is
// what its watches brought by then, and the group's that of its poll.
func TestObserversOfTheLabAreMetered(t *testing.T) {
	s := parsed(t, staging)
	lab, err := startLab(s)
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Stop()
	for _, fleet := range s.Fleets() {
		f := watched(t, fleet, func(ctx context.Context, m *observe.Meter) (observe.Observer, error) {
			return newObserver(ctx, fleet, lab, &account{staging: lab}, shared{}, 0, m)
		})
		least := map[string]float64{capacity.HPA: 3, capacity.ASG: 1}[fleet.Kind]
		if f.latest[timeline.Calls] < least || f.latest[timeline.CallBytes] < 100 {
			t.Errorf("%s: %v calls, %v bytes; want at least %v calls and what they answered",
				fleet.Source(), f.latest[timeline.Calls], f.latest[timeline.CallBytes], least)
		}
	}
}

// A company's own authority is trusted by metered clients, too.
func TestMeteredClientsKeepToAWSCABundle(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		io.WriteString(w, `<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>
			<AutoScalingGroupName>web-prod</AutoScalingGroupName><Instances/>
		</member></AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`)
	}))
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "authority.pem")
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(bundle, authority, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_CA_BUNDLE": bundle, "AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "ap-northeast-1",
		"AWS_ACCESS_KEY_ID": "onair", "AWS_SECRET_ACCESS_KEY": "lab", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	fleet := scenario.Observe{Kind: capacity.ASG, Name: "web-prod"}
	f := watched(t, fleet, func(ctx context.Context, m *observe.Meter) (observe.Observer, error) {
		return newObserver(ctx, fleet, nil, &account{region: fleet.Region}, shared{}, 0, m)
	})
	if f.latest[timeline.Calls] < 1 || f.latest[timeline.CallBytes] < 200 {
		t.Errorf("%v calls, %v bytes; want what was asked and answered", f.latest[timeline.Calls], f.latest[timeline.CallBytes])
	}
}
