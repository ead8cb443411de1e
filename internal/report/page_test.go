package report

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/timeline"
)

var (
	desk  = look{width: 1280, height: 800}
	dusk  = look{width: 1280, height: 800, dark: true}
	phone = look{width: 390, height: 844}
)

// Everything a reader does with the page, in a real browser.
func TestPageInABrowser(t *testing.T) {
	browser := startBrowser(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"texts from outside stay texts":        hostileTexts,
		"the answer fits the first screen":     firstScreen,
		"the crosshair tells the second":       crosshair,
		"keys move the crosshair and the view": keys,
		"a finger moves the crosshair":         finger,
		"a long run is told by columns":        columnsOfALongRun,
		"a drag zooms":                         zoom,
		"a chip hides its line":                hide,
		"the clock is the scenario's":          zoneOfTheClock,
		"figures are those of package figure":  writtenFigures,
		"everything is there without scripts":  mute,
		"nothing is wider than a phone":        narrow,
		"dark paper":                           darkPaper,
		"paper is light, open and uncut":       onPaper,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser) })
	}
}

// attacks are texts that become markup, script or style where they are not escaped,
// turn the writing around, or burst the page.
var attacks = map[string]string{
	"script":     `<script>window.hostile=1</script>`,
	"attribute":  `"><img src=x onerror="window.hostile=1"><svg onload=window.hostile=1>`,
	"end":        `</script></style></title></svg><script>window.hostile=1</script><!--<script>`,
	"single":     `' onmouseover='window.hostile=1' style='background:url(http://attacker.example/)`,
	"address":    `javascript:window.hostile=1`,
	"template":   "${window.hostile=1}`${window.hostile=1}`{{.}}\\u003cscript>",
	"separators": "a\u2028window.hostile=1\u2029//\u202e\u2066<b>\u2069\x00\x1b[2J",
	"long":       strings.Repeat("長い名前<i>", 1000),
}

func hostileTexts(t *testing.T, browser context.Context) {
	for name, attack := range attacks {
		r := attacked(attack)
		p := openReport(t, browser, r, desk)
		if eval[string](p, "typeof window.hostile") != "undefined" {
			t.Errorf("%s: a script of an attacker ran", name)
		}
		if foreign := eval[int](p, "document.querySelectorAll('img, iframe, object, b b, i i, svg svg, a:not([href^=\"#\"]), [onload], [onerror], [onmouseover]').length"); foreign > 0 {
			t.Errorf("%s: %d elements are not the page's own", name, foreign)
		}
		if n := eval[int](p, `document.querySelectorAll("script:not(figure.plate > script[type='application/json'])").length`); n != 1 {
			t.Errorf("%s: the page has %d scripts besides its scenes; want its own", name, n)
		}
		p.hover("timeline", 0.5)
		if told := p.told("timeline"); told["sent"] == "" {
			t.Errorf("%s: the crosshair tells %v; want what was sent", name, told)
		}
		eval[bool](p, "document.querySelectorAll('.chips button').forEach(chip => chip.click()) || true")
		if wide := eval[int](p, "document.documentElement.scrollWidth"); wide > 1280 {
			t.Errorf("%s: the page is %d pixels wide; want at most 1280", name, wide)
		}
		if eval[string](p, "typeof window.hostile") != "undefined" {
			t.Errorf("%s: a script of an attacker ran when lines were hidden", name)
		}
		p.quiet()
		p.shoot("hostile-"+name, false)
	}
}

// bottom is the lower edge of an element in the window.
func bottom(p *opened, selector string) float64 {
	return eval[float64](p, fmt.Sprintf("document.querySelector(%q).getBoundingClientRect().bottom", selector))
}

