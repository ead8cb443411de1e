package typeface

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	godiff "github.com/google/go-cmp/cmp"
)

// japanese is a font with Japanese letters: Debian's fonts-ipafont-gothic, or what
// ONAIR_FONT names.
func japanese(t *testing.T) string {
	t.Helper()
	file := cmp.Or(os.Getenv("ONAIR_FONT"), "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("no font with Japanese letters (%v): install fonts-ipafont-gothic, or let ONAIR_FONT name one", err)
	}
	return file
}

// fontFolder is a folder with the Go font, which has no Japanese, under a name.
func fontFolder(t *testing.T, name string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, name), goregular.TTF, 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

func nameOf(t *testing.T, font *sfnt.Font) string {
	t.Helper()
	if font == nil {
		return ""
	}
	name, err := font.Name(nil, sfnt.NameIDFull)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestForAsksFoldersAndGoesBeneathThem(t *testing.T) {
	folder := t.TempDir()
	beneath := filepath.Join(folder, "truetype", "go")
	if err := os.MkdirAll(beneath, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"Go.TTF": string(goregular.TTF), "broken.ttf": "no font", "empty.otf": "", "README": "x"} {
		if err := os.WriteFile(filepath.Join(beneath, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "fonts")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	fonts := In(link, filepath.Join(folder, "absent"))
	for letter, want := range map[rune]string{'A': "Go Regular", 'Ж': "Go Regular", '都': "", ' ': "", '\U0001F4FA': "", -1: ""} {
		if got := nameOf(t, fonts.For(letter)); got != want {
			t.Errorf("For(%q) = %q; want %q", letter, got, want)
		}
	}
}

// Folders are listed for the first letter that is asked for, and once.
func TestNothingIsReadBeforeALetterIsAskedFor(t *testing.T) {
	listed := 0
	fonts := &Fonts{list: func() []string { listed++; return nil }}
	if listed != 0 {
		t.Fatalf("listed %d times before a letter was asked for; want 0", listed)
	}
	for _, letter := range "首都圏首都圏" {
		if font := fonts.For(letter); font != nil {
			t.Errorf("For(%q) = %v; want none", letter, font)
		}
	}
	if listed != 1 {
		t.Errorf("listed %d times; want once", listed)
	}
}

func TestUsePutsAFontFirst(t *testing.T) {
	fonts := In(fontFolder(t, "go.ttf"))
	if got := nameOf(t, fonts.For('都')); got != "" {
		t.Fatalf("For(都) = %q; want none", got)
	}
	if err := fonts.Use(japanese(t)); err != nil {
		t.Fatal(err)
	}
	for _, letter := range "都A" {
		if got := nameOf(t, fonts.For(letter)); got == "" || got == "Go Regular" {
			t.Errorf("For(%q) = %q; want the font that is used", letter, got)
		}
	}
}

func TestUseSaysWhatIsWrong(t *testing.T) {
	folder := fontFolder(t, "go.ttf")
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, []byte("these are no letters to draw with"), 0o644); err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(folder, "cut.ttf")
	if err := os.WriteFile(cut, goregular.TTF[:5000], 0o644); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(folder, "absent.ttf"): "no such file or directory",
		folder:                              "is a directory",
		text:                                "not a TrueType or OpenType font: ",
		cut:                                 "",
	} {
		err := In().Use(file)
		if err == nil || !strings.HasPrefix(err.Error(), "font "+file+": "+want) {
			t.Errorf("Use(%s) = %v; want an error that begins %q", file, err, "font "+file+": "+want)
		}
	}
}

// Every font of a collection is one.
func TestCollections(t *testing.T) {
	file := filepath.Join(t.TempDir(), "two.ttc")
	if err := os.WriteFile(file, collection(goregular.TTF, goregular.TTF), 0o644); err != nil {
		t.Fatal(err)
	}
	fonts, err := open(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(fonts) != 2 || nameOf(t, fonts[1]) != "Go Regular" {
		t.Errorf("open(two.ttc) = %d fonts; want 2, the second Go Regular", len(fonts))
	}
}

// collection puts fonts into one file: a head, then each font with the offsets of
// its tables moved by where it stands.
func collection(fonts ...[]byte) []byte {
	word := func(n int) []byte { return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} }
	head := slices.Concat([]byte("ttcf"), word(0x00010000), word(len(fonts)))
	at := len(head) + 4*len(fonts)
	var bodies []byte
	for _, font := range fonts {
		head = append(head, word(at+len(bodies))...)
		start := at + len(bodies)
		body := slices.Clone(font)
		for table := range int(body[4])<<8 | int(body[5]) {
			field := body[12+16*table+8:][:4]
			offset := int(field[0])<<24 | int(field[1])<<16 | int(field[2])<<8 | int(field[3])
			copy(field, word(offset+start))
		}
		bodies = append(bodies, body...)
		for len(bodies)%4 != 0 {
			bodies = append(bodies, 0)
		}
	}
	return append(head, bodies...)
}

// A font of OpenType's own outlines draws as well as one of TrueType's.
func TestOpenTypeOutlines(t *testing.T) {
	image, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/image").Output()
	if err != nil {
		t.Fatal(err)
	}
	fonts := In()
	if err := fonts.Use(filepath.Join(strings.TrimSpace(string(image)), "font", "testdata", "CFFTest.otf")); err != nil {
		t.Fatal(err)
	}
	for letter, want := range map[rune]string{'0': "CFFTest", '1': "CFFTest", '都': ""} {
		if got := nameOf(t, fonts.For(letter)); got != want {
			t.Errorf("For(%q) = %q; want %q", letter, got, want)
		}
	}
}

// A plain font comes before those that stand less well beside Latin letters.
func TestRanked(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"NotoSerifCJK-Bold.ttc", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "NotoColorEmoji.ttf", "LastResort.otf", "ipam-mincho.ttf", "fonts.cache"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, file := range ranked(folder, folder) {
		got = append(got, filepath.Base(file))
	}
	want := []string{"NotoSansCJK-Regular.ttc", "NotoColorEmoji.ttf", "NotoSansCJK-Bold.ttc", "ipam-mincho.ttf", "NotoSerifCJK-Bold.ttc"}
	if diff := godiff.Diff(want, got); diff != "" {
		t.Errorf("ranked (-want +got):\n%s", diff)
	}
}

// The letters of Japanese are one em wide in a font of equal widths, which IPA
// Gothic is.
func TestAdvance(t *testing.T) {
	fonts, err := open(japanese(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, letter := range "首夜の広告" {
		if got, err := Advance(fonts[0], letter); err != nil || got != 1 {
			t.Errorf("Advance(%q) = %v, %v; want 1 em", letter, got, err)
		}
	}
	if got, err := Advance(fonts[0], 'ｱ'); err != nil || got != 0.5 {
		t.Errorf("Advance(ｱ) = %v, %v; want 0.5 em, for it is of half width", got, err)
	}
}

// The system's folders are those where this machine's package put its fonts.
func TestSystemHasJapanese(t *testing.T) {
	japanese(t)
	fonts := System()
	if os.Getenv("ONAIR_FONT") != "" {
		t.Skip("ONAIR_FONT names a font, so the folders of the system need not have one")
	}
	for _, letter := range "首都圏 夜の広告" {
		if letter == ' ' {
			continue
		}
		if got := nameOf(t, fonts.For(letter)); got == "" {
			t.Errorf("For(%q) finds no font", letter)
		}
	}
}
