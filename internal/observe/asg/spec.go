package asg

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/observe"
)

// scaling is how the group is scaled, as it was told last.
type scaling struct {
	group *types.AutoScalingGroup // as the last good poll showed it; nil: none yet
	told  string
	at    time.Time // when it was last found to be so
}

// scaler adds one fact to how a group is scaled.
type scaler func(*autoscale.GroupSpec, types.AutoScalingGroup)

// tellSpec tells how the group is scaled where that is new, so that it can be
// played again. It makes no call: the group's limits are polled, and what else
// scales it are settings. It waits until all of them have been asked for; one that
// cannot be read is named as unread, and told when it can be.
func (o *Observer) tellSpec(rec *observe.Recorder) {
	spec, ok := o.spec()
	if !ok {
		return
	}
	text, err := autoscale.Spec{Group: spec}.Text()
	if err != nil {
		rec.Warn("how it scales is not kept: " + err.Error())
		return
	}
	if text != o.scaling.told {
		rec.Scales(o.scaling.at, text)
	}
	o.scaling.told, o.scaling.at = text, time.Now()
}

// spec is the group in the terms of the algorithms; ok is false where something
// has not been asked for yet, or AWS tells no limits.
func (o *Observer) spec() (spec *autoscale.GroupSpec, ok bool) {
	g := o.scaling.group
	if g == nil || g.MinSize == nil || g.MaxSize == nil {
		return nil, false
	}
	spec = &autoscale.GroupSpec{Min: int(*g.MinSize), Max: int(*g.MaxSize)}
	if cooldown := secondsOf(g.DefaultCooldown); cooldown != nil {
		spec.Cooldown = *cooldown
	} else {
		spec.Unread = append(spec.Unread, "default cooldown: AWS does not tell it")
	}
	for _, s := range o.settings {
		switch {
		case !s.scales:
		case s.known:
			for _, f := range s.facts {
				if f.scale != nil {
					f.scale(spec, *g)
				}
			}
		case s.blind:
			spec.Unread = append(spec.Unread, s.what+": "+s.why)
		default:
			return nil, false
		}
	}
	return spec, true
}

// secondsOf is nil where AWS tells none; below 0 is how it says that there is none.
func secondsOf(n *int32) *time.Duration {
	if n == nil || *n < 0 {
		return nil
	}
	return new(time.Duration(*n) * time.Second)
}