// exampleReport is of the checked-in run.
func exampleReport(t *testing.T) *Report {
	t.Helper()
	dir, err := rundir.Open("../../reports/example")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func firstScreen(t *testing.T, browser context.Context) {
	for name, r := range map[string]*Report{"passing": passing.report(), "failing": failing.report(), "aborted": aborted.report(), "example": exampleReport(t)} {
		p := openReport(t, browser, r, desk)
		if got := bottom(p, "[data-plate=headroom] svg"); got > 800 {
			t.Errorf("%s: the picture ends at %v; want it within 800", name, got)
		}
		p.shoot(name+"-light", false)
		p.quiet()
		p = openReport(t, browser, r, phone)
		if got := bottom(p, ".binding"); got > 600 {
			t.Errorf("%s: on a phone the answer ends at %v; want room for the picture before 844", name, got)
		}
		p.shoot(name+"-phone", false)
		p.quiet()
	}
	p := openReport(t, browser, failing.report(), desk)
	if got := eval[string](p, "document.querySelector('h1').innerText"); !strings.HasPrefix(got, "Will not hold") || !strings.Contains(got, "p99 <= 800ms was broken") {
		t.Errorf("the page begins %q; want the verdict in words and its reason", got)
	}
	p = openReport(t, browser, passing.report(), desk)
	if got := eval[string](p, "document.querySelector('h1').innerText"); got != "Pass" {
		t.Errorf("the page begins %q; want Pass", got)
	}
}

// second is where the middle of a second lies on the run's clock, as a share of it.
func second(r *Report, n int) float64 { return (float64(n) + 0.5) / r.span().end }

func crosshair(t *testing.T, browser context.Context) {
	r := failing.report()
	p := openReport(t, browser, r, desk)
	for _, n := range []int{0, 75, 90, 131, 299} {
		p.hover("timeline", second(r, n))
		s := r.Timeline.Seconds[n]
		all := s.AllResponses()
		p99, _ := all.Quantile(0.99)
		p50, _ := all.Quantile(0.5)
		at := timeline.Offset(time.Duration(n) * time.Second)
		ready := r.Timeline.Series(fleetName(1), timeline.Ready)
		nodes, _ := ready.At(at)
		want := map[string]string{
			"clock": r.clock(time.Duration(n) * time.Second), "planned": figure.Rate(float64(s.Planned)), "sent": figure.Rate(float64(s.Sent)),
			"succeeded": figure.Rate(float64(s.Succeeded)), "failed": figure.Rate(float64(s.Failed)), "dropped": figure.Rate(float64(s.Dropped)),
			"p99": figure.Duration(p99), "p50": figure.Duration(p50), "ready": figure.Scaled(nodes), // the last fleet's panel tells last
		}
		got := p.told("timeline")
		maps.DeleteFunc(got, func(name, _ string) bool { return want[name] == "" })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("second %d (-want +got):\n%s", n, diff)
		}
		if n == 90 {
			p.shoot("hover-light", false)
		}
		m := r.Result.Headroom.Series[n]
		p.hover("headroom", second(r, n))
		if got, want := p.told("headroom")["capacity"], figure.Rate(*m.Mid); got != want {
			t.Errorf("second %d: capacity %s; want %s", n, got, want)
		}
	}
	p.hover("timeline", second(r, 110)) // asg/web-nodes was not observed
	if got := p.told("timeline")["ready"]; got != "unknown" {
		t.Errorf("ready where nothing was observed: %q; want unknown", got)
	}
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 2, 2))
	if got := p.told("timeline"); len(got) > 0 {
		t.Errorf("the crosshair tells %v after the mouse left; want nothing", got)
	}
	p.quiet()
}

