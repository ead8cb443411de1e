package observe

import "github.com/seed-f864f198/onair/internal/preflight"

// Checks are those of the observer within; none where it cannot tell.
func (o *meteredObserver) Checks() []preflight.Check {
	if checker, ok := o.Observer.(Checker); ok {
		return checker.Checks()
	}
	return nil
}
