// Package scenario turns a scenario file into a checked Scenario, or into every
// mistake in it at once, each with its place.
//
// A file goes through five steps:
//
//	text ──read──▶ tree ──--set──▶ tree ──decode──▶ file ──compile──▶ Scenario
//	               │ aliases and    │ ${VAR}          │ Nx, spots,     │
//	               │ merge keys     │ replaced,       │ caps, names    │
//	               ▼ replaced       ▼ leaf by leaf    ▼                ▼
//	             mistakes         mistakes          mistakes        Resolved
//
// Each object of the format is described once, by a table of fields: name, what
// it means, what it may be, its default and an example. The decoder, the JSON
// Schema and the reference in scenarios/README.md are all made from these
// tables, so that they cannot differ. A table entry binds a shape (how one value
// is read, and how the schema says so) to the place the value goes:
//
//	is("rise", length, func(s *spotFields) *time.Duration { return &s.rise }, "…").or("20s")
//
// Values of ${VAR} come from the environment. In a URL, a header, a path or a
// body they may be secrets: there the variable stays as written in Resolved and
// its value is listed in Secrets, for Mask. Anywhere else it is a setting, and Resolved
// has its value. Resolved also holds the content of every file the scenario
// names, so that it can be parsed again, without environment and files, to the
// same plan. Only the rows of a feed are left out: they may hold passwords, and
// what is planned does not depend on them.
package scenario
