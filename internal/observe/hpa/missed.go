package hpa

import (
	"context"
	"fmt"
	"slices"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// missed follows the kind of what happened while it could not be seen, such as
// "in_service_missed": it has no time, and so is no stage.
const missed = "_missed"

// tellMissed tells what happened between two instants, seen at the second.
func (f *fleet) tellMissed(kind, unit string, after, seen time.Time, text string) {
	f.rec.Event(seen, kind+missed, unit, text+between(after, seen))
}

// between says how exactly a time is known; nothing where after is the zero time.
func between(after, seen time.Time) string {
	if after.IsZero() {
		return ""
	}
	return fmt.Sprintf(", at some instant of the %v before this was seen", seen.Sub(after).Round(100*time.Millisecond))
}

// rescale is a decision as its event tells it.
type rescale struct {
	at   time.Time
	size int32
}

const successfulRescale = "SuccessfulRescale"

// recallWithin bounds the call for events that what comes back into sight waits for.
const recallWithin = 2 * time.Second

// recall reads what the autoscaler decided while it was out of sight: its status
// keeps only the last decision. Without it that one stands for them all.
func (o *Observer) recall(ctx context.Context) {
	all := &corev1.EventList{}
	which := fields.AndSelectors(about("HorizontalPodAutoscaler", o.name), fields.OneTermEqualSelector("reason", successfulRescale))
	err := o.cluster.core.Get().Namespace(o.namespace).Resource("events").
		VersionedParams(&metav1.ListOptions{FieldSelector: which.String()}, parameters).
		Timeout(recallWithin).MaxRetries(0).Do(ctx).Into(all)
	if err != nil {
		return
	}
	var found []rescale
	for i := range all.Items {
		r := rescale{at: happened(&all.Items[i])}
		if _, err := fmt.Sscanf(all.Items[i].Message, "New size: %d", &r.size); err == nil {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b rescale) int { return a.at.Compare(b.at) })
	o.fleet.mu.Lock()
	defer o.fleet.mu.Unlock()
	o.fleet.rescales = found
}

// tellRescales tells the decisions between two states of the autoscaler, and
// returns what was desired after them.
//
//	status    10 ───────── out of sight ─────────> 16, last scaled at 26 s
//	events           24 s: New size: 14      26 s: New size: 16
//	told             24 s: 10 to 14          26 s: 14 to 16
func (f *fleet) tellRescales(was, now *autoscalingv2.HorizontalPodAutoscaler) int32 {
	desired := was.Status.DesiredReplicas
	for _, r := range f.rescales {
		if !r.at.After(lastScale(was)) || !r.at.Before(lastScale(now)) || r.size == desired {
			continue
		}
		f.rec.Event(r.at, timeline.Decision, "", fmt.Sprintf("desired %d to %d, as its event tells", desired, r.size))
		f.read(timeline.Desired, float64(r.size), r.at)
		desired = r.size
	}
	return desired
}
