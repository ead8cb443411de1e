// Package autoscale holds the published scaling algorithms as pure functions: what a
// HorizontalPodAutoscaler, a target-tracking or step policy and a scheduled action decide from what
// they see. There is no clock and no goroutine in it; the instant is an argument, and what an
// algorithm remembers (History) is a value that goes in and comes out. Measuring, and the delays
// between a decision and a unit that serves, are left to the caller.
//
// # HorizontalPodAutoscaler
//
// The algorithm of autoscaling/v2, as documented under "Horizontal Pod Autoscaling" and done by the
// controller. Every sync (15 s unless told otherwise) goes through four gates:
//
//	pods' metrics ──> recommendation ──> stabilization ──> rate limit ──> min, max ──> desired
//	                  ceil(n x use/target)   window of the      policies, or
//	                  highest of all         direction          max(2 x current, 4)
//
// The recommendation is ceil(pods x mean use / target), and no change within the tolerance (10 %).
// Pods that are not ready, or not measured, make it cautious: on the way up they count as using
// nothing, on the way down one that is ready but not measured counts as using its target (all of its
// request, for utilisation). A sync that would turn round because of them changes nothing.
//
// # Groups
//
// A target-tracking policy holds two alarms. It grows a group to ceil(warm x metric / target) after
// 3 periods of 60 s above the target, and shrinks it after 15 below, but never while an instance still
// warms up:
//
//	metric ─┐  ┌──────────── above target
//	        └──┘ |<- 3 x 60 s ->| grow    |<- warm-up: in desired, not in the metric ->|
//
// Step policies and scheduled actions follow the EC2 Auto Scaling user guide.
package autoscale
