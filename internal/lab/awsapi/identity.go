package awsapi

import "github.com/seed-f864f198/onair/internal/lab/world"

// caller is whoever calls.
const caller = "arn:aws:iam::" + account + ":user/onair-lab"

type callerIdentity struct {
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

func getCallerIdentity(world.State, query) (any, *refusal) {
	return callerIdentity{Arn: caller, UserID: "AIDAONAIRLABONAIRLAB0", Account: account}, nil
}
