package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"
)

// nightlySection is README's section on nights.
func nightlySection(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(readme), "\n## Every night\n")
	if !ok {
		t.Fatal("README has no section Every night")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	return section
}

// manifests are the CronJob and the claim as the API would decode them: no field
// that it does not know, none twice.
func manifests(t *testing.T) (batchv1.CronJob, corev1.PersistentVolumeClaim) {
	t.Helper()
	_, text, _ := strings.Cut(nightlySection(t), "```yaml\n")
	text, _, ok := strings.Cut(text, "\n```")
	claimed, job, both := strings.Cut(text, "\n---\n")
	if !ok || !both {
		t.Fatal("README's manifest is no claim and CronJob")
	}
	var cron batchv1.CronJob
	var claim corev1.PersistentVolumeClaim
	if err := errors.Join(yaml.UnmarshalStrict([]byte(job), &cron), yaml.UnmarshalStrict([]byte(claimed), &claim)); err != nil {
		t.Fatal(err)
	}
	return cron, claim
}

// What the API demands of a CronJob beyond its types: names, a schedule and a zone
// that are ones, and volumes that are there.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/
func TestCronJobIsValid(t *testing.T) {
	cron, claim := manifests(t)
	if cron.TypeMeta != (metav1.TypeMeta{Kind: "CronJob", APIVersion: "batch/v1"}) || claim.TypeMeta != (metav1.TypeMeta{Kind: "PersistentVolumeClaim", APIVersion: "v1"}) {
		t.Errorf("kinds %+v and %+v; want a CronJob and a claim", cron.TypeMeta, claim.TypeMeta)
	}
	job := cron.Spec.JobTemplate.Spec
	pod := job.Template.Spec
	names := []string{cron.Name, cron.Namespace, claim.Name, pod.ServiceAccountName}
	for _, v := range pod.Volumes {
		names = append(names, v.Name)
	}
	for _, name := range names {
		if wrong := validation.IsDNS1123Label(name); len(wrong) > 0 {
			t.Errorf("name %q: %q", name, wrong)
		}
	}
	if len(cron.Name) > 52 {
		t.Errorf("%s is longer than the 52 letters that leave room for the names of its jobs", cron.Name)
	}
	if !regexp.MustCompile(`^(\d+|\*) (\d+|\*) (\d+|\*) (\d+|\*) (\d+|\*)$`).MatchString(cron.Spec.Schedule) {
		t.Errorf("schedule %q", cron.Spec.Schedule)
	}
	if cron.Spec.TimeZone == nil {
		t.Error("no timeZone")
	} else if _, err := time.LoadLocation(*cron.Spec.TimeZone); err != nil {
		t.Error(err)
	}
	if cron.Spec.ConcurrencyPolicy != batchv1.ForbidConcurrent || *cron.Spec.StartingDeadlineSeconds < 10 {
		t.Errorf("concurrencyPolicy %s, startingDeadlineSeconds %d", cron.Spec.ConcurrencyPolicy, *cron.Spec.StartingDeadlineSeconds)
	}
	if job.BackoffLimit == nil || *job.BackoffLimit != 0 || pod.RestartPolicy != corev1.RestartPolicyNever || job.ActiveDeadlineSeconds == nil || *job.ActiveDeadlineSeconds <= 0 {
		t.Errorf("backoffLimit %v, restartPolicy %s, activeDeadlineSeconds %v; want a failed run to stay failed, and an end", job.BackoffLimit, pod.RestartPolicy, job.ActiveDeadlineSeconds)
	}
	if claim.Namespace != cron.Namespace || len(claim.Spec.AccessModes) == 0 || claim.Spec.Resources.Requests.Storage().IsZero() {
		t.Errorf("the claim is %+v; want one for storage beside the CronJob", claim)
	}
	validContainer(t, pod, claim.Name)
}

// validContainer holds the one container against its pod.
func validContainer(t *testing.T, pod corev1.PodSpec, claim string) {
	t.Helper()
	if len(pod.Containers) != 1 {
		t.Fatalf("%d containers; want one", len(pod.Containers))
	}
	c := pod.Containers[0]
	for _, mount := range c.VolumeMounts {
		if !slices.ContainsFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name }) {
			t.Errorf("volumeMounts: there is no volume %s", mount.Name)
		}
	}
	kept := slices.IndexFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == c.WorkingDir && !m.ReadOnly })
	if kept < 0 {
		t.Fatalf("workingDir %s is no volume, so that reports would not be kept", c.WorkingDir)
	}
	for _, v := range pod.Volumes {
		if v.Name == c.VolumeMounts[kept].Name && (v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != claim) {
			t.Errorf("volume %s is not of the claim %s", v.Name, claim)
		}
	}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		asked, allowed := c.Resources.Requests[name], c.Resources.Limits[name]
		if asked.IsZero() || asked.Cmp(allowed) != 0 {
			t.Errorf("%s: %v asked, %v allowed; want the same", name, &asked, &allowed)
		}
	}
	if cpu := c.Resources.Limits.Cpu().MilliValue(); cpu%1000 != 0 {
		t.Errorf("%d thousandths of a processor; want whole ones", cpu)
	}
}

