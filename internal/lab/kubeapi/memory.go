package kubeapi

import (
	"slices"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// memory is what the last rendering leaves to the next: objects whose facts are
// as they were are not made again, so that of five thousand pods only those
// that change cost anything. Not safe for concurrent use.
type memory struct {
	setting setting
	pods    cache[world.Pod]
	events  cache[world.Event]
	nodes   cache[world.Instance]
	slices  cache[[]endpoint]
	shelves shelves
}

// setting is what all objects have in common.
type setting struct {
	namespace   string
	workload    string // the name of autoscaler, Deployment, Service and label alike
	cpuLimit    float64
	podsPerNode int // 0: any number
}

func settingOf(c world.Config) setting {
	s := setting{cpuLimit: c.Pods.CPULimit}
	s.namespace, s.workload = c.Workload()
	if c.Group != nil {
		s.podsPerNode = c.Group.PodsPerInstance
	}
	return s
}

func newMemory(s setting) *memory {
	m := &memory{
		setting: s,
		pods:    cache[world.Pod]{same: equal[world.Pod]},
		events:  cache[world.Event]{same: equal[world.Event]},
		nodes:   cache[world.Instance]{same: equal[world.Instance]},
		slices:  cache[[]endpoint]{same: slices.Equal[[]endpoint]},
		shelves: shelves{of: map[string]int{}},
	}
	m.turn()
	return m
}

func equal[V comparable](a, b V) bool { return a == b }

// turn forgets what the last rendering did not ask for.
func (m *memory) turn() {
	m.pods.turn()
	m.events.turn()
	m.nodes.turn()
	m.slices.turn()
}

// cache keeps an entry for each key together with the facts that it was made of.
type cache[V any] struct {
	same      func(a, b V) bool
	was, asks map[string]made[V]
}

type made[V any] struct {
	of    V
	entry entry
}

// entry returns what stands under key where it was made of the same facts, else
// what render makes of them.
func (c *cache[V]) entry(key string, of V, render func() entry) entry {
	m, ok := c.was[key]
	if !ok || !c.same(m.of, of) {
		m = made[V]{of, render()}
	}
	c.asks[key] = m
	return m.entry
}

func (c *cache[V]) turn() { c.was, c.asks = c.asks, make(map[string]made[V], len(c.asks)) }
