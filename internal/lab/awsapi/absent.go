package awsapi

import "github.com/seed-f864f198/onair/internal/lab/world"

// The lab's groups have no scheduled actions, warm pools or instance
// refreshes. Preflight asks for them all the same, and an empty answer is the
// truth.

type scheduledActionsResult struct {
	ScheduledUpdateGroupActions members[string]
}

func describeScheduledActions(s world.State, q query) (any, *refusal) {
	_, refused := optionalGroups(s, q)
	return scheduledActionsResult{}, refused
}

type warmPoolResult struct {
	Instances members[instanceRecord]
}

func describeWarmPool(s world.State, q query) (any, *refusal) {
	return warmPoolResult{}, requiredGroup(s, q)
}

type instanceRefreshesResult struct {
	InstanceRefreshes members[string]
}

func describeInstanceRefreshes(s world.State, q query) (any, *refusal) {
	return instanceRefreshesResult{}, requiredGroup(s, q)
}

// accountLimits are those of a new account.
type accountLimits struct {
	MaxNumberOfAutoScalingGroups    int
	MaxNumberOfLaunchConfigurations int
	NumberOfAutoScalingGroups       int
	NumberOfLaunchConfigurations    int
}

func describeAccountLimits(s world.State, _ query) (any, *refusal) {
	return accountLimits{
		MaxNumberOfAutoScalingGroups:    500,
		MaxNumberOfLaunchConfigurations: 200,
		NumberOfAutoScalingGroups:       len(groups(s)),
	}, nil
}
