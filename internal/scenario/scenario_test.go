package scenario

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/traffic"
)

var update = flag.Bool("update", false, "rewrite golden files")

const minimal = `
name: smoke
target: {url: "https://staging.example.jp", allow_hosts: [staging.example.jp]}
traffic: {baseline: 400/s, duration: 12m, spots: [{at: 2m, peak: 10x}]}
requests: [{get: /}]
objectives: [{p99: 800ms}]
`

func noEnv(string) (string, bool) { return "", false }

// environment is a fixed one for tests.
func environment(name string) (string, bool) {
	value, ok := map[string]string{"TOKEN": "s3cret", "STAGE": "web", "PEAK": "5x", "EMPTY": ""}[name]
	return value, ok
}

func mustParse(t *testing.T, text string, o Options) *Scenario {
	t.Helper()
	s, err := Parse("x.yaml", "testdata", []byte(text), o)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return s
}

func Example() {
	s, err := Parse("smoke.yaml", ".", []byte(minimal), Options{Env: os.LookupEnv})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(s.Outline())
	fmt.Println("request", s.Requests[0].Name)
	fmt.Println("objective", s.Objectives[0].Name)
	// Output:
	// requests         612k in 12m
	// peak             4k/s at 02:25, 10x the baseline
	// steepest rise    535/s more within a second, at 02:05
	// new connections  3.2k/s at the peak
	// caps             8k/s, 10k in flight, 1.22M requests, 13m10s
	// request GET /
	// objective p99 <= 800ms
}

func Example_mistakes() {
	text := `name: smoke
target: {url: "https://staging.example.jp", allow_hosts: [staging.example.jp]}
traffic:
  baseline: 400
  duration: 12m
  spots:
    - {at: 2m, peak: 10x, hafl_life: 1m}
requests: [{get: /}]
objectives: [{p99: slow}]
`
	_, err := Parse("smoke.yaml", ".", []byte(text), Options{Env: os.LookupEnv})
	fmt.Println(err)
	// Output:
	// smoke.yaml:4:13: traffic: baseline "400" is not a positive rate such as 400/s, 4k/s or 60/m
	// smoke.yaml:7:27: spot 1: unknown field "hafl_life" (did you mean half_life?)
	// smoke.yaml:9:20: objective 1: p99 "slow" is not a positive duration such as 90s or 5m
}

func TestDefaults(t *testing.T) {
	s := mustParse(t, minimal, Options{Env: noEnv})
	if s.Zone != time.UTC || s.Target.Timeout != 10*time.Second || s.Connections.New != 0.8 {
		t.Errorf("zone, timeout, new = %v, %v, %v; want UTC, 10s, 0.8", s.Zone, s.Target.Timeout, s.Connections.New)
	}
	spot := s.Traffic.Spots[0]
	want := traffic.Spot{At: 2 * time.Minute, Peak: 4000, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}
	if diff := cmp.Diff(want, spot.Spot); diff != "" {
		t.Errorf("spot (-want +got):\n%s", diff)
	}
	if spot.Name != "spot 1" || spot.Span.From != spot.At {
		t.Errorf("spot is %q over %v", spot.Name, spot.Span)
	}
	caps := s.Caps
	if caps.Rate != 8000 || caps.InFlight != 10_000 || caps.Duration != 12*time.Minute+70*time.Second {
		t.Errorf("caps = %+v; want 8000/s, 10000 in flight, 13m10s", caps)
	}
	if caps.Requests < 1_000_000 || caps.Requests > 1_500_000 {
		t.Errorf("cap on requests = %d; want twice those planned", caps.Requests)
	}
	if diff := cmp.Diff([]capacity.Objective{{Name: "p99 <= 800ms", Quantile: 0.99, Limit: 800 * time.Millisecond, Window: 10 * time.Second}}, s.Objectives); diff != "" {
		t.Errorf("objectives (-want +got):\n%s", diff)
	}
	if s.Connections.Resolve != 5*time.Second || s.Late != (Late{DropAfter: 250 * time.Millisecond}) || s.Feed != nil || len(s.Abort) > 0 {
		t.Errorf("dns %v, late %+v, feed %v, guards %v; want 5s, drop after 250ms, none, none", s.Connections.Resolve, s.Late, s.Feed, s.Abort)
	}
	if s.Traffic.Poisson || s.Traffic.Seed != 0 || s.Traffic.Baseline != 400 {
		t.Errorf("poisson %v, seed %d, baseline %v; want even arrivals, 0, 400", s.Traffic.Poisson, s.Traffic.Seed, s.Traffic.Baseline)
	}
	if s.Steps[0].Weight != 1 || s.Requests[0].Method != "GET" || s.Headroom.Asked {
		t.Errorf("steps %v, requests %+v, headroom %+v", s.Steps, s.Requests, s.Headroom)
	}
}

