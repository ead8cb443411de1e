package kubeapi

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

const (
	servicePort   = 80
	containerPort = 8080
	sliceSize     = 100 // most endpoints of a slice, as the original has it
)

// service is the one that stands before the pods.
func (r *renderer) service() object {
	meta := r.meta("Service", r.workload, r.Deployment.Created)
	meta.Labels = r.labels()
	return &corev1.Service{
		TypeMeta: typeMeta("v1", "Service"), ObjectMeta: meta,
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeClusterIP, ClusterIP: "10.96.0.10", ClusterIPs: []string{"10.96.0.10"}, Selector: r.labels(),
			Ports: []corev1.ServicePort{{Name: "http", Protocol: corev1.ProtocolTCP, Port: servicePort, TargetPort: intstr.FromInt32(containerPort)}},
		},
	}
}

// endpoint is what a slice tells of a pod.
type endpoint struct {
	pod, uid, ip, node, zone    string
	ready, serving, terminating bool
}

// shelves say in which slice each endpoint stands. An endpoint stays where it is,
// and a new one takes the first place that is free, as in the original, so that a
// change of one pod is a change of one slice.
type shelves struct {
	of   map[string]int // by UID of the pod
	used []int          // endpoints of each slice
}

// place returns the slice of an endpoint.
func (s *shelves) place(uid string) int {
	if at, ok := s.of[uid]; ok {
		return at
	}
	at := 0
	for at < len(s.used) && s.used[at] >= sliceSize {
		at++
	}
	if at == len(s.used) {
		s.used = append(s.used, 0)
	}
	s.used[at]++
	s.of[uid] = at
	return at
}

// keep clears the places of all but those that are there.
func (s *shelves) keep(there map[string]bool) {
	for uid, at := range s.of {
		if !there[uid] {
			s.used[at]--
			delete(s.of, uid)
		}
	}
}

// endpointSlices tell which pods the service has: those that have an address. The
// first slice is there even when it is empty.
func (r *renderer) endpointSlices() {
	there := map[string]bool{}
	for _, p := range r.Pods {
		if hasEndpoint(p) {
			there[p.UID] = true
		}
	}
	r.memory.shelves.keep(there)
	zones := r.zones()
	content := make([][]endpoint, max(1, len(r.memory.shelves.used)))
	for _, p := range r.Pods {
		if !there[p.UID] {
			continue
		}
		at := r.memory.shelves.place(p.UID)
		for at >= len(content) {
			content = append(content, nil)
		}
		content[at] = append(content[at], endpoint{
			pod: p.Name, uid: p.UID, ip: p.IP, node: nodeOf(p), zone: zones[p.Instance],
			ready: !p.Ready.IsZero() && p.Deleted.IsZero(), serving: !p.Ready.IsZero(), terminating: !p.Deleted.IsZero(),
		})
	}
	for n, endpoints := range content {
		if n == 0 || len(endpoints) > 0 {
			r.entries = append(r.entries, r.memory.slices.entry(strconv.Itoa(n), endpoints, func() entry {
				return newEntry("endpointslices", r.endpointSlice(n, endpoints))
			}))
		}
	}
}

func hasEndpoint(p world.Pod) bool {
	return !p.Running.IsZero() && p.IP != "" && p.Terminated.IsZero()
}

// zones are those of the instances.
func (r *renderer) zones() map[string]string {
	zones := map[string]string{}
	if r.Group != nil {
		for _, i := range r.Group.Instances {
			zones[i.ID] = i.Zone
		}
	}
	return zones
}

func (r *renderer) endpointSlice(n int, endpoints []endpoint) object {
	id := uid("EndpointSlice", strconv.Itoa(n))
	meta := r.meta("EndpointSlice", r.workload+"-"+string(id[:5]), r.Deployment.Created)
	meta.UID = id
	meta.GenerateName = r.workload + "-"
	meta.Labels = r.labels()
	meta.Labels[discoveryv1.LabelServiceName] = r.workload
	meta.Labels[discoveryv1.LabelManagedBy] = "endpointslice-controller.k8s.io"
	meta.OwnerReferences = r.owned("Service", r.workload)
	meta.OwnerReferences[0].APIVersion = "v1"
	name, protocol, port := "http", corev1.ProtocolTCP, int32(containerPort)
	s := &discoveryv1.EndpointSlice{
		TypeMeta: typeMeta("discovery.k8s.io/v1", "EndpointSlice"), ObjectMeta: meta, AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints: make([]discoveryv1.Endpoint, len(endpoints)),
		Ports:     []discoveryv1.EndpointPort{{Name: &name, Protocol: &protocol, Port: &port}},
	}
	for i, e := range endpoints {
		s.Endpoints[i] = e.published(r.namespace)
	}
	return s
}

func (e endpoint) published(namespace string) discoveryv1.Endpoint {
	p := discoveryv1.Endpoint{
		Addresses:  []string{e.ip},
		Conditions: discoveryv1.EndpointConditions{Ready: &e.ready, Serving: &e.serving, Terminating: &e.terminating},
		NodeName:   &e.node,
		TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: namespace, Name: e.pod, UID: types.UID(e.uid)},
	}
	if e.zone != "" {
		p.Zone = &e.zone
	}
	return p
}

var serviceColumns = []column{
	nameColumn,
	text("Type", func(s *corev1.Service) string { return string(s.Spec.Type) }),
	text("Cluster-IP", func(s *corev1.Service) string { return s.Spec.ClusterIP }),
	text("External-IP", func(*corev1.Service) string { return "<none>" }),
	text("Port(s)", func(s *corev1.Service) string { return strconv.Itoa(int(s.Spec.Ports[0].Port)) + "/TCP" }),
	ageColumn,
}

var endpointSliceColumns = []column{
	nameColumn,
	text("AddressType", func(s *discoveryv1.EndpointSlice) string { return string(s.AddressType) }),
	text("Ports", func(s *discoveryv1.EndpointSlice) string { return strconv.Itoa(int(*s.Ports[0].Port)) }),
	text("Endpoints", endpointsText),
	ageColumn,
}

// endpointsText names the first three addresses and counts the rest.
func endpointsText(s *discoveryv1.EndpointSlice) string {
	if len(s.Endpoints) == 0 {
		return "<unset>"
	}
	told := ""
	for i, e := range s.Endpoints {
		switch {
		case i == 3:
			return told + " + " + strconv.Itoa(len(s.Endpoints)-i) + " more..."
		case i > 0:
			told += ","
		}
		told += e.Addresses[0]
	}
	return told
}
