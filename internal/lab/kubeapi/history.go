package kubeapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// object is any Kubernetes object. Once in the history it is never written to
// again, so that requests may encode it without a lock.
type object interface {
	metav1.Object
	runtime.Object
}

// entry is an object and where it belongs.
type entry struct {
	store string // the plural name, one for all versions of a kind
	object
	key  string
	gone bool // this is how it was last: it is no more
}

func newEntry(store string, o object) entry {
	return entry{store: store, object: o, key: store + "/" + o.GetNamespace() + "/" + o.GetName()}
}

// change is one step of the history.
type change struct {
	version  uint64
	kind     watch.EventType
	store    string
	object   object // as it is since; of a deletion, as it was last
	previous object // nil where the object was added
}

// remembered is how many changes a watch may lag behind.
const remembered = 16384

// history is the present objects and the latest changes that led to them. Safe
// for concurrent use.
type history struct {
	mu        sync.Mutex
	version   uint64 // of the latest change
	forgotten uint64 // of the latest change that is no longer kept
	keep      int
	changes   []change
	present   map[string]present
	order     []string // keys of present, in order of rendering
	more      chan struct{}
}

// present is an object as it is now, and its encoding without the version, by
// which renderings are compared.
type present struct {
	entry
	encoded []byte
}

func newHistory() *history {
	return &history{version: 1, keep: remembered, present: map[string]present{}, more: make(chan struct{})}
}

// update makes objects the present ones and appends what that changes.
func (h *history) update(objects []entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.version
	next := make(map[string]present, len(objects))
	order := make([]string, 0, len(objects))
	for _, e := range objects {
		key := e.key
		if _, twice := next[key]; twice {
			continue
		}
		if e.gone {
			h.end(e)
			continue
		}
		order = append(order, key)
		next[key] = h.put(e, h.present[key])
	}
	for _, key := range h.order {
		if _, stays := next[key]; !stays {
			h.remove(h.present[key])
		}
	}
	h.present, h.order = next, order
	h.forget(int(h.version - before))
	if h.version != before {
		close(h.more)
		h.more = make(chan struct{})
	}
}

// put records e where it differs from what was there and returns what is.
func (h *history) put(e entry, was present) present {
	if was.object == e.object {
		return was
	}
	if e.GetResourceVersion() != "" { // it was here before, and who was told of it then may still read it
		e.object = e.DeepCopyObject().(object)
		e.SetResourceVersion("")
	}
	if was.object != nil && was.GetUID() != e.GetUID() {
		h.remove(was)
		was = present{}
	}
	if was.object != nil {
		carryOver(e.object, was.object)
	}
	encoded := encode(e.object)
	if was.object != nil && bytes.Equal(encoded, was.encoded) {
		return was
	}
	kind := watch.Added
	if was.object != nil {
		kind = watch.Modified
	}
	h.append(change{kind: kind, store: e.store, object: e.object, previous: was.object})
	return present{e, encoded}
}

// end records how an object that is no more was last, so that its deletion
// tells when it was asked for even where nobody saw it wait.
func (h *history) end(e entry) {
	if was := h.present[e.key]; was.object != nil && was.GetUID() == e.GetUID() {
		h.present[e.key] = h.put(e, was)
	}
}

// carryOver keeps what never changes in the life of an object.
func carryOver(now, was object) {
	now.SetCreationTimestamp(was.GetCreationTimestamp())
	if event, ok := now.(*corev1.Event); ok {
		event.InvolvedObject = was.(*corev1.Event).InvolvedObject // which may have gone since
	}
}

func (h *history) remove(was present) {
	last := was.DeepCopyObject().(object)
	h.append(change{kind: watch.Deleted, store: was.store, object: last, previous: was.object})
}

// append gives the change the next version, and its object too.
func (h *history) append(c change) {
	h.version++
	c.version = h.version
	c.object.SetResourceVersion(formatVersion(h.version))
	h.changes = append(h.changes, c)
}

// forget drops what is too old, but none of the latest changes: who waits for
// those is told of them.
func (h *history) forget(latest int) {
	if over := len(h.changes) - max(h.keep, latest); over > 0 {
		h.forgotten = h.changes[over-1].version
		h.changes = slices.Clone(h.changes[over:])
	}
}

// expire forgets everything up to a version that nobody has seen, so that every
// watch begins anew.
func (h *history) expire() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.version++
	h.forgotten, h.changes = h.version, nil
	close(h.more)
	h.more = make(chan struct{})
}

// list returns the present objects of a store in order of rendering, and the
// version at which they are so.
func (h *history) list(store string) ([]object, uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []object
	for _, key := range h.order {
		if p := h.present[key]; p.store == store {
			found = append(found, p.object)
		}
	}
	return found, h.version
}

// since returns what changed in a store after a version, the version up to
// which that is complete, and a channel that is closed when there is more. It
// reports ok = false where the version is not in the history any more, or not
// yet, as after a restart of the staging.
func (h *history) since(store string, version uint64) (changes []change, upTo uint64, more <-chan struct{}, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if version < h.forgotten || version > h.version {
		return nil, h.version, nil, false
	}
	first, _ := slices.BinarySearchFunc(h.changes, version+1, func(c change, v uint64) int { return cmp.Compare(c.version, v) })
	for _, c := range h.changes[first:] {
		if c.store == store {
			changes = append(changes, c)
		}
	}
	return changes, h.version, h.more, true
}

// encode is an object's JSON; API types always have one.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("kubeapi: encode %T: %v", v, err))
	}
	return text
}

func formatVersion(version uint64) string { return strconv.FormatUint(version, 10) }
