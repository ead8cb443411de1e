package prescale

import (
	"fmt"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
)

// scaler is the change of an HPA.
type scaler struct {
	Change
	namespace, name string
}

// ownedByKEDA is how KEDA calls the HPA that it makes of a ScaledObject, unless
// it is told otherwise.
const ownedByKEDA = "keda-hpa-"

// texts leaves the patch out where KEDA would undo it, and KEDA's trigger where the HPA
// would not follow it. The error says that neither is left.
func (s scaler) texts() ([]Text, error) {
	owned := strings.HasPrefix(s.name, ownedByKEDA)
	ahead, grows := s.ahead()
	switch {
	case owned && !grows:
		in := zone(s.Zone, s.Instants)
		return nil, fmt.Errorf("no cron trigger raises it to %s units, for behavior.scaleUp does not let it grow as far within a day: raise minReplicaCount of its ScaledObject at %s, and put it back to %s at %s",
			figure.Count(s.Units), moment(s.Apply.In(in)), figure.Count(*s.Min), moment(s.Release.In(in)))
	case owned:
		return []Text{s.keda(ahead)}, nil
	case !grows:
		patch := s.kubectl()
		patch.Note += " There is no text for KEDA: behavior.scaleUp of the HPA does not let a trigger raise it as far within a day, and a raised minimum does not ask it."
		return []Text{patch}, nil
	}
	return []Text{s.kubectl(), s.keda(ahead)}, nil
}

func (s scaler) title() string {
	return fmt.Sprintf("%s: at least %s units %s", s.Fleet, figure.Count(s.Units), span(s.Apply, s.Release, zone(s.Zone, s.Instants)))
}

func (s scaler) kubectl() Text {
	in := zone(s.Zone, s.Instants)
	most, raised := s.most()
	return Text{
		Kind:    Kubectl,
		Title:   s.title(),
		Apply:   s.patch(s.Units, most, raised),
		Verify:  s.look(),
		Reverse: s.patch(*s.Min, *s.Max, raised),
		Note: fmt.Sprintf("kubectl schedules nothing: apply at %s, see at %s that all %s are READY, reverse at %s. "+
			"What keeps the HPA from a repository (Argo CD, Flux, Helm) puts the old values back: change them there, or pause it. "+
			"So does KEDA's operator where a ScaledObject owns the HPA: then use the keda text.",
			moment(s.Apply.In(in)), moment(s.Verify.In(in)), figure.Count(s.Units), moment(s.Release.In(in))),
	}
}

// patch sets the minimum, and the maximum where it must be raised, which comes
// to a merge patch of the HPA's spec.
func (s scaler) patch(least, most int, raised bool) string {
	spec := fmt.Sprintf(`{"spec":{"minReplicas":%d}}`, least)
	if raised {
		spec = fmt.Sprintf(`{"spec":{"minReplicas":%d,"maxReplicas":%d}}`, least, most)
	}
	return command("kubectl patch hpa "+quote(s.name), s.where(), "--type merge", option("--patch", spec))
}

// look counts the pods that are ready. The HPA's own REPLICAS are those created, so
// what is read is the workload that it scales; which that is the cluster tells.
func (s scaler) look() string {
	hpa := "kubectl get hpa " + quote(s.name) + " " + s.where() +
		` --output jsonpath='{.spec.scaleTargetRef.kind}/{.spec.scaleTargetRef.name}'`
	return command("kubectl get", s.where(), `"$(`+hpa+`)"`)
}

func (s scaler) where() string {
	where := option("--namespace", s.namespace)
	if s.Context != "" {
		where = option("--context", s.Context) + " " + where
	}
	return where
}
