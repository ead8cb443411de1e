package forecast

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// draft is a fleet of a model that is being made.
type draft struct {
	model *Model
	fleet *simulation.Fleet
	known *Fleet

	floor, ceiling int  // that limits and schedules set for the beginning; 0: none did
	asked          int  // most units that any of them asks for
	started        bool // the units at the beginning are set
	housed         bool // and the nodes
	lost, replaced bool // a zone is lost; and when it is replaced is set

	nodeFloor, nodeCeiling int // limits that are set for the nodes; 0: none was
}

// limits are the fleet's, of an HPA or a group.
func (d *draft) limits() (least, most *int) {
	if p := d.fleet.Pods; p != nil {
		return &p.HPA.Min, &p.HPA.Max
	}
	return &d.fleet.Group.Min, &d.fleet.Group.Max
}

// atBeginning keeps at least n units from the beginning on.
func (d *draft) atBeginning(n int) {
	d.floor, d.asked = max(d.floor, n), max(d.asked, n)
}

func (d *draft) setMin(n int) error {
	least, _ := d.limits()
	*least, d.known.Min = n, &n
	d.atBeginning(n)
	return nil
}

func (d *draft) setMax(n int) error {
	_, most := d.limits()
	*most, d.known.Max = n, &n
	d.ceiling = n
	return nil
}

func (d *draft) setStart(n int) error {
	d.fleet.Start, d.started = n, true
	d.asked = max(d.asked, n)
	return nil
}

// setTolerance holds in both directions, whatever the behavior says of one.
func (d *draft) setTolerance(v float64) error {
	h := &d.fleet.Pods.HPA
	h.Tolerance = v
	if h.Behavior == nil {
		return nil
	}
	for _, r := range []*autoscale.Rules{h.Behavior.ScaleUp, h.Behavior.ScaleDown} {
		if r != nil {
			r.Tolerance = nil
		}
	}
	return nil
}

// setSync forgets when syncs were seen, within another period.
func (d *draft) setSync(v time.Duration) error {
	d.fleet.Pods.Sync, d.fleet.Pods.Phase = v, nil
	return nil
}

// setReady is about pods that are placed: how long they wait for that depends on
// nodes.
func (d *draft) setReady(s scaled) error {
	d.takes(s)
	return d.set(&d.fleet.Pods.Start, s)
}

func (d *draft) setBoot(s scaled) error {
	if g := d.fleet.Group; g != nil {
		d.takes(s)
		return d.set(&g.Boot, s)
	}
	n, err := d.nodes()
	if err != nil {
		return err
	}
	d.known.Node = s.of(d.known.Node)
	return d.set(&n.Boot, s)
}

// takes changes what is known of the time until a unit serves.
func (d *draft) takes(s scaled) {
	d.known.Pod, d.known.Balancer = s.of(d.known.Pod), s.each(d.known.Balancer)
	if s.times == 0 {
		d.known.Balancer = []time.Duration{0} // it is part of the other
	}
}

// set replaces a delay, or scales what was measured of it.
func (d *draft) set(delay *simulation.Delay, s scaled) error {
	if s.times == 0 {
		*delay = simulation.Fixed(s.always)
		return nil
	}
	if len(*delay) == 0 {
		return fmt.Errorf("nothing tells how long it takes %s: say it, such as 45s", d.fleet.Name)
	}
	stages := make(simulation.Delay, len(*delay))
	for i, stage := range *delay {
		stages[i] = s.each(stage)
	}
	*delay = stages
	return nil
}

// of is what a measured time becomes.
func (s scaled) of(measured []time.Duration) []time.Duration {
	if s.times == 0 {
		return []time.Duration{s.always}
	}
	return s.each(measured)
}

func (s scaled) each(measured []time.Duration) []time.Duration {
	all := slices.Clone(measured)
	for i := range all {
		all[i] = time.Duration(float64(all[i]) * s.times)
	}
	return all
}

