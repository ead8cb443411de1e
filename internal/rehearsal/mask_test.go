package rehearsal_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// secrets are values from the environment, by where they stand. Some change
// their looks in a URL or in quotes, and one begins with another.
var secrets = map[string]string{
	"HOST":   "hidden-host.test",
	"USER":   "visitor-7",
	"PASS":   "hunter-two",
	"QUERY":  "q=u&e r+y",
	"PATH":   "pa th/x%y",
	"HEADER": "tok\"en\\1",
	"BODY":   "tok\"en\\1-and-more",
}

const secretive = `name: secretive
target:
  url: "http://${HOST}"
  allow_hosts: ["${HOST}"]
  headers: {Authorization: "Bearer ${HEADER}", X-Others: "${USER}, ${PASS}, ${QUERY}, ${PATH}"}
traffic: {baseline: 50/s, duration: 10s}
requests:
  - {get: "/"}
  - {name: signup, post: /signup, body: {json: {password: "${BODY}"}}}
objectives: [{p99: 1s}]
`

func secretScenario(t *testing.T) *scenario.Scenario {
	t.Helper()
	env := func(name string) (string, bool) { value, ok := secrets[name]; return value, ok }
	s, err := scenario.Parse("secretive.yaml", ".", []byte(secretive), scenario.Options{Env: env})
	if err != nil {
		t.Fatal(err)
	}
	s.Target.URL = &url.URL{Scheme: "http", Host: secrets["HOST"], User: url.UserPassword(secrets["USER"], secrets["PASS"]),
		RawQuery: "key=" + url.QueryEscape(secrets["QUERY"])}
	s.Requests[0].Path = "/" + url.PathEscape(secrets["PATH"])
	return s
}

// gossip is an observer whose every word holds the secrets.
type gossip struct{ words string }

func (gossip) Source() string { return "asg/web" }

func (g gossip) Observe(ctx context.Context, rec *observe.Recorder) error {
	rec.Read(timeline.Ready, 1, time.Time{})
	rec.Event(time.Time{}, timeline.Create, "i-1", g.words)
	spec, _ := autoscale.Spec{Group: &autoscale.GroupSpec{Unread: []string{g.words}}}.Text()
	rec.Scales(time.Time{}, spec)
	rec.Warn(g.words)
	time.Sleep(2 * time.Second)
	return errors.New(g.words)
}

func leaks(text string) []string {
	var found []string
	for name, value := range secrets {
		for _, form := range []string{value, url.PathEscape(value), url.QueryEscape(value)} {
			if strings.Contains(text, form) {
				found = append(found, name+" in: "+text)
			}
		}
	}
	return found
}

// unpacked is what a zstd file holds.
func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := r.DecodeAll(packed, nil)
	if err != nil || !bytes.Contains(text, []byte("${HOST}/${PATH}?key=${QUERY}")) {
		t.Errorf("hits: %v, %.300s; want masked URLs", err, text)
	}
	return text
}

func TestNoSecretIsWritten(t *testing.T) {
	s := secretScenario(t)
	words := s.Target.URL.String() + s.Requests[0].Path + " "
	for _, value := range secrets {
		words += value + "," + url.QueryEscape(value) + ";"
	}
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		_, err := rehearsal.Run(t.Context(), rehearsal.Plan{
			Scenario: s, Target: s.Target.URL, Observers: []observe.Observer{gossip{words}}, Door: answers(time.Millisecond), Root: root, Hits: true,
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	said := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".zst") {
			text = unpacked(t, text)
		}
		said += strings.Count(string(text), "${PASS}")
		// In a file of JSON, quotes and ampersands are written otherwise; in JSON within it, twice so.
		for plain := string(text); ; {
			for _, leak := range leaks(plain) {
				t.Errorf("%s has the secret %s", path, leak)
			}
			again := strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\u0026`, `&`).Replace(plain)
			if again == plain {
				break
			}
			plain = again
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if said < 5 { // scenario, event, spec, gap and warning
		t.Error("nothing was masked; want the observer's words in the files")
	}
}

func TestNoSecretIsInAnError(t *testing.T) {
	for name, spoil := range map[string]func(*scenario.Scenario){
		"path":   func(s *scenario.Scenario) { s.Requests[0].Path = "/%zz" + secrets["PATH"] },
		"quoted": func(s *scenario.Scenario) { s.Requests[0].Path = "/%zz" + secrets["HEADER"] },
		"host":   func(s *scenario.Scenario) { s.Target.AllowHosts = []string{"other.test"} },
	} {
		s := secretScenario(t)
		spoil(s)
		_, err := rehearsal.Run(t.Context(), rehearsal.Plan{Scenario: s, Target: s.Target.URL, Root: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), "${") || len(leaks(err.Error())) > 0 {
			t.Errorf("%s: Run = %v; want a masked error", name, err)
		}
		if refused := errors.Is(err, load.ErrRefused); refused != (name == "host") {
			t.Errorf("%s: errors.Is(%v, ErrRefused) = %v", name, err, refused)
		}
	}
}
