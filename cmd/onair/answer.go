package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

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

// into puts files into the folder of --out, which is made where it is not there. That
// it cannot be written is a mistake of the flag.
func into(folder string) (putter, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, unwritable(folder, err)
	}
	return func(name string, content []byte) error {
		err := os.WriteFile(filepath.Join(folder, name), content, 0o644)
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
			return unwritable(folder, err)
		}
		return err
	}, nil
}

// checkFolder refuses a folder of --out that is a file or lies in one, before minutes
// of simulation.
func checkFolder(folder string) error {
	at, err := os.Stat(folder)
	switch {
	case folder == "", errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return unwritable(folder, err)
	case !at.IsDir():
		return unwritable(folder, syscall.ENOTDIR)
	}
	return nil
}

// unwritable says why a folder of --out takes no files.
func unwritable(folder string, why error) error {
	var failed *fs.PathError
	if errors.As(why, &failed) {
		why = failed.Err
	}
	return usageError{fmt.Errorf("--out %s: %w (a folder that can be written, which is made where it is not there)", printable(folder), why)}
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