// A spot's influence ends where its curve crosses 5 % of its maximum, found here
// by walking the curve in small steps.
func TestInfluence(t *testing.T) {
	s := mustParse(t, strings.Replace(minimal, "peak: 10x", "peak: 10x, tail: 0%", 1), Options{Env: noEnv})
	spot := s.Traffic.Spots[0]
	extra, err := spot.Extra(400, 12*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	end := 12 * time.Minute
	for extra.Rate(end-time.Millisecond) < 0.05*3600 {
		end -= time.Millisecond
	}
	if got := spot.Span.To; (got - end).Abs() > 5*time.Millisecond {
		t.Errorf("influence ends at %v; want %v", got, end)
	}
	late := mustParse(t, strings.Replace(minimal, "at: 2m", "at: 11m30s", 1), Options{Env: noEnv})
	if got := late.Traffic.Spots[0].Span.To; got != 12*time.Minute {
		t.Errorf("influence of a late spot ends at %v; want the end of the run", got)
	}
}

func TestValues(t *testing.T) {
	text := strings.NewReplacer(
		"traffic: {baseline: 400/s, duration: 12m, spots: [{at: 2m, peak: 10x}]}",
		"traffic: {baseline: 0.4k/s, stages: [{to: 2x, over: 30s}, {hold: 1m}, {to: 6k/m, over: 0s}, {hold: 1h30m}]}",
		"[{get: /}]",
		`[{name: a, post: /x, weight: 2.5, body: {json: {n: 1, s: "x"}}, expect: [201, 202]}, {delete: /y, body: {text: hi}}]`,
		"[{p99: 800ms}]",
		`[{p99.9: 1s, request: a, window: 30s}, {errors: 0.005}]`,
	).Replace(minimal) + `
layers: [{name: db, rate: 90k/m}, {name: cache, rate: 20x}]
headroom: {peak: 10x, at_least: 150%}
caps: {rate: 8k/s, in_flight: 20k, requests: 3M, duration: 2h}
`
	s := mustParse(t, text, Options{Env: noEnv})
	c := s.Traffic.Curve
	for at, want := range map[time.Duration]float64{0: 400, 15 * time.Second: 600, 60 * time.Second: 800, 2 * time.Minute: 100} {
		if got := c.Rate(at); got != want {
			t.Errorf("figure.Rate(%v) = %v; want %v", at, got, want)
		}
	}
	if got := c.Duration(); got != 91*time.Minute+30*time.Second {
		t.Errorf("Duration() = %v; want 1h31m30s", got)
	}
	if diff := cmp.Diff(load.Caps{Rate: 8000, InFlight: 20_000, Requests: 3_000_000, Duration: 2 * time.Hour}, s.Caps); diff != "" {
		t.Errorf("caps (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(capacity.Required{Peak: 4000, AtLeast: 1.5, Asked: true}, s.Headroom); diff != "" {
		t.Errorf("headroom (-want +got):\n%s", diff)
	}
	if s.Layers[0].Rate != 1500 || s.Layers[1].Rate != 8000 {
		t.Errorf("layers = %+v; want 1500/s and 8000/s", s.Layers)
	}
	if got := string(s.Requests[0].Body); got != `{"n":1,"s":"x"}` || s.Requests[0].Header.Get("Content-Type") != "application/json" {
		t.Errorf("json body = %s, header %v", got, s.Requests[0].Header)
	}
	if diff := cmp.Diff([]traffic.Step{{Weight: 2.5}, {Weight: 1}}, s.Steps); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	if got := s.Requests[1]; got.Name != "DELETE /y" || got.Method != "DELETE" || string(got.Body) != "hi" {
		t.Errorf("second request = %+v", got)
	}
	if o := s.Objectives[0]; o.Quantile != 0.999 || o.Name != "p99.9 of a <= 1s over 30s" {
		t.Errorf("first objective = %+v", o)
	}
	if o := s.Objectives[1]; o.Errors != 0.005 || o.Name != "errors <= 0.5%" {
		t.Errorf("second objective = %+v", o)
	}
}

func TestRefusedHost(t *testing.T) {
	text := strings.Replace(minimal, "allow_hosts: [staging.example.jp]", "allow_hosts: [other.example.jp]", 1)
	_, err := Parse("x.yaml", ".", []byte(text), Options{Env: noEnv})
	if !errors.Is(err, load.ErrRefused) {
		t.Errorf("Parse with a host that is not allowed = %v; want load.ErrRefused", err)
	}
	var mistakes Mistakes
	if errors.As(err, &mistakes) {
		t.Errorf("Parse with a host that is not allowed = %v; want no mistake of form", err)
	}
}

// A Host header picks the service behind a shared load balancer, so that it is
// judged as the target's host is. Neither refusal shows a variable's value.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		change [2]string
		want   string // "" for none
	}{
		{[2]string{"{url:", "{headers: {host: STAGING.example.jp:8443}, url:"}, ""},
		{[2]string{"{url:", "{headers: {host: www.example.jp}, url:"}, `x.yaml:3:26: target.headers: refused for safety: Host "www.example.jp" is not one of allow_hosts [staging.example.jp]`},
		{[2]string{"{get: /}", `{get: /, headers: {Host: "${TOKEN}.example.jp:80"}}`}, `x.yaml:5:37: request 1.headers: refused for safety: Host "${TOKEN}.example.jp:80" is not one of allow_hosts [staging.example.jp]`},
		{[2]string{`"https://staging.example.jp"`, `"https://${STAGE}.example.jp"`}, `x.yaml:3:15: target: refused for safety: the host of "https://${STAGE}.example.jp" is not one of allow_hosts [staging.example.jp]`},
		{[2]string{`target: {url: "https://staging.example.jp", allow_hosts: [staging.example.jp]}`, "target: {headers: {Host: www.example.jp}}\nlab: {}"}, ""},
	} {
		_, err := Parse("x.yaml", ".", []byte(strings.Replace(minimal, test.change[0], test.change[1], 1)), Options{Env: environment})
		if test.want == "" {
			if err != nil {
				t.Errorf("Parse with %s = %v; want no error", test.change[1], err)
			}
			continue
		}
		if !errors.Is(err, load.ErrRefused) || err.Error() != test.want {
			t.Errorf("Parse with %s = %v; want %s, wrapping load.ErrRefused", test.change[1], err, test.want)
		}
	}
}

