package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/rundir"
)

// HistorySchema is the version of a history as JSON.
const HistorySchema = 1

// ErrNoRuns is wrapped by the error of a folder that holds no run to read.
var ErrNoRuns = errors.New("no run to read")

// History is what the summaries of one scenario's runs say, oldest first. It is
// read from summary.json alone, so that a year of nights takes no longer to look
// at than their summaries take to read.
type History struct {
	Scenario string         `json:"scenario"`
	Zone     *time.Location `json:"-"` // the scenario's, of its last run; where that is not known UTC
	Runs     []Past         `json:"runs"`
}

// Past is one run of a history: what of its summary changes from night to night.
type Past struct {
	Run     string    `json:"run"`
	Started time.Time `json:"started"`
	Verdict string    `json:"verdict"` // pass | fail | invalid | aborted

	Fleets      []PastFleet `json:"fleets"`
	Headroom    Range       `json:"headroom"`     // ratio
	Required    *Required   `json:"required"`     // null: no headroom was asked for
	ShortfallAt *float64    `json:"shortfall_at"` // seconds; null: none, or not known
	ScaleLag    *float64    `json:"scale_lag"`    // seconds; null without a shortfall, and where capacity never came back

	path string // of the run directory
}

// PastFleet is what one unit of a fleet sustained, in req/s.
type PastFleet struct {
	Name    string `json:"name"`
	PerUnit Range  `json:"per_unit"`
}

// NeverRecovered reports whether demand passed capacity and capacity never came
// back.
func (p Past) NeverRecovered() bool { return p.ShortfallAt != nil && p.ScaleLag == nil }

// perUnit is what a unit of the fleet sustained; nothing where the run did not
// watch it.
func (p Past) perUnit(fleet string) Range {
	at := slices.IndexFunc(p.Fleets, func(f PastFleet) bool { return f.Name == fleet })
	if at < 0 {
		return Range{}
	}
	return p.Fleets[at].PerUnit
}

// ReadHistories reads the histories of all scenarios of which a folder holds run
// directories, by name. What is in the folder and is no run is passed over; a run
// that cannot be read is told in a sentence, and left out.
func ReadHistories(folder string) (histories []*History, told []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, err
	}
	if _, err := rundir.Open(folder); err == nil {
		return nil, nil, fmt.Errorf("%s: %w in it: it is a run itself (a history takes the folder that runs are in)", folder, ErrNoRuns)
	}
	byScenario, seen := make(map[string]*History), make(map[string]string)
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		scenario, past, err := readPast(path)
		switch twin := seen[past.Run]; {
		case errors.Is(err, rundir.ErrNotRun):
			continue
		case err != nil:
			told = append(told, err.Error())
			continue
		case twin != "":
			told = append(told, fmt.Sprintf("%s: the same run as %s", path, twin))
			continue
		}
		seen[past.Run] = path
		h := byScenario[scenario]
		if h == nil {
			h = &History{Scenario: scenario}
			byScenario[scenario] = h
			histories = append(histories, h)
		}
		h.Runs = append(h.Runs, past)
	}
	if len(histories) == 0 {
		return nil, told, fmt.Errorf("%s: %w in it (onair rehearse --out %s makes one)", folder, ErrNoRuns, folder)
	}
	slices.SortFunc(histories, func(a, b *History) int { return cmp.Compare(a.Scenario, b.Scenario) })
	for _, h := range histories {
		told = append(told, h.arrange()...)
	}
	return histories, told, nil
}

// readPast reads one run's summary.
func readPast(path string) (scenario string, past Past, err error) {
	dir, err := rundir.Open(path)
	if err != nil {
		if file, noFolder := os.Stat(path); noFolder == nil && !file.IsDir() {
			err = fmt.Errorf("%s: %w (it is a file)", path, rundir.ErrNotRun)
		}
		return "", past, err
	}
	s, err := readSummary(filepath.Join(dir.Path(), "summary.json"))
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("it has no summary.json")
	}
	if err != nil {
		return "", past, fmt.Errorf("%[1]s: left out: %[2]w (onair report %[1]s makes it anew)", path, err)
	}
	past = pastOf(s)
	past.path = path
	return s.Scenario, past, nil
}

// readSummary reads a summary.json of this schema; of another one nothing is
// guessed.
func readSummary(path string) (s Summary, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	var version struct {
		Schema *int `json:"schema"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return s, fmt.Errorf("its summary.json is not JSON: %w", err)
	}
	if version.Schema == nil || *version.Schema != Schema {
		written := "none"
		if version.Schema != nil {
			written = fmt.Sprint(*version.Schema)
		}
		return s, fmt.Errorf("its summary.json is of schema %s, and this onair reads %d", written, Schema)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("its summary.json: %w", err)
	}
	verdicts := []string{capacity.Pass, capacity.Fail, capacity.Invalid, capacity.Aborted}
	switch {
	case s.Scenario == "" || s.Scenario != filepath.Base(s.Scenario):
		return s, fmt.Errorf("its summary.json: %q is no name of a scenario", s.Scenario)
	case s.Started.IsZero():
		return s, errors.New("its summary.json does not say when it started")
	case !slices.Contains(verdicts, s.Verdict):
		return s, fmt.Errorf("its summary.json: verdict %q is none of %q", s.Verdict, verdicts)
	}
	return s, nil
}

func pastOf(s Summary) Past {
	past := Past{
		Run: s.Run, Started: s.Started, Verdict: s.Verdict, Fleets: []PastFleet{},
		Headroom: Range{s.Headroom.Low, s.Headroom.Mid, s.Headroom.High}, Required: s.Headroom.Required,
		ShortfallAt: s.ShortfallAt, ScaleLag: s.ScaleLag,
	}
	for _, f := range s.Fleets {
		past.Fleets = append(past.Fleets, PastFleet{f.Name, Range{f.PerUnit.Low, f.PerUnit.Mid, f.PerUnit.High}})
	}
	return past
}

// arrange puts the runs in order and learns the zone from the last.
func (h *History) arrange() (told []string) {
	slices.SortFunc(h.Runs, func(a, b Past) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Run, b.Run))
	})
	h.Zone = time.UTC
	dir, err := rundir.Open(h.last().path)
	if err != nil {
		return []string{err.Error()}
	}
	s, err := storedScenario(dir)
	if err != nil {
		return []string{fmt.Sprintf("%v: times are in UTC", err)}
	}
	if s.Zone != nil {
		h.Zone = s.Zone
	}
	return nil
}

func (h *History) last() Past { return h.Runs[len(h.Runs)-1] }

// fleets are the names of all that was watched, in the order in which the runs
// came to them.
func (h *History) fleets() []string {
	var names []string
	for _, run := range h.Runs {
		for _, f := range run.Fleets {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	return names
}

// HistoriesJSON writes histories as JSON, with what was told of runs that were left
// out.
func HistoriesJSON(w io.Writer, histories []*History, told []string) error {
	type zoned struct {
		*History
		Zone string `json:"zone"`
	}
	file := struct {
		Schema    int      `json:"schema"`
		Histories []zoned  `json:"histories"`
		Warnings  []string `json:"warnings"`
	}{HistorySchema, []zoned{}, append([]string{}, told...)}
	for _, h := range histories {
		file.Histories = append(file.Histories, zoned{h, h.Zone.String()})
	}
	return indented(w, file)
}
