package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// cases are the runs that pictures must show well.
func cases() map[string]evening {
	unmeasured, alone, mute, blinded := passing, passing, passing, failing
	unmeasured.unknown = true
	alone.fleets = 0
	mute.noAnswers = true
	hosted, apart := failing, passing
	hosted.series = []scenario.Observe{
		query("ingress", "req/s", "load"), metric("ALB p99", "s", "response", "p99", time.Minute), query("app p99", "s", "response"),
		query("pods wanted", "count", "units"), query("ALB 5xx", "req/s", "errors"),
	}
	apart.series = []scenario.Observe{
		metric("ALB 5xx a minute", "count", "", "Sum", time.Minute), query("queue depth", "count", ""), query("cache hits", "ratio", ""),
		query("heap", "bytes", ""), query("database p99", "s", ""), query("checkouts", "req/s", ""), query("threads", "count", ""), query("エラー", "count", ""),
	}
	blinded.blind = []curtain{{20, 24}, {100, 160}, {250, 320}}
	return map[string]evening{
		"passing": passing, "failing": failing, "unknown": unmeasured, "no-fleets": alone, "no-answers": mute, "gaps": blinded, "aborted": aborted, "series": hosted, "own-series": apart,
		"moment": {seconds: 5, baseline: 20, peak: 90, airing: 2, start: 2, max: 40, delay: 8, sustains: 66, saturates: 80, fleets: 1},
		"minute": {seconds: 60, baseline: 20, peak: 90, airing: 15, start: 2, max: 40, delay: 8, sustains: 66, saturates: 80, fleets: 1},
	}
}

func TestPicturesGolden(t *testing.T) {
	reports := map[string]*Report{"crowded": crowded()}
	for name, e := range cases() {
		reports[name] = e.report()
	}
	always := []string{"headroom", "timeline"}
	special := []string{"passing", "failing", "aborted", "minute", "crowded"} // the others' plates are like these
	for name, r := range reports {
		for _, p := range r.plates() {
			if !slices.Contains(always, p.name) && !slices.Contains(special, name) {
				continue
			}
			svg, err := p.svg()
			if err != nil {
				t.Fatal(err)
			}
			wellFormed(t, name+" "+p.name, svg)
			golden(t, fmt.Sprintf("%s-%s.svg", name, p.name), svg)
		}
	}
}

// A plate about something that was not measured is left out.
func TestPlatesOfWhatWasMeasured(t *testing.T) {
	all := []string{"headroom", "timeline", "scaling", "rate", "law", "layers"}
	for name, want := range map[string][]string{
		"failing":   all,
		"passing":   {"headroom", "timeline", "scaling", "rate", "layers"},
		"minute":    {"headroom", "timeline", "rate", "layers"}, // it never grew
		"no-fleets": {"headroom", "timeline", "layers"},
		"unknown":   {"headroom", "timeline", "layers"},
	} {
		r := cases()[name].report()
		var got []string
		for _, p := range r.plates() {
			got = append(got, p.name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: plates = %q; want %q", name, got, want)
		}
	}
	empty := passing.report()
	empty.Result, empty.Timeline.Seconds = capacity.Result{}, nil
	for _, p := range empty.plates() {
		if !slices.Contains(all[:2], p.name) {
			t.Errorf("a run of which nothing is known has the plate %s", p.name)
		}
	}
}

func wellFormed(t *testing.T, name string, document []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(document))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: not well formed: %v", name, err)
		}
	}
}

