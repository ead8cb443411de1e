package load

import (
	"net"
	"net/http"
	"time"
)

// Transport returns one like http.DefaultTransport, for what is asked beside the
// load. It connects to none of the addresses that load never connects to,
// whatever a name resolves to; where the environment names a proxy, that is what
// it connects to.
func Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	checked := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second, ControlContext: checkAddress}
	t.DialContext = checked.DialContext
	return t
}
