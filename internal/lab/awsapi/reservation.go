package awsapi

import "github.com/seed-f864f198/onair/internal/lab/world"

// reservationResult is the capacity that stands ready whatever the traffic is.
type reservationResult struct {
	LastModifiedTime            *stamp         `xml:",omitempty"`
	DecreaseRequestsRemaining   int            // today
	MinimumLoadBalancerCapacity *capacityUnits `xml:",omitempty"`
	CapacityReservationState    members[zoneUnits]
}

type capacityUnits struct{ CapacityUnits int }

type zoneUnits struct {
	StateCode              string `xml:"State>Code"`
	AvailabilityZone       string
	EffectiveCapacityUnits float64
}

func describeCapacityReservation(s world.State, q query) (any, *refusal) {
	arn := q.get("LoadBalancerArn")
	if arn == "" {
		return nil, invalid("A load balancer ARN must be specified")
	}
	if refused := missing(s, []string{arn}, balancer.loadBalancerARN, loadBalancerNotFound()); refused != nil {
		return nil, refused
	}
	b := balancers(s)[0]
	result := reservationResult{DecreaseRequestsRemaining: 2}
	if b.ReservedLCU == 0 {
		return result, nil
	}
	result.LastModifiedTime = stampOf(b.state.Start)
	result.MinimumLoadBalancerCapacity = &capacityUnits{b.ReservedLCU}
	zones := b.zones()
	for _, z := range zones {
		result.CapacityReservationState.Member = append(result.CapacityReservationState.Member,
			zoneUnits{"provisioned", z, float64(b.ReservedLCU) / float64(len(zones))})
	}
	return result, nil
}
