package truth_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"k8s.io/client-go/rest"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/awsapi"
	"github.com/seed-f864f198/onair/internal/lab/kubeapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/asg"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/observe/elb"
	"github.com/seed-f864f198/onair/internal/observe/hpa"
	"github.com/seed-f864f198/onair/internal/observe/quota"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// wire is a network of one address whose connections are pipes in memory, so
// that servers and clients on it may live in simulated time.
type wire struct {
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newWire() *wire { return &wire{calls: make(chan net.Conn), closed: make(chan struct{})} }

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.calls:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.closed) }); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case w.calls <- far:
		return near, nil
	case <-w.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// staging is a lab's world with the APIs that tell of it, all in memory.
type staging struct {
	world     *world.World
	stop      context.CancelFunc
	servers   []*http.Server
	clients   []*http.Transport
	running   sync.WaitGroup
	kube, aws http.RoundTripper
}

func startStaging(t *testing.T, c world.Config) *staging {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	w, err := world.Start(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	s := &staging{world: w, stop: stop}
	kube := kubeapi.New(w)
	s.running.Go(func() { kube.Run(ctx) })
	account := awsapi.New(w)
	s.running.Go(func() { account.Run(ctx) })
	s.kube, s.aws = s.serve(kube), s.serve(account)
	return s
}

// serve puts a handler on a wire of its own and returns a client of that wire.
func (s *staging) serve(handler http.Handler) http.RoundTripper {
	line := newWire()
	server := &http.Server{Handler: handler}
	client := &http.Transport{DialContext: line.dial, DisableCompression: true, MaxIdleConnsPerHost: 100}
	s.servers, s.clients = append(s.servers, server), append(s.clients, client)
	s.running.Go(func() { _ = server.Serve(line) }) // ends with ErrServerClosed
	return plainly{client}
}

// plainly is a transport that only reads the bodies it sends. The SDK closes a
// request's body with the answer, and where the answer is faster than the transport
// looks whether that body has an end, as it is here, a closed one that writes itself
// to the transport is an error, which cuts the answer off.
type plainly struct{ http.RoundTripper }

func (p plainly) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.Clone(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return p.RoundTripper.RoundTrip(r)
}

// close ends the world, its servers and all connections.
func (s *staging) close(t *testing.T) {
	s.stop()
	for _, c := range s.clients {
		c.CloseIdleConnections()
	}
	for _, server := range s.servers {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
	s.running.Wait()
	s.world.Wait()
}

// observers are the real ones, as cmd/onair builds them, on wires.
func (s *staging) observers(t *testing.T, watched []scenario.Observe) []observe.Observer {
	t.Helper()
	var all []observe.Observer
	for _, w := range watched {
		o, err := s.observer(w)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

func (s *staging) observer(w scenario.Observe) (observe.Observer, error) {
	config := aws.Config{
		Region: w.Region, BaseEndpoint: aws.String("http://aws.test"), HTTPClient: &http.Client{Transport: s.aws},
		Credentials: credentials.NewStaticCredentialsProvider("onair", "lab", ""),
	}
	switch w.Kind {
	case capacity.ASG:
		return asg.New(asg.Options{API: asg.NewClient(config), Alarms: cloudwatch.Alarms{API: cloudwatch.NewClient(config)}, Name: w.Name, Source: w.Source(), Region: w.Region}), nil
	case scenario.ELB:
		return elb.New(elb.Options{API: elb.NewClient(config), Name: w.Name, Source: w.Source(), Region: w.Region}), nil
	case scenario.Quota:
		return quota.New(quota.Options{
			Clients: quota.NewClients(config), Service: w.Service, Code: w.Name, Source: w.Source(), Region: w.Region, Fleet: w.Fleet, PerUnit: w.PerUnit,
		}), nil
	}
	return hpa.New(hpa.Options{
		Config:    &rest.Config{Host: "http://kube.test", Transport: s.kube},
		Namespace: w.Namespace, Name: w.Name, Source: w.Source(),
	})
}
