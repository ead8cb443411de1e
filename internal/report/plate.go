package report

import "slices"

// A plate is a picture of the report under its name: its files are NAME.svg and
// NAME.png, and the page shows it where it speaks of the same thing.
type plate struct {
	name string // headroom, timeline, …
	picture
}

// plates are the pictures of the run in the order in which a reader meets them;
// one about something that was not measured is left out.
func (r *Report) plates() []plate {
	all := []plate{
		{"headroom", r.headroomPicture()},
		{"timeline", r.timelinePicture()},
		{"scaling", r.scalingPicture()},
		{"rate", r.ratePicture()},
		{"law", r.lawPicture()},
		{"layers", r.layersPicture()},
		{"plan", r.planPicture()},
	}
	return slices.DeleteFunc(all, func(p plate) bool { return p.draw == nil })
}
