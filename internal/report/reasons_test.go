package report

import (
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// Every number in a reason is one of summary.json, but for how many arrivals the
// scenario plans.
func TestReasonsAreMadeOfSummary(t *testing.T) {
	told := 0
	evenings := cases()
	hidden := passing
	hidden.blind = []curtain{{100, 130}}
	evenings["hidden"] = hidden
	for name, e := range evenings {
		r, err := Read(record(t, e))
		if err != nil {
			t.Fatal(err)
		}
		s := r.Summary()
		write := summaryFigures{start: r.started().In(r.Scenario.Zone), required: r.Scenario.Headroom}
		numbers := s
		numbers.Reasons, numbers.Warnings = nil, nil
		write.within(reflect.ValueOf(numbers))
		known := append(write.texts, s.aside()...)
		known = append(known, figure.Count(int64(math.Round(r.Scenario.Traffic.Curve.Total()))))
		for _, c := range s.Coverage {
			known = append(known, figure.ShareAgainst(c.Run, c.Least))
			if c.Spots != nil {
				known = append(known, figure.ShareAgainst(*c.Spots, c.Least))
			}
		}
		for _, g := range r.Timeline.Gaps {
			known = append(known, r.clock(time.Duration(g.From)), r.clock(time.Duration(g.To)))
		}
		if seen := "it was seen for 83.3 % of the spots, and at least 90 % is required"; name == "hidden" && !strings.Contains(strings.Join(s.Reasons, "\n"), seen) {
			t.Errorf("%s: reasons = %q; want one that says %q", name, s.Reasons, seen)
		}
		for _, reason := range s.Reasons {
			for _, o := range s.Objectives {
				reason = strings.ReplaceAll(reason, o.Name, "")
			}
			for _, number := range numberInReason.FindAllString(reason, -1) {
				told++
				if !slices.Contains(known, number) {
					t.Errorf("%s: %q is no figure of summary.json, in %q", name, number, reason)
				}
			}
		}
	}
	if told < 20 {
		t.Errorf("%d numbers were looked up; want at least 20", told)
	}
}

// aside are the numbers within the texts of a summary that a reason quotes.
func (s Summary) aside() []string {
	if s.Generator.Cause == nil {
		return nil
	}
	return numberInReason.FindAllString(*s.Generator.Cause, -1)
}

var numberInReason = regexp.MustCompile(`\d+m(?:\d+s)?\b|\d\d:\d\d:\d\d|[+−]?[\d,]*\d(\.\d+)?( %|k?/s|x| m?s\b)?`)

// summaryFigures writes every number of a summary in each way that a sentence may.
type summaryFigures struct {
	start    time.Time
	required capacity.Required
	texts    []string
}

func (f *summaryFigures) within(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			f.within(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.within(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			f.within(v.Index(i))
		}
	case reflect.Int, reflect.Int64:
		f.texts = append(f.texts, figure.Count(v.Int()))
	case reflect.Float64:
		x := v.Float()
		d := time.Duration(x * 1e9).Round(time.Microsecond)
		f.texts = append(f.texts, figure.Rate(x), figure.ExactShare(x), figure.Change(x, f.required.AtLeast),
			figure.Duration(d), figure.ExactDuration(d), figure.Clock(f.start.Add(d)))
	}
}
