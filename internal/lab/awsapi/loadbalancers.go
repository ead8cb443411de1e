package awsapi

import (
	"cmp"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

type loadBalancersResult struct {
	LoadBalancers members[loadBalancerRecord]
	NextMarker    string `xml:",omitempty"`
}

type loadBalancerRecord struct {
	LoadBalancerArn   string
	DNSName           string
	CreatedTime       *stamp
	LoadBalancerName  string
	Scheme            string
	StateCode         string `xml:"State>Code"`
	Type              string
	AvailabilityZones members[zoneRecord]
	IPAddressType     string `xml:"IpAddressType"`
}

type zoneRecord struct{ ZoneName string }

func describeLoadBalancers(s world.State, q query) (any, *refusal) {
	if refused := cmp.Or(
		missing(s, q.list("Names"), balancer.name, loadBalancerNotFound()),
		missing(s, q.list("LoadBalancerArns"), balancer.loadBalancerARN, loadBalancerNotFound()),
	); refused != nil {
		return nil, refused
	}
	found, next, refused := page(balancers(s), balancer.loadBalancerARN, q, marked)
	if refused != nil {
		return nil, refused
	}
	result := loadBalancersResult{NextMarker: next}
	for _, b := range found {
		result.LoadBalancers.Member = append(result.LoadBalancers.Member, b.record())
	}
	return result, nil
}

func (b balancer) record() loadBalancerRecord {
	r := loadBalancerRecord{
		LoadBalancerArn:  b.loadBalancerARN(),
		DNSName:          b.TargetGroup + "-1234567890." + region(b.state) + ".elb.amazonaws.com",
		CreatedTime:      stampOf(b.state.Start),
		LoadBalancerName: b.TargetGroup,
		Scheme:           "internet-facing",
		StateCode:        "active",
		Type:             "application",
		IPAddressType:    "ipv4",
	}
	for _, z := range b.zones() {
		r.AvailabilityZones.Member = append(r.AvailabilityZones.Member, zoneRecord{z})
	}
	return r
}