// A body in base64 may be a secret as any other.
func TestSecretBody(t *testing.T) {
	text := strings.Replace(minimal, "{get: /}", `{post: /, body: {base64: "${BODY}"}}`, 1)
	s := mustParse(t, text, Options{Env: func(string) (string, bool) { return "aGVsbG8=", true }})
	if got := string(s.Requests[0].Body); got != "hello" || strings.Contains(string(s.Resolved), "aGVsbG8") {
		t.Errorf("body = %q; want hello, and no value in\n%s", got, s.Resolved)
	}
	mustParse(t, string(s.Resolved), Options{})
}

func TestMask(t *testing.T) {
	values := map[string]string{"TOKEN": "s3cret/\"ü", "LONG": "s3cret/\"ü and more", "PIN": "123", "BLANK": "  "}
	text := strings.Replace(minimal, "{get: /}", `{post: /, body: {text: "${TOKEN} ${LONG} ${PIN} ${BLANK}"}}`, 1)
	s := mustParse(t, text, Options{Env: func(name string) (string, bool) { v, ok := values[name]; return v, ok }})
	for text, want := range map[string]string{
		"nothing of it":                      "nothing of it",
		`bad token s3cret/"ü.`:               "bad token ${TOKEN}.",
		`GET /?k=s3cret%2F%22%C3%BC&a=1`:     "GET /?k=${TOKEN}&a=1",
		`GET /s3cret%2F%22%C3%BC/x`:          "GET /${TOKEN}/x",
		`"s3cret/\"ü"`:                       `"${TOKEN}"`,
		`s3cret/"ü and more, s3cret/"ü and`:  "${LONG}, ${TOKEN} and",
		"123 is too short to be told apart":  "123 is too short to be told apart",
		"${TOKEN} stays as it is, $${ too":   "${TOKEN} stays as it is, $${ too",
		"s3cret%2F%22%C3%BC+and+more at end": "${LONG} at end",
	} {
		if got := s.Mask(text); got != want {
			t.Errorf("Mask(%s) = %s; want %s", text, got, want)
		}
	}
	if !slices.Equal(s.Secrets, []string{"  ", "123", `s3cret/"ü`, `s3cret/"ü and more`}) {
		t.Errorf("Secrets = %q; want all four", s.Secrets)
	}
	if got := new(Scenario).Mask("s3cret"); got != "s3cret" {
		t.Errorf("Mask without secrets = %q; want the text", got)
	}
}

