package lab_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

func ExampleStart() {
	staging, err := lab.Start(world.Config{
		Service: world.Service{Concurrency: 4, Mean: 10 * time.Millisecond},
		HPA:     &world.HPA{Metric: world.Utilisation, Target: 0.6, Min: 2, Max: 10},
		Group:   &world.Group{Name: "web-nodes", Max: 5},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer staging.Stop()
	answer, err := http.Get(staging.ServiceURL + "/top")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	fmt.Println(answer.Status, "by a pod of", answer.Header.Get(world.UnitHeader)[:len("web")])
	// Output: 200 OK by a pod of web
}

// start runs a lab until the test ends.
func start(t *testing.T, c world.Config) *lab.Lab {
	t.Helper()
	l, err := lab.Start(c)
	if err != nil {
		t.Fatalf("Start(%+v) = %v; want a lab", c, err)
	}
	t.Cleanup(func() {
		if err := l.Stop(); err != nil {
			t.Errorf("Stop() = %v; want nil", err)
		}
	})
	return l
}

// viewers returns a client that keeps as many connections as callers use.
func viewers(t *testing.T) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// visit makes one request and returns the status and the unit that answered.
func visit(ctx context.Context, client *http.Client, method, url string) (status int, unit string, err error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(`{"name":"viewer"}`)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return 0, "", err
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, answer.Header.Get(world.UnitHeader), err
}

// crowd is viewers who ask again as soon as they are answered.
type crowd struct {
	leave   context.CancelFunc
	there   sync.WaitGroup
	answers chan string     // the unit of each answer that was served
	units   map[string]bool // of the answers taken so far
}

func gather(t *testing.T, url string, n int) *crowd {
	ctx, leave := context.WithCancel(t.Context())
	c := &crowd{leave: leave, answers: make(chan string, 10000), units: map[string]bool{}}
	client := viewers(t)
	for range n {
		c.there.Go(func() {
			for ctx.Err() == nil {
				if status, unit, err := visit(ctx, client, http.MethodGet, url); err == nil && status == http.StatusOK {
					c.answers <- unit
				}
			}
		})
	}
	t.Cleanup(c.disperse)
	return c
}

func (c *crowd) disperse() {
	c.leave()
	c.there.Wait()
}

// 4 slots of 50 ms do 80 requests a second. Twenty of 24 viewers always wait,
// 250 ms of work, so that only a machine that stalls for as long disturbs it.
func TestSaturation(t *testing.T) {
	const want, tolerance = 80.0, 0.03
	l := start(t, world.Config{
		Service: world.Service{Concurrency: 4, Mean: 50 * time.Millisecond, Distribution: world.Constant},
	})
	crowd := gather(t, l.ServiceURL, 24)
	next := func(n int) time.Time {
		for range n {
			<-crowd.answers
		}
		return time.Now()
	}
	const answers = 80
	next(24)
	var measured []float64
	for range 5 {
		from := next(4)
		got := answers / next(answers).Sub(from).Seconds()
		if math.Abs(got/want-1) <= tolerance {
			return
		}
		measured = append(measured, got)
	}
	t.Errorf("a unit of 4 slots of 50 ms served %.1f/s; want %v/s within %v %%", measured, want, 100*tolerance)
}

// A viewer who gives up leaves the queue, whatever the method.
func TestWhoGivesUpLeavesTheQueue(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		t.Run(method, func(t *testing.T) {
			l := start(t, world.Config{
				Service: world.Service{Concurrency: 1, Mean: time.Minute, Distribution: world.Constant, Queue: 1},
			})
			client := viewers(t)
			var served sync.WaitGroup
			ctx, leave := context.WithCancel(t.Context())
			for range 2 { // one in the only slot, one in the only place of the queue
				served.Go(func() {
					for ctx.Err() == nil {
						visit(ctx, client, method, l.ServiceURL)
					}
				})
			}
			full := func() bool {
				ctx, giveUp := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer giveUp()
				status, _, err := visit(ctx, client, method, l.ServiceURL)
				return err == nil && status == http.StatusServiceUnavailable
			}
			within(t, "the queue to fill", full)
			leave()
			served.Wait()
			within(t, "the queue to have a place", func() bool { return !full() })
		})
	}
}

// within asks until a condition holds.
func within(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 20 s for %s", what)
		}
		runtime.Gosched()
	}
}

