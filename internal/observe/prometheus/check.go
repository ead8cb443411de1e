package prometheus

import (
	"context"
	"fmt"
	"strconv"
	"time"

	api "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// lately is how far back a check looks for a value.
const lately = 5 * time.Minute

// Checks asks every query once: whether the server answers and may be asked, and
// whether the query gives one series that has a number.
func (o *Observer) Checks() []preflight.Check {
	return []preflight.Check{{Subject: o.source, Look: o.look}}
}

func (o *Observer) look(ctx context.Context) []preflight.Finding {
	answers := preflight.Finding{Subject: o.source, Asked: "answers", Text: "asked every query once"}
	var all []preflight.Finding
	for _, q := range o.queries {
		f, err := o.judge(ctx, q)
		if err != nil {
			answers.Status, answers.Text, answers.Err = preflight.Fail, o.words(err), err
			answers.ToDo = "check the address and the headers, and that the server can be reached from here"
			break
		}
		all = append(all, f)
	}
	return append([]preflight.Finding{answers}, all...)
}

// judge asks one query. What it returns as an error is the server's failure.
func (o *Observer) judge(ctx context.Context, q *query) (preflight.Finding, error) {
	f := preflight.Finding{Subject: o.source, Asked: "one series: " + q.Name}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	now := time.Now().Truncate(o.step)
	value, _, _, err := o.api.QueryRange(ctx, q.Expr, api.Range{Start: now.Add(-lately), End: now, Step: o.step})
	switch {
	case err != nil && ofQuery(err):
		f.Status, f.Text, f.ToDo = preflight.Fail, o.words(err), "try the query in the server's own page"
		return f, nil
	case err != nil:
		return f, err
	}
	found, ok := value.(model.Matrix)
	switch {
	case !ok:
		f.Status, f.Text, f.ToDo = preflight.Fail, notMatrix(value).Error(), "see that the address is that of Prometheus's own API"
	case len(found) > 1:
		f.Status, f.Text, f.ToDo = preflight.Fail, fmt.Sprintf("%d series", len(found)), "make it one, such as with sum(…)"
	case len(found) == 0 || len(found[0].Values) == 0:
		f.Status, f.Text, f.Passing = preflight.Warning, "no point within "+figure.Duration(lately), true
		f.ToDo = "check the metric's name and labels, or send the service some traffic"
	default:
		last := found[0].Values[len(found[0].Values)-1]
		f.Text = fmt.Sprintf("%s at %s", strconv.FormatFloat(float64(last.Value), 'g', 4, 64), last.Timestamp.Time().UTC().Format("15:04:05Z"))
	}
	return f, nil
}
