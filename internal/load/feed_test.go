package load

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/traffic"
)

func TestReadFeed(t *testing.T) {
	want := &Feed{Columns: []string{"user", "full.name"}, Rows: [][]string{{"ann", "Ann, the first"}, {"bob", ""}}}
	const text = "user,full.name\nann,\"Ann, the first\"\nbob,\n"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, text)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"plain":           text,
		"gzip":            packed.String(),
		"byte order mark": "\ufeff\"user\",full.name\r\nann,\"Ann, the first\"\r\nbob,\r\n",
		"no last newline": strings.TrimSuffix(text, "\n"),
	} {
		got, err := ReadFeed(strings.NewReader(file))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: ReadFeed = error %v, and (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestFeedsThatCannotBeRead(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "line 1: empty (expected a header of column names)"},
		{"user,plan\n", "line 1: no row follows the header"},
		{"user,plan\nann,free\nbob\n", "line 3: 1 field (expected 2, as the header has)"},
		{"user,plan\n\"a\nb\",free\nbob,free,x\n", "line 4: 3 fields (expected 2, as the header has)"},
		{"user,user\na,b\n", "line 1: column 2 has the name of column 1"},
		{"user,\na,b\n", "line 1: column 2: a name has letters, digits, _ . and - only"},
		{"user, plan\na,b\n", "line 1: column 2: a name has letters, digits, _ . and - only"},
		{"a}}b\na\n", "line 1: column 1: a name has letters, digits, _ . and - only"},
		{"n\na\n", "line 1: column 1: the names n, visit, uuid and random are taken (choose another)"},
		{"a,random\na,b\n", "line 1: column 2: the names n, visit, uuid and random are taken (choose another)"},
		// Without a header, what is taken for names is private.
		{"ann@example.jp,4111\nbob@example.jp,4242\n", "line 1: column 1: a name has letters, digits, _ . and - only"},
		{"ann,4111\nbob\n", "line 2: 1 field (expected 2, as the header has)"},
		{"user\n\"ann\n", `line 2: extraneous or missing " in quoted-field`},
		{"user\n\x82\xa0\n", "line 2: column 1 is not text in UTF-8"},
		{"\x1f\x8b not gzip after all", "gzip: gzip: invalid header"},
	} {
		if _, err := ReadFeed(strings.NewReader(tt.text)); fmt.Sprint(err) != tt.want {
			t.Errorf("ReadFeed(%q) = %v; want %s", tt.text, err, tt.want)
		}
	}
}

// feedOf returns a feed of so many rows, each its number.
func feedOf(rows int) *Feed {
	f := &Feed{Columns: []string{"row"}}
	for i := range rows {
		f.Rows = append(f.Rows, []string{fmt.Sprint(i)})
	}
	return f
}

// At random, too, every row comes once before any comes again, in an order that
// seed alone decides.
func TestEveryRowOnce(t *testing.T) {
	for _, rows := range []int{1, 2, 3, 4, 5, 16, 17, 1000} {
		f := feedOf(rows)
		inOrder := visitsOf(f, 1)
		if want := append(slices.Clone(f.Rows), f.Rows...); !cmp.Equal(inOrder, want) {
			t.Errorf("%d rows in order: %v; want %v", rows, inOrder, want)
		}
		f.Random = true
		got := visitsOf(f, 1)
		seen := map[string]bool{}
		for _, row := range got[:rows] {
			seen[row[0]] = true
		}
		if len(seen) != rows {
			t.Errorf("%d rows at random: %v; want every row once", rows, got[:rows])
		}
		if !cmp.Equal(got[:rows], got[rows:]) {
			t.Errorf("%d rows at random repeat as %v; want %v again", rows, got[rows:], got[:rows])
		}
		if rows > 10 && (cmp.Equal(got, inOrder) || cmp.Equal(got, visitsOf(f, 2))) {
			t.Errorf("%d rows at random come in their own order, or in the same with another seed", rows)
		}
	}
}

// visitsOf returns the rows of as many visits as use every row twice.
func visitsOf(f *Feed, seed uint64) (rows [][]string) {
	for visit := range uint64(2 * len(f.Rows)) {
		rows = append(rows, f.row(seed, visit))
	}
	return rows
}

