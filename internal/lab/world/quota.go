package world

import (
	"fmt"
	"time"
)

// podRoom is how many further pods the namespace's quota allows. A pod counts
// until it has terminated.
func (w *World) podRoom() int {
	room := w.config.Quotas.Pods
	if room == 0 {
		return int(^uint(0) >> 1)
	}
	for _, p := range w.pods {
		if p.Terminated.IsZero() {
			room--
		}
	}
	return room
}

// The ReplicaSet controller tries again as its work queue does.
const (
	firstRequeue   = 5 * time.Millisecond
	longestRequeue = 1000 * time.Second
)

// podRefused notes that the quota forbids a pod, and tries again after a while. The
// original names the pod that was not made; here all refusals are one event.
func (w *World) podRefused() {
	most := w.config.Quotas.Pods
	w.event("ReplicaSet", w.replicaSet(), "Warning", "FailedCreate", fmt.Sprintf(
		"Error creating: pods %q is forbidden: exceeded quota: %s, requested: pods=1, used: pods=%d, limited: pods=%d",
		w.replicaSet()+"-", PodQuota, most-w.podRoom(), most))
	w.requeue = max(firstRequeue, min(2*w.requeue, longestRequeue))
	wait := w.requeue
	w.after(wait, func() {
		if w.requeue == wait { // else tried in between
			w.reconcile()
		}
	})
}

// vcpuRoom reports whether the account's quota allows one more instance. An
// instance counts until it has terminated.
func (w *World) vcpuRoom() bool {
	most := w.config.Quotas.VCPUs
	return most == 0 || (len(w.group.instances)+1)*InstanceVCPUs <= most
}

// launchRefused records a launch that the quota forbids, and tries again after a
// while.
func (w *World) launchRefused(cause string) {
	const refusal = "Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit of %d allows " +
		"for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request " +
		"to request an adjustment to this limit. Launching EC2 instance failed."
	message := fmt.Sprintf(refusal, w.config.Quotas.VCPUs)
	a := w.activity("Launching a new EC2 instance.  Status Reason: "+message, cause)
	w.finish(a)
	a.StatusCode, a.StatusMessage = "Failed", message

	g := w.group
	if g.retrying {
		return
	}
	g.retrying = true
	g.retry = max(evaluation, min(2*g.retry, longestRetry))
	w.after(g.retry, func() {
		g.retrying = false
		w.fill("")
	})
}
