package kubeapi

import "fmt"

// Kubeconfig renders a client configuration for a server at url, with one
// context, "onair-lab", that is the current one. JSON strings are YAML too, so
// %q keeps any URL what it is.
func Kubeconfig(url string) []byte {
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: onair-lab
clusters:
- name: onair-lab
  cluster:
    server: %q
contexts:
- name: onair-lab
  context:
    cluster: onair-lab
    user: onair-lab
    namespace: default
users:
- name: onair-lab
  user: {}
`, url)
}
