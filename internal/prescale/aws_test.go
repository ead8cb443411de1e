package prescale

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/google/go-cmp/cmp"
)

// scope is what a signature is for: KEY/DATE/REGION/SERVICE/aws4_request.
var scope = regexp.MustCompile(`Credential=[^/]*/[0-9]*/([a-z0-9-]*)/`)

// account writes down the calls that it is sent, as far as a plan has a say in
// them, and answers each. It keeps scheduled actions, for Terraform reads what it put.
type account struct {
	mu    sync.Mutex
	calls []string // "region Action key=value …", keys in order
	kept  map[string]url.Values
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	action := r.Form.Get("Action")
	said := scope.FindStringSubmatch(r.Header.Get("Authorization"))[1] + " " + action
	for _, key := range slices.Sorted(maps.Keys(r.Form)) {
		if key != "Action" && key != "Version" {
			said += " " + key + "=" + r.Form.Get(key)
		}
	}
	a.calls = append(a.calls, said)
	result := ""
	switch action {
	case "PutScheduledUpdateGroupAction":
		a.kept[r.Form.Get("ScheduledActionName")] = r.Form
	case "DescribeScheduledActions":
		result = "<ScheduledUpdateGroupActions>" + member(a.kept[r.Form.Get("ScheduledActionNames.member.1")]) + "</ScheduledUpdateGroupActions>"
	case "DescribeLoadBalancers":
		result = "<LoadBalancers><member><LoadBalancerArn>" + webARN + "</LoadBalancerArn></member></LoadBalancers>"
	case "DescribeAutoScalingGroups":
		result = "<AutoScalingGroups><member><Instances>" +
			"<member><LifecycleState>InService</LifecycleState></member>" +
			"<member><LifecycleState>Pending</LifecycleState></member>" +
			"<member><LifecycleState>InService</LifecycleState></member>" +
			"</Instances></member></AutoScalingGroups>"
	}
	fmt.Fprintf(w, "<%sResponse><%sResult>%s</%sResult></%sResponse>", action, action, result, action, action)
}

// member is a scheduled action as AWS tells it.
func member(form url.Values) string {
	if form == nil {
		return ""
	}
	text := "<member>"
	for _, key := range []string{"AutoScalingGroupName", "ScheduledActionName", "StartTime", "MinSize", "MaxSize", "DesiredCapacity"} {
		if form.Has(key) {
			text += "<" + key + ">" + escape.Replace(form.Get(key)) + "</" + key + ">"
		}
	}
	return text + "</member>"
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// told returns the calls since it was last asked.
func (a *account) told() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	calls := a.calls
	a.calls = nil
	return calls
}

func open(t *testing.T) (*account, string) {
	t.Helper()
	a := &account{kept: map[string]url.Values{}}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, server.URL
}

// credentials are anybody's; no file of this machine is read.
var credentials = []string{
	"AWS_EC2_METADATA_DISABLED=true", "AWS_ACCESS_KEY_ID=lab", "AWS_SECRET_ACCESS_KEY=lab",
	"AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1", "AWS_PAGER=",
	"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1",
}

