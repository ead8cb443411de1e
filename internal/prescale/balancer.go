package prescale

import (
	"encoding/json"
	"fmt"
	"math"
)

// Balancer is a load balancer in front of a fleet, as a rehearsal keeps it: what a
// reservation of it must know besides the demand. It is named, not addressed, so
// that no account's number is kept.
type Balancer struct {
	Name        string `json:"name"`
	Application bool   `json:"application"` // an Application Load Balancer
	Reserved    *int   `json:"reserved"`    // capacity units that are to be reserved, provisioned or not; null: not known
}

// String is b in JSON.
func (b Balancer) String() string {
	text, err := json.Marshal(b)
	if err != nil {
		panic(err) // a word and two numbers
	}
	return string(text)
}

// ParseBalancer reads what String wrote.
func ParseBalancer(text string) (b Balancer, err error) {
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return Balancer{}, fmt.Errorf("load balancer %.60q: %w", text, err)
	}
	return b, nil
}

// newPerUnit is how many new connections a second one capacity unit of an
// Application Load Balancer is.
const newPerUnit = 25

// Takes is how many whole capacity units of an Application Load Balancer so many new
// connections a second take by themselves. One unit is 25 of them, or 3,000 active
// ones, or 1 GB an hour, or 1,000 evaluations of rules a second, whichever is most
// (aws.amazon.com/elasticloadbalancing/pricing), so that a demand takes at least as
// many.
func Takes(newConnections float64) int {
	return int(math.Ceil(newConnections / newPerUnit * (1 - 1e-12))) // the last bits of a product are not meant
}
