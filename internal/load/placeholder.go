package load

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/valyala/fasttemplate"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// text is a text of a request, compiled. What the scenario wrote stands between
// what its placeholders stand for:
//
//	/users/{{user}}/orders/{{random 1 100}}
//	constant  value constant     value
//
// and a text without placeholders is one constant.
type text struct {
	constant string  // where there are no placeholders
	pieces   []piece // otherwise
	columns  []int   // of the feed, that stand in it
	room     int     // bytes it is likely to need
}

// piece is a constant, or a value where that is not nil.
type piece struct {
	constant string
	value    value
}

// value appends what a placeholder stands for.
type value func(to []byte, f *filling) []byte

// filling is what the placeholders of one arrival stand for.
type filling struct {
	arrival traffic.Arrival
	row     []string // of the feed
	scratch []byte   // to write texts in
}

// filled reports whether the text has placeholders.
func (t *text) filled() bool { return t.pieces != nil }

// append appends the text with its placeholders filled.
func (t *text) append(to []byte, f *filling) []byte {
	if !t.filled() {
		return append(to, t.constant...)
	}
	for _, p := range t.pieces {
		if p.value == nil {
			to = append(to, p.constant...)
		} else {
			to = p.value(to, f)
		}
	}
	return to
}

// string returns the text with its placeholders filled.
func (t *text) string(f *filling) string {
	if !t.filled() {
		return t.constant
	}
	f.scratch = t.append(slices.Grow(f.scratch[:0], t.room), f)
	return string(f.scratch)
}

// prepend puts a constant before the text.
func (t *text) prepend(constant string) {
	if t.filled() {
		t.pieces = slices.Insert(t.pieces, 0, piece{constant: constant})
		t.room += len(constant)
	} else {
		t.constant = constant + t.constant
	}
}

// CheckPlaceholders says what is wrong with the placeholders of a text whose
// visits have a row with these columns; nil if nothing is. There are
//
//	{{column}}       the value in that column of the visit's row
//	{{n}}            number of the arrival, from 0
//	{{visit}}        number of the visit, from 0
//	{{uuid}}         a random UUID (version 4)
//	{{random 1 100}} a random whole number, both ends included
//	{{{{}}           {{ itself
//
// and space within the braces makes no difference. A value is escaped for where
// it stands: in a path as one segment, in a query and in a form as one value, in
// JSON as within quotes; elsewhere it stands as it is.
func CheckPlaceholders(text string, columns []string) error {
	_, err := (&compiler{columns: columns}).compile(text, asWritten)
	return err
}

// compiler compiles the texts of one request, in an order that is always the
// same: what they draw at random depends on their places in it.
type compiler struct {
	columns []string
	seed    uint64
	draws   uint64 // placeholders so far that draw at random
}

// compile compiles a text that stands in the given form.
func (c *compiler) compile(written string, in form) (text, error) {
	b := builder{compiler: c, form: in}
	parsed, err := fasttemplate.NewTemplate(written, "{{", "}}")
	if err != nil { // it finds nothing else wrong
		return text{}, errors.New("a {{ without }} after it (a plain {{ is written {{{{}})")
	}
	if _, err := parsed.ExecuteFunc(&b, b.placeholder); err != nil {
		return text{}, err
	}
	return b.text()
}

// builder gathers the pieces of a text as fasttemplate finds them.
type builder struct {
	*compiler
	form   form
	pieces []piece
	used   []int // columns
}

// Write implements io.Writer: what stands between placeholders.
func (b *builder) Write(constant []byte) (int, error) {
	last := len(b.pieces) - 1
	if last < 0 || b.pieces[last].value != nil {
		b.pieces = append(b.pieces, piece{})
		last++
	}
	b.pieces[last].constant += string(constant)
	return len(constant), nil
}

// placeholder takes what stands between braces.
func (b *builder) placeholder(_ io.Writer, tag string) (int, error) {
	words := strings.Fields(tag)
	name := strings.Join(words, " ")
	if name == "{{" {
		return b.Write([]byte(name))
	}
	v, err := b.value(name, words)
	b.pieces = append(b.pieces, piece{value: v})
	return 0, err
}