// setCold lets a new unit serve later. Until then it is not ready either: an
// autoscaler that counts it takes it for one that is still starting.
func (d *draft) setCold(v time.Duration) error {
	delay := d.delay()
	*delay = append(slices.Clip(*delay), []time.Duration{v})
	later := slices.Clone(d.known.Balancer)
	if len(later) == 0 {
		later = []time.Duration{0}
	}
	for i := range later {
		later[i] += v
	}
	d.known.Balancer = later
	return nil
}

// delay is how long a unit takes to serve.
func (d *draft) delay() *simulation.Delay {
	if p := d.fleet.Pods; p != nil {
		return &p.Start
	}
	return &d.fleet.Group.Boot
}

// setCooldown lets every policy wait, as users ask for it. AWS lets simple policies
// alone wait, and changes by hand that ask for it (Amazon EC2 Auto Scaling user guide,
// "Scaling cooldowns").
func (d *draft) setCooldown(v time.Duration) error {
	d.fleet.Group.Cooldown = v
	if v > 0 {
		d.assume("AWS itself applies a cooldown only to simple policies and to changes by hand, and target tracking and steps go by the warmup: here every decision waits %s after the last", seconds(v))
	}
	return nil
}

func (d *draft) lose(l loss) error {
	d.fleet.Losses = append(slices.Clip(d.fleet.Losses), simulation.Loss{At: l.at, Share: l.share, Replaced: d.noticed()})
	d.lost = true
	return nil
}

// setCapacity lets a unit do so many times as much with what CPU it has.
func (d *draft) setCapacity(times float64) error {
	rates := slices.Clone(d.fleet.PerUnit)
	for i := range rates {
		rates[i].Sustained *= times
		rates[i].Saturation *= times
	}
	d.fleet.PerUnit = rates
	d.fleet.CPU.Request /= times
	return nil
}

// settle makes the beginning agree with what was set, after all of it.
func (d *draft) settle() error {
	if kindOf(*d.fleet) != unscaled {
		if err := d.bound(); err != nil {
			return err
		}
	}
	if d.started || d.floor > 0 || d.ceiling > 0 {
		d.known.Start = d.fleet.Start
	}
	if p := d.fleet.Pods; p != nil && p.Nodes != nil {
		if err := d.boundNodes(p.Nodes); err != nil {
			return err
		}
		return d.house(p.Nodes)
	}
	return nil
}

// bound holds the units at the beginning within the limits.
func (d *draft) bound() error {
	least, most := d.limits()
	switch {
	case *least > *most:
		return fmt.Errorf("min %d is above max %d: set both", *least, *most)
	case *least < 1 && d.fleet.Pods != nil:
		return fmt.Errorf("the min of %s is at least 1", d.fleet.Name)
	case d.asked > *most:
		return fmt.Errorf("%d units are above max %d: set max too", d.asked, *most)
	case d.quota() > 0 && d.asked > d.quota():
		return fmt.Errorf("%d units are more than the quota allows: %d", d.asked, d.quota())
	case !d.started:
		d.fleet.Start = max(d.fleet.Start, d.floor)
		if d.ceiling > 0 {
			d.fleet.Start = min(d.fleet.Start, d.ceiling)
		}
	case d.fleet.Start < *least:
		return fmt.Errorf("%d units at the start are below min %d", d.fleet.Start, *least)
	}
	return nil
}

func (d *draft) quota() int {
	if p := d.fleet.Pods; p != nil {
		return p.Quota
	}
	return d.fleet.Group.Quota
}

// house gives the pods at the beginning the nodes that they need.
func (d *draft) house(n *simulation.Nodes) error {
	need := n.For(d.fleet.Start)
	most := n.Max
	if n.Quota > 0 {
		most = min(most, n.Quota)
	}
	switch {
	case n.Start >= need:
		return nil
	case d.housed:
		return fmt.Errorf("the %d pods at the start need %d nodes, not %d", d.fleet.Start, need, n.Start)
	case need > most:
		return fmt.Errorf("the %d pods at the start need %d nodes, of which there are at most %d", d.fleet.Start, need, most)
	}
	n.Start = need
	return nil
}
