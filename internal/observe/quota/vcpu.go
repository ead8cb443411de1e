package quota

import (
	"slices"
	"strconv"
	"strings"
)

// unlike are instance types whose size does not tell their vCPUs as others' does.
var unlike = map[string]int{
	"c1.medium": 2, "c1.xlarge": 8, "c4.8xlarge": 36, "d2.8xlarge": 36,
	"m1.small": 1, "m2.xlarge": 2, "m2.2xlarge": 4, "m2.4xlarge": 8,
	"t1.micro": 1, "t2.nano": 1, "t2.micro": 1, "t2.small": 1,
}

// vcpusOf is how many vCPUs an instance of a type has, by its size: 2 are large, 4
// xlarge, 4 N Nxlarge; of those below large a burstable one has 2, and another
// (medium) 1. It is 0 where the size does not tell: of metal, and of families
// for high-performance computing, whose cores count otherwise.
func vcpusOf(name string) int {
	if n, ok := unlike[name]; ok {
		return n
	}
	family, size, ok := strings.Cut(name, ".")
	if !ok || family == "" || strings.HasPrefix(family, "hpc") {
		return 0
	}
	burstable := family[0] == 't' && len(family) > 1 && '0' <= family[1] && family[1] <= '9'
	switch {
	case burstable && slices.Contains([]string{"nano", "micro", "small", "medium"}, size):
		return 2
	case size == "medium":
		return 1
	case size == "large":
		return 2
	case size == "xlarge":
		return 4
	}
	times, ok := strings.CutSuffix(size, "xlarge")
	n, err := strconv.ParseUint(times, 10, 16)
	if !ok || err != nil {
		return 0
	}
	return 4 * int(n)
}
