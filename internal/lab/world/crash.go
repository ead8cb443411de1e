package world

import "time"

// wear plans when a unit crashes: without memory, at the configured rate, while it
// is ready.
func (w *World) wear(u *unit, crash func()) {
	if w.config.Faults.Crashes == 0 {
		return
	}
	minutes := w.crashes.ExpFloat64() / w.config.Faults.Crashes
	if minutes > longestLife.Minutes() {
		return
	}
	w.after(time.Duration(minutes*float64(time.Minute)), func() {
		if !u.withdrawn {
			crash()
		}
	})
}

// longestLife is as long as no world lasts.
const longestLife = 10 * 365 * 24 * time.Hour

// crash ends the container of a ready pod, with what it had begun. It is started
// again as one that never became ready.
func (w *World) crash(p *pod) {
	w.withdraw(p.unit)
	p.unit.crash()
	p.unit = nil
	p.Ready, p.Healthy, p.Crashed = time.Time{}, time.Time{}, w.now
	w.deployment.Ready--
	w.exited(p)
}

// crashOn ends the service of an instance that is a unit. EC2 sees nothing of it:
// the instance stays in service.
func (w *World) crashOn(i *instance) {
	w.withdraw(i.unit)
	i.unit.crash()
	i.unit = nil
	i.Healthy = time.Time{}
	i.failed = w.failure(i.failed, i.began)
	w.dirty = true
	w.after(i.failed.Wait+w.config.Pods.Ready, func() {
		if i.Lifecycle == inService {
			w.serveOn(i)
		}
	})
}

// longestRetry is the most a kubelet waits before it starts a container again;
// one that ran for twice as long begins anew with the shortest wait.
const longestRetry = 5 * time.Minute

// failure is that a container exits now which ran from began on; last is the one
// before it.
func (w *World) failure(last Failure, began time.Time) Failure {
	f := Failure{Started: began, Exited: w.now, Wait: min(2*last.Wait, longestRetry)}
	if f.Wait == 0 || w.now.Sub(began) >= 2*longestRetry {
		f.Wait = w.config.Pods.Retry
	}
	return f
}