// What AWS would be told, of each plan: its parts in the order of the text. The
// region is the plan's, or the one of the credentials.
var calls = map[string]struct{ apply, late, verify, reverse []string }{
	"asg-beyond-max": {
		apply: []string{
			"eu-west-1 PutScheduledUpdateGroupAction AutoScalingGroupName=web-prod MaxSize=42 MinSize=42 ScheduledActionName=onair-20261201T125400Z-apply StartTime=2026-12-01T12:38:00Z",
			"eu-west-1 PutScheduledUpdateGroupAction AutoScalingGroupName=web-prod DesiredCapacity=8 MaxSize=30 MinSize=6 ScheduledActionName=onair-20261201T125400Z-release StartTime=2026-12-01T13:25:00Z",
		},
		late: []string{
			"eu-west-1 UpdateAutoScalingGroup AutoScalingGroupName=web-prod MaxSize=42 MinSize=42",
			"eu-west-1 PutScheduledUpdateGroupAction AutoScalingGroupName=web-prod DesiredCapacity=8 MaxSize=30 MinSize=6 ScheduledActionName=onair-20261201T125400Z-release StartTime=2026-12-01T13:25:00Z",
		},
		verify: []string{"eu-west-1 DescribeAutoScalingGroups AutoScalingGroupNames.member.1=web-prod"},
		reverse: []string{
			"eu-west-1 DeleteScheduledAction AutoScalingGroupName=web-prod ScheduledActionName=onair-20261201T125400Z-apply",
			"eu-west-1 DeleteScheduledAction AutoScalingGroupName=web-prod ScheduledActionName=onair-20261201T125400Z-release",
			"eu-west-1 UpdateAutoScalingGroup AutoScalingGroupName=web-prod DesiredCapacity=8 MaxSize=30 MinSize=6",
		},
	},
	"asg-hostile": {
		apply: []string{
			"us-west-2 PutScheduledUpdateGroupAction AutoScalingGroupName=" + hostileName + " MinSize=42 ScheduledActionName=onair-20261201T125400Z-apply StartTime=2026-12-01T12:38:00Z",
			"us-west-2 PutScheduledUpdateGroupAction AutoScalingGroupName=" + hostileName + " MinSize=0 ScheduledActionName=onair-20261201T125400Z-release StartTime=2026-12-01T13:25:00Z",
		},
		late: []string{
			"us-west-2 UpdateAutoScalingGroup AutoScalingGroupName=" + hostileName + " MinSize=42",
			"us-west-2 PutScheduledUpdateGroupAction AutoScalingGroupName=" + hostileName + " MinSize=0 ScheduledActionName=onair-20261201T125400Z-release StartTime=2026-12-01T13:25:00Z",
		},
		verify: []string{"us-west-2 DescribeAutoScalingGroups AutoScalingGroupNames.member.1=" + hostileName},
		reverse: []string{
			"us-west-2 DeleteScheduledAction AutoScalingGroupName=" + hostileName + " ScheduledActionName=onair-20261201T125400Z-apply",
			"us-west-2 DeleteScheduledAction AutoScalingGroupName=" + hostileName + " ScheduledActionName=onair-20261201T125400Z-release",
			"us-west-2 UpdateAutoScalingGroup AutoScalingGroupName=" + hostileName + " MinSize=0",
		},
	},
	"elb-reserved": {
		apply:   []string{"ap-northeast-1 ModifyCapacityReservation LoadBalancerArn=" + webARN + " MinimumLoadBalancerCapacity.CapacityUnits=1400"},
		verify:  []string{"ap-northeast-1 DescribeCapacityReservation LoadBalancerArn=" + webARN},
		reverse: []string{"ap-northeast-1 ModifyCapacityReservation LoadBalancerArn=" + webARN + " MinimumLoadBalancerCapacity.CapacityUnits=200"},
	},
	"elb-name": {
		apply: []string{"ap-northeast-1 DescribeLoadBalancers Names.member.1=web",
			"ap-northeast-1 ModifyCapacityReservation LoadBalancerArn=" + webARN + " MinimumLoadBalancerCapacity.CapacityUnits=400"},
		verify: []string{"ap-northeast-1 DescribeLoadBalancers Names.member.1=web",
			"ap-northeast-1 DescribeCapacityReservation LoadBalancerArn=" + webARN},
		reverse: []string{"ap-northeast-1 DescribeLoadBalancers Names.member.1=web",
			"ap-northeast-1 ModifyCapacityReservation LoadBalancerArn=" + webARN + " ResetCapacityReservation=true"},
	},
}