func keys(t *testing.T, browser context.Context) {
	r := failing.report()
	p := openReport(t, browser, r, desk)
	eval[bool](p, "document.querySelector('[data-plate=timeline] .clock').focus() || true")
	press := func(key string) {
		p.do(chromedp.KeyEvent(key))
	}
	const left, right, home, end, escape = "\u0302", "\u0303", "\u0306", "\u0305", "\u001b"
	clock := func(want int) {
		t.Helper()
		if got := p.told("timeline")["clock"]; got != r.clock(time.Duration(want)*time.Second) {
			t.Errorf("the crosshair stands at %s; want second %d, %s", got, want, r.clock(time.Duration(want)*time.Second))
		}
	}
	press(right)
	clock(0)
	press(right)
	press(right)
	clock(2)
	press(left)
	clock(1)
	if said := eval[string](p, "document.activeElement.getAttribute('aria-valuetext')"); !strings.HasPrefix(said, "21:53:01: sent 400/s, planned 400/s") {
		t.Errorf("a screen reader says %q; want the clock and the values", said)
	}
	press(end)
	clock(299)
	press("+")
	press(home)
	if got := from(p); got < 1 {
		t.Errorf("the view begins at %v s after +; want it zoomed to the end", got)
	}
	before := from(p)
	press(left)
	if got := from(p); got >= before {
		t.Errorf("the view begins at %v s after a key to the left of its edge at %v; want it to follow", got, before)
	}
	press(escape)
	if got := from(p); got != 0 || len(p.told("timeline")) > 0 {
		t.Errorf("after Escape the view begins at %v and tells %v; want the whole run and nothing", got, p.told("timeline"))
	}
	p.quiet()
}

// from is the instant at which the zoomed timeline begins, by its first line and
// the scene: 0 where the whole run is shown.
func from(p *opened) float64 {
	return eval[float64](p, `(() => {
		const figure = document.querySelector("[data-plate=timeline]"), panel = JSON.parse(figure.querySelector("script").textContent).panels[0];
		const drawn = [...figure.querySelectorAll('[data-line="0:0"] path')].map(path => path.getAttribute("d")).join("");
		const all = drawn.match(/[ML][^,]+/g).map(at => Number(at.slice(1)));
		const scale = (all.at(-1) - all[0]) / panel.width;
		return Math.round((panel.left - all[0]) / panel.width / scale * panel.to) + 0;
	})()`)
}

func finger(t *testing.T, browser context.Context) {
	r := failing.report()
	p := openReport(t, browser, r, phone)
	x, y := p.place("timeline", second(r, 90))
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		if _, err := chromedp.Call(p.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := chromedp.Call(p.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: y})
	touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: x + 40, Y: y})
	touch(input.DispatchTouchEventTypeTouchEnd)
	told := p.told("timeline")
	if told["clock"] <= r.clock(90*time.Second) || told["sent"] == "" {
		t.Errorf("a finger from second 90 to the right tells %v; want a later second", told)
	}
	if from(p) != 0 {
		t.Error("a finger zooms; want it to move the crosshair only")
	}
	p.shoot("finger-phone", false)
	p.quiet()
}

// Of a long run a pixel shows many seconds: the lowest and the highest are told.
func columnsOfALongRun(t *testing.T, browser context.Context) {
	long := evening{seconds: 2 * 3600, baseline: 900, peak: 5200, airing: 2000, start: 30, max: 80, delay: 120, sustains: 72, saturates: 80, fleets: 1, noAnswers: true}
	r := long.report()
	p := openReport(t, browser, r, desk)
	const column = 255 // of 900, each 8 s; the spot rises
	p.hover("timeline", (column+0.5)/900)
	low, high := math.Inf(1), 0.0
	for _, s := range r.Timeline.Seconds[column*8 : column*8+8] {
		low, high = min(low, float64(s.Sent)), max(high, float64(s.Sent))
	}
	if low == high {
		t.Fatalf("the same %v in every second of column %d: choose another", low, column)
	}
	want := figure.Rate(low) + " to " + figure.Rate(high)
	got := p.told("timeline")
	if got["sent"] != want || got["clock"] != r.clock(column*8*time.Second)+" to "+r.clock((column+1)*8*time.Second) {
		t.Errorf("column %d of two hours: %v; want sent %s", column, got, want)
	}
	p.quiet()
}

