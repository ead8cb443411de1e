package awsapi

import (
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aws/smithy-go/encoding/cbor"
)

// What a call of GetMetricData asks is found where AWS puts it.
func TestSnapshotOfMetricData(t *testing.T) {
	asked, refused := snapshot(t, "cloudwatch", "GetMetricData")
	if refused != nil {
		t.Fatalf("read(GetMetricData) = %v; want it accepted", *refused)
	}
	m := asked.(cborExchange).input
	got, refused := readDataQuestion(m)
	if refused != nil {
		t.Fatalf("readDataQuestion() = %v; want it accepted", *refused)
	}
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	query := metricQuery{
		id: "__Id__", label: "__Label__", expression: true, hidden: false,
		metric: metric{"__Namespace__", "__MetricName__", "__Name__=__Value__"},
		period: 1, statistic: "__Stat__",
	}
	want := dataQuestion{
		queries: []metricQuery{query, query}, start: at.Truncate(time.Minute), end: at,
		ascending: false, limit: 1, token: "__NextToken__",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(dataQuestion{}, metricQuery{}, metric{})); diff != "" {
		t.Errorf("question differs (-want +got):\n%s", diff)
	}
}

func TestStatistic(t *testing.T) {
	gauge := []sample{{3, 1}, {1, 1}, {2, 1}, {6, 1}}
	counts := []sample{{1, 30}, {1, 70}}
	for _, c := range []struct {
		name string
		of   []sample
		want float64
	}{
		{"Sum", gauge, 12},
		{"Average", gauge, 3},
		{"Minimum", gauge, 1},
		{"Maximum", gauge, 6},
		{"SampleCount", gauge, 4},
		{"p0", gauge, 1},
		{"p25", gauge, 1},
		{"p50", gauge, 2},
		{"p75", gauge, 3},
		{"p99.9", gauge, 6},
		{"p100", gauge, 6},
		{"Sum", counts, 100},
		{"SampleCount", counts, 100},
		{"Average", counts, 1},
		{"p99", counts, 1},
	} {
		if got := statistic(c.name)(c.of); got != c.want {
			t.Errorf("%s of %v = %v; want %v", c.name, c.of, got, c.want)
		}
	}
	for _, name := range []string{"", "sum", "p", "p101", "p-1", "pNaN", "tm99", "IQM", "99"} {
		if statistic(name) != nil {
			t.Errorf("statistic(%q) is served; want none", name)
		}
	}
}

// A percentile is a value that was seen, and grows with its share.
func FuzzPercentile(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, uint8(1), uint8(2), uint8(3), 50.0, 99.0)
	f.Add(-1.0, 0.0, 1e300, uint8(0), uint8(255), uint8(0), 0.0, 100.0)
	f.Fuzz(func(t *testing.T, a, b, c float64, na, nb, nc uint8, p, q float64) {
		if slices.ContainsFunc([]float64{a, b, c}, math.IsNaN) || !(0 <= p && p <= q && q <= 100) {
			return
		}
		of := []sample{{a, float64(na) + 1}, {b, float64(nb) + 1}, {c, float64(nc) + 1}}
		low, high := percentile(of, p/100), percentile(of, q/100)
		if low > high || !slices.Contains([]float64{a, b, c}, low) || !slices.Contains([]float64{a, b, c}, high) {
			t.Errorf("p%v and p%v of %v = %v and %v; want values of them in order", p, q, of, low, high)
		}
	})
}

func TestBookmark(t *testing.T) {
	at := time.Unix(1795352040, 0).UTC()
	for _, b := range []bookmark{{}, {query: 2}, {1, at}} {
		got, ok := readBookmark(b.token(), 3)
		if !ok || got != b {
			t.Errorf("readBookmark(%q) = %v, %v; want %v", b.token(), got, ok, b)
		}
	}
	for _, token := range []string{"?", "MSA", "a", bookmark{query: 3}.token(), bookmark{query: -1}.token(), bookmark{}.token() + "IA"} {
		if got, ok := readBookmark(token, 3); ok {
			t.Errorf("readBookmark(%q) = %v; want it refused", token, got)
		}
	}
	points := []point{{at.Add(time.Minute), 1}, {at, 2}, {at.Add(-time.Minute), 3}}
	if got, want := (bookmark{1, at}).after(points), points[2:]; !slices.Equal(got, want) {
		t.Errorf("after() = %v; want %v", got, want)
	}
}

