package traffic_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/traffic"
)

func TestReadBins(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 54, 0, 0, time.UTC)
	want := []traffic.Bin{{Start: at, Length: time.Minute, Requests: 12}, {Start: at.Add(time.Minute), Length: time.Minute, Requests: 3.5}}
	texts := map[string]string{
		"RFC 3339":   "time,requests\n2026-11-22T12:54:00Z,12\n2026-11-22T21:55:00+09:00,3.5\n",
		"epoch":      "time,requests\n1795352040,12\n1795352100,3.5\n",
		"mark, CRLF": "\ufefftime,requests\r\n1795352040,12\r\n1795352100,3.5",
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(texts["epoch"])); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	texts["gzip"] = zipped.String()
	for name, text := range texts {
		got, err := traffic.ReadBins(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: ReadBins = %v; want no error", name, err)
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(time.Time.Equal)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadBinsMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "line 1: empty (expected the header time,requests)",
		"when,count\n1,2\n":                `line 1: header "when,count" (expected time,requests)`,
		"time,requests\n":                  "fewer than two lines",
		"time,requests\n1,2\n":             "fewer than two lines",
		"time,requests\n1,2\n2,3\n4,5\n":   "line 4: time 1970-01-01T00:00:04Z is 2s after the line before (expected 1s, as at the beginning)",
		"time,requests\n1,2\n2,3\n2,5\n":   "line 4: time 1970-01-01T00:00:02Z comes twice",
		"time,requests\n1,2\n2,3\n\n1,5\n": "line 5: time 1970-01-01T00:00:01Z is out of order",
		"time,requests\n1,2\n1,3\n":        "line 3: time 1970-01-01T00:00:01Z comes twice",
		"time,requests\n1,2\n61,3\n4,1\n":  "line 4: time 1970-01-01T00:00:04Z is out of order",
		"time,requests\n1,2\n6,3\n11,3\n":  "line 3: time 1970-01-01T00:00:06Z is 5s after the line before (expected one line a second or one a minute)",
		"time,requests\n1,2,3\n":           "line 2: 3 fields (expected time,requests)",
		"time,requests\nnoon,2\n":          `line 2: time "noon" is neither RFC 3339 nor epoch seconds`,
		"time,requests\n1,many\n":          `line 2: requests "many" is not a count`,
		"time,requests\n1,-1\n":            `line 2: requests "-1" is not a count`,
		"time,requests\n1,NaN\n":           `line 2: requests "NaN" is not a count`,
		"time,requests\n1,Inf\n":           `line 2: requests "Inf" is not a count`,
		"time,requests\n1,\"2\n":           "line 2: extraneous or missing \" in quoted-field",
		"\x1f\x8bnot gzip at all":          "gzip: ",
	} {
		if _, err := traffic.ReadBins(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("ReadBins(%q) = %v; want %q", text, err, want)
		}
	}
	// The spacing of two lines is judged too, though nothing follows them.
	if bins, err := traffic.ReadBins(strings.NewReader("time,requests\n1,2\n6,3\n")); err == nil {
		t.Errorf("ReadBins of two lines 5 s apart = %v; want an error", bins)
	}
}

// endless is a text without end, of which a reader must not want everything.
type endless struct{ line string }

func (e endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		n += copy(p[n:], e.line)
	}
	return n, nil
}

// Neither one line that never ends nor lines without end are read to their end,
// nor shown in full.
func TestReadBinsBounds(t *testing.T) {
	begin := "time,requests\n"
	var lines strings.Builder
	lines.WriteString(begin)
	for second := range 604_801 {
		lines.WriteString(strconv.Itoa(second))
		lines.WriteString(",1\n")
	}
	for name, test := range map[string]struct {
		text io.Reader
		want string
	}{
		"endless line": {io.MultiReader(strings.NewReader(begin), endless{strings.Repeat("a", 4096)}), "a line is too long (at most 4096 bytes)"},
		"bomb":         {compressed(t, begin+`"`, io.LimitReader(endless{strings.Repeat(" ", 4095) + "\n"}, 65<<20)), "too long (at most 64 MiB of text)"},
		"long header":  {strings.NewReader(strings.Repeat("世", 1000)), `line 1: header "` + strings.Repeat("世", 59) + `…" (expected time,requests)`},
		"long time":    {strings.NewReader(begin + strings.Repeat("9", 4000) + ",1\n"), `line 2: time "` + strings.Repeat("9", 59) + `…" is neither RFC 3339 nor epoch seconds`},
		"long count":   {strings.NewReader(begin + "1," + strings.Repeat("x", 61) + "\n"), `line 2: requests "` + strings.Repeat("x", 59) + `…" is not a count`},
		"many lines":   {strings.NewReader(lines.String()), "line 604802: too many lines (at most 604800 counts)"},
	} {
		if _, err := traffic.ReadBins(test.text); err == nil || err.Error() != test.want {
			t.Errorf("%s: ReadBins = %.300v; want %s", name, err, test.want)
		}
	}
}