// The container's script is played night by night: it compares where three good
// ones came before, and what fails is nobody's base.
func TestCronJobNights(t *testing.T) {
	unraced(t)
	t.Parallel()
	cron, _ := manifests(t)
	c := cron.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
	if !slices.Equal(c.Command, []string{"sh", "-ec"}) || len(c.Args) != 1 {
		t.Fatalf("command %q with %d arguments; want a script", c.Command, len(c.Args))
	}
	// The stored runs are of another scenario.
	script := strings.ReplaceAll(c.Args[0], "prime-time", "lab-tvcm")
	reports, r := t.TempDir(), newRepository(t)
	build := exec.Command(filepath.Join(r.tools, "go"), "build", "-trimpath", "-o", filepath.Join(r.tools, "onair"), "./cmd/onair")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := exec.LookPath("onair")
	if err != nil {
		t.Fatal(err)
	}
	fake, err := os.ReadFile(filepath.Join(r.tools, "onair"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.tools, "onair"), bytes.ReplaceAll(fake, []byte("exec onair"), []byte("exec "+program)), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, night := range []struct {
		day      int
		times    float64
		before   int // good nights before that are merely there
		status   int
		compares bool
		good     int // nights after it
	}{{1, 1, 0, 0, false, 1}, {2, 6, 0, exitMissed, false, 1}, {5, 1.4, 2, exitMissed, true, 3}, {6, 1, 0, 0, true, 4}} {
		for i := range night.before {
			earlier := stored(t, night.day-1-i, 1+0.004*float64(i), "")
			r.copy(earlier, reports)
			past, err := os.OpenFile(filepath.Join(reports, "good"), os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = past.WriteString(filepath.Base(earlier) + "\n")
			}
			if err := errors.Join(err, past.Close()); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("sh", "-ec", script)
		cmd.Dir = reports
		cmd.Env = append(os.Environ(), "PATH="+r.tools+":"+os.Getenv("PATH"), "TONIGHT="+stored(t, night.day, night.times, ""))
		out, err := cmd.CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if got := cmd.ProcessState.ExitCode(); got != night.status {
			t.Errorf("night %d: exit status %d; want %d\n%s", night.day, got, night.status, out)
		}
		if compared := bytes.Contains(out, []byte("against 3 base runs")); compared != night.compares {
			t.Errorf("night %d: compared %v; want %v\n%s", night.day, compared, night.compares, out)
		}
		good, err := os.ReadFile(filepath.Join(reports, "good"))
		if err != nil || bytes.Count(good, []byte("\n")) != night.good {
			t.Errorf("night %d: good is %q, %v; want %d runs", night.day, good, err, night.good)
		}
	}
}

// The manifests that --print-rbac prints bind the CronJob's account, after the
// replacement that README shows.
func TestCronJobMayRead(t *testing.T) {
	cron, _ := manifests(t)
	account := "system:serviceaccount:" + cron.Namespace + ":" + cron.Spec.JobTemplate.Spec.Template.Spec.ServiceAccountName
	found := regexp.MustCompile(`\| (sed '[^']*') \|`).FindStringSubmatch(nightlySection(t))
	if found == nil {
		t.Fatal("README replaces nothing in what --print-rbac prints")
	}
	var printed bytes.Buffer
	if _, err := writeRBAC(&printed, parsed(t, twoClusters)); err != nil {
		t.Fatal(err)
	}
	replace := exec.Command("sh", "-c", found[1])
	replace.Stdin = &printed
	out, err := replace.Output()
	if err != nil {
		t.Fatal(err)
	}
	bound := 0
	for text := range strings.SplitSeq(string(out), "---\n") {
		var b rbacv1.RoleBinding
		if yaml.Unmarshal([]byte(text), &b) == nil && b.Kind == "RoleBinding" {
			bound++
			if want := (rbacv1.Subject{Kind: "User", APIGroup: rbacv1.GroupName, Name: account}); len(b.Subjects) != 1 || b.Subjects[0] != want {
				t.Errorf("%s/%s binds %+v; want %+v", b.Namespace, b.Name, b.Subjects, want)
			}
		}
	}
	if bound == 0 {
		t.Errorf("no RoleBinding in\n%s", out)
	}
}
