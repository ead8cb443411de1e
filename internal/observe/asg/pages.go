package asg

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// paginator is how the SDK tells one page after the other.
type paginator[Page any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*autoscaling.Options)) (Page, error)
}

// onAllPages returns what items finds on each page, in order, each page with a
// deadline of its own; with an error, what was found before.
func onAllPages[Page, Item any](ctx context.Context, timeout time.Duration, pages paginator[Page], items func(Page) []Item) ([]Item, error) {
	var all []Item
	for pages.HasMorePages() {
		page, err := awscall.Within(ctx, timeout, pages.NextPage)
		if err != nil {
			return all, err
		}
		all = append(all, items(page)...)
	}
	return all, nil
}
