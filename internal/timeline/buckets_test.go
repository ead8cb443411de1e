package timeline

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestBucketsFollowOneAnother(t *testing.T) {
	for b := bucket(1); b <= bucketOf(longest); b++ {
		us := b.low()
		here, before := bucketOf(time.Duration(us)*time.Microsecond), bucketOf(time.Duration(us-1)*time.Microsecond)
		if here != b || before != b-1 {
			t.Fatalf("bucket %d begins at %d µs, which lies in %d, and the µs before in %d", b, us, here, before)
		}
		if width := int64(2*(b.middle()-time.Duration(us)*time.Microsecond)/time.Microsecond) + 1; us >= 2048 && float64(width) > float64(us)/1024*(1+1e-9) {
			t.Fatalf("bucket %d is %d µs wide at %d µs; want at most a 1024th", b, width, us)
		}
	}
}

// A bucket that is full stays full, whichever way counts come together.
func TestCountsStopAtTheMost(t *testing.T) {
	var h, o Histogram
	for _, x := range []*Histogram{&h, &o} {
		if err := x.UnmarshalJSON([]byte(`{"7":281474976710655}`)); err != nil {
			t.Fatal(err)
		}
	}
	h.Record(7 * time.Microsecond)
	h.Merge(o)
	if got := h.Count(); got != mostCounted || h.counts[0].bucket() != 7 {
		t.Errorf("Count() of a full bucket = %d in bucket %d; want %d in bucket 7", got, h.counts[0].bucket(), int64(mostCounted))
	}
}

// What is read the short way is what the JSON decoder reads.
func FuzzOwnCounts(f *testing.F) {
	for _, text := range []string{
		`{"0":1}`, `{"5":1,"2048":7,"2050":281474976710655}`, `{"2049":1}`, `{"7":2,"5":1}`, `{"5":1,"5":2}`, `{"5":0}`,
		`{}`, `null`, `{"05":1}`, `{"5":01}`, `{"5":281474976710656}`, `{"119996416":3}`, `{"120000000":3}`, `{"120000001":3}`,
		`{"5":99999999999999999999}`, `{"-5":1}`, `{"5":-1}`, `{"5": 1}`, `{"5":1,}`, `{"5":1`, `{"5":1}}`, `{"5":1.0}`, `{"\u0035":1}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		short, ok := ownCounts(text)
		if !ok {
			return
		}
		var any Histogram
		if err := any.unmarshalAny(text); err != nil || !slices.Equal(any.counts, short) {
			t.Fatalf("ownCounts(%s) = %v; want %v, as the decoder reads it (%v)", text, short, any.counts, err)
		}
		if back, err := any.MarshalJSON(); err != nil || string(back) != string(text) {
			t.Errorf("ownCounts(%s) is written again as %s, %v", text, back, err)
		}
	})
}

func TestWhatIsWrittenIsReadTheShortWay(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for n := range 300 {
		var h Histogram
		for range n + 1 {
			h.Record(time.Duration(random.ExpFloat64() * float64(time.Second) / float64(1+n*n)))
		}
		text, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := ownCounts(text); !ok || !slices.Equal(got, h.counts) {
			t.Fatalf("ownCounts(%s) = %v, %v; want %v", text, got, ok, h.counts)
		}
	}
}
