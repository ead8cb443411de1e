package kubeapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// still is a staging in which nothing happens.
type still struct{}

func (still) State() (world.State, <-chan struct{}) { return world.State{}, nil }

func TestBookmarksComeToWhoAllowsThem(t *testing.T) {
	api := New(still{})
	api.bookmarkEvery = 10 * time.Millisecond
	server := httptest.NewServer(api)
	defer server.Close()
	response, err := http.Get(server.URL + "/api/v1/pods?watch=1&allowWatchBookmarks=true&resourceVersion=1")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	frames := json.NewDecoder(response.Body)
	for range 2 {
		var f struct {
			Type   string
			Object metav1.PartialObjectMetadata
		}
		if err := frames.Decode(&f); err != nil {
			t.Fatal(err)
		}
		_, want := api.history.list("pods")
		if f.Type != "BOOKMARK" || f.Object.Kind != "Pod" || f.Object.ResourceVersion != formatVersion(want) {
			t.Errorf("frame = %s of a %s at %s; want BOOKMARK of a Pod at %d", f.Type, f.Object.Kind, f.Object.ResourceVersion, want)
		}
	}
}