func TestStartNamesTheField(t *testing.T) {
	before := goroutines()
	for field, c := range map[string]world.Config{
		"service.mean": {Service: world.Service{Mean: -time.Second}},
		"hpa.target":   {HPA: &world.HPA{Max: 3}},
		"hpa.behavior.scale_up.policies[0].type": {HPA: &world.HPA{Target: 0.5, Max: 3, Behavior: &world.Behavior{
			ScaleUp: &world.Rules{Policies: []world.Policy{{Type: "people", Value: 1, Period: time.Minute}}},
		}}},
		"group.scales_on": {Group: &world.Group{ScalesOn: "a whim"}},
	} {
		l, err := lab.Start(c)
		if l != nil || err == nil || !strings.HasPrefix(err.Error(), "lab: "+field+": ") {
			t.Errorf("Start with a mistake in %s = %v, %v; want an error that begins with lab: %[1]s:", field, l, err)
		}
	}
	within(t, "a lab that was not started to leave nothing", func() bool { return len(goroutines()) <= len(before) })
}

// goroutines are the stacks of those that serve a lab or make one up.
func goroutines() []string {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	var found []string
	for _, stack := range strings.Split(string(all), "\n\n")[1:] { // the caller comes first
		if strings.Contains(stack, "/internal/lab.") || strings.Contains(stack, "/internal/lab/") || strings.Contains(stack, "http.(*conn)") {
			found = append(found, stack)
		}
	}
	return found
}

// serving counts the goroutines that are inside a lab's handlers.
func serving() int {
	n := 0
	for _, stack := range goroutines() {
		if strings.Contains(stack, ".ServeHTTP(") {
			n++
		}
	}
	return n
}

// Stop cuts what is under way: an answer that would take a minute, a watch, a
// connection that idles.
func TestStopLeavesNothing(t *testing.T) {
	before := len(goroutines())
	l, err := lab.Start(world.Config{
		Service: world.Service{Concurrency: 1, Mean: time.Minute, Distribution: world.Constant},
		HPA:     &world.HPA{Metric: world.Utilisation, Target: 0.5, Max: 3},
		Group:   &world.Group{Max: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig, err := l.WriteKubeconfig()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(kubeconfig); err != nil || string(text) != string(l.Kubeconfig()) {
		t.Errorf("kubeconfig file = %q, %v; want %q", text, err, l.Kubeconfig())
	}
	client := viewers(t)
	var pending sync.WaitGroup
	cut := make(chan error, 2)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		pending.Go(func() {
			_, _, err := visit(t.Context(), client, method, l.ServiceURL)
			cut <- err
		})
	}
	watch, err := client.Get(l.KubeURL + "/api/v1/pods?watch=true")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Get(l.AWSEndpoint); err != nil { // refused, and the connection stays
		t.Fatal(err)
	}
	within(t, "two requests and a watch to be under way", func() bool { return serving() >= 3 })

	if err := l.Stop(); err != nil {
		t.Errorf("Stop() = %v; want nil", err)
	}
	if left := serving(); left > 0 {
		t.Errorf("%d goroutines work for the lab after Stop; want none", left)
	}
	pending.Wait()
	for range 2 {
		if err := <-cut; err == nil {
			t.Error("a request under way was answered; want its connection cut")
		}
	}
	io.Copy(io.Discard, watch.Body) // ends, whole or cut
	watch.Body.Close()
	if _, err := os.Stat(kubeconfig); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Stat(kubeconfig) after Stop = %v; want that it does not exist", err)
	}
	for _, url := range []string{l.ServiceURL, l.AWSEndpoint, l.KubeURL} {
		listener, err := net.Listen("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Errorf("Listen on the port of %s after Stop = %v; want it free", url, err)
			continue
		}
		listener.Close()
	}
	within(t, "the goroutines of connections to end", func() bool { return len(goroutines()) <= before })
	if err := l.Stop(); err != nil {
		t.Errorf("second Stop() = %v; want nil", err)
	}
}
