package world

import "fmt"

// What every API calls the parts of a Deployment that a Config has no names for.
const (
	Container    = "app"        // of each pod
	TemplateHash = "6d4cf56db6" // ends the ReplicaSet's name; there is never a second pod template
	LoneNode     = "lab"        // carries the pods where there is no group
	PodQuota     = "pods"       // the ResourceQuota, where there is one
)

// What every instance is.
const (
	InstanceType   = "m7g.large"
	InstanceVCPUs  = 2
	InstanceMemory = 8 << 30 // bytes
)

// Workload returns the namespace and the name of the Deployment, which are those of the HPA.
func (c Config) Workload() (namespace, name string) {
	if c.HPA != nil {
		return c.HPA.Namespace, c.HPA.Name
	}
	return "default", "web"
}

// name of the Deployment.
func (w *World) name() string {
	_, name := w.config.Workload()
	return name
}

// replicaSet is the name of the Deployment's only ReplicaSet.
func (w *World) replicaSet() string { return w.name() + "-" + TemplateHash }

// podName makes a name that no pod has: of five thousand, two would else have the same more often than not.
func (w *World) podName() string {
	for {
		name := w.replicaSet() + "-" + w.suffix(5)
		if !w.named[name] {
			w.named[name] = true
			return name
		}
	}
}

// uuid makes an object's identity from the seed.
func (w *World) uuid() string {
	a, b := w.rng.Uint64(), w.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", uint32(a>>32), uint16(a>>16), a&0xfff, 0x8000|b>>48&0x3fff, b&0xffffffffffff)
}

// suffix makes n of the letters Kubernetes ends generated names with: no vowels, so no words.
func (w *World) suffix(n int) string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[w.rng.IntN(len(letters))]
	}
	return string(b)
}

// instanceID makes an identity as EC2's are.
func (w *World) instanceID() string { return fmt.Sprintf("i-%017x", w.rng.Uint64()) }

// address is the nth private address of the pods' network.
func address(n int) string { return fmt.Sprintf("10.0.%d.%d", n/250, n%250+4) }
