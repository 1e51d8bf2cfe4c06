package platecamera

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/sync/fact"
)

// Peer is the other side of a Connection: a camera's web server, which wants a digest proof, tells its events in an answer
// that never ends, and answers other paths at once. It is made before it serves, and not changed after.
type Peer struct {
	User, Password string
	Algorithm      string    // of the proof: "MD5", "SHA-256" … ; "" says none, as old cameras do
	StreamPath     string    // where events are told
	Boundary       string    // that parts them
	Lengths        bool      // parts say how long they are
	Parts          chan Part // what is told next; closing it ends the answer
	Answer         func(path string) ([]byte, bool)
}

// Part is one part of a stream.
type Part struct {
	ContentType string
	Body        []byte
}

// peerNonce is the one nonce of a Peer.
const peerNonce = "4e6f6e6365206f6620612063616d657261"

// ServeHTTP is the camera's web server.
func (p *Peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.admits(r) {
		c := fmt.Sprintf(`Digest realm="camera", qop="auth", nonce="%s", opaque="0"`, peerNonce)
		if p.Algorithm != "" {
			c += ", algorithm=" + p.Algorithm
		}
		w.Header().Set("WWW-Authenticate", c)
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	path, _, _ := strings.Cut(r.URL.RequestURI(), "?")
	if stream, _, _ := strings.Cut(p.StreamPath, "?"); path == stream && p.Parts != nil {
		p.stream(w, r)
		return
	}
	if p.Answer != nil {
		if body, found := p.Answer(r.URL.RequestURI()); found {
			w.Write(body)
			return
		}
	}
	http.NotFound(w, r)
}

// admits checks the proof as a camera does.
func (p *Peer) admits(r *http.Request) bool {
	rest, found := strings.CutPrefix(r.Header.Get("Authorization"), "Digest ")
	if !found {
		return false
	}
	given := map[string]string{}
	for rest != "" {
		var name, value string
		name, rest, _ = strings.Cut(rest, "=")
		value, rest = parameter(rest)
		given[strings.Trim(name, " ,")] = value
	}
	count, err := strconv.ParseUint(given["nc"], 16, 32)
	if err != nil || count == 0 || given["uri"] != r.URL.RequestURI() || given["username"] != p.User {
		return false
	}
	c := challenge{realm: "camera", nonce: peerNonce, opaque: "0", algorithm: p.Algorithm, auth: true}
	return r.Header.Get("Authorization") == c.proof(p.User, p.Password, r.Method, given["uri"], uint32(count), given["cnonce"])
}

func (p *Peer) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "multipart/mixed; boundary="+p.Boundary)
	flush := http.NewResponseController(w)
	flush.Flush()
	for {
		select {
		case part, open := <-p.Parts:
			if !open {
				return
			}
			w.Write(p.written(part))
			flush.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// written is a part with its boundary and head.
func (p *Peer) written(part Part) []byte {
	text := "--" + p.Boundary + "\r\nContent-Type: " + part.ContentType + "\r\n"
	if p.Lengths {
		text += "Content-Length: " + strconv.Itoa(len(part.Body)) + "\r\n"
	}
	return append([]byte(text+"\r\n"), append(part.Body, "\r\n"...)...)
}

// Word is what a camera says of a direction if it calls inward so; of degrees, their number.
func Word(direction fact.Direction, inward string) string {
	w, err := wayOf(inward)
	switch {
	case err != nil || direction == fact.DirectionUnknown:
		return ""
	case direction == fact.Inward:
		return inward
	case w.byDegrees:
		return strconv.FormatInt((w.inwardDegrees+180)%360, 10)
	case len(w.outward) > 0:
		return w.outward[0]
	}
	return ""
}

// VehicleWord is what the makes call a vehicle that needs such a spot.
func VehicleWord(spot fact.SpotType) string {
	switch spot {
	case fact.Large:
		return "bus"
	case fact.AnyType:
		return ""
	}
	return "car"
}

// Clock is a time as cameras write it.
func Clock(unixMS int64) string {
	return time.UnixMilli(unixMS).UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// Thousandths is a confidence per mille as a number of which the given one is full: 1 or 100.
func Thousandths(perMille uint16, full int) string {
	if full == 100 {
		return fmt.Sprintf("%d.%d", perMille/10, perMille%10)
	}
	return fmt.Sprintf("%d.%03d", perMille/1000, perMille%1000)
}
