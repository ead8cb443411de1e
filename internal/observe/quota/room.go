package quota

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
)

// found is how much room a quota leaves.
type found struct {
	known bool
	units int    // most that the fleet may have
	text  string // how that comes about
	why   string // what weakens it; empty: nothing
}

// onDemandVCPUs is the code of the quota of vCPUs of standard instances on demand.
const onDemandVCPUs = "L-1216C47A"

// countsVCPUs reports whether a quota is one of vCPUs.
func (o *Observer) countsVCPUs(q *types.ServiceQuota) bool {
	return q.UsageMetric != nil && q.UsageMetric.MetricDimensions["Resource"] == "vCPU" || o.service == "ec2" && o.code == onDemandVCPUs
}

// perUnitOf is what one unit takes of a quota; 0 where that is not known, and why.
func (o *Observer) perUnitOf(q *types.ServiceQuota, f *fleet) (float64, string) {
	switch {
	case o.perUnit > 0:
		return o.perUnit, ""
	case !o.countsVCPUs(q):
		return 0, "what a unit takes of the quota is not known: set per_unit"
	}
	n, why := f.vcpus()
	return float64(n), why
}

// roomOf says how many units of the fleet a quota leaves room for.
func (o *Observer) roomOf(q *types.ServiceQuota, f *fleet, u *usage) found {
	name := cmp.Or(aws.ToString(q.QuotaName), o.code)
	per, why := o.perUnitOf(q, f)
	if per <= 0 {
		return found{text: fmt.Sprintf("%s: the limit is %s", name, number(*q.Value)), why: why}
	}
	each := fmt.Sprintf("%s: the limit is %s, a unit takes %s", name, number(*q.Value), number(per))
	if f == nil || f.have == nil || u == nil {
		n := fit(*q.Value, 0, 0, per)
		return found{true, n, fmt.Sprintf("%s: room for %s in all where nothing else uses it", each, unitsOf(n)), join(why, "who else uses the quota is not known, and may leave less room")}
	}
	n := fit(*q.Value, u.value, *f.have, per)
	return found{true, n, fmt.Sprintf("%s; the fleet takes %s with %s, and all that use it took %s at %s: room for %s in all",
		each, number(float64(*f.have)*per), unitsOf(*f.have), number(u.value), u.at.UTC().Format(time.RFC3339), unitsOf(n)), why}
}

func unitsOf(n int) string {
	if n == 1 {
		return "1 unit"
	}
	return strconv.Itoa(n) + " units"
}

// mostUnits is more than any fleet has.
const mostUnits = 1e6

// fit is the law of the package comment. Usage is told late, and may be of a time
// when the fleet was smaller: what it has now is used in any case. What it has it
// may keep, whatever the limit says.
func fit(limit, used float64, have int, per float64) int {
	more := (limit - max(used, float64(have)*per)) / per
	if !(more > 0) { // nor is NaN
		return have
	}
	return have + int(math.Floor(min(more+1e-9, mostUnits)))
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func orUnknown(word string) string { return cmp.Or(word, "unknown") }
