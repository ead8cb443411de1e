package rundir

import (
	"crypto/rand"
	"io"
	"os"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// While a disk takes no more hits, the seconds of the run are written all the
// same.
func TestASlowDiskOfHitsHoldsUpNothingElse(t *testing.T) {
	w, err := Create(t.TempDir(), Manifest{Run: "evening"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	disk, full, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	if w.hits.frame, err = newHitsFrame(full); err != nil {
		t.Fatal(err)
	}
	hits := make(chan error, 1)
	go func() {
		lines := make([]byte, 4<<20) // more than a pipe holds, however packed
		rand.Read(lines)
		hits <- w.WriteHits(lines)
	}()
	disk.Read(make([]byte, 1)) // they are being written
	seconds := make(chan error, 1)
	go func() { seconds <- w.WriteSecond(timeline.Second{Second: 1}) }()
	select {
	case err := <-seconds:
		if err != nil {
			t.Errorf("WriteSecond = %v; want no error", err)
		}
	case <-hits:
		t.Fatal("the pipe took all hits; want it to stay full")
	case <-time.After(10 * time.Second):
		t.Error("WriteSecond waits for the hits")
	}
	rest := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, disk)
		rest <- err
	}()
	if err := <-hits; err != nil {
		t.Errorf("WriteHits = %v; want no error", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("Close = %v; want no error", err)
	}
	if err := <-rest; err != nil {
		t.Error(err)
	}
}
