package awsapi

import (
	"cmp"
	"encoding/json"
	"net/http"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// vcpuQuota is the code of the vCPUs that standard instances on demand may have.
const vcpuQuota = "L-1216C47A"

// defaultVCPUs is that quota where the world has none.
const defaultVCPUs = 1920

type quotaRecord struct {
	ServiceCode, ServiceName string
	QuotaArn                 string
	QuotaCode, QuotaName     string
	Value                    float64
	Unit                     string
	Adjustable, GlobalQuota  bool
	QuotaAppliedAtLevel      string
	UsageMetric              usageMetric
}

// usageMetric says where CloudWatch tells how much of a quota is used.
type usageMetric struct {
	MetricNamespace, MetricName   string
	MetricDimensions              map[string]string
	MetricStatisticRecommendation string
}

// vcpuUsage are the dimensions of the vCPUs in use, in AWS/Usage.
var vcpuUsage = map[string]string{"Service": "EC2", "Type": "Resource", "Resource": "vCPU", "Class": "Standard/OnDemand"}

func getServiceQuota(v view, body []byte) (any, *refusal) {
	return quotaOf(v, body, cmp.Or(v.Config.Quotas.VCPUs, defaultVCPUs))
}

func getAWSDefaultServiceQuota(v view, body []byte) (any, *refusal) {
	return quotaOf(v, body, defaultVCPUs)
}

func quotaOf(v view, body []byte, vcpus int) (any, *refusal) {
	var asked struct{ ServiceCode, QuotaCode string }
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, unreadable("%v", err)
	}
	if asked.ServiceCode != "ec2" || asked.QuotaCode != vcpuQuota {
		return nil, refuse(http.StatusNotFound, "NoSuchResource",
			"The request failed because the specified service quota %s of %s does not exist.", asked.QuotaCode, asked.ServiceCode)
	}
	return struct{ Quota quotaRecord }{quotaRecord{
		ServiceCode:         "ec2",
		ServiceName:         "Amazon Elastic Compute Cloud (Amazon EC2)",
		QuotaArn:            "arn:aws:servicequotas:" + region(v.State) + ":" + account + ":ec2/" + vcpuQuota,
		QuotaCode:           vcpuQuota,
		QuotaName:           "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
		Value:               float64(vcpus),
		Unit:                "None",
		Adjustable:          true,
		QuotaAppliedAtLevel: "ACCOUNT",
		UsageMetric:         usageMetric{"AWS/Usage", "ResourceCount", vcpuUsage, "Maximum"},
	}}, nil
}

// vcpus are those in use: of every instance of the group, one that boots or
// shuts down included.
func vcpus(s world.State) int {
	if s.Group == nil {
		return 0
	}
	return world.InstanceVCPUs * len(s.Group.Instances)
}