// The AWS command line runs each text as it stands, and says to an account what
// the plan means.
func TestAWSCommandTakesTheTexts(t *testing.T) {
	aws := tool(t, "ONAIR_AWSCLI", "aws")
	reserves := exec.CommandContext(t.Context(), aws, "elbv2", "modify-capacity-reservation", "--load-balancer-arn", webARN,
		"--reset-capacity-reservation", "--generate-cli-skeleton", "output")
	reserves.Env = environment(credentials)
	_, tooOld := reserves.Output()
	for plan, want := range calls {
		kind := AWSCLI
		if strings.HasPrefix(plan, "elb") {
			kind = LCU
		}
		t.Run(plan, func(t *testing.T) {
			t.Parallel()
			if kind == LCU && tooOld != nil {
				t.Skipf("%s knows no capacity reservations (a newer one does); their flags are held against the SDK's: %v", aws, tooOld)
			}
			account, address := open(t)
			env := append([]string{"AWS=" + aws, "ADDRESS=" + address}, credentials...)
			text := texts(t, plan)[kind]
			for _, side := range []struct {
				name, text string
				want       []string
			}{{"late with Terraform", texts(t, plan)[Terraform].Late, want.late[:min(1, len(want.late))]}, {"apply", text.Apply, want.apply}, {"late", text.Late, want.late}, {"verify", text.Verify, want.verify}, {"reverse", text.Reverse, want.reverse}} {
				out, err := run(t, env, `aws() { "$AWS" --endpoint-url "$ADDRESS" "$@"; }`, side.text)
				if err != nil {
					t.Errorf("%s: %v\n%s", side.name, err, side.text)
				}
				if diff := cmp.Diff(side.want, account.told()); diff != "" {
					t.Errorf("%s tells AWS something else (-want +got):\n%s", side.name, diff)
				}
				if kind == AWSCLI && side.name == "verify" && strings.TrimSpace(out) != "2" {
					t.Errorf("%s\nprinted %q; want 2, the instances in service", side.text, out)
				}
			}
		})
	}
}

// inputs are what the SDK sends, by the command that the AWS command line makes of it.
var inputs = map[string]any{
	"autoscaling put-scheduled-update-group-action": autoscaling.PutScheduledUpdateGroupActionInput{},
	"autoscaling delete-scheduled-action":           autoscaling.DeleteScheduledActionInput{},
	"autoscaling update-auto-scaling-group":         autoscaling.UpdateAutoScalingGroupInput{},
	"autoscaling describe-auto-scaling-groups":      autoscaling.DescribeAutoScalingGroupsInput{},
	"elbv2 modify-capacity-reservation":             elb.ModifyCapacityReservationInput{},
	"elbv2 describe-capacity-reservation":           elb.DescribeCapacityReservationInput{},
	"elbv2 describe-load-balancers":                 elb.DescribeLoadBalancersInput{},
}

// nested is a command whose output is another's argument.
var nested = regexp.MustCompile(`\$\((aws [^)]*)\)`)

// commandsOf returns the words of each aws command in a text.
func commandsOf(text string) [][]string {
	var all [][]string
	for _, inner := range nested.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.Fields(inner[1]))
	}
	text = nested.ReplaceAllLiteralString(text, "ARN")
	for line := range strings.Lines(strings.ReplaceAll(text, " \\\n", " ")) {
		if strings.HasPrefix(line, "aws ") {
			all = append(all, strings.Fields(line))
		}
	}
	return all
}

// Every flag of every command is a field of what the SDK sends, or one of the
// command line's own: this holds also where no aws command is installed, or an
// old one.
func TestFlagsAreFieldsOfTheSDK(t *testing.T) {
	own := []string{"--region", "--query", "--output"}
	unseen := maps.Clone(inputs)
	for name, plan := range plans(t) {
		all, err := plan.Texts()
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range all {
			for _, words := range commandsOf(text.Apply + "\n" + text.Late + "\n" + text.Verify + "\n" + text.Reverse) {
				verb := words[1] + " " + words[2]
				input, ok := inputs[verb]
				if !ok {
					t.Errorf("%s: aws %s is no call that is known here", name, verb)
					continue
				}
				delete(unseen, verb)
				for _, word := range words[3:] {
					flag, _, _ := strings.Cut(word, "=")
					if !strings.HasPrefix(flag, "--") || slices.Contains(own, flag) {
						continue
					}
					field := strings.ReplaceAll(flag, "-", "")
					if _, is := reflect.TypeOf(input).FieldByNameFunc(func(f string) bool { return strings.EqualFold(f, field) }); !is {
						t.Errorf("%s: aws %s has no %s: %T has no such field", name, verb, flag, input)
					}
				}
			}
		}
	}
	for verb := range unseen {
		t.Errorf("no text runs aws %s; want each at least once", verb)
	}
}
