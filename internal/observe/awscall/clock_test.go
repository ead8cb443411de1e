package awscall_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// A call was sent at 12:00:00 and answered within a second: what that and the second
// of the Date explain is no offset.
func TestClock(t *testing.T) {
	const toDo = "set this machine's clock by NTP"
	const meanwhile = toDo + ": until then what AWS tells is off by that much"
	sent := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		date   string
		status preflight.Status
		text   string
		toDo   string
	}{
		{"Tue, 03 Nov 2026 12:00:00 GMT", preflight.OK, "within 5 s of this machine's", ""},
		{"Tue, 03 Nov 2026 12:00:06 GMT", preflight.OK, "within 5 s of this machine's", ""},
		{"Tue, 03 Nov 2026 12:00:07 GMT", preflight.Warning, "AWS's is at least 6 s ahead of this machine's", meanwhile},
		{"Tue, 03 Nov 2026 11:59:54 GMT", preflight.OK, "within 5 s of this machine's", ""},
		{"Tue, 03 Nov 2026 11:59:53 GMT", preflight.Warning, "AWS's is at least 6 s behind this machine's", meanwhile},
		{"Tue, 03 Nov 2026 12:05:01 GMT", preflight.Warning, "AWS's is at least 5m ahead of this machine's", meanwhile},
		{"Tue, 03 Nov 2026 12:05:02 GMT", preflight.Fail, "AWS's is at least 5m01s ahead of this machine's: it refuses what is signed here, for more than 5m", toDo},
		{"Tue, 03 Nov 2026 11:54:58 GMT", preflight.Fail, "AWS's is at least 5m01s behind this machine's: it refuses what is signed here, for more than 5m", toDo},
		{"now", preflight.Warning, "AWS does not tell its time", "see what answers in its place (a proxy?)"},
	} {
		want := preflight.Finding{Subject: "AWS", Asked: "clock", Status: c.status, Text: c.text, ToDo: c.toDo}
		if got := awscall.Clock("AWS", http.Header{"Date": {c.date}}, sent, sent.Add(time.Second)); got != want {
			t.Errorf("Clock(%s) = %v %+v; want %v %+v", c.date, got.Status, got, want.Status, want)
		}
	}
}
