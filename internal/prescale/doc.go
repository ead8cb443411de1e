// Package prescale writes the changes of a pre-scale plan as text to review,
// each with its reversal, and finds the instants between which they hold.
//
//	units
//	        apply     verify  air         latest end    release
//	 held     |---------|------|-----------------|----------|
//	          |                |/\    spot, perhaps later   |
//	normal ---'                '--------------------------- '---> time
//
// What is written is for a person: a command to paste, a snippet to commit.
// Nothing here runs it, and nothing here reads a cluster or an account, so the
// values that a reversal goes back to are the caller's: where they are not
// known there is no text, for half a change is worse than none. A text raises
// and never lowers: a minimum or maximum that is already high enough stays.
//
// How many units to hold is package plan's answer.
package prescale
