package scenario

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// The types below hold what a file says, before anything is worked out from it;
// the table after each says what it is made of.

type file struct {
	source
	name        string
	zone        *time.Location
	target      targetFields
	connections Connections
	traffic     trafficFields
	requests    []requestFields
	visits      *visitFields // of a question: what its visits consist of; nil: requests
	feed        *feedFields
	late        Late
	objectives  []objectiveFields
	abort       []guardFields
	observe     []observeFields
	production  []entry[productionFields]
	unitCost    []entry[float64]
	viewers     *simulation.Queue
	layers      []layerFields
	headroom    *headroomFields
	caps        capsFields
	lab         *world.Config
}

var fileTable = object[file]{
	name: "scenario",
	say:  "a scenario",
	doc:  "A rehearsal of one television campaign against one staging.",
	fields: []field[file]{
		is("name", scenarioName, func(f *file) *string { return &f.name },
			"Name of the rehearsal; run directories begin with it.").need().like("prime-time"),
		is("zone", zone, func(f *file) **time.Location { return &f.zone },
			"Time zone of clock times in reports and in replay.").or("UTC").like("Asia/Tokyo"),
		is("target", targetTable.shape(), func(f *file) *targetFields { return &f.target },
			"What receives the traffic; not needed with lab.").or("{}"),
		is("connections", connectionsTable.shape(), func(f *file) *Connections { return &f.connections },
			"How requests share connections.").or("{}"),
		is("traffic", trafficTable.shape(), func(f *file) *trafficFields { return &f.traffic },
			"The planned load: one base and any number of spots.").need(),
		is("requests", list("request", 1, requestTable), func(f *file) *[]requestFields { return &f.requests },
			"What each visit requests: one of those with a weight, and all of the others.").need().like("[{name: top, get: /, weight: 5}]"),
		is("feed", feedTable.shapeOr("file"), func(f *file) **feedFields { return &f.feed },
			"A row of values for each visit, which placeholders name by column.").orElse("none").like("users.csv"),
		is("late", lateTable.shape(), func(f *file) *Late { return &f.late },
			"What becomes of requests that cannot be sent when they are due.").orElse("drop_after: 250ms").like("{catch_up: true}"),
		is("objectives", list("objective", 1, objectiveTable), func(f *file) *[]objectiveFields { return &f.objectives },
			"What the service has to keep to; at least one.").need().like("[{p99: 800ms}, {errors: 0.5%, during: spots}]"),
		is("abort", list("guard", 0, guardTable), func(f *file) *[]guardFields { return &f.abort },
			"Conditions that end the run.").orElse("none").like("[{errors: 50%, for: 20s}, {in_flight: 8k}]"),
		is("observe", list("observe", 0, observeTable), func(f *file) *[]observeFields { return &f.observe },
			"What to watch: the fleets, what fronts and bounds them, and series that others measure.").orElse("the lab's own with lab, else none").like("[{hpa: default/web}]"),
		is("production", mapping("unit counts by fleet", productionTable.shape()), func(f *file) *[]entry[productionFields] { return &f.production },
			"Unit counts of the real fleets, by fleet name (hpa/NAMESPACE/NAME or asg/NAME), where they differ from staging's.").
			like("{hpa/default/web: {start: 12, min: 8, max: 60}}"),
		is("unit_cost", mapping("costs by fleet", cost), func(f *file) *[]entry[float64] { return &f.unitCost },
			"What one unit costs for an hour, by fleet name, in whatever money the reader counts: then a plan says what its units cost.").
			orElse("costs are not told").like("{hpa/default/web: 0.05}"),
		is("viewers", optional(viewersTable.shape()), func(f *file) **simulation.Queue { return &f.viewers },
			"How impatient viewers are, for forecasts. It does not change what a rehearsal sends.").
			orElse("in a forecast nobody waits: what is beyond capacity within a second is unserved").like("{patience: 10s, retry: 50%}"),
		is("layers", list("layer", 0, layerTable), func(f *file) *[]layerFields { return &f.layers },
			"Capacities the user knows and no run shows.").like("[{name: db, rate: 6k/s}]"),
		is("headroom", optional(headroomTable.shape()), func(f *file) **headroomFields { return &f.headroom },
			"The headroom asked for.").orElse("none is asked for").like("{peak: 4k/s, at_least: 20%}"),
		is("caps", capsTable.shape(), func(f *file) *capsFields { return &f.caps },
			"Safety limits on what is sent; they always apply.").or("{}"),
		is("lab", optional(labTable.shape()), func(f *file) **world.Config { return &f.lab },
			"Start the embedded staging and aim at it; {} takes all defaults.").orElse("no lab"),
	},
}

