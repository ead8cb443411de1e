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
// What is written to make it so is package prescale's.
package plan