func TestPNGIs1200PixelsWide(t *testing.T) {
	encoded, err := passing.report().headroomPicture().png()
	if err != nil {
		t.Fatal(err)
	}
	image, err := png.DecodeConfig(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	if image.Width != 1200 || image.Height != 600 {
		t.Errorf("headroom.png is %d x %d; want 1200 x 600", image.Width, image.Height)
	}
}

// A run of four hours has 14,400 points a line; what cannot be seen is not
// written. Six plates leave most of a page of 2 MB to its tables.
func TestLongRunStaysSmall(t *testing.T) {
	sum := 0
	for _, p := range crowded().plates() {
		svg, err := p.svg()
		if err != nil {
			t.Fatal(err)
		}
		if sum += len(svg); len(svg) > 400_000 {
			t.Errorf("%s of 4 h has %d bytes; want at most 400,000", p.name, len(svg))
		}
	}
	if sum > 800_000 {
		t.Errorf("the plates of 4 h have %d bytes; want at most 800,000", sum)
	}
}

// Every colour of an inlined picture must follow the page's light or dark.
func TestInlinePictureFollowsThePage(t *testing.T) {
	for _, p := range failing.report().plates() {
		inline, _, err := p.inline()
		if err != nil {
			t.Fatal(err)
		}
		if fixed := regexp.MustCompile(`#[0-9A-Fa-f]{6}`).FindString(inline); fixed != "" {
			t.Errorf("inlined %s has the fixed colour %s; want only variables of the palette", p.name, fixed)
		}
	}
	inline, _, err := failing.report().headroomPicture().inline()
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^<svg xmlns="[^"]*" viewBox="0 0 640 320" role="img" aria-label="Headroom: `).MatchString(inline) {
		t.Errorf("inlined picture begins %q; want a viewBox, no size, and a label", inline[:100])
	}
}

func TestPaletteTellsPaintsApart(t *testing.T) {
	for i, p := range palette {
		if slices.ContainsFunc(palette[:i], func(q paint) bool { return q.light == p.light || q.name == p.name }) {
			t.Errorf("paint %s shares its name or light colour with another", p.name)
		}
		for _, opacity := range []float64{1, 0.55, 0.35, 0.3, 0.2} {
			r, g, b, a := p.faded(opacity).RGBA()
			back := (r*255/a)<<16 | (g*255/a)<<8 | b*255/a
			if back != p.light {
				t.Errorf("%s at opacity %v is %06X again; want %06X", p.name, opacity, back, p.light)
			}
		}
	}
}

// What is asked and what of it was sent lie on one another in two pictures: on light
// paper and on dark the strong paint is twice as far from the pale one as none, and
// both are seen on the paper. Contrast is that of WCAG 2.1.
func TestDemandAndSentAreToldApart(t *testing.T) {
	shade := func(p paint, dark bool) uint32 {
		if dark {
			return p.dark
		}
		return p.light
	}
	for _, dark := range []bool{false, true} {
		strong, weak, on := shade(demand, dark), shade(pale, dark), shade(paper, dark)
		if got := contrast(strong, weak); got < 2 {
			t.Errorf("dark %t: contrast of demand and sent = %.2f; want at least 2", dark, got)
		}
		if a, b := contrast(strong, on), contrast(weak, on); a < 4.5 || b < 2.4 || a <= b {
			t.Errorf("dark %t: contrast with paper of demand = %.2f, of sent = %.2f; want at least 4.5 and 2.4, and more of demand", dark, a, b)
		}
	}
	r := failing.report()
	for _, p := range []picture{r.headroomPicture(), r.timelinePicture()} {
		_, told := sceneOf(t, p)
		for _, l := range told.Panels[0].Lines {
			want := map[string]paint{"sent": pale, "demand": demand, "planned": demand}[l.Name]
			if want.name != "" && l.Paint != want.name {
				t.Errorf("%s is %s in %q; want %s", l.Name, l.Paint, told.Panels[0].Title, want.name)
			}
		}
	}
}

// contrast is (L1 + 0.05) / (L2 + 0.05) of the relative luminances, from 1 to 21.
func contrast(a, b uint32) float64 {
	luminance := func(rgb uint32) (sum float64) {
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			c := float64(rgb>>(16-8*i)&0xFF) / 255
			if c <= 0.03928 {
				sum += weight * c / 12.92
			} else {
				sum += weight * math.Pow((c+0.055)/1.055, 2.4)
			}
		}
		return sum
	}
	high, low := luminance(a), luminance(b)
	return (max(high, low) + 0.05) / (min(high, low) + 0.05)
}

// What the scenario states is drawn and named beside demand and capacity, where it
// does not lie beyond the picture.
func TestStatedLayersAreDrawn(t *testing.T) {
	r := failing.report()
	v := r.headroomView()
	beside := len(labelsOf(v))
	r.Scenario.Layers = []capacity.Layer{{Name: "db", Rate: v.top() / 2}, {Name: "cdn", Rate: v.top() * 2}}
	got := labelsOf(r.headroomView())
	if want := "db " + figure.Rate(v.top()/2); len(got) != beside+1 || !slices.Contains(got, want) {
		t.Errorf("labels = %q; want %d and %q besides", got, beside, want)
	}
}

func labelsOf(v headroomView) (texts []string) {
	p := newPanel(v.span, 0, v.top(), valueTicks{write: figure.Scaled, most: 5}, true)
	v.addValues(p, v.top())
	for _, l := range p.labels {
		texts = append(texts, l.text)
	}
	return texts
}

// Rows of marks of two fleets never have one name.
func TestShortNames(t *testing.T) {
	for _, c := range []struct{ fleets, want []string }{
		{[]string{"hpa/default/web"}, []string{"web"}},
		{[]string{"hpa/default/web", "asg/web-nodes"}, []string{"web", "web-nodes"}},
		{[]string{"hpa/default/web", "asg/web", "asg/api"}, []string{"hpa web", "asg web", "api"}},
		{[]string{"hpa/default/web", "hpa/tv/web"}, []string{"hpa/default/web", "hpa/tv/web"}},
	} {
		var r Report
		for _, name := range c.fleets {
			r.Result.Fleets = append(r.Result.Fleets, capacity.FleetResult{Fleet: capacity.Fleet{Name: name}})
		}
		for i, name := range c.fleets {
			if got := r.shortName(name); got != c.want[i] {
				t.Errorf("shortName(%s) beside %q = %q; want %q", name, c.fleets, got, c.want[i])
			}
		}
	}
}
