package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/scenario"
)

const rehearsed = `
name: rehearsed
lab: {hpa: {target: 50%, max: 9}}
traffic: {baseline: 20/s, duration: 4m, spots: [{name: CM 1, at: 1m, peak: 5x}]}
requests: [{get: /}]
objectives: [{p99: 800ms}]
`

// The flags say which spot is asked about; nothing said is the run's own, and what
// is wrong is a usage error that names the flag or the file.
func TestAskedTraffic(t *testing.T) {
	own, err := scenario.Parse("scenario.yaml", ".", []byte(rehearsed), scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sale.yaml")
	if err := os.WriteFile(file, []byte("traffic: {baseline: 20/s, duration: 9m, spots: [{name: sale, at: 1m, peak: 9x}]}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	low := filepath.Join(t.TempDir(), "low.yaml")
	if err := os.WriteFile(low, []byte("traffic: {baseline: 60/s, duration: 9m}\nheadroom: {peak: 50/s}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args        []string
		want, wrong string
	}{
		{nil, "CM 1, 5x", ""},
		{[]string{"--spot", "name=CM 2,peak=8x..16x"}, "CM 2, 8x to 16x", ""},
		{[]string{"--spot", "at=1m,peak=8x", "--spot", "at=2m,peak=3x"}, "spot 1, 8x and 1 more", ""},
		{[]string{"--scenario", file}, "sale, 9x", ""},
		{[]string{"--scenario", file, "--spot", "peak=8x"}, "", "--spot and --scenario cannot go together (the spots of a file, or those of the flags)"},
		{[]string{"--spot", "peak=8x,half_life=-1m"}, "", `--spot 1: half_life "-1m" is not a positive duration such as 90s or 5m`},
		{[]string{"--spot", ""}, "", "--spot 1: \"\" has no value (peak=12x,rise=20s)\n--spot 1: peak is missing (a rate such as 400/s, or 10x for ten times the baseline, or a range such as {p50: 8x, p95: 16x})"},
		{[]string{"--scenario", low}, "", "headroom: peak 50/s is not above the baseline of 60/s, so that no spot leads to it (a higher peak, or spots in traffic)"},
		{[]string{"--scenario", "none.yaml"}, "", "none.yaml: no such file or directory"},
	} {
		var o demandOptions
		cmd := &cobra.Command{}
		o.flags(cmd)
		if err := cmd.ParseFlags(c.args); err != nil {
			t.Fatal(err)
		}
		_, d, err := o.asked(&report.Report{Scenario: own}, 0)
		if c.wrong != "" {
			if !errors.As(err, &usageError{}) || err.Error() != c.wrong || failure(err) != exitUsage {
				t.Errorf("asked with %q = %v; want the usage error %s", c.args, err, c.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("asked with %q = %v; want no error", c.args, err)
			continue
		}
		if d.Name != c.want {
			t.Errorf("asked with %q: %q; want %q", c.args, d.Name, c.want)
		}
	}
}
