package hpa

import (
	"net/http"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	rolloutsPath = "/apis/argoproj.io/v1alpha1"
	rolloutScale = rolloutsPath + "/namespaces/default/rollouts/web/scale"
)

// rollout is an API whose autoscaler scales what only its /scale is known of.
func rollout(selector string) *api {
	a := simple()
	a.put(hpasPath, &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{MaxReplicas: 10, ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{
			APIVersion: "argoproj.io/v1alpha1", Kind: "Rollout", Name: "web",
		}},
	})
	a.answer(rolloutsPath, serve(metav1.APIResourceList{APIResources: []metav1.APIResource{
		{Name: "rollouts/status", Kind: "Rollout"}, {Name: "rollouts", Kind: "Rollout"}, {Name: "rollouts/scale", Kind: "Scale"},
		{Name: "experiments", Kind: "Experiment"},
	}}))
	a.answer(rolloutScale, serve(scaled(selector)))
	return a
}

func scaled(selector string) map[string]any {
	return map[string]any{
		"metadata": map[string]string{"name": "web"}, "spec": map[string]int{"replicas": 4},
		"status": map[string]any{"replicas": 3, "selector": selector},
	}
}

func serve(document any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, document) }
}

func TestAnythingWithAScaleIsAWorkload(t *testing.T) {
	a := rollout("app=web")
	p := fullPod()
	p.Labels = map[string]string{"app": "web"}
	a.put(podsPath, p)
	o := newObserving(t, a)
	stop, _ := o.begin(t)
	o.awaitValue(t, "desired", 4)
	o.awaitValue(t, "ready", 1)
	if err := stop(); err != nil {
		t.Errorf("Observe = %v; want nil", err)
	}
}

func TestScaleGoesAway(t *testing.T) {
	for _, c := range []struct {
		name string
		then http.HandlerFunc
		want string
	}{
		{"deleted", refuse(404, metav1.StatusReasonNotFound), "hpa default/web: its Rollout web was deleted"},
		{"forbidden", refuse(403, metav1.StatusReasonForbidden), "hpa default/web: forbidden (needs get on rollouts/scale in default)"},
		{"out of order", refuse(500, metav1.StatusReasonInternalError), "hpa default/web: get rollouts/scale: InternalError"},
		{"of other pods", serve(scaled("app=other")), "hpa default/web: what it scales now selects other pods"},
	} {
		a := rollout("app=web")
		asked := 0
		a.answer(rolloutScale, func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked == 1 {
				serve(scaled("app=web"))(w, r)
				return
			}
			c.then(w, r)
		})
		o := newObserving(t, a)
		_, ended := o.begin(t)
		if err := ended(); err == nil || err.Error() != c.want {
			t.Errorf("%s: Observe = %v; want %s", c.name, err, c.want)
		}
	}
}

func TestTargetsThatCannotBeObserved(t *testing.T) {
	core := serve(metav1.APIResourceList{APIResources: []metav1.APIResource{{Name: "pods", Kind: "Pod"}}})
	for _, c := range []struct{ version, kind, name, want string }{
		{"apps/v1", "Deployment", "nobody", "scales Deployment nobody, which does not exist"},
		{"apps/v1", "StatefulSet", "nobody", "scales StatefulSet nobody, which does not exist"},
		{"argoproj.io/v1alpha1", "Rollout", "nobody", "scales Rollout nobody, which does not exist"},
		{"argoproj.io/v1alpha1", "Experiment", "web", "scales a Experiment, which has no /scale in argoproj.io/v1alpha1"},
		{"argoproj.io/v1alpha1", "Workflow", "web", "scales a Workflow, which argoproj.io/v1alpha1 does not have"},
		{"keda.sh/v1", "Rollout", "web", "scales a Rollout of keda.sh/v1, which is not served"},
		{"v1", "Pod", "web", "scales a Pod, which has no /scale in v1"},
		{"a/b/c", "Rollout", "web", `scales Rollout web of "a/b/c", which is no version of an API`},
	} {
		a := rollout("app=web")
		a.answer("/api/v1", core)
		o := newObserving(t, a)
		_, err := o.observer.cluster.target(t.Context(), "default", autoscalingv2.CrossVersionObjectReference{APIVersion: c.version, Kind: c.kind, Name: c.name})
		if err == nil || err.Error() != c.want {
			t.Errorf("target(%s %s %s) = %v; want %s", c.version, c.kind, c.name, err, c.want)
		}
	}
	for selector, want := range map[string]string{
		"":       "scales Rollout web, whose /scale names no selector: its pods cannot be told from others",
		"app==":  "",
		"a in (": "scales Rollout web, whose /scale has a selector that cannot be read: unable to parse requirement: found '', expected: ',', ')' or identifier",
	} {
		o := newObserving(t, rollout(selector))
		_, err := o.observer.cluster.target(t.Context(), "default", autoscalingv2.CrossVersionObjectReference{
			APIVersion: "argoproj.io/v1alpha1", Kind: "Rollout", Name: "web",
		})
		if got := errorText(err); got != want {
			t.Errorf("target with selector %q = %s; want %s", selector, got, want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
