package hpa

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// After an outage everything else may be read long before the pods are: until
// they are the fleet is not seen.
func TestTheGapEndsWithThePods(t *testing.T) {
	a := crowded()
	o := newObserving(t, a)
	stop, _ := o.begin(t)
	for name, want := range map[string]float64{timeline.Ready: 2, timeline.Max: 10, timeline.Desired: 2, timeline.Quota: 3} {
		o.awaitValue(t, name, want)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	o.rec.Lost(time.Now(), errors.New("reset")) // as its supervisor does
	listed := make(chan struct{})
	a.answer(podsPath, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("watch") != "" {
			a.watch(w, r)
			return
		}
		select {
		case <-listed:
			a.list(w, r)
		case <-r.Context().Done():
		}
	})
	o.begin(t)
	for _, name := range []string{timeline.Max, timeline.Desired, timeline.Quota} {
		o.await(t, name+" once more", func() bool { return len(o.values(name)) == 2 })
	}
	if n := o.blind(); n > 0 {
		t.Errorf("%d gaps ended before the pods were listed again; want none", n)
	}
	close(listed)
	o.await(t, "the end of the gap", func() bool { return o.blind() == 1 && len(o.values(timeline.Ready)) == 2 })
}