func zoom(t *testing.T, browser context.Context) {
	p := openReport(t, browser, failing.report(), desk)
	paths := func() string {
		return eval[string](p, `[...document.querySelectorAll("[data-plate=timeline] [data-line] path")].map(path => path.getAttribute("d")).join()`)
	}
	ticks := func() []string {
		return eval[[]string](p, `[...document.querySelectorAll("[data-plate=timeline] svg text")].filter(
			text => getComputedStyle(text.closest("[data-part]") || text).display !== "none" && /^\d\d:\d\d(:\d\d)?$/.test(text.textContent)).map(text => text.textContent)`)
	}
	before, clock := paths(), ticks()
	p.drag("timeline", 0.2, 0.39) // 57 s from 21:54:00
	if paths() == before {
		t.Error("a drag changes no line; want them zoomed")
	}
	round := slices.DeleteFunc(ticks(), func(tick string) bool { return tick == "21:54:00" }) // at the very edge
	if diff := cmp.Diff([]string{"21:54:10", "21:54:20", "21:54:30", "21:54:40", "21:54:50"}, round); diff != "" {
		t.Errorf("ticks of 57 s (-want +got):\n%s", diff)
	}
	if out := eval[int](p, `(() => {
		const svg = document.querySelector("[data-plate=timeline] svg");
		return [...svg.querySelectorAll("[data-part=moves] path, [data-line] path")].filter(path => !path.getAttribute("d").includes("A") && !(path.getAttribute("clip-path") || "").startsWith("url(#clip-timeline")).length;
	})()`); out > 0 {
		t.Errorf("%d shapes of the zoomed picture are not cut off at its panels", out)
	}
	p.hover("timeline", 0.5)
	if got := p.told("timeline")["clock"]; got != "21:54:28" {
		t.Errorf("the middle of 57 s from 21:54:00 is %s; want 21:54:28", got)
	}
	p.shoot("zoomed-light", false)
	x, y := p.place("timeline", 0.5)
	p.do(chromedp.MouseClickXY(x, y), chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
	if paths() != before {
		t.Error("a double click does not bring the whole run back")
	}
	if diff := cmp.Diff(clock, ticks()); diff != "" {
		t.Errorf("ticks of the whole run (-want +got):\n%s", diff)
	}
	p.quiet()
}

func hide(t *testing.T, browser context.Context) {
	p := openReport(t, browser, failing.report(), desk)
	shown := func() int {
		return eval[int](p, `[...document.querySelectorAll("[data-plate=headroom] [data-line]")].filter(group => getComputedStyle(group).display !== "none").length`)
	}
	all := shown()
	toggle := `[...document.querySelectorAll("[data-plate=headroom] .chips button")].find(chip => chip.textContent === "capacity")`
	eval[bool](p, toggle+".click() || true")
	if got := shown(); got >= all {
		t.Errorf("%d groups are shown with capacity hidden; want fewer than %d", got, all)
	}
	if got := eval[string](p, toggle+".getAttribute('aria-pressed')"); got != "false" {
		t.Errorf("the chip of a hidden line is pressed: %s", got)
	}
	p.hover("headroom", 0.5)
	if told := p.told("headroom"); told["capacity"] != "" || told["demand"] == "" {
		t.Errorf("the crosshair tells %v; want demand and no capacity", told)
	}
	p.shoot("hidden-light", false)
	for plate, want := range map[string]string{"headroom": "capacity,sent,demand", "timeline": "sent,planned,succeeded,capacity,demand"} {
		names := eval[string](p, `[...document.querySelectorAll("[data-plate=`+plate+`] .chips > button")].map(chip => chip.textContent).join()`)
		if !strings.HasPrefix(names, want) {
			t.Errorf("chips of %s = %s; want %s first: a name of one line alone stands alone", plate, names, want)
		}
	}
	eval[bool](p, toggle+".click() || true")
	if got := shown(); got != all {
		t.Errorf("%d groups are shown again; want %d", got, all)
	}
	p.quiet()
}

// The clock is that of the scenario's zone wherever the reader is, also where the
// night of the run has one hour twice.
func zoneOfTheClock(t *testing.T, browser context.Context) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	r := passing.report()
	r.Scenario.Zone = zone
	r.Manifest.Started = time.Date(2026, 10, 25, 0, 58, 0, 0, time.UTC) // 02:58 in summer, two minutes before 02:00 again
	p := openReport(t, browser, r, desk)
	if _, err := chromedp.Call(p.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "America/New_York"}); err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{0: "02:58:00", 119: "02:59:59", 120: "02:00:00", 239: "02:01:59"} {
		p.hover("timeline", second(r, n))
		if got := p.told("timeline")["clock"]; got != want || got != r.clock(time.Duration(n)*time.Second) {
			t.Errorf("second %d is at %s; want %s", n, got, want)
		}
	}
	p.quiet()
}

