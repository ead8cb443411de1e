package load

import (
	"math"
	"runtime"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// Machine is what a machine gives the process that sends. A zero is unknown, as
// all but Cores and OpenFiles are outside Linux.
type Machine struct {
	Cores     float64 // processors this process may use: GOMAXPROCS, or the quota of its cgroup where that is less
	Memory    float64 // bytes it may still take: what the machine has available, or its cgroup where that is less
	OpenFiles float64 // it may have at once: the soft limit RLIMIT_NOFILE, which Go raises to the hard one
	Ports     float64 // ephemeral ports toward one address: the size of net.ipv4.ip_local_port_range
	Reuse     int     // net.ipv4.tcp_tw_reuse: 1, a closing connection's port is free again after 1 s; 2, on loopback
}

// ThisMachine returns the machine that this process runs on.
func ThisMachine() Machine { return newSystem().machine() }

// system is where the kernel tells of this process and its machine. What it
// cannot tell is NaN, which is never written; outside Linux that is nearly all.
type system struct {
	proc  procfs.FS
	self  procfs.Proc
	linux bool // there is a /proc, and this process in it
	group cgroup
}

func newSystem() system {
	proc, err := procfs.NewDefaultFS()
	if err != nil {
		return system{}
	}
	self, err := proc.Self()
	if err != nil {
		return system{}
	}
	return system{proc, self, true, groupOf(self)}
}

func (s system) machine() Machine {
	m := Machine{
		Cores:     s.cores(),
		Memory:    orZero(s.memory()),
		OpenFiles: orZero(openFilesLimit()),
		Ports:     orZero(s.portRange()),
	}
	if s.linux {
		if reuse, err := s.proc.SysctlInts("net.ipv4.tcp_tw_reuse"); err == nil && len(reuse) == 1 {
			m.Reuse = reuse[0]
		}
	}
	return m
}

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// cores is how many processors this process may keep busy. The runtime rounds a
// quota up and never to less than 2; what may be used is the quota itself.
func (s system) cores() float64 {
	return least(float64(runtime.GOMAXPROCS(0)), s.group.quota())
}

// memory is what this process may still take, in bytes.
func (s system) memory() float64 {
	available := math.NaN()
	if s.linux {
		if m, err := s.proc.Meminfo(); err == nil && m.MemAvailableBytes != nil {
			available = float64(*m.MemAvailableBytes)
		}
	}
	return least(available, s.group.memory())
}

// least returns the smaller of two numbers of which either may be unknown.
func least(a, b float64) float64 {
	if b < a || math.IsNaN(a) {
		return b
	}
	return a
}

// openFilesLimit is how many files this process may have open at once.
func openFilesLimit() float64 {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil || limit.Cur == unix.RLIM_INFINITY {
		return math.NaN()
	}
	return float64(limit.Cur)
}

// portRange is how many ephemeral ports there are, both ends included.
func (s system) portRange() float64 {
	if !s.linux {
		return math.NaN()
	}
	ends, err := s.proc.SysctlInts("net.ipv4.ip_local_port_range")
	if err != nil || len(ends) != 2 {
		return math.NaN()
	}
	return float64(ends[1] - ends[0] + 1)
}

// openFiles counts the files this process has open.
func (s system) openFiles() float64 {
	if !s.linux {
		return math.NaN()
	}
	n, err := s.self.FileDescriptorsLen()
	if err != nil {
		return math.NaN()
	}
	return float64(n)
}

// closing counts the sockets in TIME_WAIT, of every process that shares this
// one's network.
func (s system) closing() float64 {
	if !s.linux {
		return math.NaN()
	}
	sockets, err := s.proc.NetSockstat()
	if err != nil {
		return math.NaN()
	}
	for _, p := range sockets.Protocols {
		if p.Protocol == "TCP" && p.TW != nil {
			return float64(*p.TW)
		}
	}
	return math.NaN()
}

// resident is the memory this process holds, in bytes.
func (s system) resident() float64 {
	if !s.linux {
		return math.NaN()
	}
	m, err := s.self.Statm()
	if err != nil {
		return math.NaN()
	}
	return float64(m.ResidentBytes())
}
