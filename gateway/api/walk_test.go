package api_test

import (
	"strings"
	"testing"

	"gatehouse/gateway/api/apitest"
	"gatehouse/sync/rest/resttest"
)

func TestEveryOperationAnswersAsItIsDescribed(t *testing.T) {
	b := newBench(t)
	resttest.Walk(t, resttest.API{
		Handler: b.handler, Token: apitest.ConfigureToken, Queries: map[string]string{"findTickets": "?plate=X1", "revertPolicy": "?reason=trial"},
		Paths: strings.NewReplacer("{locationId}", "altstadt", "{floorId}", "F0", "{spotId}", "F0-A-001", "{gateId}", "in"),
	})
}