type targetFields struct {
	source
	url     string
	allow   []string
	headers []entry[string]
	auth    *authFields
	timeout time.Duration
	unit    string
}

var targetTable = object[targetFields]{
	name: "target",
	say:  "a target such as {url: https://staging.example.jp, allow_hosts: [staging.example.jp]}",
	doc:  "What receives the traffic.",
	fields: []field[targetFields]{
		is("url", private, func(t *targetFields) *string { return &t.url },
			"Where requests go: scheme, host and perhaps a path that comes before each request's. Required without lab.").
			orElse("the lab").like("https://staging.example.jp"),
		is("allow_hosts", sequence(allowedHost), func(t *targetFields) *[]string { return &t.allow },
			"Hosts that may be contacted; anything else is refused, and so is a Host header that names another. Required with url. Without port; a leading *. stands for any subdomain.").
			like("[staging.example.jp]"),
		is("headers", mapping("headers such as {Accept-Language: ja}", templated), func(t *targetFields) *[]entry[string] { return &t.headers },
			"Headers of every request. Values may have placeholders.").like("{Accept-Language: ja}"),
		is("auth", optional(authTable.shape()), func(t *targetFields) **authFields { return &t.auth },
			"The Authorization header of every request.").orElse("none").like(`{bearer: "${TOKEN}"}`),
		is("timeout", length, func(t *targetFields) *time.Duration { return &t.timeout },
			"How long one request may take.").or("10s"),
		is("unit_header", responseHeader, func(t *targetFields) *string { return &t.unit },
			"The header of answers that names the pod or instance they came from, as its fleet does. Then reports say when each first served and how evenly the load spread.").
			orElse("the lab's X-Unit without url, else none").like("X-Unit"),
	},
}

var connectionsTable = object[Connections]{
	name: "connections",
	say:  "a group such as {new: 80%}",
	doc:  "How requests share connections.",
	fields: []field[Connections]{
		is("new", share, func(c *Connections) *float64 { return &c.New },
			"Share of requests on a fresh connection: viewers of a spot are mostly new visitors.").or("80%"),
		is("dns", addressAge, func(c *Connections) *time.Duration { return &c.Resolve },
			"How old the addresses of the target's name may become before they are looked up again.").or("5s"),
	},
}

type trafficFields struct {
	source
	arrivals string
	seed     uint64
	baseline float64
	duration time.Duration
	stages   []stageFields
	replay   *replayFields
	spots    []spotFields
}

var trafficTable = object[trafficFields]{
	name: "traffic",
	say:  "a group such as {baseline: 400/s, duration: 12m}",
	doc:  "The planned load, in visits: a base (baseline with duration, or stages, or replay) and any number of spots.",
	one:  []string{"duration", "stages", "replay"},
	fields: []field[trafficFields]{
		is("baseline", positiveRate, func(t *trafficFields) *float64 { return &t.baseline },
			"The visits of an ordinary day: 1x. Required with duration and wherever a rate is written as Nx.").
			like("400/s"),
		is("duration", length, func(t *trafficFields) *time.Duration { return &t.duration },
			"How long the run lasts, at the baseline. With stages or replay their length says it.").like("12m"),
		is("stages", list("stage", 1, stageTable), func(t *trafficFields) *[]stageFields { return &t.stages },
			"A hand-made base: each stage goes to a rate or holds it. It begins at the baseline, or at 0 without one.").
			like("[{to: 2x, over: 30s}, {hold: 60s}, {to: 1x, over: 0s}]"),
		is("replay", optional(replayTable.shape()), func(t *trafficFields) **replayFields { return &t.replay },
			"A base from recorded counts.").like("{file: day.csv, from: 18:00, to: 23:00, speed: 60x, scale: 0.1}"),
		is("spots", list("spot", 0, spotTable), func(t *trafficFields) *[]spotFields { return &t.spots },
			"The airings, each on top of the base.").orElse("none").like("[{at: 2m, peak: 10x}]"),
		is("arrivals", oneOf("even", "poisson"), func(t *trafficFields) *string { return &t.arrivals },
			"How visits are spaced: evenly along the curve, or at random, as people come.").or("even").like("poisson"),
		is("seed", seed, func(t *trafficFields) *uint64 { return &t.seed },
			"Seed of everything random in the plan: Poisson spacing, the mix, the order of a random feed, placeholders.").or("0").like("7"),
	},
	check: func(d *decoder, n *yaml.Node, in string, t *trafficFields) {
		if t.duration > 0 && child(n, "baseline") == nil {
			d.mistake(n, in, "baseline is missing (duration needs it: a rate such as 400/s)")
		}
	},
}

