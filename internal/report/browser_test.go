package report

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/seed-f864f198/onair/internal/raced"
)

// The page is opened in a real browser: Debian's chromium, or what ONAIR_CHROMIUM
// names. Where ONAIR_SHOTS names a folder, what a reader sees is left there.

// startBrowser starts a browser for a test.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	if raced.On {
		t.Skip("a browser shows the race detector nothing; make laws opens the page")
	}
	path, err := exec.LookPath(cmp.Or(os.Getenv("ONAIR_CHROMIUM"), "chromium"))
	if err != nil {
		t.Skipf("no chromium on PATH (apt-get install chromium, or name one in ONAIR_CHROMIUM): %v", err)
	}
	alone, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU,
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("force-color-profile", "srgb"))
	ctx, closed := chromedp.NewContext(alone)
	t.Cleanup(func() { closed(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return ctx
}

// look is how a page is looked at.
type look struct {
	width, height int64
	dark, mute    bool // mute: without scripts
}

// opened is a page in a tab of its own.
type opened struct {
	t          *testing.T
	ctx        context.Context
	mu         sync.Mutex
	complaints []string // errors on the console, exceptions, and requests for anything but the page
}

// openReport opens the page of a report.
func openReport(t *testing.T, browser context.Context, r *Report, as look) *opened {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, rendered(t, r.HTML), 0o644); err != nil {
		t.Fatal(err)
	}
	return open(t, browser, path, as)
}

func open(t *testing.T, browser context.Context, path string, as look) *opened {
	t.Helper()
	tab, closed := chromedp.NewContext(browser)
	ctx, cancel := context.WithTimeout(tab, 2*time.Minute)
	t.Cleanup(func() { cancel(); closed() })
	p := &opened{t: t, ctx: ctx}
	if err := chromedp.Do(tab); err != nil { // binds the tab to a context without a deadline
		t.Fatal(err)
	}
	address := (&url.URL{Scheme: "file", Path: path}).String()
	if err := chromedp.Listen(ctx, func(event any) { p.hear(event, address) }); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if as.dark {
		scheme = "dark"
	}
	call(p, func() error { _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); return err })
	call(p, func() error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	})
	call(p, func() error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: as.mute})
		return err
	})
	p.do(chromedp.EmulateViewport(as.width, as.height), chromedp.Navigate(address))
	return p
}

func call(p *opened, do func() error) {
	p.t.Helper()
	if err := do(); err != nil {
		p.t.Fatal(err)
	}
}

// hear notes what must not happen.
func (p *opened) hear(event any, address string) {
	complaint := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		complaint = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			complaint += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		complaint = fmt.Sprintf("console.%s", e.Type)
	case *browserlog.EventEntryAdded:
		complaint = fmt.Sprintf("log: %s %s", e.Entry.Level, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if e.Request.URL != address {
			complaint = "request: " + e.Request.URL
		}
	}
	if complaint != "" {
		p.mu.Lock()
		p.complaints = append(p.complaints, complaint)
		p.mu.Unlock()
	}
}

func (p *opened) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// eval is the value of an expression in the page.
func eval[T any](p *opened, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// shoot leaves a picture of the window, or of the whole page.
func (p *opened) shoot(name string, whole bool) {
	p.t.Helper()
	folder := os.Getenv("ONAIR_SHOTS")
	if folder == "" {
		return
	}
	take := chromedp.CaptureScreenshot()
	if whole {
		take = chromedp.FullScreenshot(100)
	}
	picture, err := chromedp.Run(p.ctx, take)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// quiet fails the test if anything was complained of.
func (p *opened) quiet() {
	p.t.Helper()
	eval[bool](p, "new Promise(done => setTimeout(() => done(true), 50)) && true")
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		p.t.Errorf("the page complains: %s", c)
	}
}

// place is where an instant lies on a picture, in pixels of the window, at the
// middle of the picture's height.
func (p *opened) place(plate string, share float64) (x, y float64) {
	p.t.Helper()
	at := eval[[]float64](p, fmt.Sprintf(`(() => {
		const figure = document.querySelector('[data-plate=%s]');
		figure.scrollIntoView({block: "center"});
		const scene = JSON.parse(figure.querySelector("script").textContent), svg = figure.querySelector("svg");
		const box = svg.getBoundingClientRect(), wide = svg.viewBox.baseVal.width, panel = scene.panels[0];
		return [box.left + (panel.left + %v * panel.width) / wide * box.width, Math.min(box.top + box.height / 2, innerHeight / 2)];
	})()`, plate, share))
	return at[0], at[1]
}

func (p *opened) hover(plate string, share float64) {
	p.t.Helper()
	x, y := p.place(plate, share)
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y))
}

func (p *opened) drag(plate string, from, to float64) {
	p.t.Helper()
	x0, y := p.place(plate, from)
	x1, _ := p.place(plate, to)
	left := func(e *input.DispatchMouseEventParams) { e.Button, e.ClickCount = input.MouseButtonLeft, 1 }
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x0, y), chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x0, y, left),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, (x0+x1)/2, y, left), chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x1, y, left),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x1, y, left))
}

// told are the values that are shown at the crosshair, by name.
func (p *opened) told(plate string) map[string]string {
	p.t.Helper()
	rows := eval[[][]string](p, fmt.Sprintf(`[...document.querySelectorAll('[data-plate=%s] .told:not([hidden]) > :is(b, div)')].map(
		row => row.tagName === "B" ? ["clock", row.textContent] : [...row.children].map(part => part.textContent))`, plate))
	values := map[string]string{}
	for _, row := range rows {
		values[row[0]] = row[1]
	}
	return values
}
