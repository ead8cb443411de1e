package load

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/procfs"
)

// cgroup is this process's own control group (version 2) and those above it, as
// far as this process sees them. A limit of any of them holds for it:
//
//	/sys/fs/cgroup/kubepods.slice/pod1/web    the own one first
//	/sys/fs/cgroup/kubepods.slice/pod1
//	/sys/fs/cgroup/kubepods.slice
//	/sys/fs/cgroup
type cgroup []string

// groupOf finds the groups of a process; nil where there are none of version 2.
func groupOf(p procfs.Proc) cgroup {
	mounts, err := p.MountInfo()
	if err != nil {
		return nil
	}
	groups, err := p.Cgroups()
	if err != nil {
		return nil
	}
	for _, m := range mounts {
		for _, g := range groups {
			if m.FSType == "cgroup2" && g.HierarchyID == 0 {
				return chain(m.MountPoint, m.Root, g.Path)
			}
		}
	}
	return nil
}

// chain lists the folders from that of the group at path up to the mount point,
// at which the group root is mounted; nil where the path leads out of what this
// process may see.
func chain(mount, root, path string) cgroup {
	below, err := filepath.Rel(root, path)
	if err != nil || !filepath.IsLocal(below) || strings.HasPrefix(path, "/..") {
		return nil
	}
	var g cgroup
	for at := filepath.Join(mount, below); ; at = filepath.Dir(at) {
		g = append(g, at)
		if at == filepath.Clean(mount) {
			return g
		}
	}
}

// quota is how many processors the tightest quota allows; NaN where there is
// none.
func (g cgroup) quota() float64 {
	tightest := math.NaN()
	for _, group := range g {
		tightest = least(tightest, parseQuota(read(group, "cpu.max")))
	}
	return tightest
}

// parseQuota reads cpu.max, "MICROSECONDS PERIOD", as a number of processors.
func parseQuota(text string) float64 {
	most, period, _ := strings.Cut(strings.TrimSpace(text), " ")
	cores := number(most) / number(period)
	if !(cores > 0) || math.IsInf(cores, 0) {
		return math.NaN()
	}
	return cores
}

// memory is how many bytes the tightest limit leaves; NaN where there is none.
// Pages of files that nobody uses count against a limit and give way.
func (g cgroup) memory() float64 {
	tightest := math.NaN()
	for _, group := range g {
		used := number(read(group, "memory.current"))
		if idle := field(read(group, "memory.stat"), "inactive_file"); idle <= used {
			used -= idle
		}
		tightest = least(tightest, max(number(read(group, "memory.max"))-used, 0))
	}
	return tightest
}

// throttled is how long quotas have kept the own group's threads waiting, in
// seconds of all processors together; NaN where that is not told.
func (g cgroup) throttled() float64 {
	if len(g) == 0 {
		return math.NaN()
	}
	return field(read(g[0], "cpu.stat"), "throttled_usec") * time.Microsecond.Seconds()
}

// field returns the number that stands after name in lines of names and numbers;
// NaN where there is none.
func field(text, name string) float64 {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return number(value)
		}
	}
	return math.NaN()
}

// read returns the text of a group's file; empty where it has none.
func read(group, name string) string {
	text, err := os.ReadFile(filepath.Join(group, name))
	if err != nil {
		return ""
	}
	return string(text)
}

// number reads a whole number; NaN where there is another word, such as max.
func number(text string) float64 {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return math.NaN()
	}
	return float64(n)
}
