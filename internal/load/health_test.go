package load

import (
	"math"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// watched is the health of a run that sends nothing yet, and a function that
// reads it and returns what was written by name.
func watched(t testing.TB) func() map[string]float64 {
	t.Helper()
	p, templates, err := planFor("http://127.0.0.1:1", traffic.Flat(1, time.Second)).ready()
	if err != nil {
		t.Fatal(err)
	}
	m := newMemory()
	r := newRun(p, templates, m, nil)
	r.network = newNetwork(p, func(change) {})
	t.Cleanup(r.network.close)
	h := r.newHealth()
	return func() map[string]float64 {
		m.readings = nil
		h.read()
		values := make(map[string]float64)
		for _, r := range m.readings {
			values[r.Name] = r.Value
		}
		return values
	}
}

func onLinux(t testing.TB) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells what this test reads")
	}
}

// Every name is read, and none has a value that cannot be.
func TestReadingsOfAGenerator(t *testing.T) {
	onLinux(t)
	read := watched(t)
	burn(100 * time.Millisecond)
	got := read()
	for _, name := range []string{
		timeline.CPU, timeline.MachineCPU, timeline.GCPause, timeline.RSS, timeline.Goroutines, timeline.OpenFiles, timeline.OpenFilesLimit,
		timeline.Ports, timeline.PortsLimit, timeline.Connections, timeline.InFlight, timeline.InFlightCap, timeline.Answered,
	} {
		value, ok := got[name]
		if !ok || value < 0 || math.IsInf(value, 0) {
			t.Errorf("reading %s = %g, %t; want one that is not negative", name, value, ok)
		}
	}
	for _, name := range []string{timeline.CPU, timeline.MachineCPU, timeline.CPUThrottled} {
		if got[name] > 1 {
			t.Errorf("reading %s = %g; want a share from 0 to 1", name, got[name])
		}
	}
	if want := 1e6; got[timeline.InFlightCap] != want {
		t.Errorf("reading %s = %g; want %g", timeline.InFlightCap, got[timeline.InFlightCap], want)
	}
}

// Files are counted as they are opened and closed.
func TestOpenFilesAreCounted(t *testing.T) {
	onLinux(t)
	read := watched(t)
	before := read()[timeline.OpenFiles]
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	read()
	const n = 100
	listening := read()[timeline.OpenFiles]
	if listening <= before {
		t.Errorf("%s = %g after %g and a listener; want more", timeline.OpenFiles, listening, before)
	}
	for range n {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	if got := read()[timeline.OpenFiles]; got != listening+n {
		t.Errorf("%s = %g with %d sockets more; want %g", timeline.OpenFiles, got, n, listening+n)
	}
	listed, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	// The folder itself is open while it is listed.
	if got := read()[timeline.OpenFiles]; got != float64(len(listed)-1) {
		t.Errorf("%s = %g; want %d as listed", timeline.OpenFiles, got, len(listed)-1)
	}
}

// A connection that this side closed first keeps its port.
func TestClosedPortsAreCounted(t *testing.T) {
	onLinux(t)
	read := watched(t)
	before := read()[timeline.Ports]
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	const n = 200
	for range n {
		ours, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		ours.Close()
		theirs.Read(make([]byte, 1)) // until the end has come
		theirs.Close()
	}
	// Others on this machine come and go; and some of theirs end meanwhile.
	if got := read()[timeline.Ports] - before; got < n/2 {
		t.Errorf("%s rose by %g after %d connections were closed here; want about %d", timeline.Ports, got, n, n)
	}
}

// burn keeps every core busy for so long, as far as others let it.
func burn(d time.Duration) {
	ended := make(chan struct{})
	until := time.Now().Add(d)
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for time.Now().Before(until) {
			}
			ended <- struct{}{}
		}()
	}
	for range runtime.GOMAXPROCS(0) {
		<-ended
	}
}

