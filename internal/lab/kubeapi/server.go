// Package kubeapi tells the state of the staging as a Kubernetes API server
// would: discovery, get, list, watch and kubectl's tables, read-only, JSON. What
// a client may do it may ask by an access review, which is sent and not kept.
//
// The model is the original's. Every change of the world is rendered into
// objects and compared with the last rendering; what was added, modified or
// deleted becomes one entry in one history, and its place in it is the
// object's resourceVersion:
//
//	world.State --render--> objects --compare--> history
//
//	version   41       42        43        44        45
//	       --|--------|---------|---------|---------|--> time
//	         ADDED    MODIFIED  ADDED     DELETED   MODIFIED
//	         hpa/web  pod/a     pod/b     pod/a     hpa/web
//	                  ^ list returns the objects as of here and "42",
//	                    a watch from "42" begins with 43
//
// The history is bounded: a watch from a version that was forgotten is told
// 410 Expired and lists again. What the staging does not have is answered as
// the original refuses it, by a Status with the fitting code and reason.
//
// The API may fail as the world's Faults say, while the world goes on: an outage
// is answered to every request and cuts the watches when it begins; an expiry
// makes the history forget all, so that each watch is told 410 and lists again.
//
// See https://kubernetes.io/docs/reference/using-api/api-concepts/ for the
// protocol. The facts themselves are package world's.
package kubeapi

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// Source tells the present state of a staging, and returns a channel that is
// closed when anything in it changes.
type Source interface {
	State() (world.State, <-chan struct{})
}

// Server is a Kubernetes API of one staging. It is an http.Handler, safe for
// concurrent use.
type Server struct {
	source        Source
	history       *history
	changed       <-chan struct{} // closed when the state New rendered is no longer the present one
	memory        *memory
	start         time.Time // of the staging; what fails when counts from it
	faults        world.Faults
	done          chan struct{} // closed when Run has returned, so that watches end
	bookmarkEvery time.Duration
}

// New returns a server that tells the present state of src; Run keeps it up to
// date.
func New(src Source) *Server {
	s := &Server{source: src, history: newHistory(), memory: newMemory(setting{}), done: make(chan struct{}), bookmarkEvery: 20 * time.Second}
	state := s.follow()
	s.start, s.faults = state.Start, state.Config.Faults
	return s
}

// follow brings the history up to the source's present state.
func (s *Server) follow() world.State {
	state, changed := s.source.State()
	s.changed = changed
	if now := settingOf(state.Config); now != s.memory.setting {
		s.memory = newMemory(now)
	}
	s.history.update(renderWith(state, s.memory))
	return state
}

// Run follows the source until ctx ends, then ends all watches. Call it once.
func (s *Server) Run(ctx context.Context) {
	defer close(s.done)
	var expiring sync.WaitGroup
	expiring.Go(func() { s.expireWatches(ctx) })
	defer expiring.Wait()
	rest := time.NewTimer(0)
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-rest.C:
		}
		select {
		case <-ctx.Done():
			return
		case <-s.changed:
			began := time.Now()
			s.follow()
			rest.Reset(restAfter(time.Since(began)))
		}
	}
}

// restAfter is how long a server pauses after it followed a change, which took so
// long: where there are thousands of pods, changes are gathered, so that telling
// them leaves the machine to others.
func restAfter(took time.Duration) time.Duration {
	if took < 5*time.Millisecond {
		return 0
	}
	return min(3*took, 250*time.Millisecond)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.fail(w, r) {
		return
	}
	if r.Method == http.MethodPost && r.URL.Path == reviewPath {
		if err := s.review(w, r); err != nil {
			writeStatus(w, err)
		}
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		writeStatus(w, readOnly())
		return
	}
	if document, ok := discover(r.URL.Path, serverAddress(r)); ok {
		writeJSON(w, http.StatusOK, document)
		return
	}
	if alive(r.URL.Path) {
		fmt.Fprint(w, "ok")
		return
	}
	ask, err := parseAsk(r)
	if err != nil {
		writeStatus(w, err)
		return
	}
	switch {
	case !slices.Contains(ask.resource.verbs(), ask.verb()):
		err = apierrors.NewMethodNotSupported(ask.resource.groupResource(), ask.verb())
	case ask.watch:
		err = s.watch(w, r, ask)
	case ask.name != "":
		err = s.get(w, ask)
	default:
		err = s.list(w, ask)
	}
	if err != nil {
		writeStatus(w, err)
	}
}

func alive(path string) bool {
	return path == "/healthz" || path == "/livez" || path == "/readyz"
}

func readOnly() *apierrors.StatusError {
	err := apierrors.NewMethodNotSupported(schema.GroupResource{}, "write")
	err.ErrStatus.Message = "this staging is read-only"
	return err
}

// objects are those of a resource, and the version at which they are so.
func (s *Server) objects(r *resource) ([]object, uint64) {
	found, version := s.history.list(r.store)
	if r.now != nil {
		state, _ := s.source.State()
		found = r.now(state)
	}
	return found, version
}

func (s *Server) get(w http.ResponseWriter, ask ask) error {
	objects, version := s.objects(ask.resource)
	for _, o := range objects {
		if o.GetName() == ask.name && (!ask.resource.namespaced || o.GetNamespace() == ask.namespace) {
			if ask.table != nil {
				writeJSON(w, http.StatusOK, ask.tableOf([]object{o}, version))
			} else {
				writeJSON(w, http.StatusOK, ask.resource.view(o))
			}
			return nil
		}
	}
	return apierrors.NewNotFound(ask.resource.groupResource(), ask.name)
}

func (s *Server) list(w http.ResponseWriter, ask ask) error {
	objects, version := s.objects(ask.resource)
	if ask.version > version {
		return tooLarge(ask.version, version)
	}
	chosen := []object{}
	for _, o := range objects {
		if ask.matches(o) {
			chosen = append(chosen, o)
		}
	}
	if ask.table != nil {
		writeJSON(w, http.StatusOK, ask.tableOf(chosen, version))
		return nil
	}
	for i, o := range chosen {
		chosen[i] = ask.resource.view(o)
	}
	writeJSON(w, http.StatusOK, objectList{
		TypeMeta: metav1.TypeMeta{APIVersion: ask.resource.groupVersion(), Kind: ask.resource.kind + "List"},
		ListMeta: metav1.ListMeta{ResourceVersion: formatVersion(version)},
		Items:    chosen,
	})
	return nil
}

// objectList is a list of objects of any one kind.
type objectList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []object `json:"items"`
}

// tooLarge is what the original answers to a version that it has not reached;
// clients then ask for the newest instead.
func tooLarge(asked, have uint64) error {
	err := apierrors.NewTimeoutError(fmt.Sprintf("Too large resource version: %d, current: %d", asked, have), 1)
	err.ErrStatus.Details.Causes = []metav1.StatusCause{{
		Type: metav1.CauseTypeResourceVersionTooLarge, Message: "Too large resource version",
	}}
	return err
}
