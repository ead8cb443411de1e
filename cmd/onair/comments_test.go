package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A comment that names a document sends its reader there: it is one of the
// repository, or the source itself is named.
func TestCommentsNameDocumentsThatAreThere(t *testing.T) {
	const root = "../.."
	document := regexp.MustCompile(`\b[A-Z]+\.md\b`)
	read := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		for _, name := range document.FindAllString(string(text), -1) {
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Errorf("%s names %s, which is not in the repository (name the source itself)", path, name)
			}
		}
		return nil
	})
	if err != nil || read == 0 {
		t.Errorf("%d files read, %v; want all of the repository", read, err)
	}
}
