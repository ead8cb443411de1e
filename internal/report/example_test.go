package report

import "os"

// The text after a run: verdict first, the way to the full report last.
func ExampleReport_Text() {
	evening := evening{seconds: 60, baseline: 20, peak: 90, airing: 15, start: 2, max: 4, delay: 8, sustains: 66, saturates: 80, fleets: 1}
	evening.report().Text(os.Stdout, false)
	// Output:
	// PASS  prime-time  2026-11-22 21:53:00 JST, 1m
	// The peak asks 90/s (4.5x the baseline); headroom is +49 % (+37 % to +60 %) at the worst instant,
	// 21:53:41; grown to its limits the service has 13.2x (12.1x to 14.1x).
	//
	// Headroom
	//                        asked  has                     headroom                   P(enough)
	//   ready at 21:53:41    4.4x   6.6x (6.1x to 7.1x)     +49 % (+37 % to +60 %)     >99 %
	//   grown to its limits  4.5x   13.2x (12.1x to 14.1x)  +193 % (+169 % to +213 %)  >99 %
	//
	// Layers
	//   hpa/default/web max  264/s (243/s to 282/s)  binding: 4 units (its max) of 66/s
	//   db                   6k/s                    stated by the scenario
	//
	// Objectives
	//   held       p99 <= 800ms    worst 640 ms at 21:54:22
	//   held       errors <= 0.5%  worst 0 %
	//
	// Fleets
	//   hpa/default/web  2 → 2 ready (max 4)
	//     one unit sustains 66/s (60.7/s to 70.6/s), measured at 2 units; it saturates at 80/s (76.8/s to
	//       83.2/s)
	//     throughput was measured under constant work at 1 number of units (2); the scalability law needs
	//       6
	//
	// Load
	//   planned        3,451     sent           3,451     late               0
	//   dropped            0     succeeded      3,451     failed             0
	//   peak 88/s; lag p99 1.2 ms, max 8.1 ms; response p50 48 ms, p99 310 ms
	//
	// Generator
	//   delivered        yes       memory            182 MB           open files    830 of 1,048,576
	//   own CPU          43 %      longest GC pause  1.1 ms           ports         2,204 of 28,232
	//   machine's CPU    61.2 %    in flight         640 of 20,000    goroutines    3,104
	//   held by a quota  0 %       connections       812              Little's law  1.34 % off
	//
	// Observation
	//   hpa/default/web  seen 100 % of the spots, 100 % of the run  gaps 0, calls 7, bytes 337 kB
	//
	// Report: reports/prime-time-20261122T125300Z/report.html
}
