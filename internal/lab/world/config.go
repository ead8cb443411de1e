package world

import "time"

// Config says what the embedded staging is made of.
type Config struct {
	Seed    uint64
	Service Service
	Pods    Pods
	HPA     *HPA   // nil: the number of units stays as started, or follows the group: then each instance in service is one unit
	Group   *Group // nil: room for any number of pods

	Balancer *Balancer // nil: requests reach a unit as soon as it is ready
	Quotas   Quotas
	Faults   Faults
}

// Service is what every unit does with a request.
type Service struct {
	Concurrency  int           // requests served at a time (default 4)
	Mean         time.Duration // mean service time (default 50ms)
	Distribution string        // constant | exponential | lognormal | bimodal (default exponential)
	Sigma        float64       // of lognormal's logarithm (default 0.5)
	SlowShare    float64       // bimodal: the share of requests that take longer (default 0.05)
	SlowTimes    float64       // bimodal: how many times as long they take as the rest (default 10)
	Queue        int           // requests that may wait per unit; more are answered 503 (default 200)

	// N ready units take 1 + Contention (N-1) + Coherence N (N-1) times as long for each request as one
	// alone, so that together they saturate at N g / (1 + …), g being what one does: Gunther's Universal
	// Scalability Law. Ratios from 0 to 1 (default 0).
	Contention, Coherence float64

	Shared *Shared // what all units have in common; nil: nothing
}

// Shared is what the requests of all units take in turn before their unit's own time, such as a database:
// no scaling helps against it. A request that waits for it holds its slot of the unit all the while. The
// form of its distribution, Sigma or SlowShare and SlowTimes, is the service's.
type Shared struct {
	Concurrency  int           // requests served at a time, of all units together
	Mean         time.Duration // mean time, which contention and coherence do not lengthen
	Distribution string        // as of Service (default exponential)
}

// Pods says how many units there are at first and how long each step of a new one takes.
type Pods struct {
	Start    int           // units ready when the world begins (default: hpa min, else 1)
	Schedule time.Duration // created to scheduled (default 500ms)
	Run      time.Duration // scheduled to running (default 5s)
	Ready    time.Duration // running to ready (default 3s)
	Spread   float64       // each delay is drawn within ± this share (default 0)

	Fail  float64       // share of the container's starts that exit instead of becoming ready (default 0)
	Retry time.Duration // wait before it is started again; doubles with each failure of a pod, to 5m (default 10s)

	CPULimit float64 // CPU limit over CPU request; the HPA sees at most this utilisation (default 1)
}

// HPA is the HorizontalPodAutoscaler of the service's Deployment.
type HPA struct {
	Namespace, Name string  // default/web
	Metric          string  // utilisation (of the CPU request: busy slots / concurrency x Pods.CPULimit) | requests (per second and unit)
	Target          float64 // a ratio for utilisation, req/s per unit for requests
	Min, Max        int
	Sync            time.Duration // default 15s
	Tolerance       float64       // default 0.1
	Behavior        *Behavior     // nil: as a cluster does without one
}

// Behavior limits how fast the HPA changes the desired count, as autoscaling/v2 does.
type Behavior struct{ ScaleUp, ScaleDown *Rules }

// Rules are the policies of one direction.
type Rules struct {
	Stabilization *time.Duration
	Select        string // max | min | disabled (default max)
	Policies      []Policy
}

// Policy allows Value pods or Value percent of change per Period.
type Policy struct {
	Type   string // pods | percent
	Value  int
	Period time.Duration
}

// Group is the Auto Scaling group whose instances carry the pods, or are the units where there is no HPA.
type Group struct {
	Name              string        // default web
	Region            string        // default ap-northeast-1
	Min, Max, Desired int           // default: desired as many as the first pods need and at least min, max as desired
	PodsPerInstance   int           // room of one instance (default 4; 1 where there is no HPA)
	Boot              time.Duration // launched to in service (default 30s)
	Spread            float64       // Boot is drawn within ± this share (default 0)
	Fail              float64       // share of launches that fail, at the end of Boot; the group launches again (default 0)
	ScalesOn          string        // pending_pods | target_tracking | none (default pending_pods; without an HPA none, or target_tracking where Target is set)

	// Processes that do nothing, in AWS's words. The world obeys Launch: no instance is launched, whatever is
	// desired. The others are told and no more.
	Suspended []string

	// pending_pods: the group grows as a node autoscaler makes it, and gives back what stays empty.
	Scan     time.Duration // unschedulable pods are looked for at multiples of this (default 1s, as Karpenter gathers them; cluster-autoscaler 10s)
	Unneeded time.Duration // an instance without pods for so long is taken away (default 10m, cluster-autoscaler's)

	// target_tracking: the defaults are those of an EC2 Auto Scaling policy.
	Target  float64       // mean utilisation of an instance, a ratio
	Period  time.Duration // of a data point of the alarms (default 60s)
	Out, In int           // data points in a row that must breach to grow, to shrink (default 3, 15)
	Warmup  time.Duration // in service to counted by the policy (default 300s)
}

// Balancer is the load balancer before the units: requests reach a unit when its
// target group says healthy. What is there when the world begins is healthy then.
type Balancer struct {
	TargetGroup string        // default web
	Register    time.Duration // ready, or in service, to healthy (default 5s)
	Spread      float64       // Register is drawn within ± this share (default 0)
	ReservedLCU int           // load balancer capacity units that are reserved (default 0)
}

// Quotas are what the cluster and the account allow; 0: as many as there may be.
type Quotas struct {
	Pods  int // of a ResourceQuota of the units' namespace
	VCPUs int // of the account's standard instances on demand; an instance has 2
}

// Faults are what goes wrong besides slow and failing starts.
type Faults struct {
	Kube          []Outage      // of the Kubernetes API
	AWS           []Outage      // of the AWS API
	ExpireWatches time.Duration // every so often each watch is told that its version expired; 0: never
	Crashes       float64       // crashes a minute of each ready unit, at most 60; its container is started again
}

// Outage is a stretch in which an API answers wrongly. The world goes on.
type Outage struct {
	At, For time.Duration // from the beginning of the world
	How     string        // unavailable (503) | reset | hang | html | throttled | denied (default unavailable)
}

// What the words of a Config may be.
const (
	Constant    = "constant"
	Exponential = "exponential"
	Lognormal   = "lognormal"
	Bimodal     = "bimodal"

	Utilisation = "utilisation"
	Requests    = "requests" // also the metric's name in the Kubernetes API

	Unavailable = "unavailable"
	Reset       = "reset"
	Hang        = "hang"
	HTML        = "html"
	Throttled   = "throttled"
	Denied      = "denied"

	PendingPods    = "pending_pods"
	TargetTracking = "target_tracking"
	ScalesOnNone   = "none"
)
