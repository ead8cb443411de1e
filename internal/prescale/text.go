package prescale

// The kinds of text, by what reads them.
const (
	Kubectl   = "kubectl"   // a patch of the HPA, run by hand
	KEDA      = "keda"      // a cron trigger for a ScaledObject
	AWSCLI    = "aws"       // scheduled actions of the group
	Terraform = "terraform" // the same as resources
	LCU       = "lcu"       // capacity units of a load balancer
)

// Text is one way to make a change, to review before anyone runs it.
type Text struct {
	Kind  string `json:"kind"`
	Title string `json:"title"` // what it makes hold, where, and when
	Apply string `json:"apply"` // commands for sh; YAML where Kind is KEDA, HCL where it is Terraform
	// Late is what to run instead, commands for sh, once the instant of Apply has passed
	// and AWS refuses to schedule for it; empty: Apply does at any time.
	Late    string `json:"late"`
	Verify  string `json:"verify"`  // commands for sh that only read: whether it came true
	Reverse string `json:"reverse"` // commands for sh, or of KEDA and Terraform what to edit, as comments
	Note    string `json:"note"`    // when to run what, and the surprises of this way
}
