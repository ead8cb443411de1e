package awsapi

import (
	"math"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// input reads the members of CBOR maps. The first that is not what it should
// be stays in wrong, and what is read after it counts for nothing.
type input struct{ wrong *refusal }

// member reads what must be a T where it is there at all.
func member[T cbor.Value](in *input, m cbor.Map, name string) (value T, told bool) {
	v, told := m[name]
	if _, null := v.(*cbor.Nil); !told || null {
		return value, false
	}
	value, ok := v.(T)
	if !ok {
		in.fail(name)
	}
	return value, ok
}

func (in *input) fail(name string) {
	if in.wrong == nil {
		in.wrong = unreadable("%s has an unexpected type", name)
	}
}

func (in *input) text(m cbor.Map, name string) string {
	v, _ := member[cbor.String](in, m, name)
	return string(v)
}

func (in *input) boolean(m cbor.Map, name string, otherwise bool) bool {
	if v, told := member[cbor.Bool](in, m, name); told {
		return bool(v)
	}
	return otherwise
}

// integer reads a count; one below 0 is refused where it is judged, as -1.
func (in *input) integer(m cbor.Map, name string, otherwise int) int {
	switch v := m[name].(type) {
	case nil, *cbor.Nil:
		return otherwise
	case cbor.Uint:
		return int(min(v, math.MaxInt32))
	case cbor.NegInt:
		return -1
	}
	in.fail(name)
	return otherwise
}

func (in *input) instant(m cbor.Map, name string) time.Time {
	tag, told := member[*cbor.Tag](in, m, name)
	if !told {
		return time.Time{}
	}
	var seconds float64
	switch v := tag.Value.(type) {
	case cbor.Uint:
		seconds = float64(v)
	case cbor.Float32:
		seconds = float64(v)
	case cbor.Float64:
		seconds = float64(v)
	default:
		seconds = math.NaN()
	}
	at, ok := instantOf(seconds)
	if tag.ID != 1 || !ok {
		in.fail(name)
	}
	return at
}

// instantOf is the instant so many seconds after 1970 began, where a calendar
// has it; 0 is the zero time, for none.
func instantOf(seconds float64) (at time.Time, ok bool) {
	const latest = 253402300800 // the year 10000
	if seconds == 0 {
		return time.Time{}, true
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), seconds > 0 && seconds < latest
}

func (in *input) object(m cbor.Map, name string) cbor.Map {
	v, _ := member[cbor.Map](in, m, name)
	return v
}

// texts is nil where there is no list.
func (in *input) texts(m cbor.Map, name string) []string {
	list, told := member[cbor.List](in, m, name)
	if !told {
		return nil
	}
	all := []string{}
	for _, v := range list {
		text, ok := v.(cbor.String)
		if !ok {
			in.fail(name)
		}
		all = append(all, string(text))
	}
	return all
}

func (in *input) objects(m cbor.Map, name string) []cbor.Map {
	list, _ := member[cbor.List](in, m, name)
	var all []cbor.Map
	for _, v := range list {
		o, ok := v.(cbor.Map)
		if !ok {
			in.fail(name)
		}
		all = append(all, o)
	}
	return all
}
