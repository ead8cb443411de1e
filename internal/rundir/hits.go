package rundir

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// hitsWindow is how far back the encoder looks for what it has seen before:
// lines differ little from their neighbours, and memory is the load's.
const hitsWindow = 512 << 10

// hitsWriter is the file of hits under way, one zstd frame. After every write
// it holds all that was written, so that one which is never closed, because the
// run was killed, can be read to its end; zstd then says that the end is missing.
type hitsWriter struct {
	file  *os.File
	frame *zstd.Encoder
}

// WriteHits appends lines of hits. The file is made when the first come.
func (w *Writer) WriteHits(lines []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil && w.hits == nil {
		w.hits, w.err = createHits(filepath.Join(w.dir.path, hitsFile))
	}
	if w.err == nil {
		w.err = w.hits.write(lines)
	}
	return w.err
}

func createHits(path string) (*hitsWriter, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	// Alone on the goroutine that writes: the others belong to the load.
	frame, err := zstd.NewWriter(file, zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(hitsWindow))
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &hitsWriter{file, frame}, nil
}

func (h *hitsWriter) write(lines []byte) error {
	_, err := h.frame.Write(lines)
	return errors.Join(err, h.frame.Flush())
}

// close ends the frame, where there is one.
func (h *hitsWriter) close() error {
	if h == nil {
		return nil
	}
	return errors.Join(h.frame.Close(), h.file.Close())
}
