package load

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Feed gives every visit a row of values, which the placeholders of its
// requests name by column.
type Feed struct {
	Columns []string
	Rows    [][]string
	Random  bool // rows in a random order, each once; else in their own
	Repeat  bool // from the first again after the last, in the same order
}

// maxFeed is how long a feed may be once decompressed, in bytes: a compressed
// file can be a thousand times as long as it looks.
const maxFeed = 1 << 30

// ReadFeed reads CSV in UTF-8, plain or gzip, with a header line of column names.
// Errors begin with the line they are about. How long r may be is left to the
// caller.
func ReadFeed(r io.Reader) (*Feed, error) {
	plain, err := traffic.Gunzip(r)
	if err != nil {
		return nil, err
	}
	bounded := &io.LimitedReader{R: plain, N: maxFeed + 1}
	f, err := readFeed(bounded)
	if bounded.N == 0 {
		return nil, fmt.Errorf("too long (at most %d MiB of text)", maxFeed>>20)
	}
	return f, err
}

func readFeed(r io.Reader) (*Feed, error) {
	lines := csv.NewReader(withoutMark(r))
	lines.FieldsPerRecord = -1 // told in words of our own
	columns, err := lines.Read()
	if err == io.EOF {
		return nil, errors.New("line 1: empty (expected a header of column names)")
	}
	if err != nil {
		return nil, traffic.CSVError(err)
	}
	if err := checkColumns(columns); err != nil {
		return nil, atLine(lines, err)
	}
	f := &Feed{Columns: columns}
	for {
		row, err := lines.Read()
		switch {
		case err == io.EOF && len(f.Rows) == 0:
			return nil, atLine(lines, errors.New("no row follows the header"))
		case err == io.EOF:
			return f, nil
		case err != nil:
			return nil, traffic.CSVError(err)
		}
		if err := f.checkRow(row); err != nil {
			return nil, atLine(lines, err)
		}
		f.Rows = append(f.Rows, row)
	}
}

// withoutMark skips the byte order mark that spreadsheets begin CSV with.
func withoutMark(r io.Reader) io.Reader {
	const mark = "\ufeff"
	buffered := bufio.NewReader(r)
	if begin, _ := buffered.Peek(len(mark)); bytes.Equal(begin, []byte(mark)) {
		buffered.Discard(len(mark))
	}
	return buffered
}

// atLine places a mistake at the line that was read last.
func atLine(lines *csv.Reader, err error) error {
	line, _ := lines.FieldPos(0)
	return fmt.Errorf("line %d: %w", line, err)
}

// checkColumns says what is wrong with the names of columns, if anything is. It
// shows none of them: without a header, what is taken for names is a row.
func checkColumns(columns []string) error {
	for i, c := range columns {
		switch {
		case c == "" || strings.ContainsFunc(c, notInName):
			return fmt.Errorf("column %d: a name has letters, digits, _ . and - only", i+1)
		case slices.Contains([]string{"n", "visit", "uuid", "random"}, c):
			return fmt.Errorf("column %d: the names n, visit, uuid and random are taken (choose another)", i+1)
		case slices.Contains(columns[:i], c):
			return fmt.Errorf("column %d has the name of column %d", i+1, slices.Index(columns, c)+1)
		}
	}
	return nil
}

func notInName(r rune) bool {
	return r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-", r)
}

// checkRow says what is wrong with a row, if anything is.
func (f *Feed) checkRow(row []string) error {
	if len(row) != len(f.Columns) {
		return fmt.Errorf("%s (expected %d, as the header has)", fieldCount(len(row)), len(f.Columns))
	}
	for i, v := range row {
		if !utf8.ValidString(v) {
			return fmt.Errorf("column %d is not text in UTF-8", i+1)
		}
	}
	return nil
}

func fieldCount(n int) string {
	if n == 1 {
		return "1 field"
	}
	return fmt.Sprintf("%d fields", n)
}

// columns returns the names of the columns; none without a feed.
func (f *Feed) columns() []string {
	if f == nil {
		return nil
	}
	return f.Columns
}

// row returns the row of a visit; nil without a feed. Which it is depends on seed
// and visit alone. That there are enough, or that they repeat, the check of the
// plan has made sure of.
func (f *Feed) row(seed, visit uint64) []string {
	if f == nil {
		return nil
	}
	rows := uint64(len(f.Rows))
	i := visit % rows
	if f.Random {
		i = shuffled(seed^feedSeed, i, rows)
	}
	return f.Rows[i]
}

// feedSeed sets the order of rows apart from what else is drawn with the plan's
// seed.
const feedSeed = 0xd6e8feb86659fd93

// shuffled returns where number i of 0 to n-1 comes to lie when they are shuffled.
// It needs no memory and no order of calls: a Feistel network shuffles the
// numbers of the next even count of bits, and whoever it leads beyond n walks on
// until back below (Black and Rogaway: Ciphers with Arbitrary Finite Domains,
// CT-RSA 2002), after less than 4 walks on average.
func shuffled(seed, i, n uint64) uint64 {
	const rounds = 8
	half := (bits.Len64(n-1) + 1) / 2
	size := uint64(1) << half
	for {
		left, right := i/size, i%size
		for round := range uint64(rounds) {
			drawn := traffic.Uniform(seed, right*rounds+round) * float64(size)
			left, right = right, left^uint64(drawn)
		}
		if i = left*size + right; i < n {
			return i
		}
	}
}

// checkFeed says why the feed does not do for the plan, if it does not.
func (p Plan) checkFeed() error {
	f := p.Feed
	if f == nil {
		return nil
	}
	if err := checkColumns(f.Columns); err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	for i, row := range f.Rows {
		if err := f.checkRow(row); err != nil {
			return fmt.Errorf("feed: row %d: %w", i+1, err)
		}
	}
	switch rows := uint64(len(f.Rows)); {
	case rows == 0:
		return errors.New("feed: no rows")
	case p.Visits > rows && !f.Repeat:
		return fmt.Errorf("feed: %s rows, and there are more visits (repeat: true uses them again)", figure.Count(int64(rows)))
	}
	return nil
}
