package hpa

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Kinds of events that only this package tells.
const (
	restarted = "restarted" // a container of the pod ended and was started again
	backOff   = "back_off"  // it ended, and is not started again at once
)

const crashLoop = "CrashLoopBackOff"

// starts is what has been told of one container of a pod.
type starts struct {
	restarts int32
	waits    bool // to be started again
}

// tellRestarts tells how often containers of a pod were started again since it
// was looked at last; what the pods of the start went through before is history.
//
//	runs ──x exits (At)      waits: back_off      x runs again: restarted (Seen)
//
// It is no stage, for the pod has been through all of them.
func (f *fleet) tellRestarts(u *unit, p *corev1.Pod) {
	if u.containers == nil {
		u.containers = map[string]starts{}
	}
	for _, c := range p.Status.ContainerStatuses {
		was, known := u.containers[c.Name]
		is := starts{max(c.RestartCount, was.restarts), c.State.Waiting != nil && c.State.Waiting.Reason == crashLoop}
		u.containers[c.Name] = is
		if !known && !f.began {
			continue
		}
		at, ended := exit(c)
		if n := is.restarts - was.restarts; n == 1 {
			f.rec.Event(at, restarted, u.name, fmt.Sprintf("container %s was started again: %s", c.Name, ended))
		} else if n > 1 {
			f.rec.Event(at, restarted, u.name, fmt.Sprintf("container %s was started again %d times, at last: %s", c.Name, n, ended))
		}
		if is.waits && !was.waits {
			f.rec.Event(at, backOff, u.name, fmt.Sprintf("container %s ended and waits to be started again: %s", c.Name, ended))
		}
	}
}

// exit is when a container ended last, and how; the zero time where that is not
// told, or by a clock that is ahead.
func exit(c corev1.ContainerStatus) (at time.Time, how string) {
	last := c.LastTerminationState.Terminated
	switch {
	case last == nil:
		return time.Time{}, "how it ended is not told"
	case last.Signal != 0:
		how = fmt.Sprintf("signal %d", last.Signal)
	default:
		how = fmt.Sprintf("exit code %d", last.ExitCode)
	}
	if last.Reason != "" {
		how = last.Reason + ", " + how
	}
	if at = last.FinishedAt.Time; at.After(time.Now()) {
		at = time.Time{}
	}
	return at, how
}
