package autoscale_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// A field that the form in JSON forgets would be lost without a word, so each is filled
// here with a value of its own, those to come too.
func TestSpecKeepsEveryField(t *testing.T) {
	for _, spec := range []autoscale.Spec{{HPA: &autoscale.HPASpec{}}, {Group: &autoscale.GroupSpec{}}} {
		var f filler
		switch {
		case spec.HPA != nil:
			f.fill(t, "HPA", reflect.ValueOf(spec.HPA).Elem())
			spec.HPA.Max += spec.HPA.Min
		default:
			f.fill(t, "Group", reflect.ValueOf(spec.Group).Elem())
			spec.Group.Max += spec.Group.Min
			both := spec.Group.Policies[0]
			stepped := both
			both.Stepped, stepped.Tracking = nil, nil // a policy is one of them
			spec.Group.Policies = []autoscale.PolicySpec{both, stepped}
		}
		text, err := spec.Text()
		if err != nil {
			t.Fatal(err)
		}
		got, err := autoscale.ParseSpec(text)
		if err != nil {
			t.Fatalf("ParseSpec(%s) = %v; want what was written", text, err)
		}
		if diff := cmp.Diff(spec, got); diff != "" {
			t.Errorf("ParseSpec(Text()) differs (-want +got):\n%s", diff)
		}
	}
}

// filler sets every field to something that is not zero, no two alike.
type filler struct{ n int }

// words are what may stand in a field of such a type.
var words = map[reflect.Type]string{
	reflect.TypeFor[autoscale.Select]():     string(autoscale.SelectMin),
	reflect.TypeFor[autoscale.PolicyType](): string(autoscale.Percent),
	reflect.TypeFor[autoscale.Adjustment](): string(autoscale.PercentChangeInCapacity),
}

func (f *filler) fill(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	f.n++
	switch of := v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 12, 1, 12, 0, f.n, 0, time.UTC)))
		return
	case time.Duration:
		v.Set(reflect.ValueOf(time.Duration(f.n) * time.Second))
		return
	case autoscale.MetricSpec:
		v.Set(reflect.ValueOf(autoscale.MetricSpec{Kind: autoscale.OfPod}))
		f.fill(t, name+".Name", v.FieldByName("Name"))
		f.fill(t, name+".Target", v.FieldByName("Target"))
		if kept := reflect.TypeOf(of).NumField(); kept != 3 {
			t.Errorf("%s has %d fields; want the 3 that are filled here", name, kept)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(t, name+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, name, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.fill(t, name, v.Index(0))
	case reflect.String:
		if word, known := words[v.Type()]; known {
			v.SetString(word)
		} else {
			v.SetString(fmt.Sprint("word ", f.n))
		}
	case reflect.Int:
		v.SetInt(int64(f.n))
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.5)
	case reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("%s is a %s, which this test cannot fill", name, v.Kind())
	}
}
