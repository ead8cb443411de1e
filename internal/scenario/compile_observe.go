package scenario

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/load"
)

func (d *decoder) compileObserve(f *file) []Observe {
	var out []Observe
	var from []*observeFields
	for i := range f.observe {
		if o := &f.observe[i]; o.sound {
			if made, ok := d.observed(o); ok {
				out, from = append(out, made), append(from, o)
			}
		}
	}
	d.notSeenTwice(out, from)
	d.shareSources(out, from)
	d.boundFleets(out, from)
	return out
}

// observed works out one entry; ok is false where what it watches cannot be told.
func (d *decoder) observed(o *observeFields) (made Observe, ok bool) {
	made, ok = Observe{Context: o.context, Region: o.region}, true
	switch {
	case o.hpa != "":
		made.Kind = capacity.HPA
		made.Namespace, made.Name, _ = strings.Cut(o.hpa, "/")
	case o.asg != "":
		made.Kind, made.Name = capacity.ASG, o.asg
	case o.elb != "":
		made.Kind, made.Name = ELB, o.elb
	case o.quota != "":
		made.Kind, made.Name = Quota, o.quota
		made.Fleet, made.PerUnit, made.Service = o.fleet, o.perUnit, cmp.Or(o.service, "ec2")
	case o.prometheus != "":
		ok = d.promSeries(o, &made)
	default:
		d.metricSeries(o, &made)
	}
	switch {
	case child(o.node, "coverage") != nil:
		made.Coverage = o.coverage
	case made.IsSeries(): // it explains, and comes late; capacity does not rest on it
	case made.Kind == Quota: // it is looked at twice, and how it was at first is known
	default:
		made.Coverage = enough
	}
	return made, ok
}

// metricSeries works out a series of CloudWatch.
func (d *decoder) metricSeries(o *observeFields, into *Observe) {
	into.Kind = CloudWatch
	into.Metric = Metric{
		Namespace: o.cloudwatch.namespace, Name: o.cloudwatch.name,
		Statistic: cmp.Or(o.statistic, "Average"), Period: cmp.Or(o.period, time.Minute),
	}
	for _, e := range o.dimensions {
		if into.Metric.Dimensions == nil {
			into.Metric.Dimensions = map[string]string{}
		}
		into.Metric.Dimensions[e.key.Value] = e.value
	}
	into.Name = cmp.Or(o.name, into.Metric.Name+" "+into.Metric.Statistic)
	d.draws(o, into)
}

// promSeries works out a series of Prometheus; it returns false without an address.
func (d *decoder) promSeries(o *observeFields, into *Observe) bool {
	into.Kind, into.Name, into.Query = Prometheus, o.name, o.query
	for _, needed := range []struct{ name, say string }{
		{"query", "in PromQL: exactly one series"}, {"name", "of the series in reports"},
	} {
		if child(o.node, needed.name) == nil {
			d.mistake(o.node, o.in, "%s is missing (%s)", needed.name, needed.say)
		}
	}
	d.draws(o, into)
	into.Header = d.header(nil, o.headers, o.in+".headers")
	into.URL = d.serverURL(child(o.node, "prometheus"), o.in, o.prometheus)
	return into.URL != nil
}

// serverURL reads the address of a server that is asked for series.
func (d *decoder) serverURL(n *yaml.Node, in, text string) *url.URL {
	u, err := url.Parse(text)
	switch {
	case err == nil && u.User != nil:
		d.mistake(n, in, "prometheus %q has credentials in it (they go into headers: {Authorization: …})", d.quote(n))
		return nil
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.RawQuery != "", u.Fragment != "", !possiblePort(u):
		d.mistake(n, in, "prometheus %q is not such as http://prom.example:9090 (http or https, a host, perhaps a path)", d.quote(n))
		return nil
	case load.Forbidden(u.Hostname()) != "":
		d.refuse(n, in, "the host of %q is never contacted: %s", d.quote(n), load.Forbidden(u.Hostname()))
	}
	return u
}

// panelUnits are what the panels' axes are in.
var panelUnits = map[string]string{"load": "req/s", "response": "s", "units": "count", "errors": "req/s"}

