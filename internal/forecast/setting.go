package forecast

// Setting is one thing that is otherwise than in the model.
type Setting struct {
	Fleet string // empty: the first one
	Key   string
	Value string
}

// ParseSettings reads what is changed together: "min=20,target=50%", and with a
// fleet "hpa/default/web.min=20". The error names the setting and what would be
// accepted.
func ParseSettings(text string) ([]Setting, error) { panic("not yet") }

// With returns the model with settings; m is not changed. A setting that makes no
// sense for its fleet is an error.
func (m *Model) With(settings []Setting) (*Model, error) { panic("not yet") }