func compressed(t *testing.T, begin string, text io.Reader) io.Reader {
	t.Helper()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := io.Copy(w, io.MultiReader(strings.NewReader(begin), text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &zipped
}

func FuzzReadBins(f *testing.F) {
	f.Add([]byte("time,requests\n1795352040,12\n1795352100,3.5\n"))
	f.Add([]byte("time,requests\n2026-11-22T12:54:00Z,12\n2026-11-22T12:54:01Z,1\n"))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Add([]byte("time,requests\n\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		bins, err := traffic.ReadBins(bytes.NewReader(text))
		if err != nil {
			return
		}
		for i, b := range bins {
			if b.Length != time.Second && b.Length != time.Minute {
				t.Fatalf("bin %d has length %s", i, b.Length)
			}
			if i > 0 && !b.Start.Equal(bins[i-1].Start.Add(b.Length)) {
				t.Fatalf("bin %d begins at %s; want where the one before ends", i, b.Start)
			}
		}
	})
}

func TestSliceBins(t *testing.T) {
	at := time.Unix(1000, 0)
	bins := make([]traffic.Bin, 5)
	for i := range bins {
		bins[i] = traffic.Bin{Start: at.Add(time.Duration(i) * time.Second), Length: time.Second, Requests: float64(i)}
	}
	for _, tt := range []struct {
		from, to    time.Time
		first, last int
	}{
		{time.Time{}, time.Time{}, 0, 5},
		{at.Add(time.Second), time.Time{}, 1, 5},
		{time.Time{}, at.Add(3 * time.Second), 0, 3},
		{at.Add(500 * time.Millisecond), at.Add(2500 * time.Millisecond), 1, 3},
		{at.Add(time.Hour), time.Time{}, 5, 5},
		{time.Time{}, at, 0, 0},
	} {
		if diff := cmp.Diff(bins[tt.first:tt.last], traffic.SliceBins(bins, tt.from, tt.to)); diff != "" {
			t.Errorf("SliceBins(%s, %s) (-want +got):\n%s", tt.from, tt.to, diff)
		}
	}
}

func TestReplayKeepsRates(t *testing.T) {
	bins := []traffic.Bin{{Length: time.Minute, Requests: 600}, {Length: time.Minute, Requests: 1200}, {Length: time.Minute, Requests: 0}}
	c := traffic.Replay(bins, 7, 0.5)
	if got, want := c.Duration(), 3*time.Minute/7; got != want {
		t.Errorf("Duration() = %s; want %s", got, want)
	}
	for at, want := range map[time.Duration]float64{time.Second: 5, 10 * time.Second: 10, 20 * time.Second: 0} {
		if got := c.Rate(at); got != want {
			t.Errorf("Rate(%s) = %g; want %g", at, got, want)
		}
	}
}

// A real day, a bin a minute: every minute has exactly the arrivals of its line.
func TestReplayOfARealDay(t *testing.T) {
	dir := os.Getenv("ONAIR_DATA")
	if dir == "" {
		t.Skip("ONAIR_DATA is unset: it names the folder of recorded traffic")
	}
	file, err := os.Open(filepath.Join(dir, "worldcup98-1998-07-07.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	bins, err := traffic.ReadBins(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, b := range bins {
		sum += b.Requests
	}
	c := traffic.Replay(bins, 1, 1)
	if got := (traffic.Plan{Visits: c}).CountVisits(math.MaxUint64); len(bins) != 1440 || float64(got) != sum {
		t.Errorf("%d bins, CountVisits = %d; want 1440 bins and the file's %g", len(bins), got, sum)
	}
	if peak, _ := c.Peak(); math.Abs(peak-229426.0/60) > 1e-9 {
		t.Errorf("Peak() = %g; want 229426 a minute", peak)
	}
	late := time.Date(1998, 7, 7, 21, 36, 0, 0, time.UTC)
	countMinutes(t, traffic.SliceBins(bins, late, late.Add(8*time.Minute)))
}

// countMinutes counts the arrivals of each minute one by one.
func countMinutes(t *testing.T, bins []traffic.Bin) {
	t.Helper()
	counts := make([]float64, len(bins))
	for _, a := range all(traffic.NewSchedule(traffic.Plan{Visits: traffic.Replay(bins, 1, 1), Seed: 1})) {
		counts[a.Due/time.Minute]++
	}
	for i, b := range bins {
		if counts[i] != b.Requests {
			t.Errorf("minute %d has %g arrivals; want %g", i, counts[i], b.Requests)
		}
	}
}
