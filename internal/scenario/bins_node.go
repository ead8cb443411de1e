package scenario

import (
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// binsNode writes counts down as replay.bins reads them.
func binsNode(bins []traffic.Bin) *yaml.Node {
	requests := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, b := range bins {
		requests.Content = append(requests.Content, scalar(strconv.FormatFloat(b.Requests, 'f', -1, 64)))
	}
	n := &yaml.Node{Kind: yaml.MappingNode}
	setChild(n, "start", scalar(bins[0].Start.Format(time.RFC3339Nano)))
	setChild(n, "length", scalar(bins[0].Length.String()))
	setChild(n, "requests", requests)
	return n
}
