package prometheus_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/prometheus"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// stage is a Sink that notes facts without their times and ends the watch with
// the one that is waited for.
type stage struct {
	mu      sync.Mutex
	facts   []string
	awaited string // how the last fact begins
	stop    func()
}

func (s *stage) note(fact string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts = append(s.facts, fact)
	if strings.HasPrefix(fact, s.awaited) {
		s.stop()
	}
	return nil
}

func (s *stage) WriteReading(r timeline.Reading) error {
	return s.note(fmt.Sprintf("%s = %v", r.Name, r.Value))
}
func (s *stage) WriteEvent(e timeline.Event) error { return s.note(e.Kind + ": " + e.Text) }
func (s *stage) WriteGap(timeline.Gap) error       { return s.note("gap") }

// depth answers as Prometheus does, with one value at the first stamp.
func depth(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/team/api/v1/query_range" || r.FormValue("query") != "sum(queue_depth)" || r.FormValue("step") != "0.01" {
		http.Error(w, "not what is asked", http.StatusTeapot)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[%s,"42.5"]]}]}}`, r.FormValue("start"))
}

// watch runs an observer of one query until a fact that begins with the awaited
// one.
func watch(t *testing.T, handler http.HandlerFunc, awaited string) (facts []string, host string) {
	t.Helper()
	backend := httptest.NewServer(handler)
	t.Cleanup(backend.Close)
	address, err := url.Parse(backend.URL + "/team/")
	if err != nil {
		t.Fatal(err)
	}
	client, err := prometheus.NewClient(address, http.Header{"Authorization": {"Bearer s3cret"}}, &http.Transport{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	sink := &stage{awaited: awaited, stop: stop}
	o := prometheus.New(prometheus.Options{
		API: client, Source: "prometheus/" + address.Host, Queries: []prometheus.Query{{Name: "queue depth", Expr: "sum(queue_depth)"}},
		Interval: 10 * time.Millisecond, Timeout: 2 * time.Second, Backfill: 100 * time.Millisecond,
	})
	if _, err := observe.Watch(ctx, time.Now(), sink, o); err != nil {
		t.Fatal(err)
	}
	return sink.facts, address.Host
}

func TestOverLoopback(t *testing.T) {
	facts, _ := watch(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer s3cret" || r.Header.Get("User-Agent") != "onair" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		depth(w, r)
	}, "queue depth")
	if facts[0] != "queue depth = 42.5" {
		t.Errorf("facts = %q; want queue depth = 42.5 first", facts)
	}
}

// Whatever the server does, each failure is a gap with a cause that fits on a
// line, and it ends when the server answers again.
func TestFailuresOverLoopback(t *testing.T) {
	say := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		name  string
		fails http.HandlerFunc
		want  string
	}{
		{"denied", say(401, "who are you?"), "access denied (client error: 401; headers: gives an Authorization)"},
		{"fault", say(500, "<html>no</html>"), "server error: 500"},
		{"HTML", say(200, "<html><h1>Sign in</h1></html>"), "the answer is not Prometheus's ("},
		{"only bad queries", say(422, `{"status":"error","errorType":"execution","error":"too many samples"}`), "Prometheus refused the query (execution: too many samples)"},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		}, "the answer is not Prometheus's (bad response code 302)"},
		{"slow", func(_ http.ResponseWriter, r *http.Request) {
			io.ReadAll(r.Body)
			<-r.Context().Done()
		}, "no answer within 2 s"},
		{"reset", func(w http.ResponseWriter, r *http.Request) {
			io.ReadAll(r.Body)
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
		}, "EOF"},
		{"endless", say(200, strings.Repeat(" ", 9<<20)), "the answer has more than 8 MB (a query has to give one series)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var mu sync.Mutex
			asked := 0
			facts, host := watch(t, func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				asked++
				first := asked == 1
				mu.Unlock()
				if first {
					c.fails(w, r)
					return
				}
				depth(w, r)
			}, "gap")
			want := "blind: prometheus/" + host + ": " + c.want
			if len(facts) == 0 || !strings.HasPrefix(facts[0], want) || strings.Contains(facts[0], "\n") {
				t.Errorf("facts = %.300q; want %q first", facts, want)
			}
			if !slices.Contains(facts, "gap") {
				t.Errorf("facts = %.300q; want the gap to end", facts)
			}
		})
	}
}
