package prescale

import (
	"regexp"
	"strings"
)

// plain words need no quotes in any shell. There is no "=" and no "~" among
// them: zsh expands a word that begins with one.
var plain = regexp.MustCompile(`^[A-Za-z0-9_@%+:,./-]+$`)

// quote writes s so that a POSIX shell reads it back as one word, whatever is
// in it but NUL, which no argument can hold. Within single quotes nothing is
// special but their end:
//
//	it's $HOME  -->  'it'\''s $HOME'
func quote(s string) string {
	if plain.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// option writes a flag and its value. A value that begins with a dash is tied
// to its flag, or it would be read as another.
func option(name, value string) string {
	if strings.HasPrefix(value, "-") {
		return name + "=" + quote(value)
	}
	return name + " " + quote(value)
}

// command writes one command, an option a line, ready to paste; what is empty
// is left out. Head and options are of the shell already.
func command(head string, options ...string) string {
	lines := []string{head}
	for _, o := range options {
		if o != "" {
			lines = append(lines, o)
		}
	}
	return strings.Join(lines, " \\\n  ")
}

// optionIf is the option where its value is not empty.
func optionIf(name, value string) string {
	if value == "" {
		return ""
	}
	return option(name, value)
}