// A process that works shows it; one that waits does not.
func TestProcessorTimeOfThisProcess(t *testing.T) {
	onLinux(t)
	read := watched(t)
	read()
	time.Sleep(200 * time.Millisecond) // to be idle
	idle := read()
	burn(400 * time.Millisecond)
	busy := read()
	if got := busy[timeline.CPU]; got < idle[timeline.CPU]+0.1 {
		t.Errorf("%s = %.2f idle, %.2f busy; want a clear rise", timeline.CPU, idle[timeline.CPU], got)
	}
	s := newSystem()
	stat, err := s.proc.Stat()
	if err != nil {
		t.Fatal(err)
	}
	// Others may be busy too; and the machine may have more than this process
	// may use.
	own := busy[timeline.CPU] * s.cores() / float64(len(stat.CPU))
	if got := busy[timeline.MachineCPU]; got < 0.7*own {
		t.Errorf("%s = %.2f; want at least about this process's own %.2f", timeline.MachineCPU, got, own)
	}
	if got := idle[timeline.CPU]; got > 0.5 {
		t.Errorf("%s = %.2f while this process slept; want next to nothing", timeline.CPU, got)
	}
}

func TestGarbageCollectionPauses(t *testing.T) {
	read := watched(t)
	read()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.PauseTotalNs
	if got := read()[timeline.GCPause]; !(got > 0 && got < 1) {
		t.Errorf("%s = %g s after a collection; want more than 0", timeline.GCPause, got)
	}
	if got := paused(); math.Abs(got-time.Duration(before).Seconds()) > 0.1 {
		t.Errorf("paused() = %g; want %g as MemStats has it", got, time.Duration(before).Seconds())
	}
	read()
	if got := read()[timeline.GCPause]; got > 0.5 {
		t.Errorf("%s = %g s; want only what fell since the reading before", timeline.GCPause, got)
	}
}

func TestResidentMemory(t *testing.T) {
	onLinux(t)
	read := watched(t)
	before := read()[timeline.RSS]
	held := make([]byte, 64<<20)
	for i := 0; i < len(held); i += 4096 {
		held[i] = 1
	}
	if got := read()[timeline.RSS] - before; got < 32<<20 {
		t.Errorf("%s rose by %.0f with 64 MiB more; want about as much", timeline.RSS, got)
	}
	runtime.KeepAlive(held)
}

func TestThisMachine(t *testing.T) {
	m := ThisMachine()
	if m.Cores <= 0 || m.Cores > float64(runtime.NumCPU()) && m.Cores > float64(runtime.GOMAXPROCS(0)) {
		t.Errorf("ThisMachine().Cores = %g; want from above 0 to %d", m.Cores, runtime.NumCPU())
	}
	onLinux(t)
	if m.Memory < 1e6 || m.OpenFiles < 16 || m.Ports < 1 {
		t.Errorf("ThisMachine() = %+v; want memory, open files and ports known", m)
	}
}