func writtenFigures(t *testing.T, browser context.Context) {
	p := openReport(t, browser, passing.report(), desk)
	values := []float64{0, 1, 0.5, 12.25, 999.4, 999.5, 1225, 2345, 1238, 9995, 12_345, 999_499, 999_500, 1e6, 123_456_789, 1e9, 2.5e12,
		0.0471, 0.00084, 0.0009996, 0.9996, 0.02345, 59.94, 59.96, 60, 61.4, 95.5, 599.6, 3599.7, 3600, 3725.2, 7260, -3, -1500, -0.25, 0.000012}
	for _, u := range []unit{ofNumber, ofRate, ofTime, ofBytes, "ratio", "count"} {
		var rounded []float64
		var want []string
		for _, v := range values {
			if u == ofTime && (v < 0 || v > 1e9) { // no Duration
				continue
			}
			rounded = append(rounded, u.rounded(v))
			want = append(want, u.written(v))
		}
		list, err := json.Marshal(rounded)
		if err != nil {
			t.Fatal(err)
		}
		got := eval[[]string](p, fmt.Sprintf("%s.map(v => written(%q, v))", list, u))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("unit %q (-package figure +page.js):\n%s", u, diff)
		}
	}
}

func mute(t *testing.T, browser context.Context) {
	r := failing.report()
	p := openReport(t, browser, r, look{width: 1280, height: 800, mute: true})
	if n := eval[int](p, "document.querySelectorAll('.chips, .clock').length"); n > 0 {
		t.Errorf("%d things of the script are there without it", n)
	}
	if n := eval[int](p, "document.querySelectorAll('figure.plate svg').length"); n != len(r.plates()) {
		t.Errorf("%d pictures; want %d", n, len(r.plates()))
	}
	headings := eval[[]string](p, "[...document.querySelectorAll('h2, h3, summary')].map(heading => heading.textContent)")
	for _, want := range []string{"Timeline", "Scale lag", "Stages", "Capacity", "Layers", "Objectives", "Requests", "By name, with response times", "Errors", "Addresses", "Fleets", "Generator", "Observation", "Not observed", "The scenario as it was run", "Environment"} {
		if !slices.Contains(headings, want) {
			t.Errorf("no heading %q among %q", want, headings)
		}
	}
	if n := eval[int](p, "[...document.querySelectorAll('table')].filter(table => table.rows.length < 2).length"); n > 0 {
		t.Errorf("%d tables are empty", n)
	}
	p.quiet()
}

// unreachable are the cells that no scrolling shows, and the first of tables that
// scroll without a shadow that tells of it.
const unreachable = `[...document.querySelectorAll("table")].flatMap(table => {
	const box = table.parentElement, bounds = box.getBoundingClientRect();
	if (table.offsetWidth <= box.clientWidth) return [];
	if (!box.classList.contains("scroll")) return [table.rows[0].innerText + ": does not scroll"];
	if (!getComputedStyle(box).backgroundImage.includes("gradient")) return [table.rows[0].innerText + ": no shadow"];
	box.scrollLeft = 1e6;
	const lost = [...table.rows].map(row => row.lastElementChild).filter(cell => cell.getBoundingClientRect().right > bounds.right + 1);
	box.scrollLeft = 0;
	return lost.map(cell => cell.innerText);
}).join("; ")`

