package rehearsal

import (
	"slices"
	"strings"
)

// isSaid reports whether one of the warnings of before the run says already what
// an observer's of after it says: of the same source, in the same words. The first
// stays, for it has the way out.
//
//	before  asg/web, able to scale: Launch is suspended: … (resume …)
//	after   asg/web: Launch is suspended: …
//
// Whatever an observer found otherwise than it was before the run has other words.
func isSaid(before []string, warning string) bool {
	source, text, _ := strings.Cut(warning, ": ")
	return text != "" && slices.ContainsFunc(before, func(b string) bool {
		rest, same := strings.CutPrefix(b, source+", ")
		return same && (strings.Contains(rest, ": "+text) || strings.Contains(rest, "; "+text)) // alone, or after another
	})
}
