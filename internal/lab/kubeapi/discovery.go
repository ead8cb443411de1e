package kubeapi

import (
	"net"
	"net/http"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
)

// discover returns the document at one of the paths by which clients find out
// what a server has; ok is false for every other path.
func discover(path, address string) (document any, ok bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case path == "/version":
		return version.Info{Major: "1", Minor: "34", GitVersion: "v1.34.0+onair"}, true
	case len(parts) == 1 && parts[0] == "api":
		return metav1.APIVersions{
			TypeMeta:                   metav1.TypeMeta{Kind: "APIVersions"},
			Versions:                   []string{"v1"},
			ServerAddressByClientCIDRs: []metav1.ServerAddressByClientCIDR{{ClientCIDR: "0.0.0.0/0", ServerAddress: address}},
		}, true
	case len(parts) == 1 && parts[0] == "apis":
		return metav1.APIGroupList{TypeMeta: typeMeta("v1", "APIGroupList"), Groups: groups()}, true
	case len(parts) == 2 && parts[0] == "api":
		return resourceList("", parts[1])
	case len(parts) == 2 && parts[0] == "apis":
		all := groups()
		if i := slices.IndexFunc(all, func(g metav1.APIGroup) bool { return g.Name == parts[1] }); i >= 0 {
			all[i].TypeMeta = typeMeta("v1", "APIGroup")
			return all[i], true
		}
	case len(parts) == 3 && parts[0] == "apis":
		return resourceList(parts[1], parts[2])
	}
	return nil, false
}

// groups are the named groups with their versions, the preferred one first.
func groups() []metav1.APIGroup {
	var all []metav1.APIGroup
	for _, r := range catalogue {
		if r.group == "" {
			continue
		}
		one := metav1.GroupVersionForDiscovery{GroupVersion: r.groupVersion(), Version: r.version}
		i := slices.IndexFunc(all, func(g metav1.APIGroup) bool { return g.Name == r.group })
		if i < 0 {
			all = append(all, metav1.APIGroup{Name: r.group, PreferredVersion: one})
			i = len(all) - 1
		}
		if !slices.Contains(all[i].Versions, one) {
			all[i].Versions = append(all[i].Versions, one)
		}
	}
	return all
}

func resourceList(group, version string) (document any, ok bool) {
	list := metav1.APIResourceList{TypeMeta: typeMeta("v1", "APIResourceList")}
	for _, r := range catalogue {
		if r.group != group || r.version != version {
			continue
		}
		list.GroupVersion = r.groupVersion()
		one := metav1.APIResource{
			Name: r.plural(), SingularName: r.singular, Kind: r.kind, Namespaced: r.namespaced,
			ShortNames: r.short, Verbs: r.verbs(),
		}
		if r.sub == "scale" {
			one.Group, one.Version = "autoscaling", "v1"
		}
		if r.everywhere {
			one.Categories = []string{"all"}
		}
		list.APIResources = append(list.APIResources, one)
	}
	return list, len(list.APIResources) > 0
}

// serverAddress is the address the request came to.
func serverAddress(r *http.Request) string {
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return local.String()
	}
	return r.Host
}
