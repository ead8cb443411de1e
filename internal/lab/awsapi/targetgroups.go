package awsapi

import (
	"cmp"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

type targetGroupsResult struct {
	TargetGroups members[targetGroupRecord]
	NextMarker   string `xml:",omitempty"`
}

type targetGroupRecord struct {
	TargetGroupArn             string
	TargetGroupName            string
	Protocol                   string
	Port                       int
	HealthCheckProtocol        string
	HealthCheckPort            string
	HealthCheckEnabled         bool
	HealthCheckIntervalSeconds int
	HealthCheckTimeoutSeconds  int
	HealthyThresholdCount      int
	UnhealthyThresholdCount    int
	HealthCheckPath            string
	HTTPCode                   string `xml:"Matcher>HttpCode"`
	LoadBalancerArns           members[string]
	TargetType                 string
	ProtocolVersion            string
	IPAddressType              string `xml:"IpAddressType"`
}

func describeTargetGroups(s world.State, q query) (any, *refusal) {
	if refused := cmp.Or(
		missing(s, q.list("Names"), balancer.name, targetGroupNotFound()),
		missing(s, q.list("TargetGroupArns"), balancer.targetGroupARN, targetGroupNotFound()),
		missing(s, q.optional("LoadBalancerArn"), balancer.loadBalancerARN, loadBalancerNotFound()),
	); refused != nil {
		return nil, refused
	}
	found, next, refused := page(balancers(s), balancer.targetGroupARN, q, marked)
	if refused != nil {
		return nil, refused
	}
	result := targetGroupsResult{NextMarker: next}
	for _, b := range found {
		result.TargetGroups.Member = append(result.TargetGroups.Member, b.targetGroupRecord())
	}
	return result, nil
}

func (b balancer) targetGroupRecord() targetGroupRecord {
	r := targetGroupRecord{
		TargetGroupArn:             b.targetGroupARN(),
		TargetGroupName:            b.TargetGroup,
		Protocol:                   "HTTP",
		Port:                       targetPort,
		HealthCheckProtocol:        "HTTP",
		HealthCheckPort:            "traffic-port",
		HealthCheckEnabled:         true,
		HealthCheckIntervalSeconds: 10,
		HealthCheckTimeoutSeconds:  5,
		HealthyThresholdCount:      2,
		UnhealthyThresholdCount:    2,
		HealthCheckPath:            "/",
		HTTPCode:                   "200",
		LoadBalancerArns:           listOf(b.loadBalancerARN()),
		TargetType:                 "ip",
		ProtocolVersion:            "HTTP1",
		IPAddressType:              "ipv4",
	}
	if b.instances() {
		r.TargetType = "instance"
	}
	return r
}
