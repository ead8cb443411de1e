package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden compares got with the file at path, or rewrites it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got, -update rewrites):\n%s", path, diff)
	}
}

// Every kind of mistake: testdata/err/x.yaml has those of x.out. A first line
// "# set: ASSIGNMENT; ASSIGNMENT" gives values of the command line.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/err/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("testdata/err has %d files (%v)", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			o := Options{Env: environment}
			first, _, _ := strings.Cut(string(text), "\n")
			if sets, ok := strings.CutPrefix(first, "# set: "); ok {
				o.Set = strings.Split(sets, "; ")
			}
			_, err = Parse(filepath.Base(path), "testdata", text, o)
			mistakes, ok := err.(Mistakes)
			if !ok {
				t.Fatalf("Parse(%s) = %v; want mistakes", path, err)
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".out", mistakes.Error()+"\n")
		})
	}
}

func TestDraw(t *testing.T) {
	var b strings.Builder
	for _, name := range []string{"lab-tvcm", "staging-tvcm", "replay"} {
		s, err := Load("../../scenarios/"+name+".yaml", Options{Env: noEnv})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n%s\n", name, Draw(s.Traffic.Curve, s.Traffic.Spots, 78, 10))
	}
	close := mustParse(t, `
name: close
lab: {}
traffic: {baseline: 2.2/s, duration: 1h30m, spots: [{name: ドラマ枠, at: 40m, peak: 9x}, {name: second of two, at: 45m, peak: 7x}, {name: at the very end, at: 88m, peak: 5x}]}
requests: [{get: /}]
objectives: [{p99: 1s}]
`, Options{Env: noEnv})
	fmt.Fprintf(&b, "close\n%s", Draw(close.Traffic.Curve, close.Traffic.Spots, 60, 6))
	golden(t, "testdata/draw.txt", b.String())
}

// The picture never breaks, whatever the size of the terminal.
func TestDrawSizes(t *testing.T) {
	s := mustParse(t, minimal, Options{Env: noEnv})
	for width := -1; width < 40; width += 3 {
		for height := -1; height < 12; height += 4 {
			picture := Draw(s.Traffic.Curve, s.Traffic.Spots, width, height)
			if got := strings.Count(picture, "┼"); got != 1 {
				t.Errorf("Draw(%d x %d) has %d corners; want 1:\n%s", width, height, got, picture)
			}
		}
	}
}