// value returns what a placeholder stands for.
func (b *builder) value(name string, words []string) (value, error) {
	switch {
	case len(words) > 0 && words[0] == "random":
		return b.random(name, words[1:])
	case name == "n":
		return func(to []byte, f *filling) []byte { return strconv.AppendUint(to, f.arrival.N, 10) }, nil
	case name == "visit":
		return func(to []byte, f *filling) []byte { return strconv.AppendUint(to, f.arrival.Visit, 10) }, nil
	case name == "uuid":
		stream := b.stream()
		return func(to []byte, f *filling) []byte { return appendUUID(to, stream, f.arrival.N) }, nil
	}
	column := slices.Index(b.columns, name)
	if column < 0 {
		return nil, b.unknown(name)
	}
	b.used = append(b.used, column)
	escape := b.form.value
	return func(to []byte, f *filling) []byte { return escape(to, f.row[column]) }, nil
}

func (c *compiler) unknown(name string) error {
	known := "n, visit, uuid, random FROM TO"
	if len(c.columns) > 0 {
		known = "a column of the feed, " + known // whose names may be private: see checkColumns
	}
	return fmt.Errorf("unknown placeholder %s (%s; a plain {{ is written {{{{}})", quote(name), known)
}

// random returns the value of {{random FROM TO}}.
func (b *builder) random(name string, arguments []string) (value, error) {
	var limits [2]int64
	sound := len(arguments) == len(limits)
	for i := 0; sound && i < len(limits); i++ {
		var err error
		limits[i], err = strconv.ParseInt(arguments[i], 10, 64)
		sound = err == nil
	}
	from, to := limits[0], limits[1]
	// So many numbers a float64 tells apart; the difference is right even where
	// an int64 would overflow.
	span := uint64(to) - uint64(from) + 1
	if !sound || from > to || span > 1<<53 || span == 0 {
		return nil, fmt.Errorf("placeholder %s is not random FROM TO, two whole numbers, the lower one first and less than 2^53 apart",
			quote(name))
	}
	stream := b.stream()
	return func(out []byte, f *filling) []byte {
		drawn := uint64(traffic.Uniform(stream, f.arrival.N) * float64(span))
		return strconv.AppendInt(out, from+int64(drawn), 10)
	}, nil
}

// text returns the finished text.
func (b *builder) text() (text, error) {
	t := text{columns: b.used}
	filled := false
	for i := range b.pieces {
		p := &b.pieces[i]
		if p.value != nil {
			filled = true
			t.room += 36 // a UUID
			continue
		}
		var err error
		if p.constant, err = b.form.constant(p.constant); err != nil {
			return text{}, err
		}
		t.room += len(p.constant)
	}
	switch {
	case filled:
		t.pieces = b.pieces
	case len(b.pieces) > 0:
		t.constant = b.pieces[0].constant
	}
	return t, nil
}

// fillSeed sets what placeholders draw apart from what else is drawn with the
// plan's seed.
const fillSeed = 0x9fb21c651e98df25

// stream returns the seed of a placeholder that draws at random: every place in
// a request has its own.
func (c *compiler) stream() uint64 {
	c.draws++
	return c.seed ^ c.draws*fillSeed
}

// appendUUID appends arrival n's number of a stream in the form of a random UUID
// (RFC 9562, version 4).
func appendUUID(to []byte, stream, n uint64) []byte {
	const each = 48 // random bits, of the 53 that a number has
	var drawn [20]byte
	for i := range uint64(3) {
		bits := uint64(traffic.Uniform(stream, 3*n+i) * (1 << each))
		binary.BigEndian.PutUint64(drawn[i*each/8:], bits<<(64-each))
	}
	id := drawn[:16]
	id[6] = id[6]&0x0f | 4<<4
	id[8] = id[8]&0x3f | 2<<6
	for i, part := range [][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			to = append(to, '-')
		}
		to = hex.AppendEncode(to, part)
	}
	return to
}

// quote quotes what a person wrote, or the beginning of it.
func quote(written string) string {
	const most = 60
	if runes := []rune(written[:min(len(written), 4*most+4)]); len(runes) > most {
		written = string(runes[:most-1]) + "…"
	}
	return strconv.Quote(written)
}