// A request without a name is called by its path as written, also in objectives.
func TestSubjects(t *testing.T) {
	text := strings.Replace(minimal, "[{get: /}]", `[{get: "/x?k=${TOKEN}"}, {name: "${STAGE}", get: /a}, {name: web-2, get: "/$${b}"}, {get: /c}]`, 1)
	text = strings.Replace(text, "[{p99: 800ms}]", `[{p99: 1s, request: "GET /x?k=${TOKEN}"}, {p99: 1s, request: "${STAGE}"}, {p99: 1s, request: "${STAGE}-2"}, {p99: 1s, request: GET /c}]`, 1)
	s := mustParse(t, text, Options{Env: environment})
	for i, want := range []string{"GET /x?k=${TOKEN}", "web", "web-2", "GET /c"} {
		if o := s.Objectives[i]; o.Request != want || s.Requests[i].Name != want || o.Name != "p99 of "+want+" <= 1s" {
			t.Errorf("objective %q is about %q, request %q; want %q", o.Name, o.Request, s.Requests[i].Name, want)
		}
	}
	if strings.Contains(string(s.Resolved), "s3cret") {
		t.Errorf("Resolved shows the token:\n%s", s.Resolved)
	}
	if diff := compare(s, mustParse(t, string(s.Resolved), Options{})); diff != "" {
		t.Errorf("Parse(Resolved) (-first +again):\n%s\n%s", diff, s.Resolved)
	}
}

// A stored scenario has been run: it is read again whatever it proved.
func TestStoredPlanIsNotJudged(t *testing.T) {
	text := strings.NewReplacer("p99: 800ms", "p99: 1h, window: 1h", "{url:", "{headers: {User-Agent: x}, url:").Replace(minimal)
	if _, err := Parse("x.yaml", ".", []byte(text), Options{Env: noEnv}); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("Parse = %v; want three mistakes", err)
	}
	mustParse(t, text, Options{})
}

