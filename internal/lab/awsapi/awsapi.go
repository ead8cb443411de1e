// Package awsapi answers AWS read calls about a lab world as AWS answers them,
// so that the SDK, the aws command and the observer of Auto Scaling groups
// cannot tell the embedded staging from an account with one group.
//
// It speaks the Query protocol: a form post in, XML out.
//
//	POST /                                        <DescribeWarmPoolResponse xmlns="…">
//	Authorization: AWS4-HMAC-SHA256 …               <DescribeWarmPoolResult> … </…>
//	                                         -->    <ResponseMetadata><RequestId> … </…>
//	Action=DescribeWarmPool&Version=2011-01-01    </DescribeWarmPoolResponse>
//	  &AutoScalingGroupName=web
//
// Version tells the service (Auto Scaling or STS) and Action the call. A list
// in a request is numbered (Names.member.1=…), in an answer it is made of
// <member> elements. A request must be signed, but whoever signed it is let
// in. Every call answers from the state of one instant; there are no writes,
// and an action that is not served is refused as AWS refuses one it does not
// know.
package awsapi

import (
	"net/http"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// Source is the world that is told about.
type Source interface {
	// State returns a copy of the present state, and a channel that is closed
	// when anything in it changes.
	State() (world.State, <-chan struct{})
}

// account is the account every caller of the lab belongs to.
const account = "000000000000"

// api is one service of AWS, as the Version of a request names it.
type api struct {
	namespace string
	actions   map[string]action
}

// action answers one call from one state, with a value for encoding/xml or a
// refusal.
type action func(world.State, query) (any, *refusal)

var apis = map[string]api{
	"2011-01-01": {
		namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
		actions: map[string]action{
			"DescribeAccountLimits":        describeAccountLimits,
			"DescribeAutoScalingGroups":    describeAutoScalingGroups,
			"DescribeAutoScalingInstances": describeAutoScalingInstances,
			"DescribeInstanceRefreshes":    describeInstanceRefreshes,
			"DescribePolicies":             describePolicies,
			"DescribeScalingActivities":    describeScalingActivities,
			"DescribeScheduledActions":     describeScheduledActions,
			"DescribeWarmPool":             describeWarmPool,
		},
	},
	"2011-06-15": {
		namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		actions:   map[string]action{"GetCallerIdentity": getCallerIdentity},
	},
}

// New returns the handler of the AWS endpoint of src's world. It may be served
// under any host and path.
func New(src Source) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, refused := readQuery(w, r)
		if refused != nil {
			writeRefusal(w, namespaceOf(q), refused)
			return
		}
		act, refused := find(q)
		if refused != nil {
			writeRefusal(w, namespaceOf(q), refused)
			return
		}
		state, _ := src.State()
		result, refused := act(state, q)
		if refused != nil {
			writeRefusal(w, namespaceOf(q), refused)
			return
		}
		writeResult(w, namespaceOf(q), q.get("Action"), result)
	})
}

func find(q query) (action, *refusal) {
	name, version := q.get("Action"), q.get("Version")
	if name == "" {
		return nil, refuse(http.StatusBadRequest, "MissingAction", "The request is missing an action or a required parameter.")
	}
	act, ok := apis[version].actions[name]
	if !ok {
		return nil, refuse(http.StatusBadRequest, "InvalidAction", "Could not find operation %s for version %s", name, version)
	}
	return act, nil
}

// namespaceOf is the XML namespace of the service a request names; a fault of
// no service in particular has AWS's own.
func namespaceOf(q query) string {
	if service, ok := apis[q.get("Version")]; ok {
		return service.namespace
	}
	return "http://webservices.amazon.com/AWSFault/2005-15-09"
}
