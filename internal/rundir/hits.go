package rundir

import (
	"errors"
	"os"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// hitsWindow is how far back the encoder looks for what it has seen before:
// lines differ little from their neighbours, and memory is the load's.
const hitsWindow = 512 << 10

// hitsWriter writes the file of hits, made when the first come. Safe for
// concurrent use, and apart from what else is written: there may be a hundred
// megabytes a minute, and nobody else waits for their compression and their disk.
type hitsWriter struct {
	path string

	mu    sync.Mutex
	frame *hitsFrame // nil until the first come
	err   error      // the first; nothing is written after it
}

// WriteHits appends lines of hits.
func (w *Writer) WriteHits(lines []byte) error { return w.hits.write(lines) }

func (h *hitsWriter) write(lines []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil && h.frame == nil {
		h.frame, h.err = createHits(h.path)
	}
	if h.err == nil {
		h.err = h.frame.write(lines)
	}
	return h.err
}

// close returns the first error. Writing after it fails.
func (h *hitsWriter) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	err := errors.Join(h.err, h.frame.close())
	h.frame = nil
	if h.err == nil {
		h.err = os.ErrClosed
	}
	return err
}

// hitsFrame is the file under way, one zstd frame. After every write it holds
// all that was written, so that one which is never closed, because the run was
// killed, can be read to its end; zstd then says that the end is missing.
type hitsFrame struct {
	file   *os.File
	packed *zstd.Encoder
}

func createHits(path string) (*hitsFrame, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	return newHitsFrame(file)
}

func newHitsFrame(file *os.File) (*hitsFrame, error) {
	// Alone on the goroutine that writes: the others belong to the load.
	packed, err := zstd.NewWriter(file, zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(hitsWindow))
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &hitsFrame{file, packed}, nil
}

func (f *hitsFrame) write(lines []byte) error {
	_, err := f.packed.Write(lines)
	return errors.Join(err, f.packed.Flush())
}

// close ends the frame, where there is one.
func (f *hitsFrame) close() error {
	if f == nil {
		return nil
	}
	return errors.Join(f.packed.Close(), f.file.Close())
}
