// Package simulation says what a service would do under a spot: it plays a
// Service, which is made of values alone, second by second, and tells how many
// requests went unserved and for how long capacity was behind demand. It is
// arithmetic: a run depends on its Service and its seed and on nothing else.
//
//	 demand ──────────────┬──> served, unserved
//	requests/s            │
//	    │                 │ capacity = ready x what a unit sustains
//	    v                 │
//	┌────────┐       ┌─────────┐  start, boot    ┌──────────┐
//	│ metric │       │  ready  │ <────────────── │ actuator │ quota, room on nodes
//	└────────┘       └─────────┘  drawn delays   └──────────┘
//	    │ window, delay                               ^
//	    v                                             │ desired
//	┌──────────┐   every sync, or alarm period        │
//	│ decision │ ─────────────────────────────────────┘
//	└──────────┘   package autoscale
//
// # Ticks
//
// Demand, what is served and what units use are numbers of one second each; in
// a second nothing else changes. What happens at an instant (a sync, an alarm's
// period, a unit that is ready) stands in an agenda with its exact time and takes
// effect in the first second that begins then or later, so that a unit serves up
// to a second late and no rounding adds up:
//
//	          sync            ready at 23.5: serves from 24
//	───┬───────┬───────────────────┬─┬─────────────> s
//	   0      15                    24
//
// Before the first second everything had long stood as it stands there.
//
// # Units
//
// Requests are spread evenly, so that the units of a fleet which are ready are
// alike, and a fleet is counts and the instants at which units became ready:
// what a unit used over a window is the same for each that was ready for all of
// it. Those that were not are what the autoscaler counts as using nothing.
//
// Everything drawn is drawn by number (traffic.Uniform): under a seed the start
// of a fleet's 12th unit takes as long whatever happened before it. So two
// services under the same seed differ by what was changed in them and not by
// chance.
//
// # What it leaves out
//
// Failing starts and launches, crashes and evictions have no place of their
// own: measured delays contain the first two. Groups launch at once when they
// are resized, up to the quota. One request is like another, and the queue is
// a fluid in front of all units: where each has a long queue of its own, old ones
// stay busy while new ones are idle, and that is not seen.
//
// Where the numbers come from (capacity, delays and forecasts) is left to the
// callers, and so is judging the outcome.
package simulation
