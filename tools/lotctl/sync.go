package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"gatehouse/sync/commandline"
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
		text, err := os.ReadFile(c.CA)
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
	URL    string `name:"url" default:"http://127.0.0.1:8080" help:"The gateway."`
	Socket string `type:"path" placeholder:"FILE" help:"The gateway's socket, in place of its address."`
	Token  string `env:"GATEHOUSE_TOKEN" placeholder:"TOKEN" help:"An access token."`
	JSON   bool   `name:"json" help:"Print the gateway's answer."`
}

// syncAnswer is GET /api/v1/sync.
type syncAnswer struct {
	State, Broker, Problem, Standing, Detail string

	Waiting, Unstable                                      uint64
	OldestSeconds, HoursLeft, DrainPerSecond, DrainSeconds int64

	HeardAt, CertificateUntil time.Time
}

// syncPatience is how long a gateway may take to answer.
const syncPatience = 10 * time.Second

// Run asks the gateway.
func (c syncStatus) Run(out io.Writer) error {
	text, err := c.ask()
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = fmt.Fprintf(out, "%s\n", text)
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
	if day := int64(24 * 3600); n >= 2*day {
		return fmt.Sprintf("%d days", n/day)
	}
	return (time.Duration(n) * time.Second).String()
}

func (c syncStatus) ask() ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), syncPatience)
	defer cancel()
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if c.Socket != "" {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", c.Socket)
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/api/v1/sync", nil)
	if err != nil {
		return nil, fmt.Errorf("%w: --url: %w", commandline.ErrUsage, err)
	}
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	client := &http.Client{Transport: transport}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the gateway does not answer: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		var a syncAnswer
		_ = json.Unmarshal(text, &a) // an answer without a reason is told by its status
		return nil, fmt.Errorf("the gateway refuses (%s): %s", response.Status, a.Detail)
	}
	return text, nil
}
