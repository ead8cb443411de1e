package report

import (
	"bytes"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// The fonts have no Japanese: an SVG leaves it to those of its reader, the
// warning says what a PNG shows instead.
func TestJapaneseNames(t *testing.T) {
	r := passing.report()
	r.Scenario.Traffic.Spots[0].Name = "朝の本編 1\u202e\ufffe"
	svg, err := r.headroomPicture().svg()
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "headroom", svg)
	if !strings.Contains(string(svg), ">朝の本編 1<") {
		t.Error("headroom.svg lacks the spot's name")
	}
	japanese, err := r.headroomPicture().png()
	if err != nil {
		t.Fatal(err)
	}
	r.Scenario.Traffic.Spots[0].Name = "???? 1"
	marks, err := r.headroomPicture().png()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(japanese, marks) {
		t.Error("headroom.png differs from the one with question marks")
	}
}

func TestWarningOfNamesThatAPNGCannotShow(t *testing.T) {
	r := passing.report()
	if name := r.undrawn(); name != "" {
		t.Errorf("undrawn() = %q; want none of %q", name, r.Scenario.Traffic.Spots[0].Name)
	}
	r.Scenario.Traffic.Spots[0].Name = "CM → 1 Ä Ж"
	if name := r.undrawn(); name != "" {
		t.Errorf("undrawn() = %q; want none", name)
	}
	r.Scenario.Traffic.Spots[0].Name = "本編"
	if name := r.undrawn(); name != "本編" {
		t.Errorf("undrawn() = %q; want 本編", name)
	}
}

func TestFitLeavesRoomForWideLetters(t *testing.T) {
	style := letters(10, ink, false)
	if got, want := style.Width("本編"), vg.Length(20); got != want {
		t.Errorf("width of two Japanese letters of 10 points = %v; want %v", got, want)
	}
	if got, want := fit("本編本編本編", 10, 45), "本編本…"; got != want {
		t.Errorf("fit(6 letters of 10, 45) = %q; want %q", got, want)
	}
}
