package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

type supportCommand struct {
	gatewayFlags `embed:""`
	To           string `placeholder:"FILE.tar.gz" type:"path" help:"Where to write it; none: gatehouse-LOCATION.tar.gz here."`
}

// supportDocuments are what the file holds, by where the gateway tells it; {} stands for the path of its location.
var supportDocuments = []struct{ name, path string }{
	{"health.json", "/healthz?verbose"}, {"location.json", "{}"}, {"gates.json", "{}/gates"}, {"alerts.json", "{}/alerts"},
	{"decisions.json", "{}/decisions"}, {"analytics.json", "{}/analytics?period=7d"}, {"tariffs.json", "{}/tariffs"},
	{"sync.json", "/api/v1/sync"}, {"policies.json", "/api/v1/policies"}, {"metrics.txt", "/metrics"},
}

// Run writes the file. What can't be had is told in it, in place of the document: a gateway that is half dead is the one that
// needs help.
func (c supportCommand) Run(out io.Writer) error {
	place, path, err := c.here()
	if err != nil {
		return err
	}
	known, texts := secrets{}, [][]byte{}
	for _, d := range supportDocuments {
		text, err := c.answer(http.MethodGet, strings.ReplaceAll(d.path, "{}", path), nil)
		if err != nil {
			text = []byte(err.Error() + "\n")
		}
		texts = append(texts, known.without(text))
	}
	file, err := packed(known, texts, time.Now())
	if err != nil {
		return err
	}
	to := c.To
	if to == "" {
		to = "gatehouse-" + place.Location + ".tar.gz"
	}
	if err := os.WriteFile(to, file, 0o600); err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	_, err = fmt.Fprintf(out, "%s, %d KiB, without plates, cards and users. To name it on the phone: %X-%X\n", to, len(file)>>10+1, sum[:2], sum[2:4])
	return err
}

// packed is an archive of the documents.
func packed(known secrets, texts [][]byte, at time.Time) ([]byte, error) {
	var file bytes.Buffer
	squeezed := gzip.NewWriter(&file)
	archive := tar.NewWriter(squeezed)
	for i, d := range supportDocuments {
		text := known.blacken(texts[i])
		if err := archive.WriteHeader(&tar.Header{Name: "gatehouse/" + d.name, Mode: 0o600, Size: int64(len(text)), ModTime: at}); err != nil {
			return nil, err
		}
		if _, err := archive.Write(text); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	if err := squeezed.Close(); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// secrets are words that tell who somebody is, as they were met.
type secrets map[string]bool

// private are the fields that hold them.
var private = map[string]bool{"licensePlate": true, "licensePlateRaw": true, "vehiclePlate": true, "userId": true, "card": true}

// secretMin is how long a word must be to be looked for elsewhere: a user called 1 would blacken every number.
const secretMin = 4

// blank stands in place of a secret.
const blank = "(removed)"

// without is a JSON document without its private fields, which are remembered; any other text is as it was.
func (s secrets) without(text []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return text
	}
	s.strip(value)
	stripped, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return text
	}
	return append(stripped, '\n')
}

func (s secrets) strip(value any) {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			s.strip(one)
		}
	case map[string]any:
		for name, one := range v { // any order: each is for itself
			if word, is := one.(string); is && private[name] {
				s[word] = len(word) >= secretMin
				v[name] = blank
			} else {
				s.strip(one)
			}
		}
	}
}

// blacken takes what was met in private fields out of everything else as well: an alert may name a plate in its sentence.
func (s secrets) blacken(text []byte) []byte {
	longestFirst := func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }
	for _, word := range slices.SortedFunc(maps.Keys(s), longestFirst) { // one may be a part of another
		if s[word] {
			text = bytes.ReplaceAll(text, []byte(word), []byte(blank))
		}
	}
	return text
}
