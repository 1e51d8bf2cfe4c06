package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"gatehouse/cloud/api"
	"gatehouse/cloud/app"
)

// rotateCommand is gatehouse-cloud rotate-key.
type rotateCommand struct {
	runningFlags `embed:""`
	Reason       string        `required:"" help:"Why; it goes on record."`
	Overlap      time.Duration `help:"For how long the old key counts beside the new one; 0 ends it at once." default:"168h"`
	End          bool          `help:"End an overlap now."`
	Lost         bool          `help:"The old key is lost: make another, with headquarters stopped. Every gateway must then be enrolled again."`
	Postgres     string        `help:"PostgreSQL connection string, as headquarters runs with; for --lost." placeholder:"URL"`
}

// Run changes the key with which headquarters signs.
func (c rotateCommand) Run(out io.Writer) error {
	if c.Lost {
		return c.replaceLost(out)
	}
	path, body := "/api/v1/signing-key/end", map[string]any{"reason": c.Reason}
	if !c.End {
		path = "/api/v1/signing-key/change"
		body["overlapHours"] = int((c.Overlap + time.Hour - 1) / time.Hour)
	}
	var now api.Signing
	if err := c.post(path, body, &now); err != nil {
		return err
	}
	fmt.Fprintf(out, "signing key  %s\n", now.Key)
	if now.Until != nil {
		fmt.Fprintf(out, "next key     %s, alone from %s\n", now.Next, now.Until.Format(time.RFC3339))
	}
	if len(now.Behind) > 0 {
		fmt.Fprintf(out, "not taken yet by %s; they follow when they are connected\n", strings.Join(now.Behind, ", "))
	}
	fmt.Fprintln(out, "Make a backup now, and copy the folder authority to every other aggregator: an older copy lacks the new key.")
	return nil
}

func (c rotateCommand) replaceLost(out io.Writer) error {
	key, err := app.ReplaceLostKey(context.Background(), app.Options{Dir: c.Data, Postgres: c.Postgres}, "command line", c.Reason)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "signing key  %s\n", key)
	fmt.Fprintln(out, "No gateway believes it yet: none takes documents or orders, and none hears that its facts have arrived. Gates go on,")
	fmt.Fprintln(out, "facts wait there, and vouchers of reservations that a gateway has heard of are honoured. Start headquarters, and enrol")
	fmt.Fprintln(out, "each gateway again: make a code, then lotctl enrol --again. Headquarters' page lists those that are left.")
	return nil
}