// However long what a file holds, a mistake stays short.
func TestMistakesAreShort(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	for _, text := range []string{
		"*" + long, "a: *" + long, long + ": 1", long, "a: !!" + long + " 1",
		strings.Replace(minimal, "smoke", long, 1),
		strings.Replace(minimal, "{url:", "{headers: {"+long+": \"\\n\"}, url:", 1),
		strings.Replace(minimal, "{url:", "{headers: {"+long+": a, X"+long[1:]+": b}, url:", 1),
		strings.Replace(minimal, "staging.example.jp]", long+"]", 1),
		strings.Replace(minimal, "p99: 800ms", "p99: 1s, request: "+long, 1),
		minimal + "observe: [{hpa: " + long + "}, {asg: " + long + "}, {asg: " + long + "}]",
		minimal + "production: {" + long + ": {start: 2, max: 1}}",
		strings.Replace(minimal, "{get: /}", "{get: "+long+"}, {name: "+long+", get: /}, {name: "+long+", get: /, body: {file: "+long+"}}", 1),
		strings.Replace(minimal, "{get: /}", "{get: \"/{{"+long+"}}\"}, {post: /, body: {form: {"+long+": \"{{\"}}}, {name: b, get: /, "+long+": 1}", 1),
		strings.Replace(minimal, "{url:", "{auth: {basic: "+long+"}, url:", 1) + "feed: " + long + "\nlate: {catch_up: " + long + "}\nabort: [{p99: " + long + "}]",
		strings.Replace(minimal, "{get: /}", "{post: /, body: {json: {"+long+": {"+long+": ${}}}}}", 1),
	} {
		_, err := Parse("x.yaml", ".", []byte(text), Options{Env: noEnv, Set: []string{long + "=1", "name." + long + "=1", long + "[5]=1", "name=[" + long}})
		if err == nil {
			t.Errorf("Parse(%.80s…) = nil; want mistakes", text)
			continue
		}
		for line := range strings.Lines(err.Error()) {
			if len(line) > 1000 {
				t.Errorf("a mistake of %d bytes: %.300s…", len(line), line)
			}
		}
	}
}

func TestLabFleets(t *testing.T) {
	s, err := Load("../../scenarios/lab-tvcm.yaml", Options{Env: noEnv})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range s.Question().Fleets {
		names = append(names, f.Kind+" "+f.Name)
	}
	if diff := cmp.Diff([]string{"hpa hpa/default/web", "asg asg/web-nodes"}, names); diff != "" {
		t.Errorf("fleets (-want +got):\n%s", diff)
	}
	if s.Target.URL != nil {
		t.Errorf("Target.URL = %v; want nil with lab alone", s.Target.URL)
	}
}

func TestSecrets(t *testing.T) {
	text := strings.Replace(minimal, "{url:", `{headers: {Authorization: "Bearer ${TOKEN}"}, url:`, 1)
	text = strings.Replace(text, "peak: 10x", `peak: "${PEAK}"`, 1)
	text = strings.Replace(text, `"https://staging.example.jp", allow_hosts: [staging.example.jp]`, `"https://${STAGE}.example.jp", allow_hosts: ["${STAGE}.example.jp"]`, 1)
	text += `observe: [{asg: "${STAGE}-prod"}]` + "\nlayers: [{name: '$${x}', rate: 6k/s}]\n"
	s := mustParse(t, text, Options{Env: environment})
	if got := s.Target.Header.Get("Authorization"); got != "Bearer s3cret" {
		t.Errorf("Authorization = %q; want the token", got)
	}
	if got := s.Target.URL.Host; got != "web.example.jp" {
		t.Errorf("host = %q; want web.example.jp", got)
	}
	if !slices.Equal(s.Secrets, []string{"s3cret", "web"}) {
		t.Errorf("Secrets = %q; want those of the header and the host", s.Secrets)
	}
	resolved := string(s.Resolved)
	if strings.Contains(resolved, "s3cret") || !strings.Contains(resolved, "Bearer ${TOKEN}") {
		t.Errorf("Resolved shows the token or lost its variable:\n%s", resolved)
	}
	if !strings.Contains(resolved, "peak: 5x") || s.Observe[0].Name != "web-prod" || s.Layers[0].Name != "${x}" {
		t.Errorf("settings are not in place: %+v, %+v in\n%s", s.Observe, s.Layers, resolved)
	}
	again := mustParse(t, resolved, Options{})
	if diff := compare(s, again); diff != "" {
		t.Errorf("Parse(Resolved) (-first +again):\n%s", diff)
	}
	if again.Target.URL != nil || again.Target.Header.Get("Authorization") != "Bearer ${TOKEN}" {
		t.Errorf("read again, target = %+v; want its variables as written", again.Target)
	}
}

