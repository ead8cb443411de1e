package scenario

import (
	"encoding/base64"
	"net/http"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/load"
)

const (
	maxBody  = 4 << 20
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// fillBody gives a request its body and, where one is implied, its content type.
func (d *decoder) fillBody(out *load.Request, r *requestFields) {
	b := r.body
	if b == nil || !b.sound {
		return
	}
	implied := ""
	switch {
	case b.json != nil:
		out.Body, implied = b.json, jsonType
	case b.form != nil:
		out.Body, implied = formBody(b.form), formType
		for _, e := range b.form {
			d.hasPlaceholders(e.key, place{b.in, "form"}, e.key.Value)
		}
	case b.base64 != nil:
		out.Body, out.Raw = b.base64, true
	case b.file != "":
		out.Body, out.Raw = d.bodyFile(b)
		if strings.EqualFold(filepath.Ext(b.file), ".json") {
			implied = jsonType
		}
	default:
		out.Body = []byte(b.text)
	}
	if implied == "" || out.Header.Get("Content-Type") != "" {
		return
	}
	if out.Header == nil {
		out.Header = http.Header{}
	}
	out.Header.Set("Content-Type", implied)
	if b.file != "" {
		keepContentType(r.node)
	}
}

// bodyFile returns what a file holds, and whether that is sent as it is. It is
// put into the tree, so that Resolved needs no file.
func (d *decoder) bodyFile(b *bodyFields) (body []byte, raw bool) {
	n := child(b.node, "file")
	body, err := readFile(d.fileName(n, b.file), maxBody)
	if err != nil {
		d.mistake(n, b.in, "file: %s: %s", d.shownFile(n), err)
		return nil, false
	}
	setChild(b.node, "file", nil)
	stored := scalar(strings.ReplaceAll(string(body), "${", "$${"))
	if !utf8.Valid(body) || !roundTrips(stored) {
		setChild(b.node, "base64", scalar(base64.StdEncoding.EncodeToString(body)))
		return body, true
	}
	setChild(b.node, "text", stored)
	d.hasPlaceholders(n, place{b.in, "file: " + d.shownFile(n)}, string(body))
	return body, false
}

// roundTrips reports whether YAML gives a text back as it is: control
// characters and odd line ends it does not.
func roundTrips(n *yaml.Node) bool {
	n.Tag = "!!str"
	text, err := yaml.Marshal(n)
	var back string
	return err == nil && yaml.Unmarshal(text, &back) == nil && back == n.Value
}

// keepContentType writes down the content type that a file's name implied.
func keepContentType(request *yaml.Node) {
	headers := child(request, "headers")
	if headers == nil {
		headers = &yaml.Node{Kind: yaml.MappingNode}
		setChild(request, "headers", headers)
	}
	setChild(headers, "Content-Type", scalar(jsonType))
}