// Every row is about equally often every visit's.
func TestShuffledFairly(t *testing.T) {
	const n, seeds = 5, 20_000
	var seen [n][n]float64
	for seed := range uint64(seeds) {
		for i := range uint64(n) {
			seen[i][shuffled(seed, i, n)]++
		}
	}
	for i, row := range seen {
		for to, times := range row {
			if math.Abs(times-seeds/n) > 5*math.Sqrt(seeds/n) {
				t.Errorf("%d comes to %d in %g of %d shuffles; want about %d", i, to, times, seeds, seeds/n)
			}
		}
	}
}

func FuzzShuffledIsOneToOne(f *testing.F) {
	f.Add(uint64(1), uint16(1))
	f.Add(uint64(2), uint16(1000))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16) {
		if n == 0 || n > 5000 {
			return
		}
		seen := make([]bool, n)
		for i := range uint64(n) {
			to := shuffled(seed, i, uint64(n))
			if to >= uint64(n) || seen[to] {
				t.Fatalf("shuffled(%d, %d, %d) = %d; want a number below that none before came to", seed, i, n, to)
			}
			seen[to] = true
		}
	})
}

// Rows are asked for by many goroutines at once.
func TestRowsAtOnce(t *testing.T) {
	f := feedOf(500)
	f.Random = true
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for visit := range uint64(500) {
				if got, want := f.row(3, visit), f.Rows[shuffled(3^feedSeed, visit, 500)]; !cmp.Equal(got, want) {
					t.Errorf("row of visit %d = %v; want %v", visit, got, want)
				}
			}
		})
	}
	all.Wait()
}

func TestFeedsThatDoNotDo(t *testing.T) {
	for _, tt := range []struct {
		visits uint64
		feed   *Feed
		want   string
	}{
		{4000, feedOf(1200), "feed: 1,200 rows, and there are more visits (repeat: true uses them again)"},
		{3, feedOf(2), "feed: 2 rows, and there are more visits (repeat: true uses them again)"},
		{0, feedOf(100), "<nil>"},
		{100, feedOf(100), "<nil>"},
		{99, feedOf(99), "<nil>"},
		{4000, &Feed{Columns: []string{"row"}, Rows: [][]string{{"0"}}, Repeat: true}, "<nil>"},
		{1, &Feed{Columns: []string{"row"}, Repeat: true}, "feed: no rows"},
		{1, &Feed{Columns: []string{"uuid"}, Rows: [][]string{{"0"}}}, "feed: column 1: the names n, visit, uuid and random are taken (choose another)"},
		{1, &Feed{Columns: []string{"a", "b"}, Rows: [][]string{{"0", "1"}, {"0"}}}, "feed: row 2: 1 field (expected 2, as the header has)"},
		{1, nil, "<nil>"},
	} {
		p := planInside(steady(0), traffic.Flat(100, time.Second))
		p.Feed, p.Visits = tt.feed, tt.visits
		if got := fmt.Sprint(p.Check()); got != tt.want {
			t.Errorf("Check with %d visits = %s; want %s", tt.visits, got, tt.want)
		}
	}
}

// What was read can be written, read again, and used.
func FuzzReadFeed(f *testing.F) {
	for _, text := range []string{"user,plan\nann,free\n", "\ufeffa\n\"x\ny\"\n", "a,b\n1\n", "", "a\n\n\nb\n", "a\r\n\"\"\r\n", "\x1f\x8b", "名前\n安\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		feed, err := ReadFeed(bytes.NewReader(text))
		if err != nil {
			return
		}
		if len(feed.Rows) == 0 {
			t.Fatalf("ReadFeed(%q) has no rows; want an error then", text)
		}
		var written bytes.Buffer
		w := csv.NewWriter(&written)
		w.Write(feed.Columns)
		for _, row := range feed.Rows {
			if len(row) == 1 && row[0] == "" {
				w.Flush()
				written.WriteString("\"\"\n") // which csv.Writer writes as an empty line
				continue
			}
			w.Write(row)
		}
		w.Flush()
		again, err := ReadFeed(&written)
		if diff := cmp.Diff(feed, again); err != nil || diff != "" {
			t.Errorf("ReadFeed(%q), written and read again: error %v, and (-first +again):\n%s", text, err, diff)
		}
		for _, c := range feed.Columns {
			if err := CheckPlaceholders("{{"+c+"}}", feed.Columns); err != nil {
				t.Errorf("column %q has no placeholder: %v", c, err)
			}
		}
	})
}
