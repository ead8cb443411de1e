package kubeapi

import (
	"math"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

func (r *renderer) autoscaler() object {
	config, now := r.Config.HPA, r.State.HPA
	least := int32(config.Min)
	h := &autoscalingv2.HorizontalPodAutoscaler{
		TypeMeta:   typeMeta("autoscaling/v2", "HorizontalPodAutoscaler"),
		ObjectMeta: r.meta("HorizontalPodAutoscaler", config.Name, now.Created),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: r.workload},
			MinReplicas:    &least,
			MaxReplicas:    int32(config.Max),
			Metrics:        []autoscalingv2.MetricSpec{metricSpec(config)},
			Behavior:       behavior(config),
		},
		Status: autoscalingv2.HorizontalPodAutoscalerStatus{
			CurrentReplicas: int32(now.Current),
			DesiredReplicas: int32(now.Desired),
		},
	}
	if !now.LastScale.IsZero() {
		h.Status.LastScaleTime = &metav1.Time{Time: now.LastScale}
	}
	if now.Metric != nil {
		request := r.request()
		h.Status.CurrentMetrics = []autoscalingv2.MetricStatus{metricStatus(config, *now.Metric, request.Cpu())}
	}
	for _, c := range now.Conditions {
		h.Status.Conditions = append(h.Status.Conditions, autoscalingv2.HorizontalPodAutoscalerCondition{
			Type: autoscalingv2.HorizontalPodAutoscalerConditionType(c.Type), Status: corev1.ConditionStatus(c.Status),
			Reason: c.Reason, Message: c.Message, LastTransitionTime: metav1.NewTime(c.Since),
		})
	}
	return h
}

func metricSpec(config *world.HPA) autoscalingv2.MetricSpec {
	if config.Metric == world.Requests {
		return autoscalingv2.MetricSpec{Type: autoscalingv2.PodsMetricSourceType, Pods: &autoscalingv2.PodsMetricSource{
			Metric: autoscalingv2.MetricIdentifier{Name: world.Requests},
			Target: autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: quantity(config.Target)},
		}}
	}
	return autoscalingv2.MetricSpec{Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{
		Name:   corev1.ResourceCPU,
		Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: percentOf(config.Target)},
	}}
}

// metricStatus tells the metric's value; of utilisation the whole percent that the
// controller decides by, and what that is of the CPU that a pod requests, uncut.
func metricStatus(config *world.HPA, value float64, request *apiresource.Quantity) autoscalingv2.MetricStatus {
	if config.Metric == world.Requests {
		return autoscalingv2.MetricStatus{Type: autoscalingv2.PodsMetricSourceType, Pods: &autoscalingv2.PodsMetricStatus{
			Metric:  autoscalingv2.MetricIdentifier{Name: world.Requests},
			Current: autoscalingv2.MetricValueStatus{AverageValue: quantity(value)},
		}}
	}
	cut := int32(autoscale.WholePercent(value))
	return autoscalingv2.MetricStatus{Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricStatus{
		Name:    corev1.ResourceCPU,
		Current: autoscalingv2.MetricValueStatus{AverageUtilization: &cut, AverageValue: quantity(value * request.AsApproximateFloat64())},
	}}
}

// quantity has the resolution of the original's metrics, a thousandth.
func quantity(v float64) *apiresource.Quantity {
	return apiresource.NewMilliQuantity(int64(math.Round(v*1000)), apiresource.DecimalSI)
}

func percentOf(ratio float64) *int32 {
	p := int32(math.Round(ratio * 100))
	return &p
}

// behavior tells the configured rules, and a tolerance other than the
// cluster's usual one.
func behavior(config *world.HPA) *autoscalingv2.HorizontalPodAutoscalerBehavior {
	if config.Behavior == nil {
		return nil
	}
	return &autoscalingv2.HorizontalPodAutoscalerBehavior{
		ScaleUp:   rules(config.Behavior.ScaleUp, config.Tolerance),
		ScaleDown: rules(config.Behavior.ScaleDown, config.Tolerance),
	}
}

func rules(from *world.Rules, tolerance float64) *autoscalingv2.HPAScalingRules {
	if from == nil {
		return nil
	}
	to := &autoscalingv2.HPAScalingRules{Tolerance: quantity(tolerance)}
	if from.Stabilization != nil {
		to.StabilizationWindowSeconds = seconds(*from.Stabilization)
	}
	if name, ok := selections[from.Select]; ok {
		to.SelectPolicy = &name
	}
	for _, p := range from.Policies {
		kind := autoscalingv2.PodsScalingPolicy
		if p.Type == "percent" {
			kind = autoscalingv2.PercentScalingPolicy
		}
		to.Policies = append(to.Policies, autoscalingv2.HPAScalingPolicy{
			Type: kind, Value: int32(p.Value), PeriodSeconds: *seconds(p.Period),
		})
	}
	return to
}

var selections = map[string]autoscalingv2.ScalingPolicySelect{
	"max":      autoscalingv2.MaxChangePolicySelect,
	"min":      autoscalingv2.MinChangePolicySelect,
	"disabled": autoscalingv2.DisabledPolicySelect,
}

func seconds(d time.Duration) *int32 {
	s := int32(math.Round(d.Seconds()))
	return &s
}
