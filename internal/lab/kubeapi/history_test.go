package kubeapi

import (
	"bytes"
	"fmt"
	"maps"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/watch"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// versions are the objects of a list by name, each with its version.
func versions(objects []object) map[string]string {
	m := map[string]string{}
	for _, o := range objects {
		m[string(o.GetUID())] = o.GetResourceVersion()
	}
	return m
}

// FuzzHistory holds the law of a watch: a list, and what changed since, make
// the list that is now; and every version is told once, in order. What is kept
// from one rendering to the next is what a new rendering makes.
func FuzzHistory(f *testing.F) {
	f.Add([]byte{1, 3, 7, 3, 0, 255, 12})
	f.Add([]byte("prime time"))
	f.Fuzz(func(t *testing.T, acts []byte) {
		h, m := newHistory(), newMemory(settingOf(world.Config{}))
		created := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
		act := func(mask byte) {
			s := world.State{Deployment: world.Deployment{Created: created}}
			for bit := range 8 {
				if mask&(1<<bit) != 0 {
					// Two pods of one name but another life must not be mistaken for one.
					s.Pods = append(s.Pods, world.Pod{Name: fmt.Sprint("pod", bit/2), UID: fmt.Sprint("life", bit), Created: created, Restarts: int(mask) % 3})
				}
			}
			h.update(renderWith(s, m))
			anew := newHistory()
			anew.update(render(s))
			for key, want := range anew.present {
				if got := h.present[key]; !bytes.Equal(got.encoded, want.encoded) {
					t.Fatalf("kept %s = %s; want %s", key, got.encoded, want.encoded)
				}
			}
			if len(h.present) != len(anew.present) {
				t.Fatalf("objects kept = %d; want %d", len(h.present), len(anew.present))
			}
		}
		for i, mask := range acts {
			act(mask)
			listed, at := h.list("pods")
			mirror := versions(listed)
			for _, later := range acts[i:] {
				act(later)
			}
			last := at
			changes, upTo, _, ok := h.since("pods", at)
			if !ok {
				t.Fatalf("since(%d) = expired; want the changes", at)
			}
			for _, c := range changes {
				if c.version <= last {
					t.Fatalf("version %d came after %d", c.version, last)
				}
				last = c.version
				if c.kind == watch.Deleted {
					delete(mirror, string(c.object.GetUID()))
				} else {
					mirror[string(c.object.GetUID())] = c.object.GetResourceVersion()
				}
			}
			now, version := h.list("pods")
			if got, want := mirror, versions(now); !maps.Equal(got, want) || upTo != version {
				t.Fatalf("list at %d and changes up to %d = %v; want the list at %d, %v", at, upTo, got, version, want)
			}
		}
	})
}

func TestHistoryForgets(t *testing.T) {
	h := newHistory()
	h.keep = 3
	for n := range 10 {
		h.update(render(world.State{Deployment: world.Deployment{Created: time.Unix(0, 0), Desired: n}}))
	}
	_, version := h.list("deployments")
	for _, c := range []struct {
		at   uint64
		want bool
	}{{version + 1, false}, {version, true}, {version - 3, true}, {version - 4, false}, {1, false}} {
		if _, _, _, ok := h.since("deployments", c.at); ok != c.want {
			t.Errorf("since(%d) at version %d that keeps 3 = %v; want %v", c.at, version, ok, c.want)
		}
	}
}

func TestSameStateChangesNothing(t *testing.T) {
	h := newHistory()
	s := world.State{Deployment: world.Deployment{Created: time.Unix(0, 0), Desired: 2}}
	h.update(render(s))
	before := h.version
	s.Now = time.Unix(60, 0)
	h.update(render(s))
	if h.version != before {
		t.Errorf("version after the same state = %d; want %d", h.version, before)
	}
}
