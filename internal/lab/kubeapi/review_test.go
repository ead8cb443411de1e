package kubeapi_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

const reviewsPath = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

func post(t *testing.T, url, contentType, body string) (string, int) {
	t.Helper()
	answer, err := http.Post(url, contentType, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), answer.StatusCode
}

func TestAccessReviews(t *testing.T) {
	open := serve(t, newScript(scene()))
	state := scene()
	state.Start = time.Now()
	state.Config.Faults.Kube = []world.Outage{{For: time.Hour, How: world.Denied}}
	closed := serve(t, newScript(state))
	for _, c := range []struct {
		spec string
		want string // "true" or "false" of allowed, else what the answer says
	}{
		{`{"resourceAttributes":{"namespace":"default","verb":"watch","version":"*","resource":"pods"}}`, "true"},
		{`{"resourceAttributes":{"verb":"list","resource":"nodes"}}`, "true"},
		{`{"resourceAttributes":{"verb":"get","group":"apps","resource":"deployments","subresource":"scale","name":"web"}}`, "true"},
		{`{"resourceAttributes":{"verb":"list","group":"metrics.k8s.io","resource":"pods"}}`, "true"},
		{`{"resourceAttributes":{"verb":"watch","group":"metrics.k8s.io","resource":"pods"}}`, "false"},
		{`{"resourceAttributes":{"verb":"create","resource":"pods"}}`, "false"},
		{`{"resourceAttributes":{"verb":"get","resource":"secrets"}}`, "false"},
		{`{"resourceAttributes":{"verb":"get","resource":"deployments"}}`, "false"},
		{`{"nonResourceAttributes":{"verb":"get","path":"/version"}}`, "true"},
		{`{"nonResourceAttributes":{"verb":"get","path":"/metrics"}}`, "false"},
		{`{}`, "exactly one of nonResourceAttributes or resourceAttributes must be specified"},
	} {
		body := `{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":` + c.spec + `}`
		got, code := post(t, open+reviewsPath, "application/json", body)
		if c.want == "true" || c.want == "false" {
			if code != http.StatusCreated || !strings.Contains(got, `"allowed":`+c.want) {
				t.Errorf("review of %s = %d %s; want allowed %s", c.spec, code, got, c.want)
			}
			if got, code := post(t, closed+reviewsPath, "application/json", body); code != http.StatusCreated || !strings.Contains(got, `"allowed":false`) {
				t.Errorf("review of %s without permissions = %d %s; want allowed false", c.spec, code, got)
			}
		} else if code != http.StatusUnprocessableEntity || !strings.Contains(got, c.want) {
			t.Errorf("review of %s = %d %s; want 422 with %q", c.spec, code, got, c.want)
		}
	}
	for _, body := range []string{"{", `{"apiVersion":"v1","kind":"Pod"}`} {
		if got, code := post(t, open+reviewsPath, "application/json", body); code != http.StatusBadRequest {
			t.Errorf("review %q = %d %s; want 400", body, code, got)
		}
	}
}

// Some clients send reviews in protobuf.
func TestAccessReviewInProtobuf(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := authorizationv1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "list", Resource: "pods"}}}
	review.APIVersion, review.Kind = "authorization.k8s.io/v1", "SelfSubjectAccessReview"
	var body strings.Builder
	if err := protobuf.NewSerializer(scheme, scheme).Encode(review, &body); err != nil {
		t.Fatal(err)
	}
	url := serve(t, newScript(scene()))
	if got, code := post(t, url+reviewsPath, "application/vnd.kubernetes.protobuf", body.String()); code != 201 || !strings.Contains(got, `"allowed":true`) {
		t.Errorf("review in protobuf = %d %s; want allowed", code, got)
	}
}