func TestNextBeat(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 54, 0, 0, time.UTC)
	for _, c := range []struct{ last, now, want time.Duration }{
		{3 * time.Second, 3 * time.Second, 10 * time.Second},                      // the first look is whenever Run begins
		{10 * time.Second, 10*time.Second + 5*time.Millisecond, 20 * time.Second}, // timers are late
		{10 * time.Second, 10*time.Second - time.Microsecond, 20 * time.Second},   // or the clock was set back
		{10 * time.Second, 95 * time.Second, 100 * time.Second},                   // the machine slept
	} {
		if got := nextBeat(at.Add(c.last), at.Add(c.now)).Sub(at); got != c.want {
			t.Errorf("nextBeat(%v, %v) = %v; want %v", c.last, c.now, got, c.want)
		}
	}
}

// What is of another type than it should be is refused by its name.
func TestInputRefusesOtherTypes(t *testing.T) {
	for name, m := range map[string]cbor.Map{
		"StartTime":         {"StartTime": cbor.Uint(1)},
		"EndTime":           {"EndTime": &cbor.Tag{ID: 1, Value: cbor.Float64(math.Inf(1))}},
		"MaxDatapoints":     {"MaxDatapoints": cbor.String("1")},
		"ScanBy":            {"ScanBy": cbor.Bool(true)},
		"MetricDataQueries": {"MetricDataQueries": cbor.List{cbor.Uint(1)}},
		"ReturnData":        {"MetricDataQueries": cbor.List{cbor.Map{"ReturnData": cbor.Uint(1)}}},
	} {
		if _, refused := readDataQuestion(m); refused == nil || refused.message != name+" has an unexpected type" {
			t.Errorf("readDataQuestion(%v) = %v; want %s refused", m, refused, name)
		}
	}
	got, refused := readDataQuestion(cbor.Map{"NextToken": &cbor.Nil{}, "MaxDatapoints": &cbor.Nil{}})
	if refused != nil || got.token != "" || got.limit != mostPoints {
		t.Errorf("readDataQuestion(nulls) = %+v, %v; want the defaults", got, refused)
	}
}

// Old minutes go when new ones come.
func TestHistoryForgets(t *testing.T) {
	var h history
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for range int(retained/time.Minute) + 3 {
		h.at(at)
		at = at.Add(time.Minute)
	}
	if got := at.Add(-time.Minute).Sub(h.minutes[0].start); got != retained {
		t.Errorf("oldest minute is %v old; want %v", got, retained)
	}
}

