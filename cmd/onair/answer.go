package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// answer is what a command found out, as people and machines read it.
type answer interface {
	JSON(io.Writer) error
	Markdown(io.Writer) error
	Text(w io.Writer, colour bool) error
}

// format says how an answer is written on stdout: as text unless a flag says otherwise.
type format struct{ json, markdown bool }

func (f *format) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.json, "json", false, "write JSON")
	cmd.Flags().BoolVar(&f.markdown, "markdown", false, "write Markdown, as for a pull request")
}

func (f format) check() error {
	if f.json && f.markdown {
		return errors.New("choose one of --json and --markdown")
	}
	return nil
}

func (f format) write(stdout io.Writer, a answer) error {
	switch {
	case f.json:
		return a.JSON(stdout)
	case f.markdown:
		return a.Markdown(stdout)
	}
	return a.Text(forPeople(stdout), coloured(stdout))
}

// pictured is an answer that makes files of itself, pictures among them.
type pictured interface {
	Render(put func(name string, content []byte) error) error
	Boxes() string // of which letters a PNG shows boxes, with the way out; empty: of none
}

// putter puts a file into a folder.
type putter func(name string, content []byte) error

// into puts files into a folder that is made where it is not there.
func into(folder string) (putter, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	return func(name string, content []byte) error {
		return os.WriteFile(filepath.Join(folder, name), content, 0o644)
	}, nil
}

// keepIn puts every file of an answer into a folder, and says where they are.
func keepIn(folder string, put putter, a pictured, stderr io.Writer) error {
	var paths []string
	err := a.Render(func(name string, content []byte) error {
		paths = append(paths, printable(filepath.Join(folder, name)))
		return put(name, content)
	})
	if err != nil {
		return err
	}
	if boxes := a.Boxes(); boxes != "" {
		warn(stderr, boxes)
	}
	_, err = fmt.Fprintf(stderr, "written: %s\n", strings.Join(paths, ", "))
	return err
}

func warn(stderr io.Writer, sentence string) {
	fmt.Fprintf(stderr, "warning: %s\n", printable(sentence))
}