// compare shows where two scenarios would make different reports.
func compare(a, b *Scenario) string {
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	curves := cmp.Transformer("segments", func(c traffic.Curve) []traffic.Segment { return c.Segments() })
	return cmp.Diff(a.Question(), b.Question(), zones, curves) + cmp.Diff(a.Plan(), b.Plan(), curves) +
		cmp.Diff([]any{a.Name, a.Zone.String(), a.Caps, a.Connections}, []any{b.Name, b.Zone.String(), b.Caps, b.Connections}) +
		cmp.Diff([]any{a.Late, a.Abort}, []any{b.Late, b.Abort}) +
		cmp.Diff(names(a), names(b)) + cmp.Diff(a.Lab, b.Lab) +
		cmp.Diff([]any{a.UnitCost, a.Viewers, spreads(a)}, []any{b.UnitCost, b.Viewers, spreads(b)})
}

func spreads(s *Scenario) (spreads []Spreads) {
	for _, spot := range s.Traffic.Spots {
		spreads = append(spreads, spot.Spreads)
	}
	return spreads
}

func names(s *Scenario) (names []string) {
	for _, spot := range s.Traffic.Spots {
		names = append(names, spot.Name)
	}
	for _, r := range s.Requests {
		names = append(names, r.Name)
	}
	return names
}

// A stored scenario needs neither the environment nor the files it named.
func TestResolvedIsComplete(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"day.csv":   "time,requests\n2026-07-07T11:59:00Z,1\n2026-07-07T12:00:00Z,600\n2026-07-07T12:01:00Z,1200\n2026-07-07T12:02:00Z,1\n",
		"body.json": `{"plan": "${not a variable}"}`,
		"raw.bin":   "\xff\x00\x01",
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text := `
name: day
zone: Asia/Tokyo
lab: {}
traffic: {replay: {file: day.csv, from: "21:00", to: "21:02", speed: 2x, scale: 0.5}}
requests: [{name: a, post: /a, body: {file: body.json}}, {name: b, post: /b, body: {file: raw.bin}}]
objectives: [{p50: 1s}]
`
	s, err := Parse("x.yaml", dir, []byte(text), Options{Env: noEnv})
	if err != nil {
		t.Fatal(err)
	}
	want := []traffic.Segment{{Length: 30 * time.Second, From: 5, To: 5}, {Length: 30 * time.Second, From: 10, To: 10}}
	if diff := cmp.Diff(want, s.Traffic.Curve.Segments()); diff != "" {
		t.Errorf("curve (-want +got):\n%s", diff)
	}
	for _, o := range []Options{{}, {Env: noEnv}} {
		again, err := Parse("scenario.yaml", t.TempDir(), s.Resolved, o)
		if err != nil {
			t.Fatalf("Parse(Resolved): %v\n%s", err, s.Resolved)
		}
		if diff := compare(s, again) + cmp.Diff(s.Requests, again.Requests); diff != "" {
			t.Errorf("Parse(Resolved) (-first +again):\n%s", diff)
		}
	}
	if got := string(s.Requests[0].Body); got != files["body.json"] {
		t.Errorf("body = %q; want the file's %q", got, files["body.json"])
	}
}

