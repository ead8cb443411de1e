package awsapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// api is one service that speaks Query, as the Version of a request names it.
type api struct {
	service   string // as IAM names it
	namespace string
	actions   map[string]action
}

// action answers one call from one state, with a value for encoding/xml or a
// refusal.
type action func(world.State, query) (any, *refusal)

var apis = map[string]api{
	"2011-01-01": {
		service:   "autoscaling",
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
	"2015-12-01": {
		service:   "elasticloadbalancing",
		namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
		actions: map[string]action{
			"DescribeCapacityReservation": describeCapacityReservation,
			"DescribeLoadBalancers":       describeLoadBalancers,
			"DescribeTargetGroups":        describeTargetGroups,
			"DescribeTargetHealth":        describeTargetHealth,
		},
	},
	cloudwatchVersion: {
		service:   "cloudwatch",
		namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
	},
	"2011-06-15": {
		service:   "sts",
		namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		actions:   map[string]action{"GetCallerIdentity": getCallerIdentity},
	},
}

// query is the parameters of one request.
type query struct{ values url.Values }

// filter is one entry of a Filters parameter.
type filter struct {
	name   string
	values []string
}

// readQuery takes the parameters from the body of a post and the address of
// any request, as AWS does. It returns what it could read also with a refusal.
func readQuery(r *http.Request) (query, *refusal) {
	err := r.ParseForm()
	q := query{r.Form}
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		return q, refuse(http.StatusBadRequest, "InvalidAction", "The HTTP method %s is not valid for this endpoint.", r.Method)
	}
	if err != nil {
		return q, refuse(http.StatusBadRequest, "MalformedQueryString", "The query string contains a syntax error.")
	}
	return q, checkSigned(r)
}

// call is what a request names; the service of a version nobody has is empty.
func (q query) call() call { return call{apis[q.get("Version")].service, q.get("Action")} }

func (q query) answer(v view) (any, *refusal) {
	act, refused := q.find()
	if refused != nil {
		return nil, refused
	}
	return act(v.State, q)
}

func (q query) find() (action, *refusal) {
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

// namespace is the XML namespace of the service a request names; a fault of no
// service in particular has AWS's own.
func (q query) namespace() string {
	if service, ok := apis[q.get("Version")]; ok {
		return service.namespace
	}
	return "http://webservices.amazon.com/AWSFault/2005-15-09"
}

func (q query) get(name string) string { return q.values.Get(name) }

// optional is a parameter as a list of it alone, or of nothing.
func (q query) optional(name string) []string {
	if v := q.get(name); v != "" {
		return []string{v}
	}
	return nil
}

// list reads name.member.1, name.member.2 and so on, up to the first that is
// not there.
func (q query) list(name string) []string {
	var all []string
	for n := 1; ; n++ {
		values, ok := q.values[name+".member."+strconv.Itoa(n)]
		if !ok {
			return all
		}
		all = append(all, values[0])
	}
}

func (q query) filters() []filter {
	var all []filter
	for n := 1; ; n++ {
		entry := "Filters.member." + strconv.Itoa(n)
		name, ok := q.values[entry+".Name"]
		if !ok {
			return all
		}
		all = append(all, filter{name[0], q.list(entry + ".Values")})
	}
}

// boolean reads a flag that is otherwise where it is absent.
func (q query) boolean(name string, otherwise bool) (bool, *refusal) {
	switch text := q.get(name); strings.ToLower(text) {
	case "":
		return otherwise, nil
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	default:
		return false, refuse(http.StatusBadRequest, "MalformedInput", "Invalid boolean value for %s: %s", name, text)
	}
}

// count reads how many items a page may hold.
func (q query) count(name string, otherwise, most int) (int, *refusal) {
	text := q.get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	parameter := strings.ToLower(name[:1]) + name[1:]
	switch {
	case err != nil:
		return 0, refuse(http.StatusBadRequest, "MalformedInput", "Invalid integer value for %s: %s", name, text)
	case n < 1:
		return 0, invalidValue(text, parameter, "Member must have value greater than or equal to 1")
	case n > most:
		return 0, invalidValue(text, parameter, "Member must have value less than or equal to "+strconv.Itoa(most))
	}
	return n, nil
}

// parseTime reads the ISO 8601 forms AWS accepts; without a zone it is UTC.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
