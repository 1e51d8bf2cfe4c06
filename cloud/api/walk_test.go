package api_test

import (
	"strings"
	"testing"

	"gatehouse/sync/rest/resttest"
)

func TestEveryOperationAnswersAsItIsDescribed(t *testing.T) {
	b := newBench(t, 6)
	b.commit("p002")
	resttest.Walk(t, resttest.API{Handler: b.Server, Token: b.token, Paths: strings.NewReplacer("{locationId}", "p002")})
}