// draws says how a series is drawn.
func (d *decoder) draws(o *observeFields, into *Observe) {
	into.Unit, into.Panel = cmp.Or(o.unit, "count"), o.panel
	if axis := panelUnits[o.panel]; axis != "" && axis != into.Unit {
		d.mistake(child(o.node, "panel"), o.in, "panel %s is in %s and this series in %s (without panel it gets one of its own)", o.panel, axis, into.Unit)
	}
}

// notSeenTwice says so where two entries would be told apart by nothing.
func (d *decoder) notSeenTwice(all []Observe, from []*observeFields) {
	seen := map[string]bool{}
	for i, o := range all {
		key, shown := o.Source(), o.Source()
		if o.IsSeries() {
			key, shown = key+"\x00"+o.Name, shown+" "+o.Name
		}
		switch {
		case o.IsSeries() && o.Name == "": // said already
		case seen[key] && o.IsSeries():
			d.mistake(childOr(from[i].node, "name"), from[i].in, "name %q is taken (names are unique in one region or server)", shorten(d.mask(o.Name)))
		case seen[key]:
			d.mistake(from[i].node, from[i].in, "%s is there twice", shorten(d.mask(shown)))
		}
		seen[key] = true
	}
}

// shareSources gives all series of one source the headers and the coverage that
// one of them says; two that say different things are a mistake.
func (d *decoder) shareSources(all []Observe, from []*observeFields) {
	first := map[string]int{}    // of each source
	headers := map[string]int{}  // the first that says any
	coverage := map[string]int{} // likewise
	for i, o := range all {
		if !o.IsSeries() {
			continue
		}
		source, node := o.Source(), from[i].node
		if _, known := first[source]; !known {
			first[source] = i
		}
		if o.Kind == Prometheus && all[first[source]].URL.String() != o.URL.String() {
			d.mistake(child(node, "prometheus"), from[i].in, "prometheus %q is not the address that %s has for this host", d.quote(child(node, "prometheus")), from[first[source]].in)
		}
		if n := child(node, "headers"); n != nil {
			if j, said := headers[source]; said && !sameHeader(all[j].Header, o.Header) {
				d.mistake(n, from[i].in, "headers are not those of %s (given with one query of a server, they are sent with all)", from[j].in)
			} else if !said {
				headers[source] = i
			}
		}
		if n := child(node, "coverage"); n != nil {
			if j, said := coverage[source]; said && all[j].Coverage != o.Coverage {
				d.mistake(n, from[i].in, "coverage is not that of %s, which is asked for in the same call", from[j].in)
			} else if !said {
				coverage[source] = i
			}
		}
	}
	for i, o := range all {
		if j, said := headers[o.Source()]; said {
			all[i].Header = all[j].Header
		}
		if j, said := coverage[o.Source()]; said {
			all[i].Coverage = all[j].Coverage
		}
	}
}

func sameHeader(a, b http.Header) bool { return maps.EqualFunc(a, b, slices.Equal) }

// boundFleets checks that quotas bound fleets that are watched.
func (d *decoder) boundFleets(all []Observe, from []*observeFields) {
	var fleets, shown []string
	for _, o := range all {
		if o.IsFleet() {
			fleets, shown = append(fleets, o.Source()), append(shown, d.mask(o.Source()))
		}
	}
	for i, o := range all {
		n := child(from[i].node, "fleet")
		switch {
		case o.Kind != Quota:
		case n == nil:
			d.mistake(from[i].node, from[i].in, "fleet is missing (what the quota bounds: hpa/NAMESPACE/NAME or asg/NAME)")
		case len(fleets) == 0:
			d.mistake(n, from[i].in, "no fleet %q is observed (observe has none)", d.quote(n))
		case !slices.Contains(fleets, o.Fleet):
			d.mistake(n, from[i].in, "no fleet %q is observed (%s)", d.quote(n), suggestion(o.Fleet, shown))
		case o.PerUnit == 0 && strings.HasPrefix(o.Fleet, "hpa/"):
			d.mistake(from[i].node, from[i].in, "per_unit is missing (how much of the quota one pod takes; pods have no instance type that tells)")
		}
	}
}