type stageFields struct {
	source
	to   amountOf
	over time.Duration
	hold time.Duration
}

var stageTable = object[stageFields]{
	name: "stage",
	say:  "a stage such as {to: 2x, over: 30s} or {hold: 60s}",
	doc:  "One step of a hand-made base.",
	one:  []string{"to", "hold"},
	fields: []field[stageFields]{
		is("to", amount, func(s *stageFields) *amountOf { return &s.to },
			"The rate at the end of the stage.").like("2x"),
		is("over", duration, func(s *stageFields) *time.Duration { return &s.over },
			"How long the rate takes to get there, in a straight line; 0s is a jump. Required with to.").like("30s"),
		is("hold", length, func(s *stageFields) *time.Duration { return &s.hold },
			"How long the rate stays as it is.").like("60s"),
	},
	check: func(d *decoder, n *yaml.Node, in string, s *stageFields) {
		switch to, over := child(n, "to") != nil, child(n, "over"); {
		case to && over == nil:
			d.mistake(n, in, "over is missing (how long it takes to get to the rate: 30s, or 0s for a jump)")
		case !to && over != nil:
			d.mistake(over, in, "over cannot go with hold (it goes with to)")
		}
	},
}

type replayFields struct {
	source
	file         string
	bins         *binsFields
	from, to     moment
	speed, scale float64
}

var replayTable = object[replayFields]{
	name: "replay",
	say:  "a group such as {file: day.csv, speed: 60x, scale: 0.1}",
	doc:  "A base from recorded counts, each a stretch of constant rate.",
	one:  []string{"file", "bins"},
	fields: []field[replayFields]{
		is("file", text, func(r *replayFields) *string { return &r.file },
			"CSV with the header time,requests and a line a second or a minute; time is RFC 3339 or epoch seconds; gzip too. Relative to the scenario, or to the working directory in --set.").
			like("day.csv"),
		is("bins", optional(binsTable.shape()), func(r *replayFields) **binsFields { return &r.bins },
			"The counts themselves, in place of a file.").like("{start: 2026-07-07T21:00:00+09:00, length: 60s, requests: [24000, 31000]}"),
		is("from", clock, func(r *replayFields) *moment { return &r.from },
			"First bin: an instant (RFC 3339), or a clock time on the first bin's day in zone.").orElse("the first").like("18:00"),
		is("to", clock, func(r *replayFields) *moment { return &r.to },
			"End, after the last bin: an instant, or the next such clock time after from.").orElse("the end").like("23:00"),
		is("speed", times, func(r *replayFields) *float64 { return &r.speed },
			"How many times faster time goes; rates stay.").or("1x").like("60x"),
		is("scale", times, func(r *replayFields) *float64 { return &r.scale },
			"Factor on every rate.").or("1x").like("0.1"),
	},
}

type binsFields struct {
	start    time.Time
	length   time.Duration
	requests []float64
}

var binsTable = object[binsFields]{
	name: "bins",
	say:  "a group such as {start: 2026-07-07T21:00:00+09:00, length: 60s, requests: [24000, 31000]}",
	doc:  "Counts over stretches of equal length.",
	fields: []field[binsFields]{
		is("start", instant, func(b *binsFields) *time.Time { return &b.start },
			"When the first bin begins (RFC 3339).").need().like("2026-07-07T21:00:00+09:00"),
		is("length", length, func(b *binsFields) *time.Duration { return &b.length },
			"How long each bin lasts.").need().like("60s"),
		is("requests", sequence(binCount), func(b *binsFields) *[]float64 { return &b.requests },
			"Requests in each bin.").need().like("[24000, 31000]"),
	},
	check: func(d *decoder, n *yaml.Node, in string, b *binsFields) {
		if float64(len(b.requests))*float64(b.length) > float64(maxRecord) {
			d.mistake(n, in, "%d bins of %s are more than a year", len(b.requests), lengthText(b.length))
		}
	},
}