func TestClockTimes(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 7, 7, 0, 0, 0, 0, time.UTC) // 09:00 in Tokyo
	for _, test := range []struct {
		from, to string
		zone     *time.Location
		want     [2]string // RFC 3339 in UTC
	}{
		{"18:00", "23:00", time.UTC, [2]string{"2026-07-07T18:00:00Z", "2026-07-07T23:00:00Z"}},
		{"21:00", "01:30", tokyo, [2]string{"2026-07-07T12:00:00Z", "2026-07-07T16:30:00Z"}},
		{"2026-07-07T20:00:00+09:00", "20:10", tokyo, [2]string{"2026-07-07T11:00:00Z", "2026-07-07T11:10:00Z"}},
		{"18:00", "2026-07-07T19:00:30Z", time.UTC, [2]string{"2026-07-07T18:00:00Z", "2026-07-07T19:00:30Z"}},
	} {
		from, ok1 := parseMoment([]string{test.from})
		to, ok2 := parseMoment([]string{test.to})
		r := replayFields{from: from, to: to}
		a, b := r.window(first, test.zone)
		got := [2]string{a.UTC().Format(time.RFC3339), b.UTC().Format(time.RFC3339)}
		if !ok1 || !ok2 || got != test.want {
			t.Errorf("window(%s to %s in %v) = %v; want %v", test.from, test.to, test.zone, got, test.want)
		}
	}
}

func TestAliasesAndMergeKeys(t *testing.T) {
	text := `
name: merged
lab: &staging {service: {mean: 40ms}}
traffic: {baseline: 10/s, duration: 5m, spots: [&spot {at: 1m, peak: 3x, rise: 10s}, {<<: *spot, at: 3m}, {<<: [{at: 4m}, *spot], peak: 2x}]}
requests: [{get: /}]
objectives: [{p99: 1s}]
`
	s := mustParse(t, text, Options{Env: noEnv, Set: []string{"traffic.spots[1].peak=4x"}})
	var got []string
	for _, spot := range s.Traffic.Spots {
		got = append(got, fmt.Sprint(spot.At, spot.Peak, spot.Rise))
	}
	if diff := cmp.Diff([]string{"1m0s 30 10s", "3m0s 40 10s", "4m0s 20 10s"}, got); diff != "" {
		t.Errorf("spots (-want +got):\n%s", diff)
	}
}

// Nested aliases that would grow to billions of values are refused at once.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 20; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	_, err := Parse("x.yaml", ".", []byte(b.String()), Options{Env: noEnv})
	if err == nil || !strings.Contains(err.Error(), "once aliases are replaced") {
		t.Errorf("Parse(alias bomb) = %v; want it refused", err)
	}
}

