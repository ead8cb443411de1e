package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Where the load of a window was not delivered, the sentence goes on with the
// cause, its figure and the way out. Requests that were never sent tell
// themselves what kept them: a cap, or a machine out of ports or files. For the
// rest, which came too late, the generator's readings of the window are gone
// through in the order in which one trouble hides another: a process that does
// not run has no readings, one that is throttled or alone on its cores is late
// whatever else there is, and only then do smaller troubles count.
//
//	never sent --> the cap in flight | the other caps | no port or file left
//	          \--> the cap on duration
//	sent late --+-> did not run > quota > own CPU > others' CPU > GC > files > ports
//
// What these readings stay below where nothing is wrong:
const (
	busyAlone   = 0.85                    // of its own processor time
	busyMachine = 0.9                     // of the machine's, all processes together
	heldByQuota = 0.05                    // of a second
	nearLimit   = 0.9                     // of the files or ports there are
	overdue     = 500 * time.Millisecond  // late is a reading of a process that runs
	barelyLate  = 150 * time.Millisecond  // the same, whatever the requests tell
	usualPace   = 1500 * time.Millisecond // between two readings, half of the time
)

// Words that several causes share.
const (
	fastEnough   = "though the target was fast enough"
	ownMachine   = "give onair a machine of its own"
	fewerNew     = "lower connections.new"
	moreFiles    = "raise ulimit -n"
	morePorts    = fewerNew + ", or widen net.ipv4.ip_local_port_range"
	moreInFlight = "raise caps.in_flight"
	moreRate     = "raise caps.rate or caps.requests"
	aCapEnded    = "a cap ended sending"
	longerRun    = "raise caps.duration"
)

// unsentCause says why requests of a window were never sent, by what kept most
// of them.
func (r run) unsentCause(window Span, rule delivery) string {
	told, judged := r.told(window), r.sum(window)
	inFlight := told.HeldBack - judged.HeldBack
	noneLeft := told.Errors[timeline.GeneratorLimit]
	tooLate := told.Dropped - told.HeldBack - told.Capped
	switch max(inFlight, told.Capped, noneLeft, tooLate) {
	case tooLate:
		return cmp.Or(r.cutCause(window, tooLate), r.machineCause(window, rule))
	case inFlight:
		return fmt.Sprintf("%s kept %s back, %s (%s)",
			r.theCap(), figure.Count(inFlight), fastEnough, moreInFlight)
	case told.Capped:
		return fmt.Sprintf("the cap on rate or on requests forbade %s (%s)", figure.Count(told.Capped), moreRate)
	}
	found := cmp.Or(r.filesCause(window), r.portsCause(window),
		fmt.Sprintf("this machine had none left (%s, or %s)", moreFiles, morePorts))
	return fmt.Sprintf("%s found no port or file: %s", figure.Count(noneLeft), found)
}

// cutCause names the cap on duration where most of the requests that were too
// late for a window were still waiting when it ended sending: they are sent in the
// order in which they are due, so that nothing was sent after them.
func (r run) cutCause(window Span, tooLate int64) string {
	cut := slices.IndexFunc(r.Events, func(e timeline.Event) bool { return e.Kind == timeline.CutShort })
	if cut < 0 {
		return ""
	}
	waited := r.told(Span{max(window.From, r.lastSent()), window.To})
	if left := waited.Dropped - waited.HeldBack - waited.Capped; left*2 >= tooLate {
		e := r.Events[cut]
		return fmt.Sprintf("%s at %s, while %s waited (%s)",
			cmp.Or(e.Text, aCapEnded), r.clock(time.Duration(e.At)), figure.Count(left), longerRun)
	}
	return ""
}

// lastSent is the beginning of the last second of which anything was sent.
func (r run) lastSent() (last time.Duration) {
	for _, s := range r.Seconds {
		if s.Sent > 0 {
			last = max(last, second(s.Second))
		}
	}
	return last
}

// lateCause says why requests of a window were sent late: too low a cap, where
// it made at least half of them wait, else the machine.
func (r run) lateCause(window Span, rule delivery) string {
	told, judged := r.told(window), r.sum(window)
	waited := told.Queued - judged.Queued
	if late := judged.Lag.Over(rule.lagLimit) - judged.Queued; waited > 0 && waited*2 >= late {
		return fmt.Sprintf("%s made %s wait, %s (%s)",
			r.theCap(), figure.Count(waited), fastEnough, moreInFlight)
	}
	return r.machineCause(window, rule)
}

// told adds up the seconds of a span as they were recorded, whoever is to blame.
func (r run) told(span Span) timeline.Second {
	var within []timeline.Second
	for _, s := range r.Seconds {
		if at := second(s.Second); at >= span.From && at < span.To {
			within = append(within, s)
		}
	}
	return timeline.AddUp(within)
}

// theCap names the cap on requests in flight.
func (r run) theCap() string {
	if r.inFlightCap == nil {
		return "the cap on requests in flight"
	}
	return fmt.Sprintf("the cap on requests in flight (%s)", figure.Count(int64(*r.inFlightCap)))
}

// machineCause says what on this machine kept onair from sending in time.
func (r run) machineCause(window Span, rule delivery) string {
	return cmp.Or(
		r.pauseCause(window),
		r.processorCause(window),
		r.collectionCause(window, rule.lagLimit),
		r.filesCause(window),
		r.portsCause(window),
		r.noCause(window),
	)
}

