package forecast

import (
	"time"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// Demand is what is asked of a service, with how sure that is.
//
//	req/s |            _
//	      |           / `-._        its waves: a base, and each spot's extra
//	      |__________/      `---_____
//	      +---------|-------------|---> offset
//	      0        Airs      Airs + Lasts
type Demand struct {
	Name     string            // in words, such as "CM 1, 10x"
	Waves    []simulation.Wave // entrance requests in each second; what is uncertain is drawn for each run
	Spots    []simulation.Span // of influence, by the median of what is uncertain; empty: all of it
	Called   []string          // names of Spots, in their order; one without an entry is told by its number
	Airs     time.Duration     // when the first spot starts
	Lasts    time.Duration     // from Airs until the last spot's influence ends, by the median
	Baseline float64           // req/s, 1x; 0: not known
	Queue    *simulation.Queue // how viewers wait; nil: not stated, and what exceeds capacity is unserved
	Assumed  []string          // what was not stated, a sentence each with what is taken instead
}
