// Package lab is the embedded staging: an autoscaled HTTP service with the AWS
// and Kubernetes APIs that tell about it, all on loopback.
//
//	        requests          +-------------+   State
//	load -----------> service | lab/world   | --------> lab/awsapi  <-- AWS SDK, awscli
//	                          | units, HPA, |
//	                          | group       | --------> lab/kubeapi <-- client-go, kubectl
//	                          +-------------+
//
// It is the default target of the demo and the test bench whose truth is
// known. What it is made of is world.Config; this package only puts the three
// servers on ports of the loopback interface.
package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/awsapi"
	"github.com/seed-f864f198/onair/internal/lab/kubeapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

// Lab is a running staging. Stop it when done.
type Lab struct {
	ServiceURL  string // http://127.0.0.1:PORT
	AWSEndpoint string // of every AWS service; any credentials pass
	KubeURL     string

	folder  string
	world   *world.World
	stop    context.CancelFunc
	servers []*http.Server
	running sync.WaitGroup
}

// Start builds the world that c describes and serves it until Stop. An error of
// c names the field.
func Start(c world.Config) (*Lab, error) {
	ctx, stop := context.WithCancel(context.Background())
	w, err := world.Start(ctx, c)
	if err != nil {
		stop()
		return nil, fmt.Errorf("lab: %w", err)
	}
	l := &Lab{world: w, stop: stop}
	kube := kubeapi.New(w)
	l.running.Go(func() { kube.Run(ctx) })
	aws := awsapi.New(w)
	l.running.Go(func() { aws.Run(ctx) })
	for _, s := range []struct {
		url     *string
		handler http.Handler
	}{{&l.ServiceURL, w}, {&l.AWSEndpoint, aws}, {&l.KubeURL, kube}} {
		if *s.url, err = l.serve(ctx, s.handler); err != nil {
			return nil, errors.Join(fmt.Errorf("lab: %w", err), l.Stop())
		}
	}
	return l, nil
}

// serve puts a handler on a free port of the loopback interface, where it
// takes connections until ctx ends.
func (l *Lab) serve(ctx context.Context, handler http.Handler) (url string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ConnState:         func(c net.Conn, state http.ConnState) { l.count(ctx, c, state) },
	}
	l.servers = append(l.servers, server)
	l.running.Go(func() { _ = server.Serve(listener) }) // ends with ErrServerClosed, by Stop
	return "http://" + listener.Addr().String(), nil
}

// count lets Stop wait for the goroutines of connections, which closing a
// server does not. A connection is new while its server still runs; one that
// comes while the server closes is not closed with the others, so it is here.
func (l *Lab) count(ctx context.Context, c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.running.Add(1)
		if ctx.Err() != nil {
			c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		l.running.Done()
	}
}

// Kubeconfig returns a kubeconfig whose only cluster is the lab's.
func (l *Lab) Kubeconfig() []byte { return kubeapi.Kubeconfig(l.KubeURL) }

// WriteKubeconfig writes the kubeconfig into a folder of its own, which Stop
// removes, and returns the file's path.
func (l *Lab) WriteKubeconfig() (path string, err error) {
	if l.folder == "" {
		if l.folder, err = os.MkdirTemp("", "onair-lab-"); err != nil {
			return "", err
		}
	}
	path = filepath.Join(l.folder, "kubeconfig")
	return path, os.WriteFile(path, l.Kubeconfig(), 0o600)
}

// Stop ends the world and the servers, cuts every connection, and waits for
// all of them.
func (l *Lab) Stop() error {
	l.stop()
	var err error
	for _, s := range l.servers {
		err = errors.Join(err, s.Close())
	}
	l.running.Wait()
	l.world.Wait()
	if l.folder != "" {
		err = errors.Join(err, os.RemoveAll(l.folder))
	}
	return err
}