// pauseCause finds a pause in readings that else come once a second: the
// process did not run. The reading that was due meanwhile comes when it runs
// again, which may be soon after it was due; then a pause of more than a second is
// told from a reading that is merely late by the requests, which were not sent
// either.
//
//	readings  x         x         -  x      x         x
//	requests  ||||||||||||          |||||||||||||||||||
//	                     did not run
func (r run) pauseCause(window Span) string {
	usual := r.usualPause()
	if usual > usualPace {
		return ""
	}
	var longest time.Duration
	for i, at := range r.read[min(1, len(r.read)):] {
		pause := Span{r.read[i], at}
		if pause.From > window.To+time.Second || pause.To < window.From-time.Second {
			continue
		}
		late := pause.length() - usual
		if late > overdue || late > barelyLate && r.silent(pause) >= max(usual, pause.length()*4/5) {
			longest = max(longest, pause.length())
		}
	}
	if longest == 0 {
		return ""
	}
	return fmt.Sprintf("onair itself did not run for up to %s: this machine suspended or starved it (%s)",
		figure.Duration(longest), ownMachine)
}

// usualPause is the time between two readings half of the time.
func (r run) usualPause() time.Duration {
	var all []time.Duration
	for i, at := range r.read[min(1, len(r.read)):] {
		all = append(all, at-r.read[i])
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// silent is for how long nothing was sent around a pause: what was due at its
// beginning was sent so late, or so much was dropped since it was too late for it.
func (r run) silent(pause Span) time.Duration {
	told := r.told(Span{pause.From.Truncate(time.Second), pause.To})
	if told.Planned == 0 {
		return 0
	}
	lag, _ := told.Lag.Quantile(1)
	length := second(ceilSeconds(pause.To)) - pause.From.Truncate(time.Second)
	tooLate := float64(told.Dropped-told.HeldBack-told.Capped) / float64(told.Planned)
	return lag + time.Duration(tooLate*float64(length))
}

// processorCause says who used up the processors, or which quota did.
func (r run) processorCause(window Span) string {
	own, all := r.most(window, timeline.CPU), r.most(window, timeline.MachineCPU)
	switch held := r.most(window, timeline.CPUThrottled); {
	case held >= heldByQuota:
		return fmt.Sprintf("a quota on processor time held onair back for %s of a second (raise the container's CPU limit)", figure.Share(held))
	case own >= busyAlone:
		return fmt.Sprintf("onair used %s of its processor time (give it more cores, or %s)", figure.Share(own), fewerNew)
	case all >= busyMachine:
		return fmt.Sprintf("other processes left it no processor time: all together used %s, onair at most %s (%s)",
			figure.Share(all), figure.Share(own), ownMachine)
	}
	return ""
}

func (r run) collectionCause(window Span, limit time.Duration) string {
	pause := seconds(r.most(window, timeline.GCPause))
	if pause <= limit {
		return ""
	}
	return fmt.Sprintf("garbage collection stopped onair for %s of a second (set GOGC=400, which takes more memory)",
		figure.DurationAgainst(pause, limit))
}

func (r run) filesCause(window Span) string {
	open, limit := r.most(window, timeline.OpenFiles), r.most(window, timeline.OpenFilesLimit)
	if limit == 0 || open < nearLimit*limit {
		return ""
	}
	return fmt.Sprintf("%s of %s files were open (%s)", figure.Count(int64(open)), figure.Count(int64(limit)), moreFiles)
}

func (r run) portsCause(window Span) string {
	used, limit := r.most(window, timeline.Ports), r.most(window, timeline.PortsLimit)
	if limit == 0 || used < nearLimit*limit {
		return ""
	}
	return fmt.Sprintf("%s of %s ports were in use (%s)", figure.Count(int64(used)), figure.Count(int64(limit)), morePorts)
}

// noCause says what was looked at in vain. Memory alone proves nothing, and is
// told only here.
func (r run) noCause(window Span) string {
	var looked []string
	for _, at := range []struct{ name, words string }{
		{timeline.CPU, "processor time"}, {timeline.GCPause, "garbage collection"}, {timeline.OpenFiles, "open files"}, {timeline.Ports, "ports"},
	} {
		if len(r.around(window, at.name)) > 0 {
			looked = append(looked, at.words)
		}
	}
	if len(looked) == 0 {
		return fmt.Sprintf("no cause is known, for nothing was read of this machine (%s)", ownMachine)
	}
	memory := ""
	if rss := highestIn(r.around(window, timeline.RSS)); rss != nil {
		memory = "; memory reached " + figure.Bytes(*rss)
	}
	return fmt.Sprintf("no cause was found in %s%s (%s)", listed(looked), memory, ownMachine)
}

// listed joins words as a sentence does: a, b and c.
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// most is the highest reading of the generator in a window; 0 where there is
// none, which stands below whatever makes a cause.
func (r run) most(window Span, name string) float64 {
	if value := highestIn(r.around(window, name)); value != nil {
		return *value
	}
	return 0
}

// readTimes are the instants at which the generator was read, in order.
func readTimes(t timeline.Timeline) []time.Duration {
	var times []time.Duration
	for _, reading := range t.Readings {
		if reading.Source == timeline.Generator {
			times = append(times, time.Duration(reading.At))
		}
	}
	slices.Sort(times)
	oneReading := func(a, b time.Duration) bool { return (b - a).Abs() < 100*time.Millisecond }
	return slices.CompactFunc(times, oneReading)
}
