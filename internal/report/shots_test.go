package report

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-f864f198/onair/internal/rundir"
)

// ONAIR_SHOTS=DIR go test -run TestShots writes every picture of the runs that
// pictures must show well, and of the example, for a person to look at: as PNG, and
// in pages that are light and dark.
func TestShots(t *testing.T) {
	dir := os.Getenv("ONAIR_SHOTS")
	if dir == "" {
		t.Skip("writes pictures for people; set ONAIR_SHOTS to a directory")
	}
	reports := map[string]*Report{"crowded": crowded(), "example": example(t)}
	for name, e := range cases() {
		reports[name] = e.report()
	}
	for name, r := range reports {
		for _, p := range r.plates() {
			png, err := p.png()
			if err != nil {
				t.Fatal(err)
			}
			inline, _, err := p.inline()
			if err != nil {
				t.Fatal(err)
			}
			base := filepath.Join(dir, name+"-"+p.name)
			write := func(file string, content []byte) {
				if err := os.WriteFile(file, content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			write(base+".png", png)
			for theme, dark := range map[string]bool{"light": false, "dark": true} {
				write(base+"-"+theme+".html", fmt.Appendf(nil, `<style>:root{%s}body{margin:0;background:var(--paper)}svg{display:block;width:100%%}</style>%s`, variables(dark), inline))
			}
		}
	}
}

// example is the report of the run that is checked in.
func example(t *testing.T) *Report {
	t.Helper()
	dir, err := rundir.Open(filepath.Join("..", "..", "reports", "example"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
