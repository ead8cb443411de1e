package traffic

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// What a file may hold: a week of seconds, or a year of minutes. A
// compressed file can be a thousand times as long as it looks.
const (
	maxBins = 604_800
	maxText = 64 << 20 // bytes, once decompressed
	maxLine = 4 << 10  // bytes
)

// ReadBins reads the CSV `time,requests`, plain or gzip: a header, then one line
// a second or one a minute without gaps, the time as RFC 3339 or in epoch
// seconds; at most a week of seconds and 64 MiB. Mistakes name the line and quote
// no more than its beginning.
func ReadBins(r io.Reader) ([]Bin, error) {
	plain, err := Gunzip(r)
	if err != nil {
		return nil, err
	}
	lines := csv.NewReader(&bounded{Reader: plain})
	lines.FieldsPerRecord = -1
	lines.ReuseRecord = true
	if err := readHeader(lines); err != nil {
		return nil, err
	}
	var bins []Bin
	for {
		record, err := lines.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, CSVError(err)
		}
		line, _ := lines.FieldPos(0)
		bin, err := readBin(record)
		if err == nil {
			err = follow(bins, bin)
		}
		if err == nil && len(bins) == maxBins {
			err = fmt.Errorf("too many lines (at most %d counts)", maxBins)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		bins = append(bins, bin)
	}
	if len(bins) < 2 {
		return nil, errors.New("fewer than two lines of counts: the length of a bin cannot be told")
	}
	for i := range bins {
		bins[i].Length = bins[1].Start.Sub(bins[0].Start)
	}
	return bins, nil
}

// bounded is a text that is an error, rather than at its end, where it or one
// of its lines is too long.
type bounded struct {
	io.Reader
	read int // bytes
	line int // bytes of the line that is not yet at its end
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p[:min(len(p), maxLine)])
	b.read += n
	b.line += n
	if end := bytes.LastIndexByte(p[:n], '\n'); end >= 0 {
		b.line = n - end - 1
	}
	switch {
	case b.line > maxLine:
		return 0, fmt.Errorf("a line is too long (at most %d bytes)", maxLine)
	case b.read > maxText:
		return 0, fmt.Errorf("too long (at most %d MiB of text)", maxText>>20)
	}
	return n, err
}

// quote quotes what a file holds, or the beginning of it.
func quote(text string) string {
	const most = 60
	if runes := []rune(text[:min(len(text), 4*most+4)]); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return strconv.Quote(text)
}

// Gunzip returns the text of r, which may be compressed.
func Gunzip(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	if magic, _ := buffered.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	plain, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return plain, nil
}

func readHeader(lines *csv.Reader) error {
	header, err := lines.Read()
	switch {
	case err == io.EOF:
		return errors.New("line 1: empty (expected the header time,requests)")
	case err != nil:
		return CSVError(err)
	}
	if got := strings.TrimPrefix(strings.Join(header, ","), "\ufeff"); got != "time,requests" {
		return fmt.Errorf("line 1: header %s (expected time,requests)", quote(got))
	}
	return nil
}

// CSVError words what the CSV reader found as the other mistakes are worded.
func CSVError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("line %d: %w", parse.Line, parse.Err)
	}
	return err
}

// readBin reads one line; the bin's length is not known yet.
func readBin(record []string) (Bin, error) {
	if len(record) != 2 {
		return Bin{}, fmt.Errorf("%d fields (expected time,requests)", len(record))
	}
	start, err := readTime(record[0])
	if err != nil {
		return Bin{}, err
	}
	requests, err := strconv.ParseFloat(record[1], 64)
	if err != nil || !(requests >= 0) || math.IsInf(requests, 0) {
		return Bin{}, fmt.Errorf("requests %s is not a count", quote(record[1]))
	}
	return Bin{Start: start, Requests: requests}, nil
}

func readTime(text string) (time.Time, error) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds >= 0 && seconds < 1<<38 {
		return time.Unix(seconds, 0).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("time %s is neither RFC 3339 nor epoch seconds", quote(text))
	}
	return t, nil
}

// follow checks that next comes one bin after the last of bins, as the second
// came after the first.
func follow(bins []Bin, next Bin) error {
	if len(bins) == 0 {
		return nil
	}
	last := bins[len(bins)-1].Start
	spacing := next.Start.Sub(last)
	expected := spacing
	if len(bins) > 1 {
		expected = bins[1].Start.Sub(bins[0].Start)
	}
	switch {
	case spacing == 0:
		return fmt.Errorf("time %s comes twice", stamp(next.Start))
	case spacing < 0:
		return fmt.Errorf("time %s is out of order: it follows %s", stamp(next.Start), stamp(last))
	case expected != time.Second && expected != time.Minute:
		return fmt.Errorf("time %s is %s after the line before (expected one line a second or one a minute)",
			stamp(next.Start), spacing)
	case spacing != expected:
		return fmt.Errorf("time %s is %s after the line before (expected %s, as at the beginning)",
			stamp(next.Start), spacing, expected)
	}
	return nil
}

func stamp(t time.Time) string { return t.Format(time.RFC3339Nano) }
