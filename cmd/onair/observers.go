package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/logging"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/asg"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/observe/elb"
	"github.com/seed-f864f198/onair/internal/observe/hpa"
	"github.com/seed-f864f198/onair/internal/observe/quota"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// newObservers builds one observer for each thing the scenario watches, and one
// for all series of a region or server, with clients of the user's own clusters
// and accounts, or of the embedded staging. One that cannot be built tells so when
// it is checked.
func newObservers(ctx context.Context, s *scenario.Scenario, staging *lab.Lab, inAWS map[string]*account) []observe.Observer {
	var observers []observe.Observer
	clusters := sharedByContext(s)
	fresh := s.Peak() * s.Connections.New // a second, at the peak
	add := func(source string, build func(*observe.Meter) (observe.Observer, error)) {
		meter := &observe.Meter{}
		o, err := build(meter)
		if err != nil {
			o = unbuilt{source, err}
		}
		observers = append(observers, observe.Metered(o, meter))
	}
	for _, o := range s.Watched() {
		if !o.IsSeries() {
			add(o.Source(), func(m *observe.Meter) (observe.Observer, error) {
				return newObserver(ctx, o, staging, inAWS[o.Region], clusters[o.Context], fresh, m)
			})
		}
	}
	for _, series := range seriesBySource(s) {
		add(series[0].Source(), func(m *observe.Meter) (observe.Observer, error) {
			return newSeriesObserver(ctx, series, inAWS[series[0].Region], m)
		})
	}
	return observers
}

// shared is what observers of one cluster share.
type shared struct {
	nodes   *hpa.Nodes
	permits *hpa.Permits
}

func sharedByContext(s *scenario.Scenario) map[string]shared {
	clusters := make(map[string]shared)
	for _, kubeContext := range kubeContexts(s) {
		clusters[kubeContext] = shared{hpa.NewNodes(), hpa.NewPermits()}
	}
	return clusters
}

// newObserver builds one whose clients count what they ask with meter, in its
// account or its cluster. The peak opens so many fresh connections a second.
func newObserver(ctx context.Context, o scenario.Observe, staging *lab.Lab, inAWS *account, cluster shared, fresh float64, meter *observe.Meter) (observe.Observer, error) {
	if o.Kind == capacity.HPA {
		config, err := kubeConfig(o.Context, staging)
		if err != nil {
			return nil, err
		}
		config.Wrap(meter.Wrap)
		return hpa.New(hpa.Options{
			Config: config, Namespace: o.Namespace, Name: o.Name, Source: o.Source(),
			Nodes: cluster.nodes, Permits: cluster.permits,
		})
	}
	config, err := inAWS.settings(ctx)
	if err != nil {
		return nil, err
	}
	meterAWS(&config, meter)
	switch o.Kind {
	case scenario.ELB:
		return elb.New(elb.Options{
			API: elb.NewClient(config), Name: o.Name, Source: o.Source(), Region: config.Region, NewConnections: fresh,
		}), nil
	case scenario.Quota:
		return quota.New(quota.Options{
			Clients: quota.NewClients(config), Service: o.Service, Code: o.Name, Source: o.Source(), Region: config.Region,
			Fleet: o.Fleet, PerUnit: o.PerUnit,
		}), nil
	}
	return asg.New(asg.Options{
		API: asg.NewClient(config), Alarms: cloudwatch.Alarms{API: cloudwatch.NewClient(config)},
		Name: o.Name, Source: o.Source(), Region: config.Region,
	}), nil
}

// kubeConfig follows KUBECONFIG and the current context as kubectl does.
func kubeConfig(kubeContext string, staging *lab.Lab) (*rest.Config, error) {
	if staging != nil {
		return clientcmd.RESTConfigFromKubeConfig(staging.Kubeconfig())
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: kubeContext}).ClientConfig()
	if err != nil {
		return nil, kubeconfigFault(rules, kubeContext, err)
	}
	return config, nil
}

// kubeconfigFault says what is wrong with the files where a context could not be had
// of them, and what mends that: the error itself tells of the context alone.
func kubeconfigFault(rules *clientcmd.ClientConfigLoadingRules, kubeContext string, err error) error {
	set := os.Getenv(clientcmd.RecommendedConfigPathEnvVar)
	written, broken := rules.Load()
	if broken != nil {
		return hint{broken, "mend that file, or set KUBECONFIG to another"}
	}
	if clientcmd.IsEmptyConfig(err) || api.IsConfigEmpty(written) {
		return noKubeconfig(set)
	}
	if written.Contexts[cmp.Or(kubeContext, written.CurrentContext)] != nil {
		return hint{err, "correct it; kubectl config view shows what was read"}
	}
	for _, file := range filepath.SplitList(set) {
		if _, absent := os.Stat(file); errors.Is(absent, fs.ErrNotExist) {
			err = fmt.Errorf("%w, nor does %s, which KUBECONFIG names", err, file)
		}
	}
	return hint{err, "see what there is with kubectl config get-contexts"}
}

// noKubeconfig says why there is nothing to read, where KUBECONFIG has a value or
// none.
func noKubeconfig(set string) error {
	if set == "" {
		return hint{errors.New("no kubeconfig"), "set KUBECONFIG, or write ~/.kube/config"}
	}
	for _, file := range filepath.SplitList(set) {
		if _, err := os.Stat(file); err == nil {
			return hint{fmt.Errorf("KUBECONFIG is %s, which names no cluster", set), "see what is in it with kubectl config view"}
		}
	}
	return hint{fmt.Errorf("KUBECONFIG is %s, which does not exist", set), "set KUBECONFIG to a file that does, or unset it for ~/.kube/config"}
}

var errNoRegion = errors.New("no AWS region")

// noProfile is the profile that was chosen and that nobody has written.
type noProfile string

func (noProfile) Error() string {
	return fmt.Sprintf("neither %s nor %s has it",
		cmp.Or(os.Getenv("AWS_CONFIG_FILE"), "~/.aws/config"), cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), "~/.aws/credentials"))
}

// awsConfig follows the environment and shared files as the AWS CLI does.
func awsConfig(ctx context.Context, region string, staging *lab.Lab) (aws.Config, error) {
	if staging != nil {
		return aws.Config{
			Region:       cmp.Or(region, "lab"),
			BaseEndpoint: &staging.AWSEndpoint,
			Credentials:  credentials.NewStaticCredentialsProvider("onair", "lab", ""),
		}, nil
	}
	options := []func(*awsconfig.LoadOptions) error{awsconfig.WithLogger(logging.Nop{})} // what matters is in errors
	if region != "" {
		options = append(options, awsconfig.WithRegion(region))
	}
	config, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if missing, ok := errors.AsType[awsconfig.SharedConfigProfileNotExistError](err); ok {
		return config, hint{noProfile(missing.Profile), "set AWS_PROFILE to one that aws configure list-profiles shows, or unset it"}
	}
	if err != nil {
		return config, err
	}
	if config.Region == "" {
		return config, hint{errNoRegion, "set region: in the scenario, or AWS_REGION"}
	}
	return config, nil
}
