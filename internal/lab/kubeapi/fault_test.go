package kubeapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// failingNow is the scene with an outage in force.
func failingNow(how string) world.State {
	s := scene()
	s.Start = time.Now()
	s.Config.Faults.Kube = []world.Outage{{For: time.Hour, How: how}}
	return s
}

// Every path answers as the outage does, reads of the API and discovery alike.
func TestOutages(t *testing.T) {
	for how, want := range map[string]string{
		world.Unavailable: "503 application/json ServiceUnavailable",
		world.Throttled:   "429 application/json TooManyRequests after 1",
		world.Denied:      "403 application/json Forbidden",
		world.HTML:        "502 text/html 502 Bad Gateway",
	} {
		url := serve(t, newScript(failingNow(how)))
		for _, path := range []string{podsPath, podsPath + "?watch=1", "/apis", "/version", "/readyz", "/no/such"} {
			answer, err := http.Get(url + path)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprintf("%d %s ", answer.StatusCode, answer.Header.Get("Content-Type"))
			var status metav1.Status
			if json.Unmarshal(text, &status) == nil {
				got += string(status.Reason)
			} else if strings.Contains(string(text), "<h1>502 Bad Gateway</h1>") {
				got += "502 Bad Gateway"
			}
			if after := answer.Header.Get("Retry-After"); after != "" {
				got += " after " + after
			}
			if got != want {
				t.Errorf("GET %s while %s = %s; want %s", path, how, got, want)
			}
		}
	}
}

func TestDeniedSaysWhat(t *testing.T) {
	url := serve(t, newScript(failingNow(world.Denied)))
	for path, want := range map[string]string{
		podsPath + "?watch=1":               `pods is forbidden: User "system:anonymous" cannot watch resource "pods" in API group "" in the namespace "default"`,
		hpaPath + "/web":                    `horizontalpodautoscalers.autoscaling "web" is forbidden: User "system:anonymous" cannot get resource "horizontalpodautoscalers" in API group "autoscaling" in the namespace "default"`,
		"/api/v1/nodes":                     `nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope`,
		"/apis/metrics.k8s.io/v1beta1/pods": `pods.metrics.k8s.io is forbidden: User "system:anonymous" cannot list resource "pods" in API group "metrics.k8s.io" at the cluster scope`,
		"/version":                          `forbidden: User "system:anonymous" cannot get path "/version"`,
	} {
		if status, code := fetch[metav1.Status](t, url+path, ""); code != 403 || status.Message != want {
			t.Errorf("GET %s = %d %s; want 403 %s", path, code, status.Message, want)
		}
	}
}

func TestResetOutage(t *testing.T) {
	url := serve(t, newScript(failingNow(world.Reset)))
	if answer, err := http.Get(url + podsPath); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("GET while connections are reset = %v, %v; want the connection gone", answer, err)
	}
}

// A request that hangs is answered when the outage ends, or given up before.
func TestHang(t *testing.T) {
	state := scene()
	state.Start = time.Now()
	const lasts = 300 * time.Millisecond
	state.Config.Faults.Kube = []world.Outage{{For: lasts, How: world.Hang}}
	url := serve(t, newScript(state))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, url+podsPath, nil)
	if answer, err := http.DefaultClient.Do(request); err == nil && time.Since(state.Start) < lasts {
		t.Errorf("GET while the API hangs = %d; want no answer", answer.StatusCode)
	}
	list, code := fetch[corev1.PodList](t, url+podsPath, "")
	if waited := time.Since(state.Start); code != 200 || len(list.Items) != 2 || waited < lasts {
		t.Errorf("GET that waits = %d with %d pods after %v; want 200 with 2, after %v", code, len(list.Items), waited, lasts)
	}
}

// An outage cuts the watches that are open when it begins.
func TestOutageCutsWatches(t *testing.T) {
	state := scene()
	state.Start = time.Now()
	state.Config.Faults.Kube = []world.Outage{{At: 400 * time.Millisecond, For: time.Hour, How: world.Hang}}
	url := serve(t, newScript(state))
	answer, err := http.Get(url + podsPath + "?watch=1&resourceVersion=1")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	if lasted := time.Since(state.Start); !errors.Is(err, io.ErrUnexpectedEOF) || lasted < 400*time.Millisecond {
		t.Errorf("watch ended after %v with %v; want it cut off after 400ms", lasted, err)
	}
}

// Each watch is told that its version expired, and may not go on from there; a new
// list may.
func TestWatchesExpire(t *testing.T) {
	state := scene()
	state.Config.Faults.ExpireWatches = 200 * time.Millisecond
	url := serve(t, newScript(state))
	list, _ := fetch[corev1.PodList](t, url+podsPath, "")
	type frame struct {
		Type   string
		Object metav1.Status
	}
	last := func(version string) (f frame) {
		answer, err := http.Get(url + podsPath + "?watch=1&resourceVersion=" + version)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		frames := json.NewDecoder(answer.Body)
		for {
			var next frame
			if err := frames.Decode(&next); err != nil {
				return f
			}
			f = next
		}
	}
	for range 2 { // when it expires, and at once
		if f := last(list.ResourceVersion); f.Type != "ERROR" || f.Object.Code != http.StatusGone || f.Object.Reason != metav1.StatusReasonExpired {
			t.Errorf("watch from %s ends with %s %d %s; want ERROR 410 Expired", list.ResourceVersion, f.Type, f.Object.Code, f.Object.Reason)
		}
	}
	again, _ := fetch[corev1.PodList](t, url+podsPath, "")
	if again.ResourceVersion == list.ResourceVersion || len(again.Items) != 2 {
		t.Errorf("list after the expiry = %d pods at %s; want both, at a version after %s", len(again.Items), again.ResourceVersion, list.ResourceVersion)
	}
}