type spotFields struct {
	source
	name     string
	at       time.Duration
	peak     spreadOf[amountOf]
	rise     spreadOf[time.Duration]
	halfLife spreadOf[time.Duration]
	tail     float64
}

var spotTable = object[spotFields]{
	name: "spot",
	say:  "a spot such as {name: CM 1, at: 2m, peak: 10x}",
	doc:  "One airing of a commercial. Viewers come 5 s after its start.",
	fields: []field[spotFields]{
		is("name", text, func(s *spotFields) *string { return &s.name },
			"Name in reports.").orElse("spot and its number").like("CM 1"),
		is("at", duration, func(s *spotFields) *time.Duration { return &s.at },
			"Start of the airing, from the start of the run.").need().like("2m"),
		is("peak", amountSpread, func(s *spotFields) *spreadOf[amountOf] { return &s.peak },
			"The total rate it would reach alone, baseline included. Of a range the rehearsal sends the median, here and below.").need().like("10x"),
		is("rise", lengthSpread, func(s *spotFields) *spreadOf[time.Duration] { return &s.rise },
			"From the first viewers to the peak.").or("20s"),
		is("half_life", lengthSpread, func(s *spotFields) *spreadOf[time.Duration] { return &s.halfLife },
			"How long the fast part takes to halve.").or("45s"),
		is("tail", share, func(s *spotFields) *float64 { return &s.tail },
			"Share of the extra visits in the slow tail, whose half-life is 30 min.").or("10%"),
	},
}

type requestFields struct {
	source
	name    string
	paths   [6]string // in the order of methods
	weight  float64   // 0: not given
	after   time.Duration
	visit   float64 // times per visit; 0: not given
	headers []entry[string]
	body    *bodyFields
	expect  []int
}

var methods = [...]string{"get", "post", "put", "patch", "delete", "head"}

var requestTable = object[requestFields]{
	name:   "request",
	say:    "a request such as {get: /} or {name: signup, post: /api/signup, weight: 2}",
	doc:    "One kind of request: a method with its path. With a weight it is where visits begin, each making one of these; with after or per_visit every visit makes it.",
	one:    methods[:],
	fields: requestTableFields(),
	check:  beginsOrFollows,
}

func requestTableFields() []field[requestFields] {
	fields := []field[requestFields]{
		is("name", text, func(r *requestFields) *string { return &r.name },
			"Name in reports and in objectives.").orElse("method and path").like("top"),
	}
	for i, m := range methods {
		fields = append(fields, is(m, requestPath, func(r *requestFields) *string { return &r.paths[i] },
			"Path and query of a "+m+" request, after the target's own path. May have placeholders.").like("/api/items?page=1"))
	}
	return append(fields,
		is("weight", weight, func(r *requestFields) *float64 { return &r.weight },
			"Share of the visits that begin with this request, relative to the others that have a weight.").
			orElse("1, unless after or per_visit is given").like("5"),
		is("after", duration, func(r *requestFields) *time.Duration { return &r.after },
			"When every visit makes this request, from the visit's start; not with weight.").orElse("0s with per_visit").like("3s"),
		is("per_visit", perVisit, func(r *requestFields) *float64 { return &r.visit },
			"How many of this request every visit makes, at once; of a fraction, that share of the visits makes one more. Not with weight.").
			orElse("1 with after").like("2"),
		is("headers", mapping("headers such as {Accept: text/html}", templated), func(r *requestFields) *[]entry[string] { return &r.headers },
			"Headers of this request, before the target's. Values may have placeholders.").like("{Accept: text/html}"),
		is("body", optional(bodyTable.shape()), func(r *requestFields) **bodyFields { return &r.body },
			"What the request carries.").orElse("nothing").like("{file: signup.json}"),
		is("expect", sequence(status), func(r *requestFields) *[]int { return &r.expect },
			"Statuses that count as success. Redirects are not followed.").orElse("200 to 399").like("[201]"),
	)
}

type bodyFields struct {
	source
	text   string
	base64 []byte
	file   string
	json   []byte
	form   []entry[string]
}

