package rundir_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/seed-f864f198/onair/internal/rundir"
)

// hitLines are n lines that differ as those of a run do.
func hitLines(from, n int) []byte {
	var lines bytes.Buffer
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&lines, `{"attack":"onair","seq":%d,"code":200,"timestamp":"2026-12-01T12:54:%02d.%09dZ","latency":%d,"url":"http://lab.test/"}`+"\n",
			i, i/100%60, i*7919%1e9, 30e6+i*104729%1e6)
	}
	return lines.Bytes()
}

func hitsFile(w *rundir.Writer) string { return filepath.Join(w.Dir().Path(), "hits.ndjson.zst") }

// unpack returns what can be read of packed text, and why no more.
func unpack(t *testing.T, packed []byte) ([]byte, error) {
	t.Helper()
	r, err := zstd.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return io.ReadAll(r)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestHitsAreReadBack(t *testing.T) {
	w := create(t)
	if _, err := os.Stat(hitsFile(w)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("hits before the first: %v; want no file", err)
	}
	var want []byte
	for i, n := range []int{1, 5000, 20} {
		lines := hitLines(len(want), n)
		want = append(want, lines...)
		if err := w.WriteHits(lines); err != nil {
			t.Fatalf("WriteHits, call %d: %v", i, err)
		}
		// A run killed here keeps all of it; that the frame has no end is told.
		got, err := unpack(t, read(t, hitsFile(w)))
		if !bytes.Equal(got, want) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("before Close, after call %d: %d bytes, %v; want %d and %v", i, len(got), err, len(want), io.ErrUnexpectedEOF)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	packed := read(t, hitsFile(w))
	if got, err := unpack(t, packed); err != nil || !bytes.Equal(got, want) {
		t.Errorf("after Close: %d bytes, %v; want all %d", len(got), err, len(want))
	}
	if len(packed) > len(want)/4 {
		t.Errorf("%d bytes packed to %d; want less than a quarter", len(want), len(packed))
	}
	if err := w.WriteHits(want); !errors.Is(err, os.ErrClosed) {
		t.Errorf("WriteHits after Close = %v; want %v", err, os.ErrClosed)
	}
}

// A file torn at any byte reads, up to the tear, as what was written: by this
// package's library and by the zstd command.
func TestTornHitsReadUpToTheTear(t *testing.T) {
	w := create(t)
	var want []byte
	for i := range 20 {
		lines := hitLines(100*i, 100)
		want = append(want, lines...)
		if err := w.WriteHits(lines); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	packed := read(t, hitsFile(w))
	command, err := exec.LookPath("zstd")
	if err != nil {
		t.Logf("no zstd command (%v): torn files are read by the Go library alone", err)
	}
	most := 0
	for at := 0; at < len(packed); at += 97 {
		got, err := unpack(t, packed[:at])
		if !bytes.HasPrefix(want, got) || len(got) < most || at > 0 && err == nil {
			t.Fatalf("torn at byte %d of %d: %d bytes, %v; want a beginning of what was written, and an error", at, len(packed), len(got), err)
		}
		most = len(got)
		if command == "" || at%(97*8) != 0 {
			continue
		}
		piped := exec.Command(command, "-dc")
		piped.Stdin = bytes.NewReader(packed[:at])
		out, err := piped.Output()
		if !bytes.Equal(out, got) || at > 0 && err == nil {
			t.Errorf("zstd -dc of a file torn at byte %d: %d bytes, %v; want %d, and an error", at, len(out), err, len(got))
		}
	}
	if most < len(want)*9/10 {
		t.Errorf("torn at the last byte: %d bytes read; want nearly all %d", most, len(want))
	}
}
