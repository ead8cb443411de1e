// Package traffic describes planned load: how many requests a second, from
// when to when, and at which instant each of them is due.
//
// A Curve is a request rate over time, piecewise linear and possibly with
// jumps. Whatever shapes the load (a flat baseline, stages, a replayed day, a
// spot) becomes a Curve, and curves add up:
//
//	req/s
//	4000 |         /\_
//	     |        /   \__
//	     |       /       \____
//	 400 |______/             \_________   baseline + Spot.Extra
//	     +-----|-----|-------------------> offset
//	          At    At+Onset+Rise
//
// A curve's integral A(t) is the number of requests due by t. It inverts in
// closed form: in a segment that runs from rate r0 to r1 over D seconds, with
// slope a = (r1-r0)/D, A grows by k within
//
//	t = 2k / (r0 + sqrt(r0² + 2ak))
//
// which is the root of r0 t + a t²/2 = k written so that nothing cancels and
// neither a = 0 nor r0 = 0 is a special case.
//
// A Schedule reads a curve as arrivals. Arrival n, counted from 0, is due where
// A reaches n + 1/2: the number of arrivals by any instant is then A rounded,
// never more than 1/2 away from it, and a curve that holds whole numbers of
// requests between two instants has exactly so many arrivals there.
//
//	A(t)  3 |                 ___/
//	        |            __x--          x: arrival n at A = n + 1/2
//	      2 |        __--
//	        |     _x-
//	      1 |   _-
//	        | _x
//	      0 |/------------------> offset
//
// Which requests there are, who sends them and what became of them is left to
// others; only an index says which request an arrival makes.
package traffic
