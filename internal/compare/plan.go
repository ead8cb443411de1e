package compare

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

// Plan is what a run sends and how it is judged, part by part. Runs of equal plans
// can be compared.
type Plan []Part

// Part is one part of a plan.
type Part struct {
	Name string // for people: "requests"
	Text string // all that decides it
}

// Fingerprint is the SHA-256 of the plan in hexadecimal digits.
func (p Plan) Fingerprint() string {
	h := sha256.New()
	for _, part := range p {
		fmt.Fprintf(h, "%d %s %d ", len(part.Name), part.Name, len(part.Text))
		io.WriteString(h, part.Text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (p Plan) text(name string) (string, bool) {
	for _, part := range p {
		if part.Name == name {
			return part.Text, true
		}
	}
	return "", false
}

// Differences names the parts that are not the same in the plans of all runs, in
// the order of the plans; none where all plans are equal.
func Differences(runs []Run) []string {
	var names, differ []string
	for _, r := range runs {
		for _, part := range r.Plan {
			if !slices.Contains(names, part.Name) {
				names = append(names, part.Name)
			}
		}
	}
	for _, name := range names {
		text, there := runs[0].Plan.text(name)
		for _, r := range runs[1:] {
			if other, also := r.Plan.text(name); other != text || also != there {
				differ = append(differ, name)
				break
			}
		}
	}
	return differ
}
