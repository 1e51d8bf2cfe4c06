package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"gatehouse/sync/uplink/identity"
)

type enrolCommand struct {
	URL   string `required:"" name:"url" placeholder:"URL" help:"Headquarters, as https://host:8443."`
	Code  string `required:"" placeholder:"CODE" help:"The one-time code that an operator made for this location."`
	Dir   string `default:"/var/lib/gatehouse/identity" type:"path" help:"Folder for key and certificate."`
	CA    string `name:"ca" placeholder:"FILE" type:"path" help:"Headquarters' authority (PEM), where it is known beforehand."`
	Again bool   `help:"Replace the identity that is there."`
	JSON  bool   `name:"json" help:"Print one JSON object."`
}

// Run makes a key on this device, and has headquarters certify it.
func (c enrolCommand) Run(out io.Writer) error {
	e := identity.Enrolment{Dir: c.Dir, URL: c.URL, Code: c.Code, Again: c.Again}
	if c.CA != "" {
		text, err := readWritten(c.CA)
		if err != nil {
			return err
		}
		e.Authority = text
	}
	made, err := identity.Enrol(context.Background(), e)
	if errors.Is(err, identity.ErrEnrolled) {
		return fmt.Errorf("%w; --again replaces it", err)
	}
	if err != nil {
		return err
	}
	hq := made.Headquarters()
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{
			"location": hq.Location, "chain": hq.Chain, "broker": hq.Broker, "fingerprint": made.Fingerprint,
			"waiting": made.Waiting, "certificateUntil": made.Expires().UTC(), "folder": c.Dir,
		})
	}
	fmt.Fprintf(out, "Enrolled for location %s of chain %s, until %s.\n\n    fingerprint  %s\n\n", hq.Location, hq.Chain, made.Expires().UTC().Format(time.DateOnly), made.Fingerprint)
	if made.Waiting {
		fmt.Fprintln(out, "Read it to the operator at headquarters, who must see the same and confirm it: until then nothing is let in.")
	} else {
		fmt.Fprintln(out, "Headquarters must show the same. If it shows another one, somebody stands in between: have the device revoked.")
	}
	fmt.Fprintf(out, "Key and certificate are in %s. Add [sync] to the site file, and restart the gateway.\n", c.Dir)
	return nil
}

type syncCommands struct {
	Status syncStatus `cmd:"" help:"How the sync with headquarters is, as the gateway sees it."`
}

type syncStatus struct {
	gatewayFlags `embed:""`
	JSON         bool `name:"json" help:"Print the gateway's answer."`
}

// syncAnswer is GET /api/v1/sync.
type syncAnswer struct {
	State, Broker, Problem, Standing string

	Waiting, Unstable                                      uint64
	OldestSeconds, HoursLeft, DrainPerSecond, DrainSeconds int64

	HeardAt, CertificateUntil time.Time
}

// Run asks the gateway.
func (c syncStatus) Run(out io.Writer) error {
	var text json.RawMessage
	if err := c.get("/api/v1/sync", &text); err != nil {
		return err
	}
	if c.JSON {
		_, err := fmt.Fprintf(out, "%s\n", text)
		return err
	}
	var a syncAnswer
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("the gateway's answer can't be read: %w", err)
	}
	line := func(name, format string, values ...any) {
		fmt.Fprintf(out, "%-14s "+format+"\n", append([]any{name}, values...)...)
	}
	line("state", "%s", a.State)
	if a.Broker != "" {
		line("broker", "%s", a.Broker)
	}
	if a.Problem != "" {
		line("problem", "%s", a.Problem)
	}
	line("standing", "%s", a.Standing)
	line("waiting", "%d facts, the oldest for %s", a.Waiting, seconds(a.OldestSeconds))
	line("unstable", "%d facts", a.Unstable)
	line("room", "%s", seconds(a.HoursLeft*3600))
	if a.DrainPerSecond > 0 {
		line("draining", "%d facts/s, done in %s", a.DrainPerSecond, seconds(a.DrainSeconds))
	}
	if !a.HeardAt.IsZero() {
		line("heard", "%s", a.HeardAt.Format(time.RFC3339))
	}
	if !a.CertificateUntil.IsZero() {
		line("certificate", "until %s", a.CertificateUntil.Format(time.DateOnly))
	}
	return nil
}

func seconds(n int64) string {
	const day, year = 24 * 3600, 365 * 24 * 3600
	switch {
	case n >= 2*year:
		return fmt.Sprintf("%d years", n/year)
	case n >= 2*day:
		return fmt.Sprintf("%d days", n/day)
	}
	return (time.Duration(n) * time.Second).String()
}
