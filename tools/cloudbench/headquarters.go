package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"gatehouse/cloud/app"
)

// opened is what headquarters in a process of its own says once it runs.
type opened struct {
	Address string   // of HTTPS
	Codes   []string // one for each lot
}

// serveHeadquarters is the child: an aggregator with codes for some lots, until its input ends. Programs on this machine need
// no token.
func serveHeadquarters(dir, lots string, in io.Reader, out io.Writer) (err error) {
	ctx := context.Background()
	a, err := app.New(ctx, app.Options{Dir: dir, Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0", Open: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Start(); err != nil {
		return err
	}
	count, err := strconv.Atoi(lots)
	if err != nil {
		return err
	}
	said := opened{Address: a.Address()}
	for i := range count {
		code, err := a.Registry().NewCode(ctx, string(lotID(i)), "bench", false)
		if err != nil {
			return err
		}
		said.Codes = append(said.Codes, code)
	}
	if err := json.NewEncoder(out).Encode(said); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// headquarters is the child, as its parent sees it.
type headquarters struct {
	opened
	*child
}

func startHeadquarters(dir string, lots int) (*headquarters, error) {
	h := &headquarters{}
	var err error
	h.child, err = startChild(&h.opened, headquartersWord, dir, strconv.Itoa(lots))
	return h, err
}
