package cloudwatch

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// lately is how far back a check looks for points.
const lately = time.Hour

// Checks asks for every metric once: whether that is allowed, and whether there
// are points of it.
func (o *Observer) Checks() []preflight.Check {
	return []preflight.Check{{Subject: o.source, Look: o.look}}
}

func (o *Observer) look(ctx context.Context) []preflight.Finding {
	now := time.Now()
	found, err := o.metricData(ctx, now.Add(-max(lately, 3*o.longest())), now)
	if err != nil {
		return []preflight.Finding{metricCall.Finding(o.source, err, o.timeout, preflight.Fail)}
	}
	may := metricCall.May(o.source)
	may.Text = "asked for every series once" + o.where()
	all := []preflight.Finding{may}
	for _, text := range found.messages {
		all = append(all, preflight.Finding{Subject: o.source, Asked: "answers without reserve", Status: preflight.Warning, Text: text})
	}
	for i := range o.asked[:o.users] {
		all = append(all, o.judge(i, found))
	}
	return all
}

// where names the region, which the source does not where the environment says it.
func (o *Observer) where() string {
	if o.region == "" {
		return ""
	}
	return " in " + o.region
}

// judge says what there is of one series.
func (o *Observer) judge(i int, all answer) preflight.Finding {
	q, s := o.asked[i], all.series[i]
	f := preflight.Finding{Subject: o.source, Asked: "points of " + q.Name}
	w, counts := q.witness()
	switch {
	case len(s.complaints()) > 0:
		f.Status, f.Text, f.ToDo = preflight.Warning, s.complaints()[0], "ask for the metric in the CloudWatch console"
	case len(s.points) > 0:
		last := s.points[len(s.points)-1]
		f.Text = fmt.Sprintf("%s in the period from %s", strconv.FormatFloat(last.value, 'g', 4, 64), last.at.UTC().Format("15:04:05Z"))
	case counts && len(all.series[find(o.asked, w)].points) > 0:
		f.Text = "none, which counts as 0: its load balancer was at work"
	default:
		f.Passing = true
		f.Status, f.Text = preflight.Warning, fmt.Sprintf("no point of %s %s%s in the last hour or more", q.Namespace, q.Metric, o.where())
		f.ToDo = "check namespace, metric, dimensions and region, or send it some traffic"
	}
	return f
}