// groupFiles writes the files of a control group below a folder.
func groupFiles(t *testing.T, folder string, files map[string]string) string {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// The tightest limit on the way up holds; the throttling is the own group's.
func TestControlGroup(t *testing.T) {
	root := t.TempDir()
	pod := groupFiles(t, filepath.Join(root, "pod"), map[string]string{
		"cpu.max": "150000 100000\n", "memory.max": "max\n", "memory.current": "700\n",
	})
	web := groupFiles(t, filepath.Join(pod, "web"), map[string]string{
		"cpu.max":     "max 100000\n",
		"cpu.stat":    "usage_usec 9\nnr_throttled 3\nthrottled_usec 2500000\n",
		"memory.max":  "1000\n",
		"memory.stat": "file 300\ninactive_file 200\n", "memory.current": "600\n",
	})
	g := chain(root, "/", "/pod/web")
	if diff := cmp.Diff(cgroup{web, pod, root}, g); diff != "" {
		t.Fatalf("chain (-want +got):\n%s", diff)
	}
	for name, got := range map[string][2]float64{
		"quota": {g.quota(), 1.5}, "memory": {g.memory(), 600}, "throttled": {g.throttled(), 2.5},
	} {
		if math.Abs(got[0]-got[1]) > 1e-9 {
			t.Errorf("%s() = %g; want %g", name, got[0], got[1])
		}
	}
	var none cgroup
	for name, got := range map[string]float64{"quota": none.quota(), "memory": none.memory(), "throttled": none.throttled()} {
		if !math.IsNaN(got) {
			t.Errorf("%s() of no group = %g; want unknown", name, got)
		}
	}
}

func TestChain(t *testing.T) {
	for _, tt := range []struct {
		mount, root, path string
		want              cgroup
	}{
		{"/sys/fs/cgroup", "/", "/", cgroup{"/sys/fs/cgroup"}},
		{"/sys/fs/cgroup", "/", "/a/b", cgroup{"/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup"}},
		{"/sys/fs/cgroup", "/docker/x", "/docker/x/y", cgroup{"/sys/fs/cgroup/y", "/sys/fs/cgroup"}},
		{"/sys/fs/cgroup", "/docker/x", "/docker/z", nil},
		{"/sys/fs/cgroup", "/", "/../z", nil},
	} {
		if diff := cmp.Diff(tt.want, chain(tt.mount, tt.root, tt.path)); diff != "" {
			t.Errorf("chain(%q, %q, %q) (-want +got):\n%s", tt.mount, tt.root, tt.path, diff)
		}
	}
}

func TestParseQuota(t *testing.T) {
	for text, want := range map[string]float64{
		"200000 100000\n": 2, "50000 100000": 0.5, "max 100000\n": math.NaN(), "": math.NaN(), "0 100000": math.NaN(),
		"100000 0": math.NaN(), "1": math.NaN(), "-1 100000": math.NaN(),
	} {
		if got := parseQuota(text); !cmp.Equal(got, want, cmpopts.EquateNaNs()) {
			t.Errorf("parseQuota(%q) = %g; want %g", text, got, want)
		}
	}
}

func FuzzParseQuota(f *testing.F) {
	f.Add("max 100000\n")
	f.Add("150000 100000\n")
	f.Fuzz(func(t *testing.T, text string) {
		if got := parseQuota(text); !math.IsNaN(got) && (got <= 0 || math.IsInf(got, 0)) {
			t.Errorf("parseQuota(%q) = %g; want unknown or a number of processors", text, got)
		}
	})
}

func FuzzField(f *testing.F) {
	f.Add("usage_usec 9\nthrottled_usec 25\n", "throttled_usec")
	f.Add("throttled_usec", "throttled_usec")
	f.Fuzz(func(t *testing.T, text, name string) {
		if got := field(text, name); got < 0 || math.IsInf(got, 0) {
			t.Errorf("field(%q, %q) = %g; want unknown or a count", text, name, got)
		}
	})
}

func TestShareOf(t *testing.T) {
	for _, tt := range []struct{ part, whole, want float64 }{
		{1, 4, 0.25}, {0, 4, 0}, {4.001, 4, 1}, {-0.001, 4, 0}, {1, 0, math.NaN()}, {math.NaN(), 4, math.NaN()}, {1, math.NaN(), math.NaN()},
	} {
		if got := share(tt.part, tt.whole); !cmp.Equal(got, tt.want, cmpopts.EquateNaNs()) {
			t.Errorf("share(%g, %g) = %g; want %g", tt.part, tt.whole, got, tt.want)
		}
	}
}

// BenchmarkReading measures what one reading of the generator's health costs
// while many connections are open.
func BenchmarkReading(b *testing.B) {
	read := watched(b)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	for range min(9000, int(openFilesLimit()-100)/2) {
		ours, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		defer ours.Close()
		theirs, err := listener.Accept()
		if err != nil {
			b.Fatal(err)
		}
		defer theirs.Close()
	}
	for b.Loop() {
		read()
	}
}

// BenchmarkListingOpenFiles measures what counting open files costs where the
// kernel does not tell their number.
func BenchmarkListingOpenFiles(b *testing.B) {
	for range min(18_000, int(openFilesLimit()-100)) {
		f, err := os.Open(os.DevNull)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
	}
	for b.Loop() {
		folder, err := os.Open("/proc/self/fd")
		if err != nil {
			b.Skip("no such folder:", err)
		}
		names, err := folder.Readdirnames(-1)
		if err != nil || len(names) < 100 {
			b.Fatalf("%d files, %v; want all", len(names), err)
		}
		folder.Close()
	}
}
