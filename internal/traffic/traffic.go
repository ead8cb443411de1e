// Package traffic describes planned load: how many viewers come a second, from
// when to when, what each of them asks for, and at which instant each request is
// due.
//
// A Curve is a rate over time, piecewise linear and possibly with jumps. Whatever
// shapes the load (a flat baseline, stages, a replayed day, a spot) becomes a
// Curve of visits, and curves add up:
//
//	visits/s
//	4000 |         /\_
//	     |        /   \__
//	     |       /       \____
//	 400 |______/             \_________   baseline + Spot.Extra
//	     +-----|-----|-------------------> offset
//	          At    At+Onset+Rise
//
// A curve's integral A(t) is the number of visits that start by t. It inverts in
// closed form: in a segment that runs from rate r0 to r1 over D seconds, with
// slope a = (r1-r0)/D, A grows by k within
//
//	t = 2k / (r0 + sqrt(r0² + 2ak))
//
// which is the root of r0 t + a t²/2 = k written so that nothing cancels and
// neither a = 0 nor r0 = 0 is a special case.
//
// A visit starts where A reaches a certain height. Even visits, counted from 0,
// start at the heights n + 1/2: the number of starts by any instant is then A
// rounded, never more than 1/2 away from it, and a curve that holds whole numbers
// of visits between two instants has exactly so many starts there. Poisson visits
// start at heights that lie apart by independent draws of -ln(1-u), a Poisson
// process of rate 1; read through A, it is the Poisson process whose rate is the
// curve (Çinlar, Introduction to Stochastic Processes, 1975), which is how people
// come who do not know of each other.
//
//	A(t)  3 |                 ___/                 A(t) |       _x___/
//	        |            __x--                          |     _x-
//	      2 |        __--                               |    x-
//	        |     _x-                                   |   _-
//	      1 |   _-                                      |  _x
//	        | _x                                        | _-
//	      0 |/------------------> offset              0 |/------------------> offset
//	          even: at n + 1/2                           Poisson: at random
//
// A Plan says which requests visits make: its Steps. Those with a weight are where
// visits begin, one for each visit; every other step is made some time after the
// start, by each visit or by a share of them. Each step so has the arrivals of a
// stream that is the visits' starts moved by its After, and a Schedule merges the
// streams: arrivals of all visits in due order, numbered from 0.
//
//	visit 0  b-----a-----c-----------d             b: by weight, at the start
//	visit 1     b-----a-----c                      a, c: steps after it
//	visit 2           b-----a-----c-----------d    d: a step that some visits make
//	         +--------------------------------> offset
//	arrival  0  1  2 3,4 5 6,7    8  9        10
//
// Demand is the request rate that this amounts to: the curve of visits once for
// each step, scaled by its PerVisit and shifted by its After. Where each visit
// makes one request, visits, arrivals and requests are the same.
//
// Everything random is drawn by number, from seeds that have nothing to do with
// each other: where Poisson visits start, which request each begins with, and of a
// fraction which visits make one request more. What is drawn for a visit depends
// on seed, step and the visit's number alone.
//
// Which requests there are, who sends them and what became of them is left to
// others; only an index says which request an arrival makes.
package traffic
