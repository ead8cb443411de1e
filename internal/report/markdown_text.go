package report

import (
	"regexp"
	"strings"
)

// mostLetters is how long a text from outside may be in Markdown.
const mostLetters = 500

// apart is a space of no width: with it before what follows, GitHub takes a text
// neither for the mention of a person, nor for an issue, nor for a link.
const apart = "&#8203;"

var markup = strings.NewReplacer(
	`\`, `\\`, "&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "$", `\$`, "[", `\[`, "]", `\]`,
	"#", `\#`+apart, "@", "@"+apart, "://", ":"+apart+"//", "www.", "www."+apart, "GH-", "GH-"+apart,
)

// cell keeps a text from outside from becoming markup, a link or a mention, and
// from ending its line or cell.
func cell(s string) string { return markup.Replace(shortened(clean(s))) }

// uncut is cell for a text of onair's own, however long: what tells people what to do
// is not cut.
func uncut(s string) string { return markup.Replace(clean(s)) }

// opener is what makes a line something else than a paragraph and is not escaped
// by cell.
var opener = regexp.MustCompile(`^\s*(\d{0,9})([-+=.)])`)

// item is cell for a text at the beginning of a list's line.
func item(s string) string { return opener.ReplaceAllString(cell(s), `$1\$2`) }

func shortened(s string) string {
	if len(s) <= mostLetters {
		return s
	}
	letters := []rune(s)
	if len(letters) <= mostLetters {
		return s
	}
	return string(letters[:mostLetters]) + "…"
}
