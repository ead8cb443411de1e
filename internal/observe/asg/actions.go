package asg

import "github.com/seed-f864f198/onair/internal/observe/awscall"

// Actions are the calls that an Observer makes: what IAM must allow.
func Actions() []awscall.Call { return []awscall.Call{groupCall, activityCall} }
