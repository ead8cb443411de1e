// Package forecast says what a rehearsed service would do: it finds, in the facts
// of a run, the model that package simulation plays, holds that model against the
// rehearsal itself, and plays it under another demand or with other settings.
//
//	facts of a run ──Fit──> Model ──With(settings)──> Model ──Play(Demand)──> Outcome
//	                          |
//	                        Replay: the rehearsal played again, and how far off it was
//
// What is fitted, and by what:
//
//	rules        the newest event of kind timeline.Scaler before the campaign
//	a unit       capacity's estimate, its draws and its scalability law
//	delays       the ways of the units that came, one by one
//	metrics      least squares of their readings over windows and delays of the load
//	cadences     the times between readings, and between waiting and launching
//	limits       quotas, ceilings, stated layers, and production's counts
//
// A model that cannot play its own rehearsal is not asked about other ones
// (Replay.Trusted). What no rehearsal tells, such as the cadence of a controller
// that never changed its mind, is assumed and said (Model.Assumed).
package forecast
