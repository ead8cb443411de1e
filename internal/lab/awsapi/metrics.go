package awsapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// The metrics of a group.
const (
	groupDesired   = "GroupDesiredCapacity"
	groupInService = "GroupInServiceInstances"
)

// metric is what CloudWatch knows a series by. Dimensions are a part of the
// name: with one more or one less it is another metric.
type metric struct{ namespace, name, dimensions string }

func metricOf(namespace, name string, dimensions map[string]string) metric {
	var all []string
	for _, d := range slices.Sorted(maps.Keys(dimensions)) {
		all = append(all, d+"="+dimensions[d])
	}
	return metric{namespace, name, strings.Join(all, "\x00")}
}

// sample is a value that was seen a number of times.
type sample struct{ value, times float64 }

// sampling tells what a minute holds of one metric; nothing where it was not
// measured.
type sampling func(minute) []sample

// metrics are all there are in a world.
func metrics(s world.State) map[metric]sampling {
	all := map[metric]sampling{}
	for _, g := range groups(s) {
		of := map[string]string{"AutoScalingGroupName": g.Name}
		all[metricOf("AWS/AutoScaling", groupDesired, of)] = ofGroup(func(g groupSample) int { return g.desired })
		all[metricOf("AWS/AutoScaling", groupInService, of)] = ofGroup(func(g groupSample) int { return g.inService })
		all[metricOf("AWS/Usage", "ResourceCount", vcpuUsage)] = ofGroup(func(g groupSample) int { return g.vcpus })
	}
	for _, b := range balancers(s) {
		maps.Copy(all, b.metrics())
	}
	return all
}

// metrics are those of a balancer, some told of each of it and its target group
// as well as of both together.
func (b balancer) metrics() map[metric]sampling {
	all := map[metric]sampling{}
	add := func(name string, tell sampling, of ...map[string]string) {
		for _, dimensions := range of {
			all[metricOf("AWS/ApplicationELB", name, dimensions)] = tell
		}
	}
	balancer := map[string]string{"LoadBalancer": b.loadBalancer()}
	group := map[string]string{"TargetGroup": b.targetGroup()}
	both := map[string]string{"LoadBalancer": b.loadBalancer(), "TargetGroup": b.targetGroup()}
	add("HealthyHostCount", func(m minute) []sample { return ofHosts(m.healthy) }, both)
	add("UnHealthyHostCount", func(m minute) []sample { return ofHosts(m.unhealthy) }, both)
	add("RequestCount", requests, balancer, both)
	add("RequestCountPerTarget", requestsPerTarget, group, both)
	add("HTTPCode_Target_5XX_Count", failures, balancer, both)
	return all
}

func ofGroup(read func(groupSample) int) sampling {
	return func(m minute) []sample {
		if m.group == nil {
			return nil
		}
		return []sample{{float64(read(*m.group)), 1}}
	}
}

func ofHosts(counts []int) []sample {
	var all []sample
	for _, n := range counts {
		all = append(all, sample{float64(n), 1})
	}
	return all
}

// A balancer counts 1 for each request and has no point where there was none.

func requests(m minute) []sample { return each(m.counted, m.answered) }
func failures(m minute) []sample { return each(m.counted, m.failed) }

func each(counted bool, n uint64) []sample {
	if !counted || n == 0 {
		return nil
	}
	return []sample{{1, float64(n)}}
}

// requestsPerTarget is a sum from the outset: the requests of the minute over
// the targets that were healthy in it.
func requestsPerTarget(m minute) []sample {
	healthy := 0.0
	for _, n := range m.healthy {
		healthy += float64(n) / float64(len(m.healthy))
	}
	if !m.counted || m.answered == 0 || healthy == 0 {
		return nil
	}
	return []sample{{float64(m.answered) / healthy, 1}}
}
