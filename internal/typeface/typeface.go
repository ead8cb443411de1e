// Package typeface finds fonts of this machine for letters that the pictures' own
// font does not have, such as those of Japanese:
//
//	letter --> fonts a user named --> fonts of the system, plain ones first --> none
//
// Nothing is read before the first such letter is asked for, and no font twice. A
// font has a letter where it can draw its outline: one of colour pictures, as
// emoji fonts are, has none. Letters stand alone; joining those of Arabic or
// stacking those of Thai is left to who shows an SVG.
package typeface

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Fonts are fonts that are asked for letters. Its methods may be called from any
// goroutine.
type Fonts struct {
	list func() []string // files, the most wanted first; called once

	mu     sync.Mutex
	used   []*sfnt.Font // given by name
	files  []string     // not opened yet
	listed bool
	opened []*sfnt.Font // of files
	known  map[rune]*sfnt.Font
	buffer sfnt.Buffer
}

// System returns the fonts in this machine's usual folders.
func System() *Fonts { return &Fonts{list: func() []string { return ranked(folders()...) }} }

// In returns the fonts in folders and those beneath; without any, there are none.
func In(folders ...string) *Fonts {
	return &Fonts{list: func() []string { return ranked(folders...) }}
}

// Use puts a font file before all others; a collection with all its fonts. The
// error names the file and what is wrong with it.
func (f *Fonts) Use(file string) error {
	fonts, err := open(file)
	if err != nil {
		return fmt.Errorf("font %s: %w", file, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.used = append(f.used, fonts...)
	f.known = nil
	return nil
}

// For returns a font that draws a letter; nil where none does.
func (f *Fonts) For(letter rune) *sfnt.Font {
	f.mu.Lock()
	defer f.mu.Unlock()
	font, ok := f.known[letter]
	if !ok {
		if f.known == nil {
			f.known = make(map[rune]*sfnt.Font)
		}
		font = f.search(letter)
		f.known[letter] = font
	}
	return font
}

// search asks the fonts in turn, opening no more of them than it takes.
func (f *Fonts) search(letter rune) *sfnt.Font {
	for _, fonts := range [][]*sfnt.Font{f.used, f.opened} {
		if font := f.first(fonts, letter); font != nil {
			return font
		}
	}
	if !f.listed {
		f.files, f.listed = f.list(), true
	}
	for len(f.files) > 0 {
		file := f.files[0]
		f.files = f.files[1:]
		fonts, err := open(file)
		if err != nil {
			continue // a folder may hold what is not for us; the letter is then missing, and that is told
		}
		f.opened = append(f.opened, fonts...)
		if font := f.first(fonts, letter); font != nil {
			return font
		}
	}
	return nil
}

func (f *Fonts) first(fonts []*sfnt.Font, letter rune) *sfnt.Font {
	for _, font := range fonts {
		if draws(font, &f.buffer, letter) {
			return font
		}
	}
	return nil
}

// draws reports whether a font has the outline of a letter.
func draws(font *sfnt.Font, buffer *sfnt.Buffer, letter rune) bool {
	glyph, err := font.GlyphIndex(buffer, letter)
	if err != nil || glyph == 0 {
		return false
	}
	em := fixed.Int26_6(font.UnitsPerEm())
	if _, err := font.GlyphAdvance(buffer, glyph, em, 0); err != nil {
		return false
	}
	outline, err := font.LoadGlyph(buffer, glyph, em, nil)
	return err == nil && len(outline) > 0
}

// Advance returns how far a letter of a font moves the next one, in ems.
func Advance(font *sfnt.Font, letter rune) (float64, error) {
	var buffer sfnt.Buffer
	glyph, err := font.GlyphIndex(&buffer, letter)
	if err != nil {
		return 0, fmt.Errorf("letter %q: %w", letter, err)
	}
	em := fixed.Int26_6(font.UnitsPerEm())
	advance, err := font.GlyphAdvance(&buffer, glyph, em, 0)
	if err != nil {
		return 0, fmt.Errorf("letter %q: %w", letter, err)
	}
	return float64(advance) / float64(em), nil
}

// open reads the heads of all fonts of a file.
func open(file string) ([]*sfnt.Font, error) {
	if err := readable(file); err != nil {
		return nil, err
	}
	collection, err := sfnt.ParseCollectionReaderAt(source(file))
	if err != nil {
		return nil, fmt.Errorf("not a TrueType or OpenType font: %w", err)
	}
	var fonts []*sfnt.Font
	for i := range collection.NumFonts() {
		font, err := collection.Font(i)
		if err != nil {
			return nil, fmt.Errorf("font %d of %d: %w", i+1, collection.NumFonts(), err)
		}
		fonts = append(fonts, font)
	}
	return fonts, nil
}

// readable returns why a file is not, without its name.
func readable(name string) error {
	file, err := os.Open(name)
	if err == nil {
		defer file.Close()
		_, err = file.Read(make([]byte, 1))
	}
	if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) {
		return wrong.Err
	}
	return err
}

// source is a font file, open only while it is read: hundreds of them may be kept.
type source string

// ReadAt implements io.ReaderAt.
func (s source) ReadAt(p []byte, at int64) (int, error) {
	file, err := os.Open(string(s))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return file.ReadAt(p, at)
}
