package elb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/prescale"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Kinds of events.
const (
	reservation = "reservation" // how the capacity reserved of a load balancer stands
	unobserved  = "reservation_unobserved"
)

// fronts is what has been told of the load balancers.
type fronts struct {
	known bool
	blind bool     // it is told that they cannot be read
	told  []string // how each stood
	kept  []string // each as plans need it
}

// front is a load balancer before the target group.
type front struct {
	name     string
	state    string   // why it is not active; empty: it is
	asked    int      // capacity units that are to be reserved, provisioned or not; 0: none, or unknown
	reserved *float64 // capacity units that are reserved and provisioned; nil: none, or not yet, or unknown
	text     string   // how the reservation stands
	err      error    // why that is not known: not every kind of load balancer nor region tells
	pending  bool     // it is not provisioned

	application bool // an Application Load Balancer
	unnamed     bool // name is not its own
}

// pollFronts reads the load balancers for the first time. No failure of it is an
// error.
func (o *Observer) pollFronts(ctx context.Context, rec *observe.Recorder) error {
	switch err := o.tellFronts(ctx, rec); {
	case err == nil:
		o.frontPace.Narrow()
	case ctx.Err() != nil:
	default:
		if awscall.Throttled(err) {
			o.frontPace.Widen()
		}
		if !o.fronts.blind {
			o.fronts.blind = true
			rec.Event(time.Time{}, unobserved, "", "the load balancers' capacity is not observed: "+o.words(err))
		}
	}
	return nil
}

// lookAgain reads the load balancers once more when watching ends, in the time of
// one call: ctx has ended.
func (o *Observer) lookAgain(ctx context.Context, rec *observe.Recorder) {
	if o.group == nil {
		return // the gap says why
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.timeout)
	defer cancel()
	before := o.fronts.known
	switch err := o.tellFronts(ctx, rec); {
	case err == nil:
	case before:
		rec.Warn("the load balancers' capacity was not looked at again at the end: " + o.words(err))
	default:
		rec.Warn("the load balancers' capacity was not observed: " + o.words(err))
	}
}

// tellFronts reads the load balancers and tells what was read, all or some of it.
func (o *Observer) tellFronts(ctx context.Context, rec *observe.Recorder) error {
	found, err := o.describeFronts(ctx, o.group)
	if err != nil {
		return err
	}
	o.fronts.tell(found, rec)
	for _, f := range found {
		if f.err != nil {
			return f.err
		}
	}
	o.fronts.known = true
	return nil
}

// tell records how the load balancers stand, and warns of those that are not as
// they are to be when the traffic comes. The reservation is no reading of the
// targets, so it ends no gap.
func (f *fronts) tell(found []front, rec *observe.Recorder) {
	if len(found) == 0 {
		rec.Warn(unused)
	}
	total, every := 0.0, len(found) > 0
	var told, kept []string
	for _, b := range found {
		if spec := b.kept(); spec != "" {
			kept = append(kept, spec)
			if !slices.Contains(f.kept, spec) {
				rec.Fronted(spec)
			}
		}
		if b.state != "" {
			rec.Warn(b.name + ": " + b.state)
		}
		if b.err != nil {
			every = false
			continue
		}
		told = append(told, b.name+": "+b.text)
		if !slices.Contains(f.told, b.name+": "+b.text) {
			rec.Event(time.Time{}, reservation, "", b.name+": "+b.text)
		}
		if b.pending {
			rec.Warn(b.name + ": " + b.text)
		}
		total, every = total+aws.ToFloat64(b.reserved), every && b.reserved != nil
	}
	if every {
		rec.Note(timeline.Reserved, total)
	}
	f.told, f.kept = told, kept
}

// kept is what a plan must know of a load balancer to reserve capacity units of it;
// empty where AWS does not tell its name.
func (f *front) kept() string {
	if f.unnamed {
		return ""
	}
	b := prescale.Balancer{Name: f.name, Application: f.application}
	if f.err == nil {
		b.Reserved = &f.asked
	}
	return b.String()
}

