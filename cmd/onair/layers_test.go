package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/seed-f864f198/onair/"

// layers are the rooms of the house from the ground up. A package imports only
// from layers below its own.
var layers = [][]string{
	{"internal/raced", "internal/traffic", "internal/autoscale", "internal/timeline", "internal/figure", "internal/spelling", "internal/typeface", "internal/truth"},
	{"internal/capacity", "internal/preflight", "internal/prescale"},
	{"internal/lab/world", "internal/compare", "internal/simulation"},
	{"internal/lab/awsapi", "internal/lab/kubeapi", "internal/observe", "internal/forecast"},
	{"internal/load", "internal/observe/awscall", "internal/observe/diary", "internal/observe/awscall/faulty", "internal/observe/awscall/loopback", "internal/rundir", "internal/lab", "internal/plan"},
	{"internal/observe/hpa", "internal/observe/asg", "internal/observe/elb", "internal/observe/quota", "internal/observe/cloudwatch", "internal/observe/prometheus"},
	{"internal/scenario"},
	{"internal/rehearsal", "internal/report"},
	{"cmd/onair"},
}

// reserved says which packages may import what is outside; a prefix that is
// not listed may be imported by any.
var reserved = map[string][]string{
	"github.com/aws/aws-sdk-go-v2":        {"internal/observe/awscall", "internal/observe/awscall/loopback", "internal/observe/asg", "internal/observe/elb", "internal/observe/quota", "internal/observe/cloudwatch", "cmd/onair"},
	"github.com/aws/smithy-go":            {"internal/observe/awscall", "internal/observe/asg", "internal/observe/elb", "internal/observe/quota", "internal/observe/cloudwatch", "internal/lab/awsapi", "cmd/onair"},
	"github.com/prometheus/client_golang": {"internal/observe/prometheus"},
	"k8s.io/client-go":                    {"internal/observe/hpa", "cmd/onair"},
	"k8s.io/api":                          {"internal/observe/hpa", "internal/lab/kubeapi", "cmd/onair"},
	"github.com/tsenart/vegeta":           {"internal/load"},
	"go.yaml.in/yaml":                     {"internal/scenario"},
	"github.com/spf13/cobra":              {"cmd/onair"},
	"gonum.org/v1/plot":                   {"internal/report"},
	"golang.org/x/image":                  {"internal/typeface", "internal/report"},
	module + "internal/lab/world":         {"internal/lab", "internal/lab/awsapi", "internal/lab/kubeapi", "internal/scenario", "cmd/onair"},
	module + "internal/lab/awsapi":        {"internal/lab"},
	module + "internal/lab/kubeapi":       {"internal/lab"},
}

func layerOf(pkg string) int {
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, pkg) })
}

func TestImportsGoDownOnly(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module)
		mine := layerOf(pkg)
		if mine < 0 {
			t.Errorf("%s is in no layer; give it a place in layers_test.go", pkg)
			continue
		}
		seen++
		for _, imported := range fields[1:] {
			if theirs := layerOf(strings.TrimPrefix(imported, module)); theirs >= mine {
				t.Errorf("%s imports %s, which is not below it", pkg, imported)
			}
			for prefix, allowed := range reserved {
				if strings.HasPrefix(imported, prefix) && !slices.Contains(allowed, pkg) {
					t.Errorf("%s imports %s, reserved for %s", pkg, imported, strings.Join(allowed, ", "))
				}
			}
		}
	}
	if want := len(slices.Concat(layers...)); seen != want {
		t.Errorf("go list shows %d packages in the layers; want all %d", seen, want)
	}
}

// A reader finds every room in README's plan of the house; those for tests alone are
// not in it.
func TestReadmeNamesEveryRoom(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range slices.Concat(layers...) {
		room, within := strings.CutPrefix(pkg, "internal/")
		if !within || strings.Contains(room, "/") || room == "raced" || room == "truth" {
			continue
		}
		if line := regexp.MustCompile(`(?m)^  ` + room + ` {2,}\S`); !line.Match(readme) {
			t.Errorf("README.md's Architecture does not say what %s is for", pkg)
		}
	}
}
