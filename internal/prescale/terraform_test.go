package prescale

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// terraform returns a folder with a text as its configuration and a function
// that runs the command there; it asks nobody anything.
func terraform(t *testing.T, text string) func(args ...string) (string, error) {
	t.Helper()
	binary := tool(t, "ONAIR_TERRAFORM", "terraform")
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(args ...string) (string, error) {
		c := exec.CommandContext(t.Context(), binary, args...)
		c.Dir = folder
		c.Env = append(environment(credentials), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "HOME="+t.TempDir())
		out, err := c.CombinedOutput()
		return string(out), err
	}
}

// groups are the plans that Terraform is a way for.
var groups = []string{"asg", "asg-beyond-max", "asg-hostile"}

// Terraform parses each text and would write it no other way.
func TestTerraformFormatsTheTexts(t *testing.T) {
	for _, plan := range groups {
		if out, err := terraform(t, texts(t, plan)[Terraform].Apply)("fmt", "-check", "-diff", "-no-color"); err != nil {
			t.Errorf("terraform fmt of %s: %v\n%s", plan, err, out)
		}
	}
}

// Terraform reads each quoted name back as it is.
func TestHCLQuotes(t *testing.T) {
	names := append(slices.Clone(hostile), hostileName, "%{if true}", "$${x}", "$${", "%%{", "$", "%", "\r\n")
	names = slices.DeleteFunc(names, func(s string) bool { return strings.Contains(s, "\x01") }) // which no name has
	var text strings.Builder
	for i, s := range names {
		fmt.Fprintf(&text, "output \"s%d\" {\n  value = %s\n}\n", i, hcl(s))
	}
	run := terraform(t, text.String())
	if out, err := run("apply", "-auto-approve", "-no-color"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := run("output", "-json")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var read map[string]struct{ Value string }
	if err := json.Unmarshal([]byte(out), &read); err != nil {
		t.Fatal(err)
	}
	for i, s := range names {
		if got := read[fmt.Sprintf("s%d", i)].Value; got != s {
			t.Errorf("Terraform reads hcl(%q) = %s as %q", s, hcl(s), got)
		}
	}
}

// Where ONAIR_TERRAFORM_PLUGINS names a folder with the AWS provider, the text
// is valid, and applied to an account it says what the AWS command line says;
// then nothing is left to change, so each size stays what was written.
func TestTerraformAppliesTheTexts(t *testing.T) {
	plugins := os.Getenv("ONAIR_TERRAFORM_PLUGINS")
	if plugins == "" {
		t.Skip("ONAIR_TERRAFORM_PLUGINS names no folder with the provider hashicorp/aws")
	}
	for _, c := range []struct{ plan, region string }{ // half a minute each, for the provider starts slowly
		{"asg-beyond-max", "eu-west-1"}, {"asg-hostile", "us-west-2"},
	} {
		t.Run(c.plan, func(t *testing.T) {
			account, address := open(t)
			run := terraform(t, texts(t, c.plan)[Terraform].Apply+fmt.Sprintf(`

provider "aws" {
  region                      = %q
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints {
    autoscaling = %q
  }
}`, c.region, address))
			for _, args := range [][]string{
				{"init", "-backend=false", "-plugin-dir=" + plugins, "-no-color"},
				{"validate", "-no-color"},
				{"apply", "-auto-approve", "-parallelism=1", "-no-color"},
				{"plan", "-detailed-exitcode", "-no-color"},
			} {
				if out, err := run(args...); err != nil {
					t.Fatalf("terraform %s: %v\n%s", args[0], err, out)
				}
			}
			var puts []string
			for _, call := range account.told() {
				if strings.Contains(call, " PutScheduledUpdateGroupAction ") {
					puts = append(puts, call)
				}
			}
			slices.Sort(puts) // Terraform's order is its own, the instants say the rest
			if diff := cmp.Diff(slices.Sorted(slices.Values(calls[c.plan].apply)), puts); diff != "" {
				t.Errorf("terraform apply tells AWS something else (-want +got):\n%s", diff)
			}
		})
	}
}