const unused = "no load balancer uses the target group: none of its targets gets requests"

// describeFronts returns the load balancers before a target group.
func (o *Observer) describeFronts(ctx context.Context, g *types.TargetGroup) ([]front, error) {
	if len(g.LoadBalancerArns) == 0 {
		return nil, nil
	}
	pages := elbv2.NewDescribeLoadBalancersPaginator(o.api, &elbv2.DescribeLoadBalancersInput{LoadBalancerArns: g.LoadBalancerArns},
		func(p *elbv2.DescribeLoadBalancersPaginatorOptions) { p.StopOnDuplicateToken = true })
	var found []front
	for pages.HasMorePages() {
		page, err := awscall.Within(ctx, o.timeout, pages.NextPage)
		if err != nil {
			return nil, failed(frontCall, err)
		}
		for _, b := range page.LoadBalancers {
			f := front{name: cmp.Or(aws.ToString(b.LoadBalancerName), "a load balancer"), state: troubleOf(b), application: b.Type == types.LoadBalancerTypeEnumApplication, unnamed: b.LoadBalancerName == nil}
			f.err = o.describeReservation(ctx, b, &f)
			found = append(found, f)
		}
	}
	return found, nil
}

// troubleOf says why a load balancer is not active.
func troubleOf(b types.LoadBalancer) string {
	switch {
	case b.State == nil || b.State.Code == "":
		return "AWS does not tell whether it is active"
	case b.State.Code == types.LoadBalancerStateEnumActive:
		return ""
	}
	text := "the load balancer is " + string(b.State.Code)
	if b.State.Reason != nil {
		text += " (" + *b.State.Reason + ")"
	}
	return text
}

// describeReservation reads how a load balancer's reservation stands.
func (o *Observer) describeReservation(ctx context.Context, b types.LoadBalancer, f *front) error {
	out, err := awscall.Within(ctx, o.timeout, func(ctx context.Context, with ...func(*elbv2.Options)) (*elbv2.DescribeCapacityReservationOutput, error) {
		return o.api.DescribeCapacityReservation(ctx, &elbv2.DescribeCapacityReservationInput{LoadBalancerArn: b.LoadBalancerArn}, with...)
	})
	if err != nil {
		return failed(reserveCall, err)
	}
	f.stand(out)
	return nil
}

// stand says how a reservation stands. What was asked for counts once it is
// provisioned in every zone: this takes minutes to hours.
func (f *front) stand(out *elbv2.DescribeCapacityReservationOutput) {
	asked := out.MinimumLoadBalancerCapacity
	if asked == nil || aws.ToInt32(asked.CapacityUnits) == 0 {
		f.text = "no capacity units are reserved"
		return
	}
	var missing []string
	for _, z := range out.CapacityReservationState {
		if z.State == nil || z.State.Code != types.CapacityReservationStateEnumProvisioned {
			missing = append(missing, zoneWords(z))
		}
	}
	units := float64(*asked.CapacityUnits)
	f.asked = int(*asked.CapacityUnits)
	switch {
	case missing != nil:
		f.pending = true
		f.text = fmt.Sprintf("%d capacity units are asked for and not yet provisioned: %s", *asked.CapacityUnits, strings.Join(missing, ", "))
	case len(out.CapacityReservationState) == 0:
		f.pending = true
		f.text = fmt.Sprintf("%d capacity units are asked for, and AWS does not tell whether they are provisioned", *asked.CapacityUnits)
	default:
		f.reserved = &units
		f.text = fmt.Sprintf("%d capacity units are reserved", *asked.CapacityUnits)
	}
}

// zoneWords: "pending in ap-northeast-1a (reason)".
func zoneWords(z types.ZonalCapacityReservationState) string {
	zone := cmp.Or(aws.ToString(z.AvailabilityZone), "a zone")
	if z.State == nil || z.State.Code == "" {
		return "unknown in " + zone
	}
	text := string(z.State.Code) + " in " + zone
	if z.State.Reason != nil {
		text += " (" + *z.State.Reason + ")"
	}
	return text
}