func TestSet(t *testing.T) {
	for _, test := range []struct {
		set   []string
		check func(*Scenario) any
		want  any
	}{
		{[]string{"traffic.spots[0].peak=12x"}, func(s *Scenario) any { return s.Traffic.Spots[0].Peak }, 4800.0},
		{[]string{"traffic.spots[1]={at: 5m, peak: 2x}"}, func(s *Scenario) any { return len(s.Traffic.Spots) }, 2},
		{[]string{"traffic.spots[1].at=5m", "traffic.spots[1].peak=2x"}, func(s *Scenario) any { return s.Traffic.Spots[1].At }, 5 * time.Minute},
		{[]string{"traffic.spots="}, func(s *Scenario) any { return len(s.Traffic.Spots) }, 0},
		{[]string{"caps.rate=9k/s"}, func(s *Scenario) any { return s.Caps.Rate }, 9000.0},
		{[]string{`target.headers["X.Y"]=a=b`}, func(s *Scenario) any { return s.Target.Header.Get("X.Y") }, "a=b"},
		{[]string{"target=null", "lab={}"}, func(s *Scenario) any { return s.Target.URL == nil }, true},
	} {
		s, err := Parse("x.yaml", ".", []byte(minimal), Options{Env: noEnv, Set: test.set})
		if err != nil {
			t.Errorf("Parse with --set %q: %v", test.set, err)
			continue
		}
		if got := test.check(s); got != test.want {
			t.Errorf("Parse with --set %q gives %v; want %v", test.set, got, test.want)
		}
		if again, err := Parse("r.yaml", ".", s.Resolved, Options{}); err != nil || compare(s, again) != "" {
			t.Errorf("--set %q is not in Resolved: %v\n%s", test.set, err, s.Resolved)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{lengthText(90 * time.Second), "1m30s"}, {lengthText(5 * time.Minute), "5m"}, {lengthText(2 * time.Hour), "2h"}, {lengthText(0), "0s"}, {lengthText(10 * time.Second), "10s"},
		{percentText(0.005), "0.5%"}, {percentText(0), "0%"},
		{rateText(4000), "4000/s"}, {rateText(2530.12345), "2530.124/s"}, {rateText(0.1 + 0.2), "0.3/s"}, {rateText(1e-7), "0.0000001/s"}, {rateText(0), "0/s"},
	} {
		if test.got != test.want {
			t.Errorf("got %q; want %q", test.got, test.want)
		}
	}
}

// The plan's figures, found by walking the curve in small steps.
func TestOutline(t *testing.T) {
	s := mustParse(t, minimal, Options{Env: noEnv})
	const step = 20 * time.Millisecond
	var arrivals, peak, rise float64
	for at := time.Duration(0); at < 12*time.Minute; at += step {
		r := s.Traffic.Curve.Rate(at)
		arrivals += s.Traffic.Curve.Rate(at+step/2) * step.Seconds()
		if at+time.Second < 12*time.Minute {
			rise = max(rise, s.Traffic.Curve.Rate(at+time.Second)-r)
		}
	}
	counts := map[time.Duration]float64{}
	for schedule := traffic.NewSchedule(traffic.Plan{Visits: s.Traffic.Curve, Seed: 1}); ; {
		a, ok := schedule.Next()
		if !ok {
			break
		}
		counts[a.Due/time.Second]++
		peak = max(peak, counts[a.Due/time.Second])
	}
	o := s.Outline()
	if o.Peak != peak || o.Multiple != 10 || o.PeakAt != 145*time.Second {
		t.Errorf("Outline() has peak %v at %v, %vx; want %v at 2m25s, 10x", o.Peak, o.PeakAt, o.Multiple, peak)
	}
	for _, test := range []struct {
		name      string
		got, want float64
	}{{"Arrivals", o.Arrivals, arrivals}, {"Rise", o.Rise, rise}, {"NewConnections", o.NewConnections, 0.8 * peak}} {
		if math.Abs(test.got-test.want) > 0.001*test.want {
			t.Errorf("Outline().%s = %v; want %v", test.name, test.got, test.want)
		}
	}
}

// The World Cup's evenings, compressed to a minute.
func TestReplayRealEvening(t *testing.T) {
	dir := os.Getenv("ONAIR_DATA")
	if dir == "" {
		t.Skip("ONAIR_DATA is not set")
	}
	for name, busiest := range map[string]float64{"worldcup98-1998-07-07.csv": 229426, "worldcup98-1998-06-16.csv": 0} {
		s, err := Load("../../scenarios/replay.yaml", Options{Env: noEnv, Set: []string{"traffic.replay.file=" + filepath.Join(dir, name)}})
		if err != nil {
			t.Errorf("Load with %s: %v", name, err)
			continue
		}
		if got := s.Traffic.Curve.Duration(); got != time.Minute {
			t.Errorf("%s lasts %v; want 1m", name, got)
		}
		if peak, _ := s.Traffic.Curve.Peak(); busiest > 0 && math.Abs(peak-busiest/60*0.08) > 1e-6 {
			t.Errorf("%s peaks at %v; want %v", name, peak, busiest/60*0.08)
		}
	}
}
