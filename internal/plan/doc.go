// Package plan finds what to hold ready before a spot airs: the smallest number
// of units with which, in nearly all simulated airings, nearly all requests are
// served, from when to when, and how the chance grows with each unit more.
//
//	P(served)
//	 95 % |- - - - - - - ,o---o---o
//	      |            o'|
//	      |         o    |
//	      |  o---o       |
//	      +--------------+---------> units (and what they cost)
//	        without    the plan
//
// # What is held
//
// A fleet held at n has a minimum of n and n units that serve before the demand
// begins, with the nodes under them; it still grows above n as it does. What is ready
// on an ordinary evening, nodes too, counts for nothing beyond the minimum, for by the
// time of the airing an autoscaler may have let it go; so only where the minimum holds
// nothing need be done. How much the answer counts on what is added during the airing
// is told by the chance with the held units alone. A broadcast that slips finds the
// same floor, which is why the demand is played once, wherever in the window it may
// come.
//
// # How it is found
//
// Every candidate is played under the same seeds. In each of them what a unit
// sustains, how long starting takes, when the autoscaler looks and how large the
// demand is are drawn anew, as the model and the demand know them; a candidate
// holds where at least Sure of the draws leave at most Unserved. The search is rough
// at first, then by all draws around what was found, at last by five times as many:
//
//	 few draws    o     o       o   x   o
//	 all draws                 x o o o
//	 and more                  x o o
//	──────────────┴─────┴───────┴─┴─┴───┴──> units
//	            today           answer
//
// Of several fleets each is searched alone while the others carry whatever comes,
// then they are raised until they hold together, within the quota of a group that they
// share.
//
// What is written to make it so is package prescale's, and whether a model may be
// asked at all package forecast's (Replay.Trusted).
package plan