var bodyTable = object[bodyFields]{
	name: "body",
	say:  "a body such as {file: signup.json} or {text: a=1}",
	doc:  "What a request carries, said in one of five ways.",
	one:  []string{"text", "file", "json", "form", "base64"},
	fields: []field[bodyFields]{
		is("text", templated, func(b *bodyFields) *string { return &b.text },
			"The body as it is. May have placeholders.").like("a=1&b=2"),
		is("file", text, func(b *bodyFields) *string { return &b.file },
			"A file that holds it, relative to the scenario; .json sets the content type. May have placeholders, where it is text.").like("signup.json"),
		is("json", anything, func(b *bodyFields) *[]byte { return &b.json },
			"Any value, sent as JSON with that content type. Texts may have placeholders.").like(`{user: "{{user}}", plan: trial}`),
		is("form", mapping("fields such as {user: a, plan: trial}", templated), func(b *bodyFields) *[]entry[string] { return &b.form },
			"Fields of a form, encoded and sent as application/x-www-form-urlencoded. May have placeholders.").like(`{user: "{{user}}", plan: trial}`),
		is("base64", base64Text, func(b *bodyFields) *[]byte { return &b.base64 },
			"The body in base64, where it is not text. Has no placeholders.").like("3q2+7w=="),
	},
}

type objectiveFields struct {
	source
	condition
	window  time.Duration
	request string
	during  string
}

var objectiveTable = object[objectiveFields]{
	name: "objective",
	say:  "an objective such as {p99: 800ms} or {errors: 0.5%}",
	doc:  "A condition on every window of the run.",
	one:  []string{"p99", "errors"},
	fields: []field[objectiveFields]{
		percentileField(func(o *objectiveFields) *condition { return &o.condition },
			"The 99th percentile of response time is at most this; p50, p99.9 and so on likewise. Response time counts from when a request was due.").like("800ms"),
		is("errors", share, func(o *objectiveFields) *float64 { return &o.errors },
			"The share of requests that fail is at most this.").like("0.5%"),
		is("window", wholeSeconds, func(o *objectiveFields) *time.Duration { return &o.window },
			"Length of the windows it is judged over.").or("10s"),
		is("request", titleText, func(o *objectiveFields) *string { return &o.request },
			"Only this request's responses: its name, or method and path as they are written.").orElse("all requests").like("top"),
		is("during", oneOf("spots"), func(o *objectiveFields) *string { return &o.during },
			"Judged only while a spot has influence: from its start until its extra traffic has fallen below 5 % of its maximum.").
			orElse("the whole run").like("spots"),
	},
}

type layerFields struct {
	source
	name string
	rate amountOf
}

var layerTable = object[layerFields]{
	name: "layer",
	say:  "a layer such as {name: db, rate: 6k/s}",
	doc:  "Something with a capacity of its own.",
	fields: []field[layerFields]{
		is("name", text, func(l *layerFields) *string { return &l.name },
			"Name in reports.").need().like("db"),
		is("rate", amount, func(l *layerFields) *amountOf { return &l.rate },
			"Its capacity, in requests at the entrance.").need().like("6k/s"),
	},
}

type headroomFields struct {
	source
	peak    amountOf
	atLeast float64
}

var headroomTable = object[headroomFields]{
	name: "headroom",
	say:  "a group such as {peak: 4k/s, at_least: 20%}",
	doc:  "The headroom asked for: capacity over demand, less one.",
	fields: []field[headroomFields]{
		is("peak", amount, func(h *headroomFields) *amountOf { return &h.peak },
			"The demand to have headroom over.").orElse("the run's own peak").like("4k/s"),
		is("at_least", ratio, func(h *headroomFields) *float64 { return &h.atLeast },
			"The least headroom that passes.").or("0%").like("20%"),
	},
}

type capsFields struct {
	source
	rate     amountOf
	inFlight float64
	requests float64
	duration time.Duration
}

var capsTable = object[capsFields]{
	name: "caps",
	say:  "a group such as {rate: 8k/s, requests: 3M}",
	doc:  "Safety limits on what is sent. A plan that passes one is a mistake.",
	fields: []field[capsFields]{
		is("rate", amount, func(c *capsFields) *amountOf { return &c.rate },
			"Most requests in any second; room for chance has to be left.").orElse("twice the planned peak, at least 10/s and at most 50k/s").like("8k/s"),
		is("in_flight", positiveCount, func(c *capsFields) *float64 { return &c.inFlight },
			"Most requests unanswered at a time.").or("10k").like("20k"),
		is("requests", positiveCount, func(c *capsFields) *float64 { return &c.requests },
			"Most requests in all.").orElse("twice those planned").like("3M"),
		is("duration", length, func(c *capsFields) *time.Duration { return &c.duration },
			"Longest time from the start.").orElse("the planned one, the timeout and a minute").like("1h"),
	},
}
