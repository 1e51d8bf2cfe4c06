package api_test

import (
	"net/http"
	"testing"

	"gatehouse/gateway/api/apitest"
)

func TestATechnicianEditsADocumentAndTakesItBack(t *testing.T) {
	b := newBench(t)
	const path = "/api/v1/policies/blocklist"
	edit := func(content string) answer {
		return b.ask(http.MethodPut, path, apitest.ConfigureToken, `{"content":"`+content+`","reason":"trial"}`)
	}
	edit("bad").isProblem(422, "invalid")
	edit("B-GH 1").is(200).has("edit", "1", "editStands", "true")
	b.get(path).is(200).has("content", "B-GH 1", "editBy", "boss", "editReason", "trial")
	b.get("/api/v1/policies").is(200).has("policies.2.kind", "blocklist", "policies.2.editable", "true")
	b.ask(http.MethodDelete, path, apitest.ConfigureToken, "").isProblem(422, "invalid")
	b.ask(http.MethodDelete, path+"?reason=over", apitest.ConfigureToken, "").is(200)
	b.get(path).is(200).has("content", "", "editStands", "false")
	b.ask(http.MethodGet, "/api/v1/policies/weather", apitest.ConfigureToken, "").isProblem(404, "not_found")
}
