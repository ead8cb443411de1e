package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
)

// keyNames are the two halves of a key that the environment may give. The SDK
// overlooks one without the other, and goes on to where credentials may be else.
var keyNames = [2]string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}

// halfKey names the half of the environment's key that is missing where the other
// is set; both are empty where neither or each is.
func halfKey() (there, missing string) {
	for i, name := range keyNames {
		if other := keyNames[1-i]; os.Getenv(name) != "" && os.Getenv(other) == "" {
			return name, other
		}
	}
	return "", ""
}

// noCredentials words why there are none; late is that the search for them took
// longer than it may. The last source that is asked is the metadata of an instance:
// where the environment has that switched off, its lack is not the reason.
func noCredentials(err error, late bool) error {
	there, missing := halfKey()
	switch {
	case missing != "":
		return hint{fmt.Errorf("none: %s is set and %s is not", there, missing), "set " + missing + ", or unset " + there}
	case late:
		return hint{fmt.Errorf("none within %s", figure.Duration(credentialsWithin)), signIn}
	case strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true") && strings.Contains(err.Error(), "no EC2 IMDS role found"):
		return hint{errors.New("none: neither the environment nor ~/.aws has any"), signIn}
	}
	return hint{errors.New("none: " + strings.TrimPrefix(err.Error(), "failed to refresh cached credentials, ")), signIn}
}

const signIn = "sign in (aws sso login), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
