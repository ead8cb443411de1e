package kubeapi

import (
	"fmt"
	"io"
	"net/http"
	"slices"

	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

const reviewPath = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

// reviews reads what clients send, in any of their encodings.
var reviews = func() runtime.Decoder {
	scheme := runtime.NewScheme()
	if err := authorizationv1.AddToScheme(scheme); err != nil {
		panic(err) // the types of one package do not contradict each other
	}
	return serializer.NewCodecFactory(scheme).UniversalDeserializer()
}()

// review tells a client whether it may do what it asks about: all that is served
// may be read by all, unless permissions are what fails now.
func (s *Server) review(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	kind := authorizationv1.SchemeGroupVersion.WithKind("SelfSubjectAccessReview")
	decoded, _, err := reviews.Decode(body, &kind, nil)
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	review, ok := decoded.(*authorizationv1.SelfSubjectAccessReview)
	if !ok {
		return apierrors.NewBadRequest(fmt.Sprintf("%T is not a SelfSubjectAccessReview", decoded))
	}
	if (review.Spec.ResourceAttributes == nil) == (review.Spec.NonResourceAttributes == nil) {
		return apierrors.NewInvalid(kind.GroupKind(), "", field.ErrorList{field.Invalid(field.NewPath("spec"), "",
			"exactly one of nonResourceAttributes or resourceAttributes must be specified")})
	}
	review.TypeMeta = typeMeta("authorization.k8s.io/v1", "SelfSubjectAccessReview")
	outage := s.outage()
	review.Status.Allowed = allows(review.Spec) && (outage == nil || outage.How != world.Denied)
	if review.Status.Allowed {
		review.Status.Reason = "what the staging serves may be read by all"
	}
	writeJSON(w, http.StatusCreated, review)
	return nil
}

func allows(asked authorizationv1.SelfSubjectAccessReviewSpec) bool {
	if path := asked.NonResourceAttributes; path != nil {
		_, discovered := discover(path.Path, "")
		return path.Verb == "get" && (discovered || alive(path.Path))
	}
	a := asked.ResourceAttributes
	return slices.ContainsFunc(catalogue, func(r *resource) bool {
		return r.group == a.Group && r.store == a.Resource && r.sub == a.Subresource && slices.Contains(r.verbs(), a.Verb)
	})
}
