package preflight

import "fmt"

// String is the finding in one sentence: the thing, what was looked for, what was
// found, and the way out.
func (f Finding) String() string {
	sentence := fmt.Sprintf("%s, %s: %s", f.Subject, f.Asked, f.Text)
	if f.ToDo != "" {
		sentence += " (" + f.ToDo + ")"
	}
	return sentence
}

// Count is how many findings have each status.
func Count(found []Finding) map[Status]int {
	counted := make(map[Status]int)
	for _, f := range found {
		counted[f.Status]++
	}
	return counted
}
