package prescale

import (
	"strings"
	"testing"
	"time"
)

func TestParseAt(t *testing.T) {
	for _, c := range []struct{ text, zone, want string }{ // want: in UTC, or of the error
		{"2026-12-01T21:54:00+09:00", "Asia/Tokyo", "2026-12-01T12:54:00Z"},
		{"2026-12-01T21:54+09:00", "America/New_York", "2026-12-01T12:54:00Z"},
		{"2026-12-01T12:54:00Z", "Asia/Tokyo", "2026-12-01T12:54:00Z"},
		{"2026-12-01T21:54", "Asia/Tokyo", "2026-12-01T12:54:00Z"},
		{"2026-12-01 21:54:30", "Asia/Tokyo", "2026-12-01T12:54:30Z"},
		{"2026-12-01 21:54", "UTC", "2026-12-01T21:54:00Z"},
		{"2026-12-02T08:59", "Asia/Tokyo", "2026-12-01T23:59:00Z"}, // another day in UTC
		{"2026-12-31T21:00", "America/New_York", "2027-01-01T02:00:00Z"},

		{"2026-03-08T01:59:59", "America/New_York", "2026-03-08T06:59:59Z"},
		{"2026-03-08T02:00", "America/New_York", "does not exist in America/New_York, where clocks are put forward over it: write 2026-03-08T01:00:00-05:00 (EST) or 2026-03-08T03:00:00-04:00 (EDT)"},
		{"2026-03-08T02:59:59", "America/New_York", "write 2026-03-08T01:59:59-05:00 (EST) or 2026-03-08T03:59:59-04:00 (EDT)"},
		{"2026-03-08T02:30:00-05:00", "America/New_York", "2026-03-08T07:30:00Z"},
		{"2026-03-08T03:00", "America/New_York", "2026-03-08T07:00:00Z"},
		{"2026-11-01T00:59:59", "America/New_York", "2026-11-01T04:59:59Z"},
		{"2026-11-01T01:00", "America/New_York", "exists twice in America/New_York, where clocks are put back: write 2026-11-01T01:00:00-04:00 (EDT) or 2026-11-01T01:00:00-05:00 (EST)"},
		{"2026-11-01T01:00-04:00", "America/New_York", "2026-11-01T05:00:00Z"},
		{"2026-11-01T01:00-05:00", "America/New_York", "2026-11-01T06:00:00Z"},
		{"2026-11-01T02:00", "America/New_York", "2026-11-01T07:00:00Z"},

		{"2026-03-29T01:30", "Europe/London", "write 2026-03-29T00:30:00Z (GMT) or 2026-03-29T02:30:00+01:00 (BST)"},
		{"2026-10-25T01:30", "Europe/London", "write 2026-10-25T01:30:00+01:00 (BST) or 2026-10-25T01:30:00Z (GMT)"},
		{"2026-07-01T20:00", "Europe/London", "2026-07-01T19:00:00Z"},

		// Half an hour, at 02:00, from +10:30 to +11 in October and back in April.
		{"2026-10-04T02:15", "Australia/Lord_Howe", "write 2026-10-04T01:45:00+10:30 (+1030) or 2026-10-04T02:45:00+11:00 (+11)"},
		{"2026-10-04T02:30", "Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
		{"2026-04-05T01:45", "Australia/Lord_Howe", "write 2026-04-05T01:45:00+11:00 (+11) or 2026-04-05T01:45:00+10:30 (+1030)"},
		{"2026-04-05T01:29", "Australia/Lord_Howe", "2026-04-04T14:29:00Z"},

		// A whole day that Samoa left out.
		{"2011-12-30T12:00", "Pacific/Apia", "write 2011-12-29T12:00:00-10:00 (-10) or 2011-12-31T12:00:00+14:00 (+14)"},

		{"21:54", "Asia/Tokyo", `time "21:54" is none (write 2026-12-01T21:54:00+09:00, or 2026-12-01T21:54 for the clocks of Asia/Tokyo)`},
		{"2026-02-29T21:54", "Asia/Tokyo", "is none"},
		{"9999-12-31T23:59", "Asia/Tokyo", "is none"},
		{"9999-12-31T23:59:00Z", "Asia/Tokyo", "is none"},
		{"2026-12-01T24:00", "Asia/Tokyo", "is none"},
		{"", "Asia/Tokyo", "is none"},
	} {
		zone := in(t, c.zone)
		got, err := ParseAt(c.text, zone)
		switch {
		case err != nil:
			if !strings.Contains(err.Error(), c.want) || strings.HasSuffix(c.want, "Z") {
				t.Errorf("ParseAt(%q, %s) = error %q; want %q", c.text, zone, err, c.want)
			}
		case got.UTC().Format(time.RFC3339) != c.want || got.Location() != zone:
			t.Errorf("ParseAt(%q, %s) = %s; want %s in the zone", c.text, zone, got.UTC().Format(time.RFC3339), c.want)
		}
	}
}

var zones = []string{"America/New_York", "Asia/Tokyo", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "UTC"}

// A local time, looked up another way: of all the minutes around it, which do
// the zone's clocks show so?
func FuzzParseAt(f *testing.F) {
	for i := range zones {
		for _, at := range []int64{1772953200, 1793511000, 1774746000, 1791042000, 1775315700, 1796129640} {
			f.Add(at, uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, at int64, which uint8) {
		zone := in(t, zones[int(which)%len(zones)])
		const from, to = 631152000, 2208988800 // 1990 to 2040: whole minutes of offset
		wall := time.Unix(from+((at%(to-from))+(to-from))%(to-from), 0).UTC().Truncate(time.Minute)
		var want []time.Time
		text := wall.Format("2006-01-02T15:04")
		for m := -15 * 60; m <= 15*60; m++ {
			if u := wall.Add(time.Duration(m) * time.Minute).In(zone); u.Format("2006-01-02T15:04") == text {
				want = append(want, u)
			}
		}
		got, err := ParseAt(text, zone)
		if len(want) == 1 {
			if err != nil || !got.Equal(want[0]) {
				t.Errorf("ParseAt(%q, %s) = %s, %v; want %s", text, zone, got, err, want[0])
			}
			return
		}
		if err == nil {
			t.Fatalf("ParseAt(%q, %s) = %s; want an error, for %d instants are shown so", text, zone, got, len(want))
		}
		_, offered, _ := strings.Cut(err.Error(), "write ")
		for i, o := range strings.Split(offered, " or ") {
			instant, _, _ := strings.Cut(o, " ")
			named, err := ParseAt(instant, zone)
			if err != nil {
				t.Errorf("ParseAt(%q, %s) offers %q: %v", text, zone, instant, err)
			} else if len(want) == 2 && !named.Equal(want[i]) {
				t.Errorf("ParseAt(%q, %s) offers %s; want %s", text, zone, named, want[i])
			}
		}
	})
}
