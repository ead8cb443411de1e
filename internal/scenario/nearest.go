package scenario

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/spelling"
)

// suggestion names the known word that a mistyped one most likely meant, or all
// of them where none is near.
func suggestion(word string, known []string) string {
	if best, ok := spelling.Nearest(word, known); ok {
		return fmt.Sprintf("did you mean %s?", shorten(best))
	}
	return "known: " + several(known)
}
