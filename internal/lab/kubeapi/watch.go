package kubeapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

// stream is one watch: a chunked answer of one JSON document per change.
type stream struct {
	ask     ask
	encoder *json.Encoder
	flush   func() error
	headed  bool // the columns of a table were told; they are told once
}

// frame is one document of a watch.
type frame struct {
	Type   watch.EventType `json:"type"`
	Object any             `json:"object"`
}

// watch tells changes until the client goes, its timeout passes, an outage begins,
// or the server stops.
//
//	resourceVersion ""|"0"    sendInitialEvents unset: what is there as ADDED, then changes
//	resourceVersion "42"      sendInitialEvents unset: changes after 42
//	sendInitialEvents=true    what is there as ADDED, a bookmark that says so, then changes
//	sendInitialEvents=false   changes after the version, or from now on
func (s *Server) watch(w http.ResponseWriter, r *http.Request, ask ask) error {
	objects, at := s.history.list(ask.resource.store)
	if ask.initialEvents != nil && ask.version > at {
		return tooLarge(ask.version, at)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	out := &stream{ask: ask, encoder: json.NewEncoder(w), flush: http.NewResponseController(w).Flush}

	initial := ask.version == 0
	if ask.initialEvents != nil {
		initial = *ask.initialEvents
	}
	switch {
	case initial:
		if !out.initial(objects, at) {
			return nil
		}
	case ask.version != 0:
		at = ask.version
	}
	s.tell(r, out, at)
	return nil
}

// initial tells what is there, and where it was asked for, that this was all.
func (t *stream) initial(objects []object, at uint64) (ok bool) {
	for _, o := range objects {
		if t.ask.matches(o) && !t.send(watch.Added, o, at) {
			return false
		}
	}
	if t.ask.initialEvents != nil && t.ask.bookmarks {
		return t.bookmark(at, map[string]string{metav1.InitialEventsAnnotationKey: "true"})
	}
	return t.flush() == nil
}

// tell tells the changes after a version as they come.
func (s *Server) tell(r *http.Request, out *stream, at uint64) {
	bookmarks := time.NewTicker(s.bookmarkEvery)
	defer bookmarks.Stop()
	var timeout <-chan time.Time
	if out.ask.timeout > 0 {
		timer := time.NewTimer(out.ask.timeout)
		defer timer.Stop()
		timeout = timer.C
	}
	cut, stop := s.untilCut()
	defer stop()
	for {
		changes, upTo, more, ok := s.history.since(out.ask.resource.store, at)
		if !ok {
			out.expired(at, upTo)
			return
		}
		for _, c := range changes {
			if !out.change(c) {
				return
			}
		}
		at = upTo
		if out.flush() != nil {
			return
		}
		select {
		case <-more:
		case <-bookmarks.C:
			if out.ask.bookmarks && !out.bookmark(at, nil) {
				return
			}
		case <-timeout:
			return
		case <-cut:
			panic(http.ErrAbortHandler) // closes the connection
		case <-s.done:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// change tells one change as it looks through the selectors: an object that
// begins or ceases to match is added or deleted for this watch.
func (t *stream) change(c change) (ok bool) {
	matched := c.previous != nil && t.ask.matches(c.previous)
	matches := c.kind != watch.Deleted && t.ask.matches(c.object)
	switch {
	case matches && matched:
		return t.send(watch.Modified, c.object, c.version)
	case matches:
		return t.send(watch.Added, c.object, c.version)
	case matched:
		return t.send(watch.Deleted, c.object, c.version)
	}
	return true
}

func (t *stream) send(kind watch.EventType, o object, version uint64) (ok bool) {
	if t.ask.table == nil {
		return t.encoder.Encode(frame{kind, t.ask.resource.view(o)}) == nil
	}
	table := t.ask.tableOf([]object{o}, version)
	if t.headed {
		table.ColumnDefinitions = nil
	}
	t.headed = true
	return t.encoder.Encode(frame{kind, table}) == nil
}

// bookmark says up to which version all has been told. A table has no place
// for that.
func (t *stream) bookmark(version uint64, annotations map[string]string) (ok bool) {
	if t.ask.table != nil {
		return true
	}
	mark := metav1.PartialObjectMetadata{
		TypeMeta:   metav1.TypeMeta{APIVersion: t.ask.resource.groupVersion(), Kind: t.ask.resource.kind},
		ObjectMeta: metav1.ObjectMeta{ResourceVersion: formatVersion(version), Annotations: annotations},
	}
	return t.encoder.Encode(frame{watch.Bookmark, mark}) == nil && t.flush() == nil
}

// expired ends a watch whose version is not in the history; like the original
// it says so within the stream.
func (t *stream) expired(asked, have uint64) {
	status := statusOf(apierrors.NewResourceExpired(fmt.Sprintf("too old resource version: %d (%d)", asked, have)))
	// The stream ends here whether or not the client still hears why.
	_ = t.encoder.Encode(frame{watch.Error, status})
}
