package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

func newLab() *cobra.Command {
	var o scenarioOptions
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Run the embedded staging on its own until stopped",
		Long: `Run the embedded staging on its own: an autoscaled HTTP service, its AWS API and
its Kubernetes API, on free ports of the loopback interface. Prints what a
shell needs to talk to them as NAME=value lines.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runLab(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&o.file, "config", "", "scenario whose lab: section says what the staging is made of")
	o.flags(cmd)
	return cmd
}

// runLab serves the staging until ctx ends.
func runLab(ctx context.Context, o scenarioOptions, stdout io.Writer) error {
	c, err := labConfig(o)
	if err != nil {
		return err
	}
	l, err := lab.Start(c)
	if err != nil {
		return err
	}
	kubeconfig, err := l.WriteKubeconfig()
	if err == nil {
		_, err = fmt.Fprintf(stdout, `SERVICE_URL=%[1]s
AWS_ENDPOINT_URL=%[2]s
AWS_REGION=%[3]s
AWS_DEFAULT_REGION=%[3]s
AWS_ACCESS_KEY_ID=onair
AWS_SECRET_ACCESS_KEY=lab
AWS_EC2_METADATA_DISABLED=true
KUBECONFIG=%[4]s
`, l.ServiceURL, l.AWSEndpoint, "ap-northeast-1", kubeconfig)
	}
	if err == nil {
		<-ctx.Done()
	}
	if stopped := l.Stop(); err == nil {
		err = stopped
	}
	return err
}

// labConfig is a scenario's lab: section, or a small staging that scales.
func labConfig(o scenarioOptions) (world.Config, error) {
	if o.file == "" {
		return world.Config{
			Pods:  world.Pods{Start: 2},
			HPA:   &world.HPA{Metric: "utilisation", Target: 0.6, Min: 2, Max: 20},
			Group: &world.Group{Name: "web-nodes", Min: 1, Max: 5, Desired: 1},
		}, nil
	}
	s, err := o.load()
	if err != nil {
		return world.Config{}, err
	}
	if s.Lab == nil {
		return world.Config{}, usageError{fmt.Errorf("%s: it has no lab: section to make a staging of", o.file)}
	}
	return *s.Lab, nil
}
