package hpa

import (
	"context"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// A watch of which nothing comes may have nothing to tell, or may be dead: a
// tunnel or an address translation that forgets a connection tells neither end.
// So the autoscaler is read every 15 s besides, over the connection of the
// watches where the API speaks HTTP/2:
//
//	beat     beat         beat?    beat?
//	 |--------|-----x------|---5s---|---5s---X  given up
//	          |  |<------ gap ---------------
//	          | last change that a watch delivered
//	     last answer
//
// Nothing is known since anything was heard last, be it a beat's answer or a
// change: there the gap begins.

const (
	beatEvery  = 15 * time.Second // between two beats that are answered
	beatAgain  = time.Second      // after one that was not
	beatWithin = 5 * time.Second  // an answer comes, or does not
)

// beat asks for the autoscaler until ctx ends, and calls fail where nobody
// answers for longer than patience. The autoscaler has just been read.
func (o *Observer) beat(ctx context.Context, fail func(error)) {
	answered, failing := time.Now(), time.Time{}
	next := time.NewTimer(beatEvery)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		sent := time.Now()
		err := o.answers(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			answered, failing = sent, time.Time{}
			next.Reset(beatEvery)
			continue
		case failing.IsZero():
			failing = sent
		}
		if time.Since(failing) > o.patience {
			fail(&outage{since: o.cluster.heard.since(answered), cause: err, whole: true})
			return
		}
		next.Reset(beatAgain)
	}
}

// answers returns an error where the API does not answer, or is out of order. A
// refusal is an answer: what it means the watches find out.
func (o *Observer) answers(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	err := o.cluster.get(within, o.cluster.autoscaling, &autoscalingv2.HorizontalPodAutoscaler{}, o.namespace, autoscalers, o.name)
	if err == nil || isAnswer(err) {
		return nil
	}
	return err
}

// isAnswer reports whether an error is the API's own, and not that it cannot.
func isAnswer(err error) bool {
	return isFinal(err) || apierrors.IsNotFound(err) || apierrors.IsTooManyRequests(err)
}
