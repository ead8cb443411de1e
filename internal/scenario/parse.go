package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// Options say how a file is resolved.
type Options struct {
	// Set changes fields before anything is read: "traffic.spots[0].peak=12x".
	// The value is YAML; an empty one removes the field.
	Set []string
	// Env looks up the variables of ${VAR}: os.LookupEnv. Nil reads a stored
	// scenario again: variables that it still holds are left as they are, and
	// the host of the target is not judged, for nothing is going to be sent.
	Env func(string) (string, bool)
}

// Load reads and checks the scenario file at path. The error is Mistakes where
// the file itself is wrong, and wraps load.ErrRefused where it names a host that
// is not among those it allows. Neither shows a value of the environment: what
// is wrong is quoted as written, with ${NAME}.
func Load(path string, o Options) (*Scenario, error) {
	text, err := readFile(path, maxAgain)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return Parse(path, filepath.Dir(path), text, o)
}

// Parse checks text, which came from the file called name; dir is where
// relative file names in it are looked up. Errors are those of Load.
func Parse(name, dir string, text []byte, o Options) (*Scenario, error) {
	limit := maxText
	if o.Env == nil {
		limit = maxAgain
	}
	tree, wrong := readTree(text, limit)
	if wrong != nil {
		wrong.File = name
		return nil, Mistakes{*wrong}
	}
	d := newDecoder(name, dir, o.Env)
	for _, s := range o.Set {
		d.set(tree, s)
	}
	f, _ := fileTable.decode(d, tree, place{top, top}, top)
	s := d.compile(&f)
	if len(d.mistakes) > 0 {
		return nil, inOrder(d.maskedMistakes())
	}
	if d.refusal != nil {
		return nil, d.refusal
	}
	s.Secrets, s.masker = secretValues(d.secrets), newMasker(d.secrets)
	resolved, err := encode(tree)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s.Resolved = resolved
	return s, nil
}

func encode(tree *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(tree); err != nil {
		return nil, err
	}
	err := e.Close()
	return out.Bytes(), err
}

// readFile reads a regular file of at most limit bytes; anything else, such as
// a pipe, might never end.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := openFile(path, limit)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, plainError(err)
	}
	if int64(len(text)) > limit {
		return nil, tooLong(limit)
	}
	return text, nil
}

// openFile opens a regular file of at most limit bytes.
func openFile(path string, limit int64) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, plainError(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > limit:
		return nil, tooLong(limit)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, plainError(err)
	}
	return f, nil
}

func tooLong(limit int64) error { return fmt.Errorf("more than %d bytes", limit) }

// plainError leaves out the name of a system call, and that of the file, which
// the caller knows as it was written.
func plainError(err error) error {
	var failed *os.PathError
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
