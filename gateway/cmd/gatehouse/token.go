package main

import (
	"fmt"

	"gatehouse/gateway/site"
	"gatehouse/sync/rest"
)

type tokenCommand struct {
	Name string `help:"Whose token it is." required:""`
	Role string `help:"What it may do." enum:"view,operate,configure" default:"view"`
}

// Run prints a new token, and what the site file keeps of it.
func (c *tokenCommand) Run() error {
	token := rest.NewTokenText()
	_, err := fmt.Printf("Give this to %s; it is shown only now:\n\n  %s\n\nAnd add this to the site file:\n\n[[server.token]]\nname = %q\nrole = %q\nsha256 = %q\n",
		c.Name, token, c.Name, c.Role, site.HashToken(token))
	return err
}
