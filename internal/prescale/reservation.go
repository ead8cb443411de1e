package prescale

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// Reservation holds capacity units of an Application Load Balancer until Release: as
// many as the demand takes, or the fewest that AWS reserves where that is more.
type Reservation struct {
	Balancer string // its name or ARN
	Region   string // empty: the ARN's, or the configured one
	Units    int    // LCU that the demand takes
	Reserved *int   // as it is without the plan, 0 where nothing is; nil: not known
	Instants
	Zone *time.Location // of the clocks in title and note; nil: that of Apply
}

var (
	balancerARN  = regexp.MustCompile(`^arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):[0-9]{12}:loadbalancer/[A-Za-z0-9/-]+$`)
	balancerName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`)
)

// leastReserved is the fewest capacity units that AWS reserves of an Application Load
// Balancer, and what the AWS CDK checks (minimumCapacityUnit of ApplicationLoadBalancer).
// A smaller demand is raised to it, and not said to need none: AWS does not publish what
// a balancer carries before it has seen any load.
const leastReserved = 100

// quota is how Service Quotas calls what bounds all reservations of a region together,
// 0 unless it was raised (docs.aws.amazon.com, "Quotas for your Application Load
// Balancers").
const quota = "Reserved Application Load Balancer Capacity Units (LCU) per Region (L-8A66D0E6)"

// Texts is the one way to reserve, or none where as much is reserved already.
// An error names the load balancer and what is missing or makes no sense.
func (r Reservation) Texts() ([]Text, error) {
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("elb/%s: %w", r.Balancer, err)
	}
	if r.Units <= *r.Reserved {
		return nil, nil
	}
	in, units := zone(r.Zone, r.Instants), max(r.Units, leastReserved)
	return []Text{{
		Kind:    LCU,
		Title:   fmt.Sprintf("elb/%s: at least %s capacity units %s", r.Balancer, figure.Count(units), span(r.Apply, r.Release, in)),
		Apply:   r.modify(units),
		Verify:  r.call("describe-capacity-reservation"),
		Reverse: r.modify(*r.Reserved),
		Note: r.why() + fmt.Sprintf("AWS refuses more than the region's quota, which is 0 until somebody has it raised: see days before to %s in Service Quotas. "+
			"AWS takes minutes to hours to provide them and does not promise to: ask hours before %s, and see that each zone is provisioned by %s. "+
			"They are paid for until they are given back, at %s. A reservation can be lowered or given back twice a day only, and not changed while one is pending. "+
			"An aws command as old as 2.9 does not know this call.",
			quota, moment(r.Apply.In(in)), moment(r.Verify.In(in)), moment(r.Release.In(in))),
	}}, nil
}

// why says where the number comes from.
func (r Reservation) why() string {
	if r.Units < leastReserved {
		return fmt.Sprintf("The demand takes %s by its new connections alone; %s are the fewest that AWS reserves. Reserve by PeakLCUs of the last spot in CloudWatch where that is more. ",
			figure.Count(r.Units), figure.Count(leastReserved))
	}
	return "Reserve by PeakLCUs of the last spot in CloudWatch where that is more: new connections take so many by themselves. "
}

// modify reserves so many units; none is a reset.
func (r Reservation) modify(units int) string {
	if units == 0 {
		return r.call("modify-capacity-reservation", "--reset-capacity-reservation")
	}
	return r.call("modify-capacity-reservation", fmt.Sprintf("--minimum-load-balancer-capacity CapacityUnits=%d", units))
}

func (r Reservation) call(verb string, options ...string) string {
	about := []string{optionIf("--region", r.region()), r.arn()}
	return command("aws elbv2 "+verb, append(about, options...)...)
}

func (r Reservation) region() string {
	if m := balancerARN.FindStringSubmatch(r.Balancer); m != nil && r.Region == "" {
		return m[1]
	}
	return r.Region
}

// arn names the load balancer; where only its name is known, AWS is asked for
// the rest when the command runs.
func (r Reservation) arn() string {
	if balancerARN.MatchString(r.Balancer) {
		return option("--load-balancer-arn", r.Balancer)
	}
	region := optionIf("--region", r.Region)
	if region != "" {
		region += " "
	}
	return `--load-balancer-arn "$(aws elbv2 describe-load-balancers ` + region + option("--names", r.Balancer) +
		` --query 'LoadBalancers[0].LoadBalancerArn' --output text)"`
}

func (r Reservation) check() error {
	return errors.Join(r.checkName(), checkRegion(r.Region), r.checkUnits(), r.Instants.check())
}

func (r Reservation) checkName() error {
	m := balancerARN.FindStringSubmatch(r.Balancer)
	switch {
	case m == nil && !balancerName.MatchString(r.Balancer):
		return errors.New("no load balancer is called so (a name, or an ARN)")
	case m != nil && r.Region != "" && m[1] != r.Region:
		return fmt.Errorf("it is in %s, not in %s", m[1], r.Region)
	}
	return nil
}

func (r Reservation) checkUnits() error {
	switch {
	case r.Reserved == nil:
		return errors.New("what is reserved without the plan is not known, so no text could take the change back (state it)")
	case *r.Reserved < 0 || r.Units < 1:
		return fmt.Errorf("%d capacity units instead of %d make no sense", r.Units, *r.Reserved)
	}
	return nil
}