// A question is the same in whichever protocol it comes.
func TestQuestionInEveryProtocol(t *testing.T) {
	want := dataQuestion{
		start: time.Date(2026, 11, 22, 12, 54, 0, 0, time.UTC), end: time.Date(2026, 11, 22, 13, 4, 30, 5e8, time.UTC),
		ascending: true, limit: 7, token: "MCAw",
		queries: []metricQuery{{
			id: "a", label: "A", period: 60, statistic: "p99",
			metric: metric{"AWS/ApplicationELB", "HealthyHostCount", "LoadBalancer=app/web/1\x00TargetGroup=targetgroup/web/2"},
		}, {
			id: "b", expression: true, hidden: true,
		}},
	}
	text := func(s string) cbor.Value { return cbor.String(s) }
	inCBOR, refused := readDataQuestion(cbor.Map{
		"StartTime": epoch(want.start.Add(20 * time.Second)), "EndTime": epoch(want.end),
		"ScanBy": text("TimestampAscending"), "MaxDatapoints": cbor.Uint(7), "NextToken": text("MCAw"),
		"MetricDataQueries": cbor.List{
			cbor.Map{"Id": text("a"), "Label": text("A"), "MetricStat": cbor.Map{
				"Period": cbor.Uint(60), "Stat": text("p99"), "Metric": cbor.Map{
					"Namespace": text("AWS/ApplicationELB"), "MetricName": text("HealthyHostCount"), "Dimensions": cbor.List{
						cbor.Map{"Name": text("TargetGroup"), "Value": text("targetgroup/web/2")},
						cbor.Map{"Name": text("LoadBalancer"), "Value": text("app/web/1")},
					},
				},
			}},
			cbor.Map{"Id": text("b"), "Expression": text("2*a"), "ReturnData": cbor.Bool(false)},
		},
	})
	if refused != nil {
		t.Fatalf("readDataQuestion() = %v; want it read", *refused)
	}
	var asked jsonQuestion
	err := json.Unmarshal([]byte(`{"StartTime": 1795352060, "EndTime": 1795352670.5, "ScanBy": "TimestampAscending", "MaxDatapoints": 7,
		"NextToken": "MCAw", "MetricDataQueries": [
			{"Id": "a", "Label": "A", "MetricStat": {"Period": 60, "Stat": "p99", "Metric": {
				"Namespace": "AWS/ApplicationELB", "MetricName": "HealthyHostCount", "Dimensions": [
					{"Name": "TargetGroup", "Value": "targetgroup/web/2"}, {"Name": "LoadBalancer", "Value": "app/web/1"}]}}},
			{"Id": "b", "Expression": "2*a", "ReturnData": false}]}`), &asked)
	if err != nil {
		t.Fatal(err)
	}
	inJSON, refused := asked.question()
	if refused != nil {
		t.Fatalf("question() = %v; want it read", *refused)
	}
	const a, b = "MetricDataQueries.member.1.", "MetricDataQueries.member.2."
	const first, second = a + "MetricStat.Metric.Dimensions.member.1.", a + "MetricStat.Metric.Dimensions.member.2."
	inForm, refused := metricForm{query{url.Values{
		"StartTime": {"2026-11-22T12:54:20Z"}, "EndTime": {"2026-11-22T13:04:30.5Z"},
		"ScanBy": {"TimestampAscending"}, "MaxDatapoints": {"7"}, "NextToken": {"MCAw"},
		a + "Id": {"a"}, a + "Label": {"A"}, a + "MetricStat.Period": {"60"}, a + "MetricStat.Stat": {"p99"},
		a + "MetricStat.Metric.Namespace": {"AWS/ApplicationELB"}, a + "MetricStat.Metric.MetricName": {"HealthyHostCount"},
		first + "Name": {"TargetGroup"}, first + "Value": {"targetgroup/web/2"},
		second + "Name": {"LoadBalancer"}, second + "Value": {"app/web/1"},
		b + "Id": {"b"}, b + "Expression": {"2*a"}, b + "ReturnData": {"false"},
	}}}.dataQuestion()
	if refused != nil {
		t.Fatalf("dataQuestion() = %v; want it read", *refused)
	}
	for protocol, got := range map[string]dataQuestion{"CBOR": inCBOR, "JSON": inJSON, "Query": inForm} {
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(dataQuestion{}, metricQuery{}, metric{})); diff != "" {
			t.Errorf("question in %s differs (-want +got):\n%s", protocol, diff)
		}
	}
}

// An answer has the same points in every protocol, and empty lists where there
// are none.
func TestAnswerInEveryProtocol(t *testing.T) {
	at := stamp(time.Date(2026, 11, 22, 12, 54, 0, 0, time.UTC))
	d := metricData{
		MetricDataResults: listOf(
			metricResult{ID: "a", Label: "A", StatusCode: "PartialData", Timestamps: listOf(at), Values: listOf(2.5)},
			metricResult{ID: "b", Label: "B", StatusCode: "Complete"},
		),
		NextToken: "n",
	}
	inJSON, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"MetricDataResults":[` +
		`{"Id":"a","Label":"A","StatusCode":"PartialData","Timestamps":[1795352040],"Values":[2.5]},` +
		`{"Id":"b","Label":"B","StatusCode":"Complete","Timestamps":[],"Values":[]}],"Messages":[],"NextToken":"n"}`
	if got := string(inJSON); got != want {
		t.Errorf("answer in JSON = %s; want %s", got, want)
	}
	text := func(s string) cbor.Value { return cbor.String(s) }
	wantCBOR := cbor.Map{
		"NextToken": text("n"), "Messages": cbor.List{}, "MetricDataResults": cbor.List{
			cbor.Map{
				"Id": text("a"), "Label": text("A"), "StatusCode": text("PartialData"), "Messages": cbor.List{},
				"Timestamps": cbor.List{&cbor.Tag{ID: 1, Value: cbor.Float64(1795352040)}}, "Values": cbor.List{cbor.Float64(2.5)},
			},
			cbor.Map{
				"Id": text("b"), "Label": text("B"), "StatusCode": text("Complete"), "Messages": cbor.List{},
				"Timestamps": cbor.List{}, "Values": cbor.List{},
			},
		},
	}
	if diff := cmp.Diff(wantCBOR, d.cbor()); diff != "" {
		t.Errorf("answer in CBOR differs (-want +got):\n%s", diff)
	}
}
