// Package preflight asks, before a run, what would spoil it.
//
// A Check looks at one thing and returns Findings, each with what to do about
// it. All checks look at the same time, under one deadline; one that does not
// answer by then, or panics, is a Finding too:
//
//	target    |=====|
//	hpa/web   |==========|
//	asg/web   |==============|~~~~~~~> no answer: a failure that says so
//	          0              deadline
//
// What is looked at is the business of the packages that load and observe.
package preflight

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// Status is how a Finding bears on the run.
type Status int

// From what is well to what makes a run impossible or worthless.
const (
	OK Status = iota
	Warning
	Fail
)

func (s Status) String() string { return [...]string{"ok", "warning", "fail"}[s] }

// MarshalJSON writes the status as the word String gives.
func (s Status) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// Finding is what one look at one thing found.
type Finding struct {
	Subject string `json:"subject"` // the thing: "target", "hpa/default/web", "this machine"
	Asked   string `json:"asked"`   // what was looked for: "resolves", "may describe groups", "clock"
	Status  Status `json:"status"`
	Text    string `json:"text"`            // what was found
	ToDo    string `json:"to_do,omitempty"` // the way out; empty where there is nothing to do
	Bound   *Bound `json:"-"`               // how far what was found lets a fleet grow; nil: that is not what was asked, or not known
	Passing bool   `json:"-"`               // whoever watches tells it at the end, where it still is so then
	Err     error  `json:"-"`               // the cause, where it decides what the caller does; mostly nil
}

// ItsMax is what a fleet's own setting is called as a Bound.
const ItsMax = "its max"

// Bound is how many units a fleet may have at most.
type Bound struct {
	Fleet string // as readings name it: "hpa/default/web"
	Units int
	By    string // what allows no more: ItsMax, "room on nodes"
}

// Check looks at one thing.
type Check struct {
	Subject string
	Look    func(ctx context.Context) []Finding
}

// Run makes all checks at the same time and returns what they found, in the order
// of the checks. It takes no longer than so long, whatever the checks do.
func Run(ctx context.Context, within time.Duration, checks ...Check) []Finding {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	found := make([][]Finding, len(checks))
	var looking sync.WaitGroup
	for i, c := range checks {
		looking.Go(func() { found[i] = c.run(ctx, within) })
	}
	looking.Wait()
	return slices.Concat(found...)
}

// run waits for the check no longer than ctx lasts.
func (c Check) run(ctx context.Context, within time.Duration) []Finding {
	done := make(chan []Finding, 1)
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				done <- []Finding{{Subject: c.Subject, Asked: "looked at", Status: Fail, Text: fmt.Sprintf("the check panicked: %v", cause)}}
			}
		}()
		done <- c.Look(ctx)
	}()
	select {
	case found := <-done:
		return found
	case <-ctx.Done():
	}
	select {
	case found := <-done: // it heeded the deadline, and says more
		return found
	case <-time.After(100 * time.Millisecond):
		return []Finding{{Subject: c.Subject, Asked: "answers", Status: Fail, Text: "no answer within " + figure.Duration(within)}}
	}
}

// Worst is the worst status of all findings; OK of none.
func Worst(found []Finding) Status {
	worst := OK
	for _, f := range found {
		worst = max(worst, f.Status)
	}
	return worst
}
