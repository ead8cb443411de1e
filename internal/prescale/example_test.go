package prescale_test

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/prescale"
)

// A spot of 30 s airs at 21:54, or up to ten minutes later.
func Example() {
	tokyo, _ := time.LoadLocation("Asia/Tokyo")
	air, _ := prescale.ParseAt("2026-12-01T21:54", tokyo)
	when, _ := prescale.Timetable(
		prescale.Airing{At: air, Slip: 10 * time.Minute, Lasts: 30 * time.Second, Quiet: 6 * time.Minute},
		prescale.Stages{Node: 90 * time.Second, Waves: 1, Pod: 40 * time.Second, Balancer: 20 * time.Second})
	texts, err := prescale.Change{
		Fleet: "hpa/default/web", Units: 42, Min: new(6), Max: new(60), Instants: when,
	}.Texts()
	fmt.Println(err)
	fmt.Println(texts[0].Title)
	fmt.Println(texts[0].Apply)
	fmt.Println(texts[0].Reverse)
	// Output:
	// <nil>
	// hpa/default/web: at least 42 units from 21:39 to 22:20 JST on 2026-12-01
	// kubectl patch hpa web \
	//   --namespace default \
	//   --type merge \
	//   --patch '{"spec":{"minReplicas":42}}'
	// kubectl patch hpa web \
	//   --namespace default \
	//   --type merge \
	//   --patch '{"spec":{"minReplicas":6}}'
}

func ExampleParseAt() {
	newYork, _ := time.LoadLocation("America/New_York")
	for _, text := range []string{"2026-11-01T21:54", "2026-11-01T01:30", "2026-11-01T01:30-05:00", "2026-03-08T02:30"} {
		t, err := prescale.ParseAt(text, newYork)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(t.UTC().Format(time.RFC3339))
	}
	// Output:
	// 2026-11-02T02:54:00Z
	// time "2026-11-01T01:30" exists twice in America/New_York, where clocks are put back: write 2026-11-01T01:30:00-04:00 (EDT) or 2026-11-01T01:30:00-05:00 (EST)
	// 2026-11-01T06:30:00Z
	// time "2026-03-08T02:30" does not exist in America/New_York, where clocks are put forward over it: write 2026-03-08T01:30:00-05:00 (EST) or 2026-03-08T03:30:00-04:00 (EDT)
}