func narrow(t *testing.T, browser context.Context) {
	for name, r := range map[string]*Report{"failing": failing.report(), "own-series": cases()["own-series"].report(), "planned": plannedReport("plan"), "long names": attacked(attacks["long"])} {
		p := openReport(t, browser, r, phone)
		eval[bool](p, "document.querySelectorAll('details').forEach(folded => { folded.open = true; }) || true")
		p.hover("timeline", 0.9)
		if wide := eval[int](p, "document.documentElement.scrollWidth"); wide > 390 {
			t.Errorf("%s: the page is %d pixels wide on a phone; want 390", name, wide)
		}
		if right := eval[float64](p, `[...document.querySelectorAll("#capacity th")].find(head => head.textContent === "P(enough)").getBoundingClientRect().right`); right > 390 {
			t.Errorf("%s: P(enough) ends at %v on a phone; want it seen without scrolling", name, right)
		}
		if lost := eval[string](p, unreachable); lost != "" {
			t.Errorf("%s: cells that cannot be read on a phone: %s", name, lost)
		}
		p.shoot(name+"-phone-whole", name != "long names")
		p.quiet()
	}
}

func darkPaper(t *testing.T, browser context.Context) {
	for as, want := range map[look]uint32{desk: paper.light, dusk: paper.dark} {
		p := openReport(t, browser, failing.report(), as)
		rgb := fmt.Sprintf("rgb(%d, %d, %d)", want>>16, want>>8&0xFF, want&0xFF)
		for _, where := range []string{"getComputedStyle(document.body).backgroundColor", "getComputedStyle(document.querySelector('figure svg path')).fill"} {
			if got := eval[string](p, where); got != rgb {
				t.Errorf("dark %t: %s = %s; want %s", as.dark, where, got, rgb)
			}
		}
		p.hover("timeline", 0.4)
		p.shoot(fmt.Sprintf("whole-dark-%t", as.dark), true)
		p.quiet()
	}
}

// On paper a reader of a dark screen has light colours too.
func onPaper(t *testing.T, browser context.Context) {
	p := openReport(t, browser, plannedReport("plan"), dusk)
	p.shootPaper("planned")
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}); err != nil {
		t.Fatal(err)
	}
	if got := eval[string](p, "getComputedStyle(document.body).backgroundColor"); got != "rgb(255, 255, 255)" {
		t.Errorf("paper is %s; want white", got)
	}
	if n := eval[int](p, "[...document.querySelectorAll('button, nav, .told, .clock')].filter(part => part.checkVisibility()).length"); n > 0 {
		t.Errorf("%d buttons and the like are on paper", n)
	}
	if n := eval[int](p, "[...document.querySelectorAll('details')].filter(folded => folded.lastElementChild.getBoundingClientRect().height === 0).length"); n > 0 {
		t.Errorf("%d parts stay closed on paper", n)
	}
	tall := openReport(t, browser, cases()["own-series"].report(), look{width: 703, height: 1016}) // A4 within its margins
	if _, err := chromedp.Call(tall.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	if high := eval[float64](tall, "Math.max(...[...document.querySelectorAll('figure')].map(picture => picture.getBoundingClientRect().height))"); high > 1016 {
		t.Errorf("a picture is %v pixels high; want it on one sheet", high)
	}
	if cut := eval[int](p, "[...document.querySelectorAll('figure')].filter(picture => getComputedStyle(picture).breakInside !== 'avoid').length"); cut > 0 {
		t.Errorf("%d pictures may be cut by the end of a sheet", cut)
	}
	p.quiet()
}

// shootPaper leaves the page as it is printed on A4.
func (p *opened) shootPaper(name string) {
	p.t.Helper()
	folder := os.Getenv("ONAIR_SHOTS")
	if folder == "" {
		return
	}
	pdf, err := chromedp.Run(p.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground()))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".pdf"), pdf, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
