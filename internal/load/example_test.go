package load_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// forget is a sink for those who want the totals alone.
type forget struct{}

func (forget) WriteSecond(timeline.Second) error   { return nil }
func (forget) WriteReading(timeline.Reading) error { return nil }
func (forget) WriteEvent(timeline.Event) error     { return nil }
func (forget) WriteHits([]byte) error              { return nil }

func ExampleRun() {
	staging := httptest.NewServer(http.NotFoundHandler())
	defer staging.Close()
	target, err := url.Parse(staging.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := load.Run(context.Background(), load.Plan{
		Target:         target,
		AllowHosts:     []string{"127.0.0.1"},
		Requests:       []load.Request{{Name: "top", Path: "/"}},
		Schedule:       traffic.NewSchedule(traffic.Plan{Visits: traffic.Flat(100, 200*time.Millisecond), Seed: 1}),
		NewConnections: 0.8,
		DropAfter:      time.Minute,
		Caps:           load.Caps{Rate: 1000, InFlight: 100, Requests: 1000, Duration: time.Minute},
	}, forget{}, nil)
	fmt.Println(result.Planned, result.Sent, result.Dropped, result.Succeeded, result.Failed, err)
	// Output: 20 20 0 0 20 <nil>
}
