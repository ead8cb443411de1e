package scenario

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// shortest is how long a value must be to be masked: shorter ones stand by
// chance in any text, and masking them would tell what they are.
const shortest = 4

// Mask writes ${NAME} in place of every secret in text, plain or as it stands in
// a URL, in JSON or in quotes. Values of fewer than 4 characters stay, and so
// does one that was encoded or cut apart in another way.
func (s *Scenario) Mask(text string) string {
	if s.masker == nil {
		return text
	}
	return s.masker.Replace(text)
}

// newMasker replaces values where they turn up by their keys, such as "${NAME}".
func newMasker(values map[string]string) *strings.Replacer {
	type form struct{ shown, mask string }
	var all []form
	for _, mask := range slices.Sorted(maps.Keys(values)) {
		for _, shown := range shownAs(values[mask]) {
			if len([]rune(shown)) >= shortest {
				all = append(all, form{shown, mask})
			}
		}
	}
	// The longest first: a value may be part of another.
	slices.SortStableFunc(all, func(a, b form) int { return cmp.Compare(len(b.shown), len(a.shown)) })
	var pairs []string
	for _, f := range all {
		pairs = append(pairs, f.shown, f.mask)
	}
	return strings.NewReplacer(pairs...)
}

// shownAs returns the ways in which a value is commonly written, and how it is in
// a template.
func shownAs(value string) []string {
	quoted := strconv.Quote(value)
	forms := []string{value, strings.TrimSpace(value), quoted[1 : len(quoted)-1], url.QueryEscape(value), url.PathEscape(value),
		strings.ReplaceAll(value, "{{", plainBraces)}
	if encoded, err := json.Marshal(value); err == nil {
		forms = append(forms, string(encoded[1:len(encoded)-1]))
	}
	return forms
}

// secretValues returns the values of secrets, each once.
func secretValues(secrets map[string]string) []string {
	return slices.Compact(slices.Sorted(maps.Values(secrets)))
}
