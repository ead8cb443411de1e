package quota

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Names of readings, in the quota's own unit, and a kind of event.
const (
	limit = "limit"
	used  = "used"
	room  = "room"

	usageUnobserved = "usage_unobserved" // who uses how much of the quota is not known from here on
)

// ask asks for all that is not known yet, and tells the room when all is. Only
// what asking on cannot mend is an error.
func (o *Observer) ask(ctx context.Context, rec *observe.Recorder) error {
	if o.quota == nil {
		q, err := o.askLimit(ctx)
		if err != nil {
			return o.lost(ctx, err, rec)
		}
		o.quota, o.seen = q, time.Now()
		rec.Read(limit, *q.Value, time.Time{})
	}
	err := o.askRest(ctx, rec)
	switch {
	case err == nil:
		o.blind = ""
		o.pace.Narrow()
		o.tellRoom(rec)
	case ctx.Err() != nil:
	default:
		o.slow(err)
		if o.blind == "" {
			rec.Event(time.Time{}, usageUnobserved, "", "who uses the quota is not known: "+o.words(err))
		}
		o.blind = o.words(err)
	}
	return nil
}

func (o *Observer) lost(ctx context.Context, err error, rec *observe.Recorder) error {
	if ctx.Err() != nil {
		return nil
	}
	o.slow(err)
	cause := o.cause(err)
	rec.Lost(o.began, cause)
	if isFatal(err) {
		return cause
	}
	return nil
}

// askRest asks for the fleet and for the usage as it was when watching began.
func (o *Observer) askRest(ctx context.Context, rec *observe.Recorder) error {
	if o.fleet == nil && o.group != "" {
		f, err := o.askFleet(ctx)
		if err != nil {
			return err
		}
		o.fleet = f
	}
	if o.used == nil && metered(o.quota) {
		u, err := o.askUsage(ctx, o.quota, o.began)
		if err != nil {
			return err
		}
		o.used = u
		rec.Read(used, u.value, u.at)
	}
	return nil
}

// tellRoom records how many units the quota leaves room for, as far as is known.
func (o *Observer) tellRoom(rec *observe.Recorder) {
	o.told = true
	r := o.roomOf(o.quota, o.fleet, o.used)
	switch {
	case r.why != "" && o.blind != "":
		rec.Warn(fmt.Sprintf("%s (%s)", r.why, o.blind))
	case r.why != "":
		rec.Warn(r.why)
	}
	rec.Event(time.Time{}, room, "", r.text)
	if r.known {
		rec.Read(timeline.Quota, float64(r.units), time.Time{})
	}
}

// askAgain looks at limit and usage when watching ends, in the time of one call:
// ctx has ended. What it did not learn of the room by then it tells.
func (o *Observer) askAgain(ctx context.Context, rec *observe.Recorder) {
	if o.quota == nil {
		return // the gap says why
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.timeout)
	defer cancel()
	if !o.told {
		o.tellRoom(rec)
	}
	q, err := o.askLimit(ctx)
	if err != nil {
		rec.Lost(o.seen, &awscall.Failure{Text: "the limit was not looked at again at the end: " + o.words(err), Err: err})
		return
	}
	rec.Read(limit, *q.Value, time.Time{})
	if before := *o.quota.Value; before != *q.Value {
		rec.Warn(fmt.Sprintf("the limit was changed meanwhile from %s to %s", number(before), number(*q.Value)))
	}
	if !metered(q) {
		return
	}
	if u, err := o.askUsage(ctx, q, time.Now()); err == nil { // where there is none yet, nobody misses it
		rec.Read(used, u.value, u.at)
	}
}

// askLimit reads the quota that applies to the account.
func (o *Observer) askLimit(ctx context.Context) (*types.ServiceQuota, error) {
	out, err := awscall.Within(ctx, o.timeout, func(ctx context.Context, with ...func(*servicequotas.Options)) (*servicequotas.GetServiceQuotaOutput, error) {
		return o.clients.Quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{
			ServiceCode: aws.String(o.service), QuotaCode: aws.String(o.code),
		}, with...)
	})
	if err != nil {
		err = failed(quotaCall, err)
		if errors.Is(err, errNoQuota) {
			return o.askDefault(ctx)
		}
		return nil, err
	}
	return valued(quotaCall, out.Quota)
}

// askDefault reads what applies to an account whose quota was never changed: of
// some quotas the account's own then does not exist.
func (o *Observer) askDefault(ctx context.Context) (*types.ServiceQuota, error) {
	out, err := awscall.Within(ctx, o.timeout, func(ctx context.Context, with ...func(*servicequotas.Options)) (*servicequotas.GetAWSDefaultServiceQuotaOutput, error) {
		return o.clients.Quotas.GetAWSDefaultServiceQuota(ctx, &servicequotas.GetAWSDefaultServiceQuotaInput{
			ServiceCode: aws.String(o.service), QuotaCode: aws.String(o.code),
		}, with...)
	})
	if err != nil {
		return nil, failed(defaultCall, err)
	}
	return valued(defaultCall, out.Quota)
}

func valued(call awscall.Call, q *types.ServiceQuota) (*types.ServiceQuota, error) {
	if q == nil || q.Value == nil {
		return nil, failed(call, errNoValue)
	}
	return q, nil
}

// slow makes asking rarer where AWS throttles.
func (o *Observer) slow(err error) {
	if awscall.Throttled(err) {
		o.pace.Widen()
	}
}
