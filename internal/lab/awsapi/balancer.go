package awsapi

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// balancer is the load balancer of a world with its one target group; both have
// the same name.
type balancer struct {
	world.Balancer
	state world.State
}

// balancers lists the load balancers of a world: one or none.
func balancers(s world.State) []balancer {
	if s.Config.Balancer == nil {
		return nil
	}
	return []balancer{{*s.Config.Balancer, s}}
}

// missing refuses what a request asks for by names or ARNs, which of tells of a
// balancer, unless all of it is there.
func missing(s world.State, asked []string, of func(balancer) string, otherwise *refusal) *refusal {
	for _, a := range asked {
		if !slices.ContainsFunc(balancers(s), func(b balancer) bool { return of(b) == a }) {
			return otherwise
		}
	}
	return nil
}

func notFound(kind, plural string) *refusal {
	return refuse(http.StatusBadRequest, kind+"NotFound", "One or more %s not found", plural)
}

func loadBalancerNotFound() *refusal { return notFound("LoadBalancer", "load balancers") }
func targetGroupNotFound() *refusal  { return notFound("TargetGroup", "target groups") }

// region is the group's, or where there is none what a group has by default.
func region(s world.State) string {
	const otherwise = "ap-northeast-1"
	if s.Config.Group == nil {
		return otherwise
	}
	return cmp.Or(s.Config.Group.Region, otherwise)
}

func (b balancer) name() string            { return b.TargetGroup }
func (b balancer) targetGroupARN() string  { return b.arn() + b.targetGroup() }
func (b balancer) loadBalancerARN() string { return b.arn() + "loadbalancer/" + b.loadBalancer() }

// arn is how the ARNs of a region's balancers begin.
func (b balancer) arn() string {
	return "arn:aws:elasticloadbalancing:" + region(b.state) + ":" + account + ":"
}

// What CloudWatch calls the two by, which is also how their ARNs end.
func (b balancer) targetGroup() string  { return b.dimension("targetgroup") }
func (b balancer) loadBalancer() string { return b.dimension("app") }

func (b balancer) dimension(kind string) string {
	sum := sha256.Sum256([]byte(kind + "/" + b.TargetGroup))
	return fmt.Sprintf("%s/%s/%x", kind, b.TargetGroup, sum[:8])
}

// instances says whether instances are the targets; else they are pods.
func (b balancer) instances() bool { return b.state.Config.Group != nil && b.state.Config.HPA == nil }

func (b balancer) zones() []string {
	if g := groups(b.state); g != nil {
		return g[0].zones()
	}
	return []string{region(b.state) + "a"}
}
