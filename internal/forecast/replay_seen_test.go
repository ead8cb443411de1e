package forecast

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// enough is a service that has units enough for all that is asked of it.
func enough() known {
	k := cpu()
	k.fleet.Start, k.curve = 12, evening(40, 200)
	p := *k.fleet.Pods
	p.HPA.Min, k.fleet.Pods, k.spec.HPA.Min = 12, &p, 12
	return k
}

// hidden is a rehearsal of which nothing was seen of what is scaled from an instant on.
func hidden(k known, from time.Duration) *rehearsal {
	r := k.rehearse()
	r.Gaps = append(r.Gaps, timeline.Gap{From: timeline.Offset(from), To: timeline.Offset(time.Hour), Source: web})
	r.r.Shortfall, r.r.ScaleLag = nil, nil // as where nobody looked
	return r
}

// TestLittleSeen: of a rehearsal of which little was seen, being off by nothing tells
// nothing.
func TestLittleSeen(t *testing.T) {
	const spot, long = 6 * time.Minute, 6 * time.Minute
	for _, c := range []struct {
		name  string
		until float64 // share of the spot that was seen
		want  string  // of the refusal; empty: trusted
	}{
		{"nothing of the spot", 0, "the units of " + web + " were seen in 0 % of the rehearsed spots, less than 50 %"},
		{"a third", 1.0 / 3, "were seen in 33.3 % of the rehearsed spots"},
		{"most", 0.75, ""},
	} {
		m := hidden(enough(), spot+time.Duration(c.until*float64(long))).fitted(t)
		err := m.Replay.Trusted()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Trusted = %v; want %q", c.name, err, c.want)
		}
	}
}

// TestCutShort counts what was planned for after the run's end as not seen.
func TestCutShort(t *testing.T) {
	r := enough().rehearse()
	r.Seconds = r.Seconds[:7*60]
	if err := r.fitted(t).Replay.Trusted(); err == nil || !strings.Contains(err.Error(), "16.7 % of the rehearsed spots") {
		t.Errorf("Trusted = %v; want it refused, for one of six minutes was seen", err)
	}
}

// TestNeverScaled: a service that needed nothing more may be asked about, but nothing
// was compared, and that is said.
func TestNeverScaled(t *testing.T) {
	m := enough().rehearse().fitted(t)
	if u := m.Replay.Units[0]; u.Mean != nil || m.Replay.Trusted() != nil {
		t.Errorf("units off by %v: %v; want nothing compared, and trust", u.Mean, m.Replay.Trusted())
	}
	if want := web + ": it never scaled in the rehearsal: how it does is its specification alone"; !slices.Contains(m.Assumed, want) {
		t.Errorf("assumed %q; want %q", m.Assumed, want)
	}
}

// TestNoneCame: units were asked for, and the run ended before one of them came.
func TestNoneCame(t *testing.T) {
	k := cpu()
	p := *k.fleet.Pods
	p.Start, k.fleet.Pods = [][]time.Duration{{time.Hour}}, &p
	r := k.rehearse()
	for i := range r.r.Fleets[0].Ways { // it was not seen how long they take
		r.r.Fleets[0].Ways[i].Ready, r.r.Fleets[0].Ways[i].Serves = nil, nil
	}
	m := r.fitted(t)
	err := m.Replay.Trusted()
	if want := "not one of the units that " + web + " asked for was seen to come"; err == nil || !strings.Contains(m.Replay.Unseen, want) {
		t.Errorf("Trusted = %v; unseen %q; want it refused: %s", err, m.Replay.Unseen, want)
	}
	r.read(-1, web, timeline.Quota, 3) // nor could it
	if m := r.fitted(t); m.Replay.Unseen != "" {
		t.Errorf("with a quota of what there was, unseen %q; want nothing", m.Replay.Unseen)
	}
}

// TestMeanOver takes a run that stood as still as the rehearsal for one that fits, but
// not if all did.
func TestMeanOver(t *testing.T) {
	none := meanOff([]int{2, 2}, []int{2, 2})
	off := meanOff([]int{2, 3}, []int{2, 2})
	if got := meanOver([]float64{none, none}); got != nil {
		t.Errorf("meanOver of runs that stood still = %g; want none", *got)
	}
	if got := meanOver([]float64{none, off}); got == nil || *got != 0.25 {
		t.Errorf("meanOver of one of two runs off by a half = %v; want 0.25", got)
	}
}
