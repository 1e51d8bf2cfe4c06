package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"gatehouse/cloud/app"
)

// backupCommand is gatehouse-cloud backup.
type backupCommand struct {
	Data string `help:"The folder that is copied." default:"gatehouse-cloud"`
	To   string `required:"" help:"The copy: a new folder, best on another disk." placeholder:"DIR"`
}

// Run copies the folder. Headquarters may run meanwhile, and waits for nothing.
func (c backupCommand) Run(out io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	to, err := filepath.Abs(c.To)
	if err != nil {
		return err
	}
	if err := app.CopyData(ctx, c.Data, to); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s holds everything. To restore, stop headquarters, put a copy of it in place of %s, and start;\ngateways send again what came after it.\n", to, c.Data)
	return err
}
